"""Axes of a scene: their limits, and how they are divided, in words."""

from dataclasses import dataclass, replace
from math import ceil, floor, isclose, log10

from evsim.counting import digits
from evsim.view.words import seconds

__all__ = ["Axis", "Frame", "amounts", "counts", "names", "nothing", "shares", "times"]

UNITS = (("h", 3600, 7200), ("min", 60, 600), ("s", 1, 1), ("ms", 0.001, 0))  # name, seconds, for at least
CLOCK = (0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 960, 1920)  # of a minute or an hour
SUBDIVISIONS = ((1, 2, 5), (1, 2, 5), (1, 3), (1,))  # of a decade, for 0, 1, 2 ... whole decades
MOST = 9  # divisions


@dataclass(frozen=True)
class Frame:
    """How far a scene reaches: from `left` to `right` (`log`: in equal factors), up to `top`; how fine its dots are."""

    right: float
    top: float = 1.0
    left: float = 0.0
    log: bool = False
    grain: tuple = ()

    @classmethod
    def around(cls, frames):
        """The smallest frame around all of some. A zero can't stand in equal factors."""
        log = any(frame.log for frame in frames)
        lefts = [frame.left for frame in frames if frame.left > 0 or not log]
        right, top = (max(getattr(frame, name) for frame in frames) for name in ("right", "top"))
        return cls(right, top, min(lefts), log, max(frame.grain for frame in frames))


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, `log`arithmic or not, with ``ticks`` (value, words) and a label; `line`: is it drawn?

    `grid`: whether faint lines lead from its ticks through the picture. Of names: `over` the picture, not below it;
    `turned`, where they are many; `nested`: indented, each below the one it belongs to.
    """

    low: float
    high: float
    label: str = ""
    ticks: tuple = ()
    log: bool = False
    line: bool = True
    grid: bool = False
    over: bool = False
    turned: bool = False
    nested: bool = False

    def with_grid(self):
        return replace(self, grid=True)


def times(left, right, what="time since the start", note="", log=False):
    """An axis of seconds in the unit that suits the longest of them (ms, s, min or h)."""
    if log:
        return Axis(left, right, f"{what} (logarithmic){note}", tuple(_decades(left, right)), log=True)
    unit, size = next((unit, size) for unit, size, least in UNITS if right >= least)
    if unit in ("min", "h"):
        step = next((step * size for step in CLOCK if right <= MOST * step * size), right / 8)
    else:
        step = _step(right - left, MOST)
    ticks = tuple((value, digits(value / size, 6, ",")) for value in _multiples(left, right, step))
    return Axis(left, right, f"{what} ({unit}){note}", ticks)


def counts(low, high, what, most=7):
    """An axis of whole numbers."""
    step = max(1, _step(high, most, (1, 2, 5, 10)))
    return Axis(low, high, what, tuple((value, f"{value:,.0f}") for value in _multiples(0, high, step)))


def amounts(low, high, what, words, most=7):
    """An axis of numbers, of which `words` writes each."""
    return Axis(
        low, high, what, tuple((value, words(value)) for value in _multiples(low, high, _step(high - low, most)))
    )


def shares(low, high, what):
    """An axis of shares, in percent."""
    ticks = tuple((value, f"{digits(100 * value)} %") for value in _multiples(0, high, _step(high, 6)))
    return Axis(low, high, what, ticks)


def names(low, high, places, label="", **how):
    """An axis without a line, with names at some of its places."""
    return Axis(low, high, label, tuple(places), line=False, **how)


def nothing(low, high):
    """An axis that isn't drawn."""
    return Axis(low, high, line=False)


def _step(length, most, digits=(1, 2, 2.5, 5, 10)):
    """A round number of which `length` has at most `most`."""
    least = length / most or 1
    ten = 10.0 ** floor(log10(least))
    return next(ten * digit for digit in digits if ten * digit >= least * (1 - 1e-9))


def _multiples(low, high, step):
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _decades(left, right):
    """Round times between two, a few in each decade."""
    digits = SUBDIVISIONS[min(int(log10(right / left)), 3)]
    for power in range(floor(log10(left)), ceil(log10(right)) + 1):
        for digit in digits:
            value = float(f"{digit}e{power}")
            if left <= value <= right or isclose(value, left) or isclose(value, right):
                yield value, seconds(value)
