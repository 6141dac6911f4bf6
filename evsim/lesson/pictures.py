"""The same picture of several designs, one above the other."""

from dataclasses import dataclass, replace

from matplotlib import rc_context
from matplotlib.figure import Figure

from evsim.view.scene.scene import hold
from evsim.view.style import DPI, RC

__all__ = ["Stack", "stack"]

HEIGHT = 2.8  # inches of each: two and a slider fit in a window of 768 pixels


def stack(picture, **runs):
    """The :class:`Stack` of the same picture of some runs, named, one above the other.

    ``stack("flow", classic=run, events=other)``, or instead of a name a function that makes a scene of a run; give it
    to :func:`evsim.view.show`, or ``draw()`` it.
    """
    return Stack(tuple(hold(_low(_scene(picture, run).named(name)) for name, run in runs.items())))


def _scene(picture, run):
    return picture(run) if callable(picture) else run.plot.scene(picture)


def _low(scene):
    """The same scene, of the height of those in a stack."""
    again = scene.again and (lambda frame: _low(scene.again(frame)))
    return replace(scene, size=(scene.size[0], HEIGHT), again=again)


@dataclass(frozen=True)
class Stack:
    """Scenes one above the other, on one axis."""

    scenes: tuple

    def __repr__(self):
        return f"<Picture: {' '.join(scene.alt for scene in self.scenes)}>"

    def draw(self):
        """A figure with them; its ``axes`` are in their order."""
        with rc_context(RC):
            figure = Figure(figsize=(8.0, HEIGHT * len(self.scenes)), layout="constrained", dpi=DPI)
            axes = figure.subplots(len(self.scenes), squeeze=False, sharex=True)[:, 0]
            for ax, scene in zip(axes, self.scenes, strict=True):
                scene.draw(ax)
            for ax in axes[:-1]:
                ax.set_xlabel("")
        return figure
