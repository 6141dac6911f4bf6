"""A pipe of this computer, filled until its writer is held."""

import os

from evsim.lesson.wording import wrapped
from evsim.view.words import count

__all__ = ["real_pipe"]

LINE = b"a line of a file that somebody wants to count..................\n"
ON_LINUX = 1024


def real_pipe():
    """How many lines of 64 bytes go into a pipe of this computer that nobody reads, and when its writer may go on.

    Where a pipe can't be filled without waiting for a reader, as on Windows, it is what Linux says.
    """
    held, again = _fill()
    where = "" if held else " (This computer can't tell. This is what Linux does.)"
    held, again = held or ON_LINUX, again or ON_LINUX // 16
    return wrapped(
        f"Nobody reads. The writer is held after {count(held, 'line')}, {held * len(LINE):,} bytes.",
        f"Now a reader takes line by line. After {count(again, 'line')} the writer may go on.{where}",
    )


def _fill():
    """(lines until the writer is held, lines that are read until it may go on); None, None where that can't be seen."""
    out, into = os.pipe()
    try:
        os.set_blocking(into, False)
        held = _lines_until(lambda: not _written(into))
        again = 1 + _lines_until(lambda: not os.read(out, len(LINE)) or _written(into))
    except (AttributeError, OSError):
        return None, None
    finally:
        os.close(out)
        os.close(into)
    return held, again


def _lines_until(stopped):
    lines = 0
    while not stopped():
        lines += 1
    return lines


def _written(into):
    """Whether a whole line went in at once."""
    try:
        return os.write(into, LINE) == len(LINE)
    except BlockingIOError:
        return False
