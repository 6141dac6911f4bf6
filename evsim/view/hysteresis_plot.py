"""Goodput against load, on the way up and on the way back: the picture of an :func:`evsim.hysteresis` result."""

from evsim.counting import digits
from evsim.view.scene.axes import Frame, counts
from evsim.view.scene.marks import Area, End, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, LESSON, seconds

__all__ = ["hysteresis", "scene"]

UP, DOWN = Look(COLOURS["blue"], "^"), Look(COLOURS["red"], "v", (5, 1.5))
ALL, LIMIT = Look(COLOURS["grey"], width=1.0), Look(INK, dash=(1, 2), width=1.0)


def hysteresis(hysteresis, ax=None, storm=None):
    """Draw the goodput at each load, going up and coming back, with 95 % intervals; return the axes.

    storm: what :func:`evsim.theory.retry_storm` says about any of the loads; its two limits are drawn dotted.
    """
    return scene(hysteresis, storm).draw(ax)


def scene(hysteresis, storm=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    up, down = hysteresis.way("up"), hysteresis.way("down")
    first, last = min(up), max(up)
    right, high = 1.04 * last, 1.1 * last
    ways = (("the load goes up", up, UP), ("and comes down", down, DOWN))
    marks = [Line("all who come", (0, last), (0, last), ALL), *(mark for way in ways for mark in _way(*way))]
    ends = [End(last, "all who come", ALL), *(End(way[last].mean, name, look) for name, way, look in ways)]
    text = _finding(hysteresis)
    ways_at = ((load, digits(up[load].mean, 3), digits(down[load].mean, 3)) for load in up if load != last)
    words = [f"At {digits(load)}/s: {one}/s on the way up, {other}/s on the way down." for load, one, other in ways_at]
    ends_at = f"From {digits(first)}/s to {digits(last)}/s and back"
    return Scene(
        "hysteresis", text, f"{text}. {ends_at}. {' '.join(words)}", LESSON, Frame(right),
        counts(0.0, right, f"customers who come (a second, {seconds(hysteresis.hold)} at each load)"),
        counts(0.0, high, "goodput (a second)"), marks=(*marks, *_limits(storm, right, high)), ends=tuple(ends),
    )  # fmt: skip


def _way(name, way, look):
    loads, (low, mean, high) = list(way), zip(*((max(0.0, each.low), each.mean, each.high) for each in way.values()))
    yield Area(f"{name}: 95 % interval", loads, list(low), list(high), Look(look.colour, opacity=0.15))
    yield Line(name, tuple(loads), mean, look, every=True)


def _limits(storm, right, high):
    """Where the bad state begins to keep itself up, and where it begins by itself."""
    limits = () if storm is None else (
        (storm.lowest, f"below {digits(storm.lowest, 3)}/s\nit comes back"),
        (storm.highest, f"above {digits(storm.highest, 3)}/s\nit goes down by itself"),
    )  # fmt: skip
    for load, words in limits:
        if load < right:
            yield Line("", (load, load), (0, high), LIMIT)
            yield Text(words, load, high, dx=-4, dy=-4, side="right", level="top", size=10)


def _finding(hysteresis):
    up, down, apart = hysteresis.way("up"), hysteresis.way("down"), hysteresis.apart
    if not apart:
        return "No difference seen between the way up and the way back"
    worst = max(apart, key=lambda load: up[load].mean - down[load].mean)
    return (
        f"At {digits(worst)} customers a second the goodput is {digits(up[worst].mean, 3)} a second on the way up, "
        f"and {digits(down[worst].mean, 3)} on the way back"
    )
