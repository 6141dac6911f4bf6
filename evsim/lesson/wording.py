"""Text that a notebook shows as it is."""

from re import sub
from textwrap import fill

__all__ = ["Words", "wrapped"]

WIDTH = 96  # letters of a line in a notebook on a projector


class Words(str):
    """A text that shows itself without quotes where it ends a cell."""

    def __repr__(self):
        return str(self)


def wrapped(*paragraphs):
    """:class:`Words` of paragraphs, each in lines that fit a notebook; a number stays with its unit."""
    glue = "\N{NO-BREAK SPACE}"
    glued = (sub(r"(\d) (ms|s|min|h|%)(?!\w)", rf"\1{glue}\2", each) for each in paragraphs if each)
    return Words("\n".join(fill(each, WIDTH) for each in glued).replace(glue, " "))
