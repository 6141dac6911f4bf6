"""Lesson 09: a short trigger, callers who try again, and an exercise about trying again without a storm."""

from functools import cache

import numpy as np

from evsim.lesson.answers import changed
from evsim.lesson.exercises import Task
from evsim.lesson.properties import counterexample, told_what
from evsim.scenario import Scenario

__all__ = ["TASKS", "before_and_after", "storm"]

LIST, HANDLE = "mailing-list", "services.register.handle"
SLOW = {"slowdown": LIST, "factor": 4, "at": "20s", "for": "5s"}
LOSSY = {"loss": ["register", LIST], "probability": 0.02, "at": "0s", "for": "90s"}
BACK, FEW = 45, 0.01  # s, from when on all is to be well; share of customers who may be told anything but yes


@cache
def _calm():
    return Scenario.from_dict({
        "name": "storm",
        "workloads": {"register-page": {"target": "register", "arrivals": {"poisson": "12/s"}}},
        "services": {
            "register": {
                "workers": 500,
                "handle": [{"call": {"service": LIST, "timeout": "1s"}}, {"reply": "registered"}],
            },
            LIST: {"workers": 2, "handle": [{"work": {"exponential": "100ms"}}, {"effect": "subscription"}]},
        },
        "faults": [SLOW],
        "run": {"duration": "90s", "drain_limit": "60s"},
    })  # fmt: skip


def storm(rate=12, **call):
    """12 customers a second and a list that can do 20, which is four times slower from second 20 to 25.

    ``call``: settings of the call of the list, beside its timeout of one second: ``retry``, ``breaker`` ...
    """
    asks = {"service": LIST, "timeout": "1s"} | call
    return _calm().replace({
        "workloads.register-page.arrivals.poisson": f"{rate}/s", HANDLE: [{"call": asks}, {"reply": "registered"}],
    })  # fmt: skip


SPANS = {"before second 20": (0, 20), "second 20 to 25": (20, 25), "after second 60": (60, 90)}


def before_and_after(**runs):
    """A frame with columns for each run, named: of customers who came in three spans of time, the share told yes.

    And how often the list was called for each of them.
    """
    import pandas

    table = {}
    for name, run in runs.items():
        arrived, yes, calls = run.tables.requests.arrived, run.outcomes.yes, _calls(run)
        who = {span: (arrived >= start) & (arrived < end) for span, (start, end) in SPANS.items()}
        table[name, "told yes (%)"] = {span: round(100 * float(yes[its].mean()), 1) for span, its in who.items()}
        table[name, "calls each"] = {span: round(float(calls[its].mean()), 2) for span, its in who.items()}
    return pandas.DataFrame(table)


def _calls(run):
    """How often the list was called for each customer."""
    rows = run.tables.rows
    calls = np.array([place.is_call and place.service == LIST for place in run.tables.places] + [False])
    mine = calls[rows["place"]]
    return np.bincount(run.tables.row_requests[mine], minlength=len(run.tables.requests.row))


def well_again(run):
    """Nearly everybody who comes from second 45 on is told yes."""
    arrived = run.tables.requests.arrived
    late = arrived >= BACK
    yield from _not_told_yes(run, late, "came at second {:.0f}, when the list had long been as quick as ever, and was")


def hardly_an_error(run):
    """Nearly everybody is told yes."""
    yield from _not_told_yes(run, np.ones(len(run.tables.requests.row), dtype=bool), "came at second {:.0f} and was")


def _not_told_yes(run, who, words):
    wrong = np.flatnonzero(who & ~run.outcomes.yes)
    if len(wrong) > FEW * who.sum():
        were = "were" if run.outcomes.error[wrong].all() else "were not told yes"
        for place in wrong:
            came = f"{words.format(run.tables.requests.arrived[place])} told {told_what(run, place)}"
            yield counterexample(run, place, f"{came} ({len(wrong)} of {who.sum()} {were})")


def again_without_a_storm(answer):
    mine = changed(answer, _calm(), HANDLE)
    return {
        "with a list that was slow for a while": (mine, [well_again]),
        "with a network that loses one message in fifty": (mine.replace({"faults": [LOSSY]}), [hardly_an_error]),
    }


TASKS = {
    "again-without-a-storm": Task(
        "what was lost was asked for again, and when the list was quick again, so was everybody",
        again_without_a_storm,
        (
            "Without a retry every lost call is an error. How many retries does a lossy network need, in all?",
            "When all calls fail, how many may be tried again? Give the caller a `budget` of retries.",
        ),
        base=_calm,
    ),
}
