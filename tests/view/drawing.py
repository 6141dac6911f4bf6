"""What a drawn picture says, and whether all of it can be seen."""

from io import BytesIO

SLACK = 0.02  # inches


def marks(scene, kind, name=None):
    """The marks of a kind in a scene, or those of a name."""
    return [mark for mark in scene.marks if type(mark).__name__ == kind and (name is None or mark.name == name)]


def written(scene):
    """The words in a scene, each on one line."""
    return [mark.text.replace("\n", " ") for mark in marks(scene, "Text")]


def boxes(marks):
    """(left, right, low, high) of all bars of some marks."""
    return [box for each in marks for box in zip(each.left, each.right, each.low, each.high, strict=True)]


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
