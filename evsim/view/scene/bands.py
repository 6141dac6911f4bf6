"""What all scenes of a run have: its faults as bands, and a sentence in place of a picture."""

from evsim.view.scene.axes import Frame, nothing
from evsim.view.scene.marks import Band
from evsim.view.scene.scene import Scene
from evsim.view.style import LESSON, fault_words, seconds

__all__ = ["bands", "faults_told", "sentence"]


def bands(run, until=None, place=lambda time: time):
    """The faults of a run as bands, those of a kind together; `place` gives the x of a time."""
    found = fault_words(run, until).items()
    return tuple(Band(words, tuple((place(each.start), place(each.end)) for each in same)) for words, same in found)


def faults_told(run, until=None):
    """The faults of a run in a sentence of an alt text; empty if there is none."""
    told = "; ".join(f"{words}, from {seconds(its[0].start)}" for words, its in fault_words(run, until).items())
    return f" Faults: {told}." if told else ""


def sentence(name, text, size=LESSON):
    """A scene that is nothing but words."""
    return Scene(name, text, text, size, Frame(1.0), nothing(0, 1), nothing(0, 1))
