"""Designs compared in pairs: differences of an :func:`evsim.compare` result with their intervals, as a forest plot."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from evsim.experiment.figures import GROUPS, label, write, write_estimate
from evsim.view.designs import finding
from evsim.view.style import INK, LESSON, PAPER, describe, empty, figure

__all__ = ["comparison"]

SEEN, UNSEEN = INK, "#a4a4aa"
MARKERS = ("o", "s", "^", "D", "v", "P")
PAIRS = "The same customer in both"
EDGE = 1.25  # differences are drawn to this many times the larger mean
ROW = 0.27  # inches


def comparison(comparison, ax=None):
    """Draw how each design of an :class:`evsim.experiment.Comparison` differs from the first, with 95 % intervals.

    A difference is drawn as a share of the larger of the two means, so that times, counts and shares fit one axis:
    -100 % is "gone", +100 % "new". Grey and hollow: the interval holds zero, so no difference was seen. Figures that are
    zero in all designs are named below.
    """
    groups, nothing = _groups(comparison)
    rows = sum(len(lines) + 1.2 for lines in groups.values())
    with figure(ax, (LESSON[0], max(LESSON[1], 1.7 + ROW * rows))) as ax:
        if not groups:
            return empty(ax, "The designs do not differ: all figures are zero in all of them.")
        others = list(comparison.differences)
        _draw(ax, comparison, groups, others)
        _foot(ax, comparison, nothing)
        text = _finding(comparison, groups, others)
        finding(ax, text)
        return describe(ax, f"{text}. " + " ".join(line.words() for lines in groups.values() for line in lines))


@dataclass(frozen=True)
class _Line:
    """One figure in all designs: ``before`` (mean in the first), ``apart`` (design -> Estimate of the difference)."""

    name: str
    text: str
    before: float
    apart: dict

    def scale(self, other):
        """What a difference is a share of: the larger of the two means."""
        return max(abs(self.before), abs(self.before + self.apart[other].mean)) or 1.0

    def verdict(self, other):
        apart = self.apart[other]
        if math.isnan(apart.low):
            return "cannot tell"
        return "more" if apart.low > 0 else "less" if apart.high < 0 else "no difference seen"

    def words(self):
        return f"{self.text}: " + ", ".join(
            f"{write_estimate(self.name, apart, difference=True)} in {other} ({self.verdict(other)})"
            for other, apart in self.apart.items()
        ) + "."  # fmt: skip


def _groups(comparison):
    """(group -> its lines, names of figures that are zero everywhere or known nowhere)."""
    base, groups, nothing = comparison.designs[comparison.first].summary(), {}, []
    for group, metrics in GROUPS.items():
        for metric in metrics:
            apart = {other: found[metric] for other, found in comparison.differences.items()}
            apart = {other: each for other, each in apart.items() if not math.isnan(each.mean)}
            if not apart or (base[metric].mean == 0 and all(each.mean == 0 for each in apart.values())):
                nothing.append(label(metric))
            else:
                groups.setdefault(group, []).append(_Line(metric, label(metric), base[metric].mean, apart))
    for what in ("response", "completion"):
        apart = {other: found[what] for other, found in comparison.customers.items()}
        apart = {other: each for other, each in apart.items() if not math.isnan(each.mean)}
        before = base[f"{what}_mean"].mean
        if apart and not math.isnan(before):
            groups.setdefault(PAIRS, []).append(_Line(f"{what}_mean", what, before, apart))
    return groups, nothing


def _draw(ax, comparison, groups, others):
    level, labels = 0.0, []
    for group, lines in groups.items():
        ax.text(0, level, group, transform=ax.get_yaxis_transform(), fontweight="bold", va="center", fontsize=11)
        level += 1
        for line in lines:
            labels.append((level, line.text))
            for number, other in enumerate(others):
                if other in line.apart:
                    _mark(ax, level, line, other, number, len(others))
            level += 1
        level += 0.2
    ax.axvline(0, color=INK, lw=1.2, zorder=1)
    ax.set_ylim(level - 0.4, -0.6)
    ax.set_xlim(-EDGE * 1.02, EDGE * 1.02)
    ax.set_yticks(*zip(*labels))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color="#e4e4e8", lw=0.8)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f} %" if value else "0"))
    ax.set_xlabel(f"less than in {comparison.first}   |   more    (of the larger of the two)")


def _mark(ax, level, line, other, number, count):
    apart, scale = line.apart[other], line.scale(other)
    seen = line.verdict(other) in ("more", "less")
    colour = SEEN if seen else UNSEEN
    y = level + (number - (count - 1) / 2) * 0.62 / count
    low, high = (np.clip(end / scale, -EDGE, EDGE) for end in (apart.low, apart.high))
    if not math.isnan(low):
        ax.plot([low, high], [y, y], color=colour, lw=2.4, solid_capstyle="butt", zorder=2)
    middle = float(np.clip(apart.mean / scale, -EDGE, EDGE))
    ax.plot(
        middle, y, marker=MARKERS[number % len(MARKERS)], color=colour if seen else PAPER, mec=colour, mew=1.6, ms=7.5,
        ls="", zorder=3,
    )  # fmt: skip
    if count == 1:
        if math.isnan(line.before):
            means = ""
        else:
            means = f"  ({write(line.name, line.before)} \N{RIGHTWARDS ARROW} {write(line.name, line.before + apart.mean)})"
        ax.annotate(
            write_estimate(line.name, apart, difference=True).replace("-", "\N{MINUS SIGN}") + means, (1, y),
            xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=10.5, color=INK if seen else "#6d6d73", annotation_clip=False,
        )  # fmt: skip


def _foot(ax, comparison, nothing):
    others = list(comparison.differences)
    parts = [
        Line2D([], [], color=SEEN, marker=MARKERS[number % len(MARKERS)], ms=7.5, lw=2.4, label=other)
        for number, other in enumerate(others)
    ] if len(others) > 1 else []  # fmt: skip
    if nothing:
        names = ", ".join(nothing)
        parts.append(Line2D([], [], ls="", label=f"zero in all, or not known: {names}"))
    grey = "no difference seen (the 95 % interval holds 0)"
    parts.insert(0, Line2D([], [], color=UNSEEN, marker="o", mfc=PAPER, mew=1.6, ms=7.5, lw=2.4, label=grey))
    ax.legend(handles=parts, loc="upper left", bbox_to_anchor=(-0.25, -0.14), fontsize=10.5)


def _finding(comparison, groups, others):
    runs = len(comparison.seeds)
    lines = [line for lines in groups.values() for line in lines]
    if len(others) > 1:
        seen = sum(line.verdict(other) in ("more", "less") for line in lines for other in line.apart)
        return f"{seen} of {sum(len(line.apart) for line in lines)} differences from {comparison.first} are seen in {runs} runs"
    (other,) = others
    named = [line for line in lines if line.name in ("response_mean", "completion_mean", "errors", "inconsistent")]
    named = [line for line in named if line.verdict(other) in ("more", "less") and line.text != "completion"]
    named = [line for line in named if line.text != "response"]
    if not any(line.verdict(other) in ("more", "less") for line in lines):
        return f"No difference seen between {other} and {comparison.first} in {runs} runs each"
    words = ", ".join(f"{line.text} {_change(line, other)}" for line in named) or "a difference is seen"
    return f"{other} against {comparison.first}: {words} ({runs} runs each)"


def _change(line, other):
    return f"{write(line.name, line.before)} \N{RIGHTWARDS ARROW} {write(line.name, line.before + line.apart[other].mean)}"
