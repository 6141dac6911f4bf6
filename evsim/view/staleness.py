"""Read your own write: x seconds after a customer was told yes, how many don't find everything true yet?"""

from functools import partial

import numpy as np

from evsim.figures import write_as
from evsim.ticks import elapsed
from evsim.view.designs import LOOKS, designs
from evsim.view.scene.axes import Frame, counts, shares, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import End, Look, Steps, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import INK, LESSON, effect_marks, seconds, short
from evsim.view.what_changed import Noticed

__all__ = ["scene", "staleness"]

POINTS, MOST = 1000, 5  # of a line, and effects with a line of their own
EVERYTHING = Look(INK, width=3.0)
SPREAD, WIDEST = 100, 1e6  # the longest, in medians: from where on the axis is logarithmic; and how far it goes


def staleness(run, ax=None):
    """Draw how many of the customers who were told yes (and arrived after the warm-up) still miss something.

    run: one run gives a line for everything due and up to five for its effects; several (a list, or label ->
    run) give a line each for everything due. A line that does not come down to zero means: those, never.
    """
    return scene(run).draw(ax)


def scene(run, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    runs = designs(run)
    lines = list(_of_one(*runs.values()) if len(runs) == 1 else _of_several(runs))
    if not max((line.told for line in lines), default=0):
        who = " who came after the warm-up" if any(each.scenario.run_settings.warmup for each in runs.values()) else ""
        return sentence("staleness", f"Nobody{who} was told yes, so nobody expects anything to be true.")
    if len(runs) > 1:
        found = (f"{write_as('share', line.at(0) / line.told)} ({line.label})" for line in lines)
        text = "Told yes and not true yet, at that moment: " + ", ".join(found)
    else:
        text = _finding(lines[0], next(iter(runs.values())).tables.complete)
    several = len({line.told for line in lines}) > 1
    frame = frame or _frame(lines, 1.0 if several else float(lines[0].told))
    low, high = -0.012 * frame.top, 1.04 * frame.top
    y = shares(low, high, "not true for (share of those told)") if several else counts(
        low, high, f"not true for (customers of {lines[0].told:,})")  # fmt: skip
    ends = [End(line.never / (line.told if several else 1), short(line.label), line.look) for line in lines]
    return Scene(
        "staleness", text, f"{text}. " + " ".join(line.words() for line in lines), LESSON, frame,
        times(frame.left, frame.right, "time since the customer was told yes", log=frame.log), y.with_grid(),
        marks=tuple(line.steps(frame, several) for line in lines), ends=tuple(ends) if len(lines) > 1 else (),
        noticed={name: Noticed(each) for name, each in runs.items()}, again=partial(scene, run),
    )  # fmt: skip


class _StaleCurve:
    """``lags``: sorted seconds from told yes until true, inf for never; ``told``: how many were."""

    def __init__(self, label, told_at, true_at, look):
        lags = elapsed(np.where(np.isnan(true_at), np.inf, true_at), told_at)
        self.label, self.look = label, look
        self.lags = np.sort(np.maximum(lags, 0.0))
        self.told, self.never = len(lags), int(np.isposinf(lags).sum())

    def at(self, moment):
        """How many miss it `moment` seconds after they were told."""
        return self.told - int(np.searchsorted(self.lags, moment, side="right"))

    @property
    def longest(self):
        """Until the last one who ever finds it does."""
        return float(self.lags[self.told - self.never - 1]) if self.told > self.never else 0.0

    def steps(self, frame, share):
        """How many miss it at each time, or which share of those who were told."""
        finite = self.lags[: self.told - self.never]
        chosen = np.unique(np.linspace(0, max(len(finite) - 1, 0), min(len(finite), POINTS)).astype(int))
        moments = finite[chosen].tolist()
        x = [frame.left, *(max(moment, frame.left) for moment in moments), frame.right]
        y = [self.at(0), *(self.at(moment) for moment in moments), self.never]
        y = [each / self.told for each in y] if share else y
        return Steps(short(self.label), x, y, self.look, self.words())

    def words(self):
        end = f"{self.never:,} never" if self.never else f"0 after {seconds(self.longest)}"
        return f"{self.label}: {self.at(0):,} of {self.told:,} miss it when told, {end}."


def _told(run):
    return run.tables.requests.cohort & run.outcomes.yes


def _of_one(run):
    requests, told = run.tables.requests, _told(run)
    if not told.any():
        return
    yield _StaleCurve("everything", requests.answered[told], run.outcomes.true_at[told], EVERYTHING)
    marks = effect_marks(run)
    for name in marks if 1 < len(run.tables.effect_names) <= MOST else ():
        if name in run.tables.effect_names:
            code = run.tables.effect_names.index(name)
            mine = told & requests.is_due[code]
            if mine.any():
                yield _StaleCurve(name, requests.answered[mine], requests.first_time[code][mine], look_of(marks[name]))


def _of_several(runs):
    for number, (label, run) in enumerate(runs.items()):
        told = _told(run)
        if told.any():
            yield _StaleCurve(
                label, run.tables.requests.answered[told], run.outcomes.true_at[told], LOOKS[number % len(LOOKS)]
            )


def _frame(lines, top):
    late = [line.lags[(line.lags > 0) & np.isfinite(line.lags)] for line in lines]
    late = [lags for lags in late if len(lags)]
    if not late:
        return Frame(1.0, top)
    shortest, longest = min(lags[0] for lags in late), max(lags[-1] for lags in late)
    if longest > SPREAD * max(np.median(lags) for lags in late):
        return Frame(1.3 * longest, top, max(shortest, longest / WIDEST) / 1.3, True)
    return Frame(1.05 * longest, top)


def _finding(line, complete):
    now = line.at(0)
    if not now:
        if line.told == 1:
            return "When the only customer was told yes, it was true"
        return f"Whoever of the {line.told:,} customers was told yes, it was true"
    when = f"the last one until {seconds(line.longest)} later"
    if line.never:
        when = f"{line.never:,} for ever" if complete else f"{line.never:,} to the end of the run"
    share = write_as("share", now / line.told)
    return f"When told yes, it is not true yet for {share} of the customers; {when}"
