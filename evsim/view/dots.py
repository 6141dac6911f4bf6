"""100 customers: a quantile dot plot of response times. Each dot is one customer in a hundred.

Kay, Kola, Hullman and Munson (2016, "When (ish) is my bus?") found that people read such dots better than
densities.
"""

import numpy as np

from evsim.results.percentiles import percentiles
from evsim.view.designs import designs, span, times
from evsim.view.style import ERROR, INK, LESSON, PAPER, TOLD, count, describe, empty, figure, seconds, title

__all__ = ["latency"]

DOTS = 100


def latency(run, ax=None):
    """Draw how long 100 customers waited for their answer, errors included.

    run: one run, or several (a list, or label -> run), one above the other on one axis. Customers are those
    who arrived after the warm-up; with fewer than 100 of them each dot is one.
    """
    strips = {name: _Strip(each) for name, each in designs(run).items()}
    with figure(ax, (LESSON[0], max(LESSON[1], 1.5 + 1.1 * len(strips)))) as ax:
        if not any(strip.count for strip in strips.values()):
            return empty(ax, "No customer came after the warm-up, so nobody waited.")
        if not any(len(strip.answered) for strip in strips.values()):
            return empty(ax, f"None of {count(sum(s.count for s in strips.values()), 'customer')} ever got an answer.")
        _draw(ax, strips)
        return describe(ax, f"{_finding(strips)} " + " ".join(f"{name}: {s.words()}." for name, s in strips.items()))


class _Strip:
    """The dots of one run: ``good`` and ``bad`` times, and how many have ``no_answer``."""

    def __init__(self, run):
        cohort = run.tally.cohort
        told, response = run.outcomes, run.tally.response[cohort]
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

    def __init__(self, strips):
        self.left, self.right, self.log = span([strip.dots for strip in strips if len(strip.dots)])

    def column(self, values, columns):
        """The column of each time."""
        place = values / self.right
        if self.log:
            place = np.log(values / self.left) / np.log(self.right / self.left)
        return np.clip((place * columns).astype(int), 0, columns - 1)

    def time(self, place):
        """The time at a share of the axis."""
        return self.left * (self.right / self.left) ** place if self.log else self.right * place


def _draw(ax, strips):
    axis = _Axis(strips.values())
    box = ax.get_position()
    width, height = ax.figure.get_figwidth() * box.width, ax.figure.get_figheight() * box.height * 0.86
    if any(strip.no_answer for strip in strips.values()):
        width *= 0.92
    strip_height = height / len(strips)
    room = strip_height * (0.97 if len(strips) == 1 else 0.78)
    columns, abreast = _sizes(axis, strips.values(), width, room)
    size = width / columns / abreast
    ax.set_ylim(0, height)
    times(ax, axis.left, axis.right, axis.log, "time until told")
    for number, (name, strip) in enumerate(strips.items()):
        base = height - (number + 1) * strip_height
        _draw_strip(
            ax,
            strip,
            axis,
            base,
            columns,
            abreast,
            min(size, room / _tallest([strip], axis, columns, abreast)),
            size,
        )
        ax.axhline(base, color=INK, lw=0.8)
        if len(strips) > 1:
            ax.annotate(
                f"{name}: {strip.words()}",
                (0, base + strip_height * 0.97),
                xycoords=("axes fraction", "data"),
                ha="left",
                va="top",
                fontsize=11,
            )
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    each = " or ".join(sorted({strip.each for strip in strips.values() if strip.count}))
    ax.set_xlabel(f"{ax.get_xlabel()}; a dot is {each}", loc="left")
    if any(len(strip.bad) for strip in strips.values()):
        ax.scatter([], [], s=45, c=ERROR.colour, marker="x", lw=1.8, label="told error")
        ax.legend(loc="upper right", bbox_to_anchor=(1, -0.09), borderaxespad=0, handletextpad=0.2)
    title(ax, _finding(strips).rstrip("."), 0.25)


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


def _draw_strip(ax, strip, axis, base, columns, abreast, step, size):
    bins = axis.column(strip.dots, columns)
    good = np.arange(len(bins)) < len(strip.good)
    order = np.lexsort((~good, bins))
    stack = np.bincount(bins, minlength=columns)
    number = np.empty(len(bins), dtype=int)
    number[order] = np.arange(len(bins)) - np.repeat(np.cumsum(stack) - stack, stack)
    x = axis.time((bins + (number % abreast + 0.5) / abreast) / columns)
    y = base + step * (number // abreast + 0.5)
    area = (0.9 * size * 72) ** 2
    ax.scatter(x[good], y[good], s=area, c=TOLD.colour, marker="o", lw=0.4, edgecolors="white")
    line = min(1.8, 0.16 * size * 72)
    ax.scatter(x[~good], y[~good], s=area * 0.5, c=ERROR.colour, marker="x", lw=line)
    if strip.no_answer:
        number = np.arange(strip.no_answer)
        ax.scatter(
            1.04 + (number % abreast - (abreast - 1) / 2) / columns / abreast,
            base + step * (number // abreast + 0.5),
            s=area,
            c=PAPER,
            marker="o",
            edgecolors=INK,
            lw=min(1.2, line),
            clip_on=False,
            transform=ax.get_yaxis_transform(),
        )
        ax.annotate(
            "no\nanswer",
            (1.04, 0),
            xycoords="axes fraction",
            xytext=(0, -6),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=11,
            annotation_clip=False,
        )
