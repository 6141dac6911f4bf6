"""What is said and drawn, as texts that are the same on every machine."""

import re

from matplotlib import pyplot as plt

from evsim.scenario import ScenarioError
from tests.snapshots.figure_marks import marks_of

__all__ = ["drawn", "rounded", "table", "tried"]

LONG = re.compile(r"-?\d+\.\d{7,}(e[-+]?\d+)?")


def rounded(text, digits=9):
    """Long numbers to so many digits: the last ones are another processor's."""
    return LONG.sub(lambda found: f"{float(found[0]):.{digits}g}", text)


def table(frame, digits=7):
    """A frame of pandas, or a table of figures that has one."""
    return getattr(frame, "frame", frame).to_csv(float_format=f"%.{digits}g", lineterminator="\n")


def tried(make, *arguments, **settings):
    """What it makes, or why it refuses to."""
    try:
        return make(*arguments, **settings)
    except (ScenarioError, ValueError) as refusal:
        return f"{type(refusal).__name__}: {refusal}"


def drawn(draw, *arguments, **settings):
    """What is on the picture that a function draws; it gives axes of matplotlib."""
    picture = tried(draw, *arguments, **settings)
    try:
        return picture if isinstance(picture, str) else marks_of(picture.figure)
    finally:
        plt.close("all")
