"""Designs compared in pairs: the differences of an :func:`evsim.compare` result, as a forest plot."""

import math
from dataclasses import dataclass

from evsim.figures import groups, label, write, write_estimate
from evsim.view.scene.axes import Axis, Frame, names
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Dots, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import INK, LESSON, PAPER, SOFT, count

__all__ = ["comparison", "scene"]

SEEN, UNSEEN = INK, "#a4a4aa"
MARKERS = ("o", "s", "^", "D", "v", "P")
NAMED = (
    "response_mean",
    "errors",
    "completion_mean",
    "inconsistent",
    "lost",
)  # in the title, the first of them
PAIRS = "Same customer in both"
EDGE = 1.25  # differences are drawn to this many times the larger mean
ROW = 0.27  # inches


def comparison(comparison, ax=None):
    """Draw how each design of an :func:`evsim.compare` result differs from the first, with 95 % intervals.

    A difference is drawn as a share of the larger of the two means, so that times, counts and shares fit
    one axis: -100 % is "gone", +100 % "new". Grey and hollow: the interval holds zero, so no difference was
    seen. Figures that are zero in all designs are named below.
    """
    return scene(comparison).draw(ax)


def scene(comparison):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    groups, nothing = _groups(comparison)
    if not groups:
        return sentence("comparison", "The designs do not differ: all figures are zero in all of them.")
    others = list(comparison.differences)
    ticks, marks, low = _rows(groups, others)
    finding = _finding(comparison, groups, others)
    words = [line.words() for lines in groups.values() for line in lines]
    if nothing:
        words.append(f"Zero in all designs, or not known: {', '.join(nothing)}.")
    size = LESSON[0], max(LESSON[1], 1.9 + ROW * low)
    at = [-1, 0, 1] if len(others) == 1 else [-1, -0.5, 0, 0.5, 1]
    across = tuple((float(value), f"{100 * value:+.0f} %" if value else "0") for value in at)
    return Scene(
        "comparison", finding, f"{finding}. " + " ".join(words), size, Frame(EDGE),
        Axis(-EDGE * 1.02, EDGE * 1.02, "difference (% of the larger mean)", across, grid=True),
        names(low - 0.5, -0.6, ticks), marks=tuple(marks),
        legend=tuple(_legend(others, nothing, len(comparison.seeds) > 1)),
    )  # fmt: skip


@dataclass(frozen=True)
class _Difference:
    """One figure: the ``means`` of all designs, and by how much they are ``apart`` from the first."""

    name: str
    text: str
    first: str
    means: dict
    apart: dict
    paired: bool = False

    def scale(self, other):
        """What a difference is a share of: the larger of the two means."""
        larger = max(abs(self.means[self.first]), abs(self.means[other])) or 1.0
        return max(larger, abs(self.apart[other].mean)) if self.paired else larger  # they have means of their own

    def verdict(self, other):
        apart = self.apart[other]
        if math.isnan(apart.low):
            return "cannot tell"
        return "more" if apart.low > 0 else "less" if apart.high < 0 else "no difference seen"

    def seen(self, other):
        return self.verdict(other) in ("more", "less")

    def change(self, other):
        """Both means, in words."""
        one, two = (write(self.name, self.means[design]) for design in (self.first, other))
        return f"{one} \N{RIGHTWARDS ARROW} {two}"

    def words(self):
        differences = (
            f"{write_estimate(self.name, apart, difference=True)} in {other} ({self.verdict(other)})"
            for other, apart in self.apart.items()
        )
        return f"{self.text}: {', '.join(differences)}."


def _groups(comparison):
    """(group -> its lines, names of figures that are zero in all designs or not known)."""
    summary, first, found, nothing = comparison.summary(), comparison.first, {}, []
    for group, metrics in groups(summary[first]).items():
        for metric in metrics:
            apart = _known({other: its[metric] for other, its in comparison.differences.items() if metric in its})
            means = {design: figures[metric].mean for design, figures in summary.items() if metric in figures}
            if not apart or all(means[design] == 0 for design in (first, *apart)):
                nothing.append(label(metric))
            else:
                found.setdefault(group, []).append(_Difference(metric, label(metric), first, means, apart))
    for what in ("response", "completion"):
        apart = _known({other: its[what] for other, its in comparison.customers.items()})
        means = {design: figures[f"{what}_mean"].mean for design, figures in summary.items()}
        if apart:
            found.setdefault(PAIRS, []).append(_Difference(f"{what}_mean", what, first, means, apart, paired=True))
    return found, nothing


def _known(estimates):
    return {other: each for other, each in estimates.items() if not math.isnan(each.mean)}


def _rows(groups, others):
    """(names of the rows, marks, how far down they go)."""
    level, ticks, marks, words = 0.0, [], [], []
    for group, lines in groups.items():
        words.append(Text(group, 0, level, dx=-5, side="right", across=True, bold=True, halo=False))
        for line in lines:
            level += 1
            ticks.append((level, line.text))
            for number, other in enumerate(others):
                if other in line.apart:
                    marks += _difference(level, line, other, number, len(others))
        level += 1.2
    for side, text in ((-1, "less \N{LEFTWARDS ARROW}"), (1, "\N{RIGHTWARDS ARROW} more")):
        words.append(Text(text, 0.05 * side, -0.1, side="left" if side > 0 else "right"))
    zero = Line("", (0, 0), (level - 0.5, -0.6), Look(INK, width=1.2))
    return ticks, [zero, *marks, *words], level


def _difference(level, line, other, number, designs):
    apart, scale, seen = line.apart[other], line.scale(other), line.seen(other)
    colour = SEEN if seen else UNSEEN
    y = level + (number - (designs - 1) / 2) * 0.62 / designs
    if not math.isnan(apart.low):
        ends = tuple(_within(end / scale) for end in (apart.low, apart.high))
        yield Line("", ends, (y, y), Look(colour, width=2.4), words=line.words())
    look = Look(colour if seen else PAPER, MARKERS[number % len(MARKERS)], edge=colour, width=1.6)
    yield Dots(f"{line.text}: {other}", [_within(apart.mean / scale)], [y], look, 0.11, words=line.words())
    if designs == 1:
        means = "" if line.paired else f"  ({line.change(other)})"
        words = write_estimate(line.name, apart, difference=True).replace("-", "\N{MINUS SIGN}") + means
        yield Text(words, 1, y, dx=6, across=True, halo=False, colour=INK if seen else SOFT)


def _within(value):
    return min(max(float(value), -EDGE), EDGE)


def _legend(others, nothing, several_runs):
    grey = "no difference seen: the 95 % interval holds 0" if several_runs else "one run each: cannot tell"
    yield grey, Look(PAPER, "o", edge=UNSEEN)
    for number, other in enumerate(others if len(others) > 1 else ()):
        yield other, Look(SEEN, MARKERS[number % len(MARKERS)])
    if nothing:
        yield f"not shown: {count(len(nothing), 'figure')}, zero in all or not known", None


def _finding(comparison, groups, others):
    lines = [line for lines in groups.values() for line in lines]
    runs, first = len(comparison.seeds), comparison.first
    if runs == 1:
        return f"One run each cannot tell a difference from {first}"
    if len(others) > 1:
        seen, total = (
            sum(line.seen(other) for line in lines for other in line.apart),
            sum(len(line.apart) for line in lines),
        )
        are = "is" if seen == 1 else "are"
        return f"{seen} of {count(total, 'difference')} from {first} {are} seen in {runs} runs each"
    (other,) = others
    seen = [line for line in lines if line.seen(other)]
    if not seen:
        return f"No difference seen between {other} and {first} in {runs} runs each"
    named = sorted(
        (line for line in seen if not line.paired and line.name in NAMED),
        key=lambda line: NAMED.index(line.name),
    )
    words = ", ".join(f"{line.text} {line.change(other)}" for line in (named or seen)[:2])
    return f"{other} against {first}: {words} ({runs} runs each)"
