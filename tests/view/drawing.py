"""What a drawn picture says, and whether all of it can be seen."""

from io import BytesIO

SLACK = 0.02  # inches


def drawn(ax):
    """The axes, after they were drawn once."""
    ax.figure.savefig(BytesIO(), dpi=ax.figure.dpi)
    return ax


def finding(ax):
    """The title of a picture, on one line."""
    return ax.get_title(loc="left").replace("\n", " ")


def is_whole(ax):
    """Whether nothing that is drawn is cut off at the edges of the figure."""
    taken, (width, height) = drawn(ax).figure.get_tightbbox(), ax.figure.get_size_inches()
    across = taken.x0 > -SLACK and taken.x1 < width + SLACK
    return across and taken.y0 > -SLACK and taken.y1 < height + SLACK
