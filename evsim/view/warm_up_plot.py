"""Where the warm-up of a scenario ends: the picture of an :func:`evsim.warm_up` result."""

import numpy as np

from evsim.counting import count
from evsim.figures import label
from evsim.view.scene.axes import Frame, times
from evsim.view.scene.marks import AnyMark, Bars, Line, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, FILL, INK, LESSON, seconds

__all__ = ["scene", "warm_up"]


def warm_up(found, ax=None):
    """Draw the mean of what customers had, by when they came, and the ends of both warm-ups; return the axes."""
    return scene(found).draw(ax)


def scene(found):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    end, top = found.piece * len(found.series), 1.08 * float(found.series.max()) or 1.0
    at = (np.arange(len(found.series)) + 0.5) * found.piece
    marks: list[AnyMark] = [
        Bars("warm-up", [0.0], [float(found.cut)], [0.0], [top], Look(FILL)),
        Line("mean", tuple(at.tolist()), tuple(found.series.tolist()), Look(COLOURS["blue"], width=1.2)),
    ]
    legend = []
    for time, words, dash in ((found.cut, "MSER-5", ()), (found.written, "the scenario", (1, 2))):
        look = Look(INK, dash=dash, width=1.2)
        marks.append(Line(words, (float(time),) * 2, (0.0, top), look))
        legend.append((f"{words}: {seconds(time)}", look))
    return Scene(
        "warm-up", found.finding, " ".join(str(found).split()), LESSON, Frame(end, top),
        times(0.0, end, "time of arrival"), times(0.0, top, f"{label(found.of)} mean, {count(found.runs, 'run')}"),
        marks=tuple(marks), legend=tuple(legend),
    )  # fmt: skip
