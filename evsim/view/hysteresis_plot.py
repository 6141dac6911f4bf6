"""Goodput against load, on the way up and on the way back: the picture of an :func:`evsim.hysteresis` result."""

import numpy as np

from evsim.view.scene.marks import End, look_of
from evsim.view.scene.paper import draw_ends
from evsim.view.style import COLOURS, INK, Mark, describe, figure, seconds, title

__all__ = ["hysteresis"]

UP = Mark(COLOURS["blue"], "^", "-")
ALL = Mark(COLOURS["grey"], "", "-")
DOWN = Mark(COLOURS["red"], "v", (0, (5, 1.5)))


def hysteresis(hysteresis, ax=None, storm=None):
    """Draw the goodput at each load, going up and coming back, with 95 % intervals; return the axes.

    storm: what :func:`evsim.theory.retry_storm` says about any of the loads; its two limits are drawn dotted.
    """
    up, down = hysteresis.way("up"), hysteresis.way("down")
    with figure(ax) as ax:
        top = max(up)
        ax.set(xlim=(0, 1.04 * top), ylim=(0, 1.1 * top))
        ax.plot([0, top], [0, top], color=ALL.colour, ls=ALL.line, lw=1, zorder=1)
        for way, mark in ((up, UP), (down, DOWN)):
            loads, means = list(way), [each.mean for each in way.values()]
            low, high = ([getattr(each, end) for each in way.values()] for end in ("low", "high"))
            ax.fill_between(loads, np.clip(low, 0, None), high, color=mark.colour, alpha=0.15, lw=0, zorder=2)
            ax.plot(loads, means, **mark.style, zorder=3)
        if storm is not None:
            _limits(ax, storm)
        ax.set_xlabel(f"customers who come (a second, {seconds(hysteresis.hold)} at each load)")
        ax.set_ylabel("goodput (a second)")
        first, last = min(up), max(up)
        ends = (up[last].mean + 1e-9, "the load goes up", UP), (down[last].mean, "and comes down", DOWN)
        draw_ends(ax, [End(y, name, look_of(mark)) for y, name, mark in ((top, "all who come", ALL), *ends)])
        text = _finding(hysteresis)
        title(ax, text)
        words = [f"At {load:g}/s: {up[load].mean:.3g}/s on the way up, {down[load].mean:.3g}/s on the way down."
                 for load in up if load != last]  # fmt: skip
        return describe(ax, f"{text}. From {first:g}/s to {last:g}/s and back. {' '.join(words)}")


def _limits(ax, storm):
    """Where the bad state begins to keep itself up, and where it begins by itself."""
    for load, words in (
        (storm.lowest, f"below {storm.lowest:.3g}/s\nit comes back"),
        (storm.highest, f"above {storm.highest:.3g}/s\nit goes down by itself"),
    ):
        if load < ax.get_xlim()[1]:
            ax.axvline(load, color=INK, lw=1, ls=(0, (1, 2)), zorder=1)
            ax.annotate(words, (load, 1), xytext=(-4, -4), xycoords=ax.get_xaxis_transform(),
                        textcoords="offset points", ha="right", va="top", fontsize=10)  # fmt: skip


def _finding(hysteresis):
    up, down, apart = hysteresis.way("up"), hysteresis.way("down"), hysteresis.apart
    if not apart:
        return "No difference seen between the way up and the way back"
    worst = max(apart, key=lambda load: up[load].mean - down[load].mean)
    return (
        f"At {worst:g} customers a second the goodput is {up[worst].mean:.3g} a second on the way up, "
        f"and {down[worst].mean:.3g} on the way back"
    )
