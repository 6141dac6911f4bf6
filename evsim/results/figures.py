"""Figures in words: which belong together, and how a person reads one."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from evsim.registry import modules

__all__ = ["GROUPS", "POINTS", "Figure", "figures_of_parts", "label", "write", "write_estimate"]

GROUPS = {
    "What the customer feels": ("availability", "response_mean", "response_p50", "response_p99"),
    "What became true": (
        "completion_mean", "completion_p99", "consistency_lag_mean", "consistency_lag_p99",
        "effects_missing", "effects_repeated", "effects_undone", "inconsistent", "told_yes_not_true",
        "told_yes_never_true", "told_no_yet_true", "told_error_yet_true",
    ),
    "What was lost": ("errors", "timeouts", "rejected", "declined", "lost", "dead"),
    "What it cost": ("retries", "retry_amplification", "wasted_work"),
}  # fmt: skip
POINTS = ("mean", "p50", "p90", "p95", "p99", "p99.9")

_TIMES = ("response_", "completion_", "consistency_lag_", "wait_", "sojourn_", "age_")
_SHARES = ("availability", "utilisation", "wasted_work")
_RATES = ("throughput", "goodput")


@dataclass(frozen=True)
class Figure:
    """A figure that a part adds to those of a service: what it is ``about``, its ``unit`` (s, share, 1/s or count).

    ``of(run, service)`` works it out: NaN where there is none.
    """

    name: str
    unit: str
    about: str
    of: Callable


@cache
def figures_of_parts():
    """name -> :class:`Figure`, of all parts."""
    return {figure.name: figure for part in modules("figures") for figure in part.FIGURES}


def label(name):
    """A result name as words: ``response_p99`` is "response p99"."""
    return name.replace("_", " ")


def write(name, value):
    """A figure as a person reads it: 6.1 ms, 99.98 %, 51.1/s, 2,809; a dash where there is none."""
    if value is None or math.isnan(value):
        return "-"
    factor, unit = _scale(name, abs(value))
    value *= factor
    if unit != " %":
        return _digits(value) + unit
    digits = 3  # as many more as keep 99.98 % from becoming 100 %
    while value < 100 and float(f"{value:.{digits}g}") >= 100:
        digits += 1
    return f"{value:.{digits}g}{unit}"


def write_estimate(name, estimate, difference=False):
    """Mean and half the width of the interval: 101.1 ± 0.6 ms.

    A ``difference`` has a sign; that of two shares is in points.
    """
    if math.isnan(estimate.mean):
        return "-"
    half, sign = estimate.half_width, "+" if difference else ""
    factor, unit = _scale(name, max(abs(estimate.mean), 0.0 if math.isnan(half) else half))
    if difference and unit == " %":
        unit = " points"
    if math.isnan(half) or half == 0:
        text = write(name, estimate.mean) if unit != " points" else _digits(estimate.mean * factor) + unit
        return sign + text if estimate.mean > 0 else text
    exponent = int(f"{half * factor:.1e}".partition("e")[2])
    decimals = max(0, 1 - exponent)
    return f"{estimate.mean * factor:{sign},.{decimals}f} ± {half * factor:,.{decimals}f}{unit}"


def _scale(name, size):
    """(factor, unit) for a value of this size."""
    size = float(f"{size:.3g}")  # as it will be written: 0.9999 ms becomes 1 ms and not 1,000 us
    unit = figures_of_parts()[name].unit if name in figures_of_parts() else None
    if unit == "s" or name.startswith(_TIMES):
        if size >= 1:
            return 1, " s"
        return (1e3, " ms") if size >= 1e-3 or size == 0 else (1e6, " us")
    if unit == "share" or name in _SHARES:
        return 100, " %"
    return 1, "/s" if unit == "1/s" or name in _RATES else ""


def _digits(value):
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 999.5 or value == int(value) else f"{value:.3g}"
