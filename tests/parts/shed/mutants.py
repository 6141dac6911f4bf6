"""Ways to break shedding on purpose."""

from evsim.parts.shed.engine import Shed
from evsim.results.endings import Reason
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, crowd, mutant


def turn_away(patch, change):
    """What is asked about each row whose turn has come is now ``change(policy, row, whether it is turned away)``."""
    original = Shed.turning_away

    def turning_away(self):
        ask = original(self)
        return lambda row: change(self, row, ask)

    patch.setattr(Shed, "turning_away", turning_away)


def waited(policy, row):
    return policy.env._now - policy.rows.ready[row]


@mutant("worked what it had to shed", of=crowd, shed={"age": 0.5})
def what_is_too_old_is_worked(patch):
    once = Once()
    turn_away(patch, lambda policy, row, ask: False if once(waited(policy, row) > ticks(0.5)) else ask(row))


@mutant("shed what it had to work", of=crowd, shed={"age": 0.5})
def what_is_not_too_old_is_shed(patch):
    once = Once()

    def change(policy, row, ask):
        if not once(row > LATE and waited(policy, row) <= ticks(0.5)):
            return ask(row)
        policy.edges[policy.rows.place[row]].refuse(row, Reason.SHED)
        return True

    turn_away(patch, change)
