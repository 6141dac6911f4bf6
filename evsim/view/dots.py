"""100 customers: a quantile dot plot of response times. Each dot is one customer in a hundred.

Kay, Kola, Hullman and Munson (2016, "When (ish) is my bus?") found that people read such dots better than densities.
"""

import numpy as np

from evsim.results.summary import percentiles
from evsim.results.tally import OK, PENDING
from evsim.view.designs import designs
from evsim.view.style import ERROR, INK, TOLD, count, describe, empty, figure, seconds, time_axis, title

__all__ = ["latency"]

DOTS = 100
SPREAD = 15  # a longest time this many medians away asks for a logarithmic axis
FULL = 0.8  # share of a strip's height that the dots may take
WAITING = ("#ffffff", "o")


def latency(run, ax=None):
    """Draw how long 100 customers waited for their answer, errors included.

    run: one run, or several (a list, or label -> run), one above the other on one axis. Customers are those who
    arrived after the warm-up; with fewer than 100 of them each dot is one.
    """
    strips = {name: _Strip(each) for name, each in designs(run).items()}
    with figure(ax) as ax:
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
        outcome, response = run.tally.outcome[cohort], run.tally.response[cohort]
        self.count = len(outcome)
        self.answered = response[outcome != PENDING]
        self.errors = int(((outcome != OK) & (outcome != PENDING)).sum())
        self.each = "1 customer" if self.count < DOTS else "1 customer in 100"
        groups = [np.sort(response[outcome == OK]), np.sort(response[(outcome != OK) & (outcome != PENDING)])]
        sizes = [len(groups[0]), len(groups[1]), int((outcome == PENDING).sum())]
        shares = _whole(sizes, min(self.count, DOTS))
        self.good, self.bad = (_quantiles(group, share) for group, share in zip(groups, shares))
        self.no_answer = shares[2]
        self.dots = np.concatenate([self.good, self.bad])

    def words(self):
        if not len(self.answered):
            return f"no answer for any of {count(self.count, 'customer')}"
        known = percentiles(self.answered, "response")
        high = f", 99 of 100 within {seconds(known['response_p99'])}" if known["response_p99"] >= 0 else ""
        errors = f", {count(self.errors, 'error')}" if self.errors else ""
        return f"half within {seconds(float(np.median(self.answered)))}{high}{errors}"


def _whole(sizes, dots):
    """Shares of `dots` for groups of these sizes, as whole numbers that add up (largest remainders)."""
    if not sum(sizes):
        return [0] * len(sizes)
    exact = [dots * size / sum(sizes) for size in sizes]
    whole = [int(share) for share in exact]
    for index in sorted(range(len(sizes)), key=lambda i: whole[i] - exact[i])[: dots - sum(whole)]:
        whole[index] += 1
    return whole


def _quantiles(times, dots):
    """The times at the middles of `dots` equal shares of sorted `times`."""
    return times[((np.arange(dots) + 0.5) / dots * len(times)).astype(int)] if dots else np.empty(0)


def _finding(strips):
    if len(strips) == 1:
        (strip,) = strips.values()
        return f"{strip.words().capitalize()}."
    halves = sorted((float(np.median(s.answered)), name) for name, s in strips.items() if len(s.answered))
    return "Half of the customers have their answer within " + ", ".join(f"{seconds(t)} ({n})" for t, n in halves) + "."


def _draw(ax, strips):
    every = np.concatenate([strip.dots for strip in strips.values()])
    longest = every.max()
    medians = [np.median(strip.dots) for strip in strips.values() if len(strip.dots)]
    log = every.min() > 0 and longest > SPREAD * min(medians)
    left, right = (every.min() / 1.3, longest * 1.3) if log else (0.0, longest * 1.04 or 1e-3)
    box = ax.get_position()
    width, height = ax.figure.get_figwidth() * box.width, ax.figure.get_figheight() * box.height * 0.86
    if any(strip.no_answer for strip in strips.values()):
        width *= 0.92
    strip_height = height / len(strips)
    columns = _columns(strips, left, right, log, width, strip_height)
    size = width / columns
    ax.set_ylim(0, height)
    ax.set_xscale("log" if log else "linear")
    ax.set_xlim(left, right)
    for number, (name, strip) in enumerate(strips.items()):
        base = height - (number + 1) * strip_height
        _draw_strip(ax, strip, base, (left, right, log), columns, size, strip_height)
        ax.axhline(base, color=INK, lw=0.8)
        if len(strips) > 1:
            ax.annotate(
                f"{name}: {strip.words()}", (0, base + strip_height * 0.97), xycoords=("axes fraction", "data"),
                ha="left", va="top", fontsize=11,
            )  # fmt: skip
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    time_axis(ax.xaxis, longest, "time until the customer was told")
    if log:
        ax.xaxis.set_minor_formatter("")
    _legend(ax, strips)
    title(ax, _finding(strips).rstrip("."))


def _bins(values, edges, columns):
    """The column of each value."""
    left, right, log = edges
    place = np.log(values / left) / np.log(right / left) if log else (values - left) / (right - left)
    return np.clip((place * columns).astype(int), 0, columns - 1)


def _columns(strips, left, right, log, width, height):
    """The fewest columns (so the largest dots) whose highest stack stays inside its strip."""
    for columns in range(16, 110, 2):
        tallest = max(
            np.bincount(_bins(strip.dots, (left, right, log), columns)).max(initial=0) for strip in strips.values()
        )
        tallest = max(tallest, *(strip.no_answer for strip in strips.values()), 1)
        if tallest * width / columns <= FULL * height:
            break
    return columns


def _draw_strip(ax, strip, base, edges, columns, size, height):
    left, right, log = edges
    bins = _bins(strip.dots, edges, columns)
    order = np.lexsort((np.arange(len(bins)) >= len(strip.good), bins))
    stack = np.bincount(bins, minlength=columns) if len(bins) else np.zeros(columns, dtype=int)
    step = min(size, FULL * height / max(stack.max(initial=1), strip.no_answer, 1))
    level = np.empty(len(bins), dtype=int)
    level[order] = np.arange(len(bins)) - np.repeat(np.cumsum(stack) - stack, stack)
    share = (bins + 0.5) / columns
    x = left * (right / left) ** share if log else left + (right - left) * share
    y = base + step * (level + 0.5)
    area = (0.9 * size * 72) ** 2
    good = np.arange(len(bins)) < len(strip.good)
    ax.scatter(x[good], y[good], s=area, c=TOLD.colour, marker="o", lw=0.5, edgecolors="white", label="_told")
    ax.scatter(x[~good], y[~good], s=area * 0.5, c=ERROR.colour, marker="x", lw=1.8, label="_error")
    if strip.no_answer:
        fill, marker = WAITING
        levels = base + min(step, size) * (np.arange(strip.no_answer) + 0.5)
        ax.scatter(
            np.full(strip.no_answer, 1.04), levels, s=area, c=fill, marker=marker, edgecolors=INK, clip_on=False,
            transform=ax.get_yaxis_transform(), label="_no answer",
        )  # fmt: skip
        ax.annotate(
            "no\nanswer", (1.04, 0), xycoords="axes fraction", xytext=(0, -6), textcoords="offset points", ha="center",
            va="top", fontsize=11, annotation_clip=False,
        )  # fmt: skip


def _legend(ax, strips):
    dots = {strip.each for strip in strips.values() if strip.count}
    ax.scatter([], [], s=60, c=TOLD.colour, marker="o", label=f"told yes (a dot: {' or '.join(sorted(dots))})")
    if any(len(strip.bad) for strip in strips.values()):
        ax.scatter([], [], s=40, c=ERROR.colour, marker="x", lw=1.8, label="told no: error, timeout or refusal")
    ax.legend(loc="upper right", bbox_to_anchor=(1, 1.02), borderaxespad=0, handletextpad=0.2)
