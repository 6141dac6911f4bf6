"""A number and what it counts; numbers and lists as people write them."""

import math
from decimal import Decimal

__all__ = ["LEAST", "count", "digits", "listed", "places"]

LEAST = 1e-15  # what is less is written as 0


def count(number, thing, things=None):
    """A number and what is counted.

    >>> count(1, "customer"), count(1200, "customer"), count(0, "reply", "replies")
    ('1 customer', '1,200 customers', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def digits(value, most=6, comma=""):
    """A number with so many significant digits, or all before the point; never with an exponent, and 0 has no sign.

    >>> digits(0.0000147), digits(1_234_567.8), digits(1_234_567.8, 3, ","), digits(-0.0), digits(2.50), digits(1e-99)
    ('0.0000147', '1234568', '1,234,568', '0', '2.5', '0')
    """
    if not math.isfinite(value):
        return f"{value:g}"
    value = 0.0 if abs(value) < LEAST else value
    short = f"{value:.0f}" if abs(value) >= 10**most - 0.5 else f"{value:.{most}g}"
    return f"{Decimal(short):{comma}f}"


def places(value, many, sign=""):
    """A number with so many places after the point; 0 has no minus.

    >>> places(-0.001, 2), places(-1234.5, 2), places(0.4, 0, "+")
    ('0.00', '-1,234.50', '+0')
    """
    return f"{round(value, many) + 0.0:{sign},.{max(0, many)}f}"


def listed(words, last="and"):
    """Words one after the other, with `last` before the last.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    words = list(words)
    return f" {last} ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])
