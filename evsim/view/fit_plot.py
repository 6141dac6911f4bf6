"""Measured times and the distributions nearest to them: the picture of an :func:`evsim.fit` result."""

import numpy as np

from evsim.view.scene.axes import Frame, shares, times
from evsim.view.scene.marks import AnyMark, Line, Look, Steps
from evsim.view.scene.scene import Scene
from evsim.view.style import INK, LESSON
from evsim.view.sweep_pictures import LINES

__all__ = ["fit", "scene"]

SHARES = np.linspace(0.001, 0.999, 400)
MOST_POINTS = 3000
MEASURED = Look(INK, width=2.5)


def fit(found, ax=None, most=3):
    """Draw the share of the times up to each time, and the nearest candidates over it; return the axes."""
    return scene(found, most).draw(ax)


def scene(found, most=3):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    measured, number = np.asarray(found.times), len(found.times)
    right = float(np.quantile(measured, 0.995)) * 1.1 or 1.0
    chosen = np.unique(np.linspace(0, number - 1, min(number, MOST_POINTS)).astype(int))
    at, share = [0.0, *measured[chosen].tolist()], [0.0, *((chosen + 1) / number).tolist()]
    marks: list[AnyMark] = [Steps("measured", at, share, MEASURED)]
    legend = [("measured", MEASURED)]
    for candidate, mark in zip(found.candidates[:most], LINES, strict=False):
        words = f"{candidate.name}, off by {candidate.distance:.3f}{'' if candidate.fits else ': does not fit'}"
        look = Look(mark.colour, dash=tuple(mark.line[1]) if isinstance(mark.line, tuple) else (), width=1.8)
        marks.append(Line(words, tuple(candidate.distribution.quantile(SHARES).tolist()), tuple(SHARES.tolist()), look))
        legend.append((words, look))
    nearest = ", ".join(f"{each.name} {each.distance:.3f}" for each in found.candidates)
    return Scene(
        "fit", found.finding, f"{found.finding}. Distances: {nearest}.", LESSON, Frame(right, 1.02),
        times(0.0, right, "time"), shares(0.0, 1.02, "share of all times"), marks=tuple(marks), legend=tuple(legend),
    )  # fmt: skip
