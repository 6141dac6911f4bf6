"""Numbers and times as people say them, and lines of text."""

from re import sub
from textwrap import fill

from evsim.counting import count, digits

__all__ = ["count", "fold", "seconds", "short", "with_article", "wrap"]

NO_BREAK = "\N{NO-BREAK SPACE}"
LONGEST = 40  # letters of a word
NARROWER = 0.1  # inches
LEAST = 0.9995e-9  # seconds: nothing takes less than a nanosecond


def seconds(value):
    """A time as people say it.

    >>> [seconds(each) for each in (1e-12, 2e-8, 0.000_25, 0.0123, 0.98765, 1.5, 83.2, 720, 7500)]
    ['0 s', '0.00002 ms', '0.25 ms', '12 ms', '988 ms', '1.5 s', '83 s', '12 min', '2 h 5 min']
    """
    if value != value:
        return "never"
    if abs(value) < LEAST:
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
    return f"{value:.1f}".removesuffix(".0") if value >= 0.995 else digits(value, 2)


def with_article(name):
    """A name with *a* or *an* before it, as its first letter asks for.

    >>> with_article("customer row"), with_article("address")
    ('a customer row', 'an address')
    """
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def short(name, most=24):
    """A name of at most `most` letters: of a longer one the middle is left out, for it is its ends that differ.

    >>> short("mailing-list"), short("the-mailing-list-of-the-northern-region", 20)
    ('mailing-list', 'the-mailin…rn-region')
    """
    if len(name) <= most:
        return name
    end = (most - 1) // 2
    return f"{name[: most - 1 - end]}\N{HORIZONTAL ELLIPSIS}{name[-end:]}"


def wrap(text, width):
    """Text in lines of at most `width` letters; a number stays with its unit.

    >>> wrap("told after 4 ms", 13)
    'told after\\n4 ms'
    """
    return fill(_keep_units(text), width).replace(NO_BREAK, " ")


def fold(text, inches, size, weight="normal"):
    """Text in as few lines of at most `inches`, in letters of a `size`, as it takes; about equally long ones."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    words = [short(word, LONGEST) for word in _keep_units(text).split(" ")]
    wide = [text_to_path.get_text_width_height_descent(f"{word} ", font, False)[0] / 72 for word in words]
    lines = _lines(words, wide, inches)
    while (
        len(lines) > 1 and inches > NARROWER and len(narrower := _lines(words, wide, inches - NARROWER)) == len(lines)
    ):
        lines, inches = narrower, inches - NARROWER
    return "\n".join(lines).replace(NO_BREAK, " ")


def _lines(words, wide, inches):
    """Words of these widths in lines of at most `inches`."""
    lines, room = [], 0.0
    for word, width in zip(words, wide):
        if width > room:
            lines, room = [*lines, word], inches - width
        else:
            lines[-1], room = f"{lines[-1]} {word}", room - width
    return lines


def _keep_units(text):
    """Text in which a number can't be parted from its unit at the end of a line."""
    return sub(r"(\d) (%|ms|s|min|h)(?!\w)", f"\\1{NO_BREAK}\\2", text)
