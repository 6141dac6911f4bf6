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
    """:class:`Words` of paragraphs, in lines that fit a notebook; a number stays with its unit, an address is one."""
    glue, hyphen = "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"
    glued = (sub(r"(\d) (ms|s|min|h|%)(?!\w)", rf"\1{glue}\2", each) for each in paragraphs if each)
    whole = (sub(r"\S+://\S+", lambda found: found[0].replace("-", hyphen), each) for each in glued)
    lines = (fill(each, WIDTH, break_long_words=False) for each in whole)
    return Words("\n".join(lines).replace(glue, " ").replace(hyphen, "-"))
