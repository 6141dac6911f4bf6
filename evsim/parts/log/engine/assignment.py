"""A group whose partitions are shared out once: positions come with checkpoints, so nobody joins and nobody leaves."""

from evsim.parts.log.engine.membership import Membership
from evsim.results.endings import Verdict

__all__ = ["FixedAssignment"]


class FixedAssignment(Membership):
    """Each instance keeps its partitions (as a source of Flink its splits); one that is not there does not read."""

    def stops(self, member):
        """It reads nothing new."""

    freezes = stops

    def crashes(self, member):
        """What it had not committed it reads again."""
        for cursor in self._owned_by(member):
            self.group.take_back(cursor, Verdict.GIVEN_BACK)

    def starts(self, member):
        for cursor in self._owned_by(member):
            self.group.go_on(cursor)

    wakes = starts

    def rebalance(self):
        """Partitions without an owner, as they were added, get one."""
        self._share_out()
        self.group.resume()

    def expel(self, member):
        """Nobody misses it."""

    def are_cut_off(self, place):
        """Nobody listens for heartbeats."""
