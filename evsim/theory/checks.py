"""Checks of arguments: one ValueError that names the argument, its value, the rule and the way out."""

import math
from numbers import Integral, Real

from evsim.counting import digits

__all__ = ["at_least", "fraction", "one_of", "positive", "probability_level", "several", "stable", "whole"]


def _number(name, value, rule):
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name}={value!r} must be {rule}: give a plain number, in seconds or per second")


def positive(**values):
    """Refuse whatever is not a finite number above 0."""
    for name, value in values.items():
        _number(name, value, "a finite number above 0")
        if value <= 0:
            raise ValueError(f"{name}={value!r} must be above 0: give a positive rate or time")


def at_least(minimum, **values):
    """Refuse whatever is not a finite number of at least `minimum`."""
    for name, value in values.items():
        _number(name, value, f"a finite number, {minimum} or more")
        if value < minimum:
            raise ValueError(f"{name}={value!r} must be {minimum} or more: raise it")


def fraction(**values):
    """Refuse whatever is not a number from 0 to 1."""
    for name, value in values.items():
        _number(name, value, "a number from 0 to 1")
        if not 0 <= value <= 1:
            raise ValueError(f"{name}={value!r} must be from 0 to 1: divide a percentage by 100")


def whole(minimum=1, **values):
    """Refuse whatever is not a whole number of at least `minimum`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise ValueError(f"{name}={value!r} must be a whole number, {minimum} or more: give an int")
        if value < minimum:
            raise ValueError(f"{name}={value!r} must be {minimum} or more: raise it")


def several(**values):
    """Refuse whatever is not a list of numbers."""
    for name, value in values.items():
        if isinstance(value, str | bytes) or not hasattr(value, "__len__"):
            raise ValueError(f"{name}={value!r} must be a list of numbers")


def one_of(choices, **values):
    """Refuse whatever is not among `choices`."""
    for name, value in values.items():
        if value not in choices:
            raise ValueError(f"{name}={value!r} must be one of {', '.join(choices)}")


def probability_level(probability):
    """Refuse a quantile's level outside [0, 1)."""
    _number("probability", probability, "a number from 0 up to, but not including, 1")
    if not 0 <= probability < 1:
        raise ValueError(f"probability={probability!r} must be from 0 up to, but not including, 1: p99 is 0.99")


def stable(utilisation, arrival_rate, capacity, way_out, name="arrival_rate"):
    """Refuse a system that is offered as much as it can do, or more: its queue grows without end."""
    if not utilisation < 1:
        raise ValueError(
            f"{name}={arrival_rate!r} against a capacity of {digits(capacity)}/s makes a utilisation of "
            f"{digits(utilisation, 4)}, which must be below 1 for a steady state to exist: {way_out}"
        )
