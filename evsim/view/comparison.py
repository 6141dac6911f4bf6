"""Designs compared in pairs: the differences of an :func:`evsim.compare` result, as a forest plot."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from evsim.figures import groups, label, write, write_estimate
from evsim.view.style import INK, LESSON, PAPER, count, describe, empty, figure, title

__all__ = ["comparison"]

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
ROW, LETTER = 0.27, 0.09  # inches


def comparison(comparison, ax=None):
    """Draw how each design of an :func:`evsim.compare` result differs from the first, with 95 % intervals.

    A difference is drawn as a share of the larger of the two means, so that times, counts and shares fit
    one axis: -100 % is "gone", +100 % "new". Grey and hollow: the interval holds zero, so no difference was
    seen. Figures that are zero in all designs are named below.
    """
    groups, nothing = _groups(comparison)
    rows = sum(len(lines) + 1.2 for lines in groups.values())
    with figure(ax, (LESSON[0], max(LESSON[1], 1.7 + ROW * rows))) as ax:
        if not groups:
            return empty(ax, "The designs do not differ: all figures are zero in all of them.")
        others = list(comparison.differences)
        _draw(ax, groups, others)
        _legend(ax, others, nothing, len(comparison.seeds) > 1)
        text = _finding(comparison, groups, others)
        title(ax, text, 0.3 + LETTER * max(len(each.get_text()) for each in ax.get_yticklabels()))
        words = [line.words() for lines in groups.values() for line in lines]
        if nothing:
            words.append(f"Zero in all designs, or not known: {', '.join(nothing)}.")
        return describe(ax, f"{text}. " + " ".join(words))


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


def _draw(ax, groups, others):
    level, labels, headings = 0.0, [], []
    for group, lines in groups.items():
        headings.append(len(labels))
        labels.append((level, group))
        for line in lines:
            level += 1
            labels.append((level, line.text))
            for number, other in enumerate(others):
                if other in line.apart:
                    _mark(ax, level, line, other, number, len(others))
        level += 1.2
    ax.axvline(0, color=INK, lw=1.2, zorder=1)
    ax.set_ylim(level - 0.5, -0.6)
    ax.set_xlim(-EDGE * 1.02, EDGE * 1.02)
    ax.set_yticks(*zip(*labels))
    for number in headings:
        ax.get_yticklabels()[number].set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color="#e4e4e8", lw=0.8)
    ax.set_xticks([-1, 0, 1] if len(others) == 1 else [-1, -0.5, 0, 0.5, 1])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f} %" if value else "0"))
    ax.text(-0.05, -0.1, "less \N{LEFTWARDS ARROW}", ha="right", va="center", fontsize=11)
    ax.text(0.05, -0.1, "\N{RIGHTWARDS ARROW} more", ha="left", va="center", fontsize=11)
    ax.set_xlabel("difference (% of the larger mean)")


def _mark(ax, level, line, other, number, designs):
    apart, scale, seen = line.apart[other], line.scale(other), line.seen(other)
    colour = SEEN if seen else UNSEEN
    y = level + (number - (designs - 1) / 2) * 0.62 / designs
    if not math.isnan(apart.low):
        low, high = (float(np.clip(end / scale, -EDGE, EDGE)) for end in (apart.low, apart.high))
        ax.plot([low, high], [y, y], color=colour, lw=2.4, solid_capstyle="butt", zorder=2)
    ax.plot(
        float(np.clip(apart.mean / scale, -EDGE, EDGE)),
        y,
        marker=MARKERS[number % len(MARKERS)],
        mec=colour,
        color=colour if seen else PAPER,
        mew=1.6,
        ms=7.5,
        ls="",
        zorder=3,
    )
    if designs == 1:
        means = "" if line.paired else f"  ({line.change(other)})"
        words = write_estimate(line.name, apart, difference=True).replace("-", "\N{MINUS SIGN}") + means
        ax.annotate(
            words,
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=INK if seen else "#6d6d73",
            annotation_clip=False,
        )


def _legend(ax, others, nothing, several_runs):
    grey = "no difference seen: the 95 % interval holds 0" if several_runs else "one run each: cannot tell"
    parts = [Line2D([], [], color=UNSEEN, marker="o", mfc=PAPER, mew=1.6, ms=7.5, lw=2.4, label=grey)]
    for number, other in enumerate(others if len(others) > 1 else ()):
        marker = MARKERS[number % len(MARKERS)]
        parts.append(Line2D([], [], color=SEEN, marker=marker, ms=7.5, lw=2.4, label=other))
    if nothing:
        left_out = f"not shown: {count(len(nothing), 'figure')}, zero in all or not known"
        parts.append(Line2D([], [], ls="", label=left_out))
    ax.legend(handles=parts, loc="upper left", bbox_to_anchor=(-0.1, -0.14), labelspacing=0.3)


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
        return f"{seen} of {count(total, 'difference')} from {first} are seen in {runs} runs each"
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
