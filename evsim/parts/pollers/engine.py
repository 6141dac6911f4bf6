"""How pollers fetch: as many messages are in hand as they may have, and their number follows what waits."""

from evsim.engine.environment import TIMEOUT
from evsim.parts.pollers.words import THROTTLED
from evsim.parts.queue.engine.batch_consumers import BatchConsumer
from evsim.parts.queue.engine.consumer import GuardedConsumer
from evsim.results.endings import Reason
from evsim.ticks import SECOND, ticks

__all__ = ["Pollers", "build"]


class Pollers(GuardedConsumer):
    """The trigger of a function: one seat, whose credit is what all pollers may have in hand.

    ``number``: of pollers. ``spare``: the fewest messages that they might have had more in hand, since the last look.
    """

    def __init__(self, kernel, channel, service, subscription):
        self.settings = subscription.pollers
        self.number, self.grows = self.settings.begins, False
        self.gap, self.quiet = round(SECOND / self.settings.growth), ticks(self.settings.quiet)
        self.spare, self.looks = 0, False
        self.way = channel.number, service.number
        super().__init__(kernel, channel, service, subscription)
        self.seat = self.seats[0]
        channel.followers.append(self)
        self._note()
        self._watch()

    def _credit_for(self, readers):
        return self.settings.in_hand(self.number)

    def _note(self):
        self.kernel.records.pollers.append((self.kernel.env._now, *self.way, self.number))

    def _handing_out(self):
        hand_out = super()._handing_out()

        def take(row, seat):
            self.spare = min(self.spare, seat.credit)
            hand_out(row, seat)

        return take

    # How many there are.

    def follow(self):
        """Something waits, or waits no more."""
        if not self.grows and self._is_short():
            self.grows = True
            self.kernel.env.call_in(self.gap, self._grow, None, TIMEOUT)

    def _is_short(self):
        """Whether messages wait that nobody is free for, and one poller more would have some of them in hand."""
        more = self.settings.in_hand(self.number + 1) > self.full_credit and self.number < self.settings.most
        return more and self.seat.credit <= 0 and len(self.channel.store) > 0 and self.channel.is_up

    def _grow(self, _):
        self.grows = False
        if self._is_short():
            self._become(self.number + 1)
            self._watch()

    def _become(self, number):
        self.number = number
        self._note()
        self.readers_changed()

    def _watch(self):
        """From now on it counts whether all of them are needed."""
        if not self.looks and self.number > self.settings.fewest:
            self.looks, self.spare = True, max(0, self.seat.credit)
            self.kernel.env.call_in(self.quiet, self._look, None, TIMEOUT)

    def _look(self, _):
        """Those that nobody needed since the last look go."""
        self.looks = False
        gone = min(self.number - self.settings.fewest, self._unneeded())
        if gone > 0:
            self._become(self.number - gone)
        self._watch()

    def _unneeded(self):
        """How many pollers less could have had all in hand that there was."""
        needed = self.full_credit - self.spare
        return self.number - max(1, -(-needed // self.settings.invokes))

    # What finds no environment.

    def run_out(self, row):
        """The time of a row is over. One that still waits for an environment is not worked any more."""
        service, leader = self.service, self.leader_of(row)
        waits = not self.kernel.records.rows.verdict[row] and leader in service.inbox
        in_vain = ()
        if waits and leader not in service.affinity:
            service.turn_back(leader, Reason.THROTTLED)
            in_vain = self.batch_of(leader)
        for each in in_vain:
            self.kernel.records.incidents.append((self.kernel.env._now, THROTTLED, service.name, each))
        super().run_out(row)
        for each in in_vain:
            self.forget(each)

    def batch_of(self, leader):
        """The rows that are let go together."""
        return (leader,)


class BatchPollers(Pollers, BatchConsumer):
    """Pollers that have a batch of messages in hand for each invocation."""

    def batch_of(self, leader):
        return leader, *self.edges[self.kernel.records.rows.place[leader]].share(leader)


def build(kernel, channel, service, subscription):
    """What fetches for a function."""
    kind = BatchPollers if subscription.takes_several else Pollers
    return kind(kernel, channel, service, subscription)
