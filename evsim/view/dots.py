"""100 customers: a quantile dot plot of response times. Each dot is one customer in a hundred.

Kay, Kola, Hullman and Munson (2016, "When (ish) is my bus?") found that people read such dots better than
densities.
"""

from functools import partial

import numpy as np

from evsim.results.percentiles import percentiles
from evsim.view.designs import designs, span
from evsim.view.scene.axes import Frame, nothing, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Dots, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import ERROR, INK, LESSON, PAPER, TOLD, count, seconds
from evsim.view.what_changed import Noticed

__all__ = ["latency", "scene"]

DOTS = 100
USUAL = 0.775, 0.77 * 0.86  # shares of a figure that a picture of its own takes for the dots
BESIDE = 0.92  # share of the width for those with an answer, where others have none
GOOD, BAD = Look(TOLD.colour, "o", edge=PAPER, width=0.4), Look(ERROR.colour, "x")
NONE = Look(PAPER, "o", edge=INK, width=1.2)
KEY = Look(ERROR.colour, "x", width=0)


def latency(run, ax=None):
    """Draw how long 100 customers waited for their answer, errors included.

    run: one run, or several (a list, or label -> run), one above the other on one axis. Customers are those
    who arrived after the warm-up; with fewer than 100 of them each dot is one.
    """
    box = ax and (ax.get_position().width * ax.figure.get_figwidth(),
                  ax.get_position().height * ax.figure.get_figheight() * 0.86)  # fmt: skip
    return scene(run, box).draw(ax)


def scene(run, box=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`; `box`: the inches that there are for the dots."""
    runs = designs(run)
    strips = {name: _Strip(each) for name, each in runs.items()}
    size = LESSON[0], max(LESSON[1], 1.5 + 1.1 * len(strips))
    if not any(strip.count for strip in strips.values()):
        return sentence("latency", "No customer came after the warm-up, so nobody waited.", size)
    if not any(len(strip.answered) for strip in strips.values()):
        many = count(sum(strip.count for strip in strips.values()), "customer")
        return sentence("latency", f"None of {many} ever got an answer.", size)
    box = box or (size[0] * USUAL[0], size[1] * USUAL[1])
    left, right, log = span([strip.dots for strip in strips.values() if len(strip.dots)])
    axis = _Axis(frame or Frame(right, left=left, log=log))
    height = box[1] / len(strips)
    width = box[0] * (BESIDE if any(strip.no_answer for strip in strips.values()) else 1)
    room = height * (0.97 if len(strips) == 1 else 0.78)
    columns, abreast = grain = _sizes(axis, strips.values(), width, room)
    if frame and frame.grain:
        columns, abreast = grain = frame.grain[1:]
    marks = []
    for number, (name, strip) in enumerate(strips.items()):
        base = box[1] - (number + 1) * height
        step = min(width / columns / abreast, room / _tallest([strip], axis, columns, abreast))
        marks += _dots(strip, axis, base, grain, step, 0.9 * width / columns / abreast)
        marks.append(Line("", (0, 1), (base, base), Look(INK, width=0.8), across=True))
        if len(strips) > 1:
            marks.append(Text(f"{name}: {strip.words()}", 0, base + 0.97 * height, level="top", across=True))
    each = " or ".join(sorted({strip.each for strip in strips.values() if strip.count}))
    finding = _finding(strips)
    alt = f"{finding} " + " ".join(f"{name}: {strip.words()}." for name, strip in strips.items())
    legend = (("told error", KEY),) if any(len(strip.bad) for strip in strips.values()) else ()
    label = times(axis.left, axis.right, "time until told", f"; a dot is {each}", axis.log)
    frame = Frame(axis.right, 1.0, axis.left, axis.log, (columns * abreast, *grain))
    return Scene(
        "latency", finding.rstrip("."), alt, size, frame, label, nothing(0, box[1]), marks=tuple(marks), plot=box,
        legend=legend, noticed={name: Noticed(each) for name, each in runs.items()}, again=partial(scene, run, box),
    )  # fmt: skip


class _Strip:
    """The dots of one run: ``good`` and ``bad`` times, and how many have ``no_answer``."""

    def __init__(self, run):
        cohort = run.tables.requests.cohort
        told, response = run.outcomes, run.tables.requests.response[cohort]
        yes, no, error = told.yes[cohort], told.no[cohort], told.error[cohort]
        self.count = len(response)
        self.answered = response[yes | no | error]
        self.declined, self.errors = int(no.sum()), int(error.sum())
        self.each = "1 customer" if self.count < DOTS else "1 customer in 100"
        groups = [np.sort(response[yes]), np.sort(response[no | error])]
        sizes = [len(groups[0]), len(groups[1]), self.count - len(self.answered)]
        shares = _whole(sizes, min(self.count, DOTS))
        self.good, self.bad = (_quantiles(group, share) for group, share in zip(groups, shares))
        self.no_answer = shares[2]
        self.dots = np.concatenate([self.good, self.bad])

    def words(self):
        """The finding of this run in words."""
        pending = self.count - len(self.answered)
        if not len(self.answered):
            return f"no answer for any of {count(self.count, 'customer')}"
        known = percentiles(self.answered, "response")
        high = f", 99 of 100 within {seconds(known['response_p99'])}" if known["response_p99"] >= 0 else ""
        no = f", {self.declined:,} told no" if self.declined else ""
        errors = f", {self.errors:,} told error" if self.errors else ""
        unanswered = f", {pending:,} without answer" if pending else ""
        return f"half within {seconds(float(np.median(self.answered)))}{high}{no}{errors}{unanswered}"


def _whole(sizes, dots):
    """Shares of `dots` for groups of these sizes, as whole numbers that add up (largest remainders)."""
    if not sum(sizes):
        return [0] * len(sizes)
    exact = [dots * size / sum(sizes) for size in sizes]
    whole = [int(share) for share in exact]
    for index in sorted(range(len(sizes)), key=lambda i: whole[i] - exact[i])[: dots - sum(whole)]:
        whole[index] += 1
    return whole


def _quantiles(values, dots):
    """The values at the middles of `dots` equal shares of sorted `values`."""
    return values[((np.arange(dots) + 0.5) / dots * len(values)).astype(int)] if dots else np.empty(0)


def _finding(strips):
    if len(strips) == 1:
        (strip,) = strips.values()
        return f"Customers have their answer: {strip.words()}."
    halves = sorted((float(np.median(s.answered)), name) for name, s in strips.items() if len(s.answered))
    return "Half of the customers have their answer within " + ", ".join(f"{seconds(t)} ({n})" for t, n in halves) + "."


class _Axis:
    """The time axis, cut into columns."""

    def __init__(self, frame):
        self.left, self.right, self.log = frame.left, frame.right, frame.log

    def column(self, values, columns):
        """The column of each time."""
        place = values / self.right
        if self.log:
            place = np.log(values / self.left) / np.log(self.right / self.left)
        return np.clip((place * columns).astype(int), 0, columns - 1)

    def time(self, place):
        """The time at a share of the axis."""
        return self.left * (self.right / self.left) ** place if self.log else self.right * place


def _tallest(strips, axis, columns, abreast):
    """Dots in the highest stack when `abreast` of them lie side by side in each column."""
    stacks = [np.bincount(axis.column(strip.dots, columns)).max(initial=0) for strip in strips]
    return -(-max(1, *stacks, *(strip.no_answer for strip in strips)) // abreast)


def _sizes(axis, strips, width, room):
    """(columns, dots abreast) for the largest dots whose highest stack has room; the finest if none has."""
    pairs = sorted((columns * abreast, abreast) for columns in range(30, 90, 2) for abreast in range(1, 8))
    for finest, abreast in pairs:
        columns = finest // abreast
        if _tallest(strips, axis, columns, abreast) * width / finest <= room:
            break
    return columns, abreast


def _dots(strip, axis, base, grain, step, size):
    """The marks of one run: dots in columns, those told error above the others; apart, those without an answer."""
    columns, abreast = grain
    bins = axis.column(strip.dots, columns)
    good = np.arange(len(bins)) < len(strip.good)
    order = np.lexsort((~good, bins))
    stack = np.bincount(bins, minlength=columns)
    number = np.empty(len(bins), dtype=int)
    number[order] = np.arange(len(bins)) - np.repeat(np.cumsum(stack) - stack, stack)
    x = axis.time((bins + (number % abreast + 0.5) / abreast) / columns)
    y = base + step * (number // abreast + 0.5)
    for who, name, look in ((good, "told", GOOD), (~good, "told error", BAD)):
        if who.any():
            yield Dots(name, x[who].tolist(), y[who].tolist(), look, size)
    if strip.no_answer:
        number = np.arange(strip.no_answer)
        x, y = (
            1.04 + (number % abreast - (abreast - 1) / 2) / columns / abreast,
            base + step * (number // abreast + 0.5),
        )
        yield Dots("no answer", x.tolist(), y.tolist(), NONE, size, across=True)
        yield Text("no\nanswer", 1.04, 0, dy=-6, side="center", level="top", across=True)
