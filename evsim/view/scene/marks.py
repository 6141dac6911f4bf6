"""What a scene is made of. Positions are in the units of the axes, times in seconds; sizes are in inches."""

from dataclasses import dataclass

from evsim.view.style import INK

__all__ = ["AnyMark", "Area", "Band", "Bars", "Dots", "End", "Line", "Look", "Steps", "Text", "look_of"]


@dataclass(frozen=True)
class Look:
    """A colour, a marker (a letter of matplotlib), dashes and gaps in widths of the line, a `width` in points."""

    colour: str
    marker: str = ""
    dash: tuple = ()
    width: float = 2.0
    hatch: str = ""
    edge: str = ""
    opacity: float = 1.0


def look_of(mark, width=2.0, **more):
    """The :class:`Look` of a :class:`evsim.view.style.Mark`."""
    line = mark.line
    dash = tuple(line[1]) if isinstance(line, tuple) else {"-": (), ":": (1, 1.65)}[line]
    return Look(mark.colour, mark.marker, dash, width, **more)


@dataclass(frozen=True)
class Band:
    """A stretch of time with a word, or several of a kind: `spans` are (start, end)."""

    words: str
    spans: tuple


@dataclass(frozen=True)
class Steps:
    """A count that holds until the next point."""

    name: str
    x: list
    y: list
    look: Look
    words: str = ""


@dataclass(frozen=True)
class Line:
    """Straight from point to point. The marker stands at its end, or at `every` point.

    `across`: x is in shares of the width. `head`: an arrow's, "solid" or "open".
    """

    name: str
    x: tuple
    y: tuple
    look: Look
    across: bool = False
    words: str = ""
    head: str = ""
    every: bool = False


@dataclass(frozen=True)
class Area:
    """What lies between two heights along x."""

    name: str
    x: list
    low: list
    high: list
    look: Look
    words: str = ""


@dataclass(frozen=True)
class Dots:
    """Marks of one look and `size` (across); `across`: x is in shares of the width, and may lie beyond it."""

    name: str
    x: list
    y: list
    look: Look
    size: float
    across: bool = False
    words: str = ""


@dataclass(frozen=True)
class Bars:
    """Rectangles of one look. `inside`: a word for each, where it has room. `round`: the radius of their corners."""

    name: str
    left: list
    right: list
    low: list
    high: list
    look: Look
    inside: tuple = ()
    words: str = ""
    round: float = 0.0


@dataclass(frozen=True)
class Text:
    """Words at a point: `dx`, `dy` points to the right and up; `side` and `level` say which edge of the words is there.

    side: left, center, right; level: bottom, center, top. `across`: x is in shares of the width. `free`: heights (in
    shares) of which the first takes the place of y where the words hide least. `size` in points; `halo`:
    with paper behind.
    """

    text: str
    x: float
    y: float
    dx: float = 0.0
    dy: float = 0.0
    side: str = "left"
    level: str = "center"
    across: bool = False
    free: tuple = ()
    size: float = 11.0
    bold: bool = False
    colour: str = INK
    halo: bool = True


@dataclass(frozen=True)
class End:
    """A name in the right margin, at a height in the units of the y axis; `look` None: the words alone."""

    y: float
    text: str
    look: Look | None = None


AnyMark = Area | Bars | Dots | Line | Steps | Text
