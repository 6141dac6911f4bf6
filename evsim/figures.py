"""Figures: what can be measured of a run. Each is declared once; whoever shows, compares or judges it reads that.

The core declares its figures in ``evsim.results.measures``, a part in its module ``figures``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from evsim.counting import digits, places
from evsim.registry import folders

__all__ = [
    "CHANNEL", "COST", "FEELS", "LESS", "LOST", "MORE", "PARTITION", "PHASE", "POINTS", "RUN", "SERVICE", "TRUE",
    "UNITS", "Figure", "Over", "better_or_worse", "decimals", "figure", "figures", "grouped", "groups", "headlines",
    "label", "unit_of", "write", "write_as", "write_estimate", "write_limit",
]  # fmt: skip

# What a figure is of.
RUN = "run"  # all customers who count
PHASE = "phase"  # those of them who came before, during or after a fault
SERVICE = "service"
CHANNEL = "channel"  # a channel and a service that subscribes to it
PARTITION = "partition"  # one partition of a log, for a service that subscribes to it

UNITS = {"s": "seconds", "1/s": "a second", "share": "0 to 1", "count": "how many", "ratio": "a ratio",
         "money": "an amount"}  # fmt: skip
MORE, LESS = "more", "less"  # which way is better

# Which of the figures of a run belong together.
FEELS, TRUE = "What the customer feels", "What became true"
LOST, COST = "What was lost", "What it cost"

POINTS = ("mean", "p50", "p90", "p95", "p99", "p99.9")  # of a figure that every customer, or attempt, has a value of
CORE = "evsim.results.measures"
USUAL, MOST = 3, 12  # digits
LEAST = {"s": 0.9995e-9, "1/s": 1e-12, "share": 1e-12, "count": 1e-12, "ratio": 1e-12}  # what is less is written as 0
ROUNDING = 1e-9  # of a mean: an interval that is narrower comes of rounding


@dataclass(frozen=True)
class Over:
    """Of a share, the denominator: ``of(what)``.

    clock: ``clock(what)`` is the part of it that is the same for all parts of a run, and known at its end.
    """

    of: Callable
    clock: Callable | None = None


@dataclass(frozen=True)
class Figure:
    """One figure: its ``name``, its ``unit`` (of ``UNITS``), and what it is, in a sentence: ``about``.

    ``of(what)`` works it out, NaN where there is none; *what* is of the class that ``evsim.results`` has for the places
    ``where`` it applies. With ``points``, `of` gives an array, a value for each customer or attempt, and the figure is
    its mean and percentiles: ``name_mean``, ``name_p50`` ...

    ``adds``: how the values of parts of a run make up that of the whole, for summary records: "sum", "largest", "last",
    :class:`Over` for a share, or "not". By default counts and rates are summed up, and nothing else is known of the
    whole. A figure with points is the mean and the percentiles of all values, in whatever parts they come.

    ``better`` says which way. ``group`` is the heading of a figure of a run. Where there is room for a few, it stands
    in the places that are ``shown`` (None: all of them); of one with points, those named by ``points``. ``trials``: of
    a share, the figure that counts what it is a share of, as far as there is one; ``each``: what one of those in the
    share is, as "cold"; without a word, those that are missing in it failed.
    """

    name: str
    unit: str
    about: str
    of: Callable
    better: str | None = LESS
    where: tuple = (SERVICE,)
    group: str = COST
    points: tuple = ()
    shown: tuple | None = None
    adds: "str | Over" = ""
    trials: str = ""
    each: str = ""

    def __post_init__(self):
        if not self.adds:
            object.__setattr__(self, "adds", "sum" if self.unit in ("count", "1/s") else "not")

    @property
    def names(self):
        """The names of its values."""
        return tuple(f"{self.name}_{point}" for point in POINTS) if self.points else (self.name,)

    def headlines(self, where):
        """Those of its names that stand where there is room for a few figures of a place."""
        if where not in (self.where if self.shown is None else self.shown):
            return ()
        return tuple(f"{self.name}_{point}" for point in self.points) or self.names


@cache
def _declared():
    """((words of the part, none of the core; figure), ...): the core's first, then those of the parts."""
    found = [(frozenset(), each) for each in import_module(CORE).FIGURES]
    for together in folders().values():
        module = together[0].module("figures")
        found += [(frozenset(each.word for each in together), each) for each in (module.FIGURES if module else ())]
    return tuple(found)


def figures(where=None, words=None):
    """All figures, or those that apply to one place; of the parts' those with one of some `words` (None: of all)."""
    return [
        each
        for mine, each in _declared()
        if (where is None or where in each.where) and (not mine or words is None or not mine.isdisjoint(words))
    ]


@cache
def _by_name():
    found = {}
    for each in (*figures(RUN), *figures()):
        for name in each.names:
            found.setdefault(name, each)
    return found


def figure(name):
    """The figure that has a value of this name (``response`` for ``response_p99``), of a run first; None if none."""
    return _by_name().get(name)


def headlines(where, words=None):
    """The names that stand where there is room for a few figures of a place."""
    return tuple(name for each in figures(where, words) for name in each.headlines(where))


def grouped():
    """heading -> the figures of a run below it."""
    found = {heading: [] for heading in (FEELS, TRUE, LOST, COST)}
    for each in figures(RUN):
        found.setdefault(each.group, []).append(each)
    return found


def groups(measured):
    """heading -> names of what was `measured` of a run, as far as it stands where there is room for a few."""
    named = {
        heading: [name for each in its for name in each.headlines(RUN) if name in measured]
        for heading, its in grouped().items()
    }
    return {heading: names for heading, names in named.items() if names}


def unit_of(name):
    found = figure(name)
    return found.unit if found else "count"


def better_or_worse(name, verdict):
    """Whether *more* or *less* of a figure is "better" or "worse"; "" where it is neither, or no verdict."""
    found = figure(name)
    if found is None or found.better is None or verdict not in (MORE, LESS):
        return ""
    return "better" if verdict == found.better else "worse"


# In words.


def label(name):
    """A name as words: ``response_p99`` is "response p99"."""
    return name.replace("_", " ")


def write(name, value, limit=None):
    """A figure as a person reads it: 6.1 ms, 99.98 %, 51.1/s, 2,809; a dash where there is none.

    It has as many digits as tell it from a ``limit`` that stands beside it.
    """
    return write_as(unit_of(name), value, limit)


def write_as(unit, value, limit=None):
    """A number of a `unit` as a person reads it."""
    if value is None or math.isnan(value):
        return "-"
    value = _seen(unit, value)
    factor, sign = _scale(unit, abs(value))
    value *= factor
    many = USUAL
    if sign == " %":  # as many more as keep 99.98 % from becoming 100 %
        while value < 100 and float(f"{value:.{many}g}") >= 100:
            many += 1
    if limit is not None:
        limit *= factor
        while many < MOST and _side(_rounded(value, many), limit) != _side(value, limit):
            many += 1
    return _digits(value, many) + sign


def write_limit(name, limit):
    """A limit as it was given, with all of its digits: 99.95 %, 1.234 s."""
    factor, sign = _scale(unit_of(name), abs(limit))
    many = USUAL
    while many < MOST and _side(_rounded(limit * factor, many), limit * factor):
        many += 1
    return _digits(limit * factor, many) + sign


def write_estimate(name, estimate, difference=False, limit=None):
    """Mean and half the width of the interval, both to the same decimal (:func:`decimals`): 101.1 ± 0.6 ms.

    A ``difference`` has a sign; that of two shares is in points. Mean and interval lie where they do beside a
    ``limit``, however near it is; those of a difference, beside 0.
    """
    if math.isnan(estimate.mean):
        return "-"
    half, sign = estimate.half_width, "+" if difference else ""
    size = _seen(unit_of(name), max(abs(estimate.mean), 0.0 if math.isnan(half) else half))
    mean, half = (estimate.mean, half) if size else (0.0, 0.0)
    factor, unit = _scale(unit_of(name), size)
    if difference and unit == " %":
        unit = " points"
    if math.isnan(half) or half <= ROUNDING * abs(mean):
        text = write(name, mean, limit) if unit != " points" else _digits(mean * factor) + unit
        return sign + text if mean > 0 else text
    mean, half = mean * factor, half * factor
    beside = 0.0 if difference else None if limit is None else limit * factor
    many = first = decimals(half)
    if beside is not None:
        many = next((each for each in range(first, first + 6) if _same(mean, half, beside, each)), first)
    return f"{places(mean, many, sign)} ± {places(half, many)}{unit}"


def decimals(half):
    """Of a mean and half of its interval, to which decimal both are written; below 0 are tens, hundreds ...

    The first digit of the half that is not 0; one more where that half begins with less than 3.55, as its first digit
    alone would then be a seventh off (the rule of the Particle Data Group, Review of Particle Physics, 5.3).

    >>> decimals(0.00064), decimals(0.21), decimals(203), decimals(0.96)
    (4, 2, -1, 1)
    """
    begins, _, power = f"{half:.2e}".partition("e")
    return (float(begins) < 3.55) - int(power)


def _same(mean, half, limit, many):
    """Whether an interval that is written to such a decimal lies beside the limit as it does."""
    written = round(mean, many), round(half, many)
    return all(
        _side(written[0] + times * written[1], limit) == _side(mean + times * half, limit) for times in (-1, 0, 1)
    )


def _side(value, limit):
    """1 above the limit, -1 below it, 0 at it."""
    return 0 if math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12) else 1 if value > limit else -1


def _seen(unit, value):
    """A value, or 0 where it is too small to be told from it."""
    return value if abs(value) >= LEAST.get(unit, 0.0) else 0.0


def _scale(unit, size):
    """(factor, sign) for a value of this unit and size."""
    size = float(f"{size:.3g}")  # as it will be written: 0.9999 ms becomes 1 ms and not 1,000 us
    if unit == "s":
        if size >= 1:
            return 1, " s"
        return (1e3, " ms") if size >= 1e-3 or size == 0 else (1e6, " us")
    return (100, " %") if unit == "share" else (1, "/s" if unit == "1/s" else "")


def _digits(value, most=USUAL):
    """So many digits, or all before the point."""
    return f"{value + 0.0:,.0f}" if _is_whole(value, most) else digits(value, most, ",")


def _rounded(value, most):
    """What is written, as a number."""
    return float(f"{value:.0f}" if _is_whole(value, most) else f"{value:.{most}g}")


def _is_whole(value, most):
    return abs(value) >= 10**most - 0.5 or value == int(value)
