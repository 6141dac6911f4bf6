"""What is to hold for every customer of a run; each property names the first for whom it does not."""

from dataclasses import dataclass

import numpy as np

from evsim.results.records import Outcome
from evsim.results.tally import OK, PENDING
from evsim.view.style import seconds

__all__ = [
    "Counterexample", "asked_at_once", "everything_is_done", "nobody_is_told_error", "nothing_is_done_twice",
    "an_error_means_nothing_happened", "a_yes_is_true_when_told", "somebody_is_told_error_during",
]  # fmt: skip

SAME = 1e-9  # seconds: times closer than this are one


@dataclass(frozen=True)
class Counterexample:
    """A ``customer`` of a run (the number of a request) and what went wrong for them."""

    customer: int
    words: str


def _first(run, who, words):
    """The first customer of those marked, and `words` of their place in the tally; None if there is none."""
    found = np.flatnonzero(who)
    if not len(found):
        return None
    place = int(found[0])
    return Counterexample(int(run.tally.number[place]), words(place))


def _yes(run):
    return run.tally.outcome == OK


def _error(run):
    return (run.tally.outcome != OK) & (run.tally.outcome != PENDING)


def _effect(run, name):
    """(times it was done, first time) of an effect, for each customer; never, if nothing in the run makes it."""
    if name not in run.effect_names:
        return np.zeros(len(run.tally.row), dtype=int), np.full(len(run.tally.row), np.nan)
    code = run.effect_names.index(name)
    return run.tally.times_done[code], run.tally.first_time[code]


def nobody_is_told_error(run):
    """Everybody is told yes."""
    return _first(run, run.tally.outcome != OK, lambda place: "was not told yes")


def everything_is_done(run, *effects):
    """Each effect is made for everybody who was told yes."""
    for name in effects:
        times, _ = _effect(run, name)
        found = _first(run, _yes(run) & (times == 0), lambda place, name=name: f"was told yes and never got a {name}")
        if found:
            return found
    return None


def nothing_is_done_twice(run, *effects):
    """Each effect is made at most once for everybody."""
    for name in effects:
        times, _ = _effect(run, name)
        words = lambda place, name=name, times=times: f"got {times[place]} times a {name}"  # noqa: E731
        found = _first(run, times > 1, words)
        if found:
            return found
    return None
