"""Numbers and times as people say them, and lines of text."""

from re import sub
from textwrap import fill

__all__ = ["count", "listed", "seconds", "wrap"]


def seconds(value):
    """A time as people say it.

    >>> [seconds(each) for each in (0, 0.000_25, 0.0123, 0.98765, 1.5, 83.2, 720, 7500)]
    ['0 s', '0.25 ms', '12 ms', '988 ms', '1.5 s', '83 s', '12 min', '2 h 5 min']
    """
    if value != value:
        return "never"
    if value == 0:
        return "0 s"
    if value < 0:
        return "-" + seconds(-value)
    if value < 0.9995:
        return f"{_digits(value * 1000)} ms"
    if value < 600:
        return f"{_digits(value)} s"
    hours, minutes = divmod(round(value / 60), 60)
    return f"{minutes} min" if not hours else f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _digits(value):
    """Two significant digits, or all before the point."""
    if value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 0.995 else f"{value:.2g}"


def count(number, thing, things=None):
    """A number and what is counted.

    >>> count(1, "customer"), count(1200, "customer"), count(0, "reply", "replies")
    ('1 customer', '1,200 customers', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def listed(words, last="and"):
    """Words one after the other, with `last` before the last.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return f" {last} ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def wrap(text, width):
    """Text in lines of at most `width` letters; a number stays with its unit.

    >>> wrap("told after 4 ms", 13)
    'told after\\n4 ms'
    """
    kept = sub(r"(\d) (ms|s|min|h)\b", "\\1\N{NO-BREAK SPACE}\\2", text)
    return fill(kept, width).replace("\N{NO-BREAK SPACE}", " ")
