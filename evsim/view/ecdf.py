"""How many had what by when: the share of customers who were told, and that of each effect, against time."""

from functools import partial

import numpy as np

from evsim.figures import write_as
from evsim.ticks import elapsed
from evsim.view.designs import LOOKS, designs, span
from evsim.view.scene.axes import Frame, shares, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import End, Look, Steps, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import DECLINED, ERROR, INK, LESSON, TOLD, count, effect_marks, seconds, short
from evsim.view.what_changed import Noticed

__all__ = ["ecdf", "scene"]

POINTS, MOST = 1000, 5  # of a line, and effects with a line of their own
ALL = Look(INK, "s")


def ecdf(run, ax=None):
    """Draw the share of customers (arrived after the warm-up) who had something, against the time.

    run: one run gives lines for told yes, told error and each effect of those for whom it was due (one line for
    all effects where there are more than five); several (a list, or label -> run) give a line each for told
    yes. A line that ends below 100 % means: the others never.
    """
    return scene(run).draw(ax)


def scene(run, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    runs = designs(run)
    if not any(each.tables.requests.cohort.any() for each in runs.values()):
        return sentence("ecdf", "No customer came after the warm-up.")
    lines = _of_one(next(iter(runs.values()))) if len(runs) == 1 else _of_several(runs)
    lines = [line for line in lines if len(line.times)]
    if not lines:
        return sentence("ecdf", "Nobody was told anything, and nothing was done.")
    if frame is None:
        left, right, log = span([line.times for line in lines])
        frame = Frame(right, left=left, log=log)
    finding = _finding(lines)
    return Scene(
        "ecdf", finding, f"{finding}. " + " ".join(line.words() for line in lines), LESSON, frame,
        times(frame.left, frame.right, "time since the customer came", log=frame.log),
        shares(0.0, 1.03, "share of the customers").with_grid(), marks=tuple(line.steps(frame) for line in lines),
        ends=tuple(End(line.share, line.name, line.look) for line in lines),
        noticed={name: Noticed(each) for name, each in runs.items()}, again=partial(scene, run),
    )  # fmt: skip


class _Curve:
    """Sorted ``times`` (s) out of ``count`` customers."""

    def __init__(self, label, times, customers, look):
        self.label, self.count, self.look = label, customers, look
        self.times = np.sort(times[~np.isnan(times)])

    @property
    def share(self):
        return len(self.times) / self.count

    @property
    def half(self):
        """The time by which half of all customers have it; NaN if fewer ever have."""
        index = -(-self.count // 2) - 1
        return float(self.times[index]) if index < len(self.times) else float("nan")

    @property
    def name(self):
        """The label, and how many have it if not all do."""
        return short(self.label) + (f": {write_as('share', self.share)}" if self.share < 1 else "")

    def steps(self, frame):
        index = np.unique(np.linspace(0, len(self.times) - 1, min(len(self.times), POINTS)).astype(int))
        x = [frame.left, *self.times[index].tolist(), frame.right]
        return Steps(self.name, x, [0.0, *((index + 1) / self.count).tolist(), self.share], self.look, self.words())

    def words(self):
        half = f", half of all within {seconds(self.half)}" if self.half == self.half else ""
        return f"{self.label}: {len(self.times):,} of {count(self.count, 'customer')}{half}."


def _of_one(run):
    requests, marks = run.tables.requests, effect_marks(run)
    cohort, told = requests.cohort, run.outcomes
    total = int(cohort.sum())
    yield _Curve("told yes", requests.response[cohort & told.yes], total, look_of(TOLD))
    for label, who, mark in (("told no", told.no, DECLINED), ("told error", told.error, ERROR)):
        if (cohort & who).any():
            yield _Curve(label, requests.response[cohort & who], total, look_of(mark))
    if len(run.tables.effect_names) > MOST:
        due = cohort & (requests.due > 0)
        label = f"all of {len(run.tables.effect_names)} effects"
        yield _Curve(label, requests.completion[due], int(due.sum()), ALL)
        return
    for name in marks:
        if name in run.tables.effect_names:
            code = run.tables.effect_names.index(name)
            due = cohort & requests.is_due[code]
            if due.any():
                since = elapsed(requests.first_time[code], requests.arrived)[due]
                yield _Curve(name, since, int(due.sum()), look_of(marks[name]))


def _of_several(runs):
    for number, (label, run) in enumerate(runs.items()):
        cohort = run.tables.requests.cohort
        if cohort.any():
            told = run.tables.requests.response[cohort & run.outcomes.yes]
            yield _Curve(label, told, int(cohort.sum()), LOOKS[number % len(LOOKS)])


def _finding(lines):
    named = [line for line in lines if line.half == line.half][:4]
    if not named:
        return "Half of the customers never have what they came for"
    return "Half of the customers have it within: " + ", ".join(
        f"{short(line.label)} {seconds(line.half)}" for line in named
    )
