"""Ways to break what services turn away under load, all of which the audit must see."""

from evsim.engine import shedding
from evsim.results.records import Reason, Verdict
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, crowd, mutant


def turn_away(patch, change):
    """What is asked about each row whose turn has come is now ``change(service, row, whether it is turned away)``."""
    original = shedding.turned_away

    def turned_away(service):
        ask = original(service)
        return None if ask is None else lambda row: change(service, row, ask)

    patch.setattr("evsim.engine.service.turned_away", turned_away)


@mutant("let in who had no token", of=crowd, rate_limit={"rate": 8, "burst": 2})
def who_has_no_token_is_let_in(patch):
    once, original = Once(), shedding._if_token

    def if_token(service, offer, limit):
        ask = original(service, offer, limit)
        return lambda row: offer(row) if once(row > LATE) else ask(row)

    patch.setattr(shedding, "_if_token", if_token)


@mutant("let in who had no token", of=crowd, rate_limit={"rate": 8, "burst": 2})
def the_bucket_holds_one_more(patch):
    original = shedding._if_token
    patch.setattr(shedding, "_if_token", lambda service, offer, limit: original(
        service, offer, limit.model_copy(update={"burst": limit.burst + 1})))  # fmt: skip


@mutant("worked what it had to shed", of=crowd, shed={"age": 0.5})
def what_is_too_old_is_worked(patch):
    once = Once()

    def change(service, row, ask):
        late = service.system.env._now - service.system.records.rows.ready[row] > ticks(0.5)
        return False if once(late) else ask(row)

    turn_away(patch, change)


@mutant("shed what it had to work", of=crowd, shed={"age": 0.5})
def what_is_not_too_old_is_shed(patch):
    once = Once()

    def change(service, row, ask):
        if not once(row > LATE and service.system.env._now - service.system.records.rows.ready[row] <= ticks(0.5)):
            return ask(row)
        service.edges[service.system.records.rows.place[row]].refuse(row, Reason.SHED)
        return True

    turn_away(patch, change)


@mutant("its caller still waited", of=crowd, drop_stale=True)
def who_still_waits_is_dropped(patch):
    once = Once()

    def change(service, row, ask):
        rows = service.system.records.rows
        patient = service.system.env._now < rows.born[row] + ticks(0.9)  # later it may give up at this very moment
        if not once(row > LATE // 2 and patient and rows.verdict[row] == Verdict.OPEN):
            return ask(row)
        rows.verdict[row] = Verdict.TIMEOUT
        dropped = ask(row)
        rows.verdict[row] = Verdict.OPEN
        return dropped

    turn_away(patch, change)
