"""When circuit breakers open, whom they let through, and when they close."""

from evsim.parts.breaker.periods import CLOSED, HALF_OPEN, OPEN
from tests.rules.rule import JUST, Rule, causes, nano, system

OPENS = (
    "open, when `failures` of the last `window` calls have failed (without a window: so many in a row), or "
    "`failure_rate` of "
    "them, as soon as there are `minimum`"
)
TRIALS = "`trials` (1) pass, others are refused"
VERDICT = "closed, when all of them succeeded; open, with the first that fails"


def guarded(breaker, comes, down=(), works=0, calls=None):
    """Calls at the times `comes`; those in a `down` (from, for) find nobody."""
    call = {"service": "back", "breaker": {"open_for": 100, **breaker}, **(calls or {})}
    services = {
        "front": {"workers": 9, "handle": [{"call": call}]},
        "back": {"workers": 9, "handle": [{"work": works}]},
    }
    faults = [{"outage": "back", "at": at, "for": length} for at, length in down]
    return system(services, [("front", at) for at in comes], faults=faults)


def hedged(at):
    """A call works for four seconds, its hedge comes after two; another call finds nobody, and opens the breaker."""
    return guarded({"failures": 1}, (0, at), [(at, 0.5)], works=4, calls={"hedge": {"after": 2}})


def changes(run):
    return [(nano(time), kind) for time, kind, _, _ in run.records.incidents if kind in (OPEN, HALF_OPEN, CLOSED)]


def tried(trials, *more, works=1):
    """It opens at 0 s for 3 s; then there are calls at 3 s."""
    return guarded({"failures": 1, "open_for": 3, "trials": trials}, (0, 3, 3, 3, *more), [(0, 1)], works=works)


def one_trial_fails(length):
    """Three trials, a second apart; `back` is down for a while from 4.5 s on."""
    return guarded({"failures": 1, "open_for": 3, "trials": 3}, (0, 3, 4, 5), [(0, 1), (4.5, length)])


RULES = [
    Rule("A hedge passes breaker and bulkhead", hedged, causes("back"), on=(2, ["unreachable", "breaker"]),
         beyond=(2 + JUST, ["unreachable"])),
    Rule(OPENS, lambda until: guarded({"failures": 3}, (0, 1, 2, 5), [(0, until)]), changes,
         on=(2 + JUST, [(2, OPEN)]), beyond=(2, [])),
    Rule(OPENS, lambda at: guarded({"failures": 2, "window": 3}, (0, 1, 2, 3), [(0, 1), (at, 0.5)]), changes,
         on=(2, [(2, OPEN)]), beyond=(3, [])),
    Rule(OPENS, lambda at: guarded({"failure_rate": 0.5, "window": 4}, (0, 1, 2, 3), [(at, 9)]), changes,
         on=(2, [(3, OPEN)]), beyond=(3, [])),
    Rule(OPENS, lambda minimum: guarded({"failure_rate": 0.5, "window": 9, "minimum": minimum}, (0, 1, 2), [(0, 9)]),
         changes, on=(3, [(2, OPEN)]), beyond=(4, [])),
    Rule("half-open, with the first call after `open_for`",
         lambda at: guarded({"failures": 1, "open_for": 3}, (0, at), [(0, 1)]), changes,
         on=(3, [(0, OPEN), (3, HALF_OPEN), (3, CLOSED)]), beyond=(3 - JUST, [(0, OPEN)])),
    Rule(TRIALS, tried, causes("back"), on=(3, ["unreachable"]), beyond=(2, ["unreachable", "breaker"])),
    Rule(TRIALS, lambda at: tried(1, at), causes("back"), on=(4, ["unreachable", "breaker", "breaker"]),
         beyond=(4 - JUST, ["unreachable", "breaker", "breaker", "breaker"])),
    Rule(TRIALS, lambda trials: guarded({"failures": 1, "open_for": 3, "trials": trials}, (0, 3, 3.5, 4.25), [(0, 1)],
                                        works=1), causes("back"),
         on=(3, ["unreachable"]), beyond=(2, ["unreachable", "breaker"])),
    Rule(VERDICT, lambda at: guarded({"failures": 1, "open_for": 3, "trials": 2}, (0, 3, at), [(0, 1)], works=1),
         changes,
         on=(3.5, [(0, OPEN), (3, HALF_OPEN), (4.5, CLOSED)]), beyond=(4.5, [(0, OPEN), (3, HALF_OPEN), (5.5,
         CLOSED)])),
    Rule(VERDICT, one_trial_fails, changes, on=(0.5, [(0, OPEN), (3, HALF_OPEN), (5, CLOSED)]),
         beyond=(0.5 + JUST, [(0, OPEN), (3, HALF_OPEN), (5, OPEN)])),
    Rule("What was asked in one state counts in no other one.",
         lambda work: guarded({"failures": 1, "open_for": 3}, (0, 0.5, 3), [(0, 0.25)], works=work), changes,
         on=(2, [(0, OPEN), (3, HALF_OPEN), (5, CLOSED)]), beyond=(4, [(0, OPEN), (3, HALF_OPEN), (7, CLOSED)])),
]  # fmt: skip
