"""A scene: marks, axes and words of one picture."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from evsim.view.scene.axes import Axis, Frame
from evsim.view.scene.marks import AnyMark, Bars, End, Text
from evsim.view.scene.paper import draw
from evsim.view.show import show
from evsim.view.style import DPI

__all__ = ["Scene", "hold", "plain"]


@dataclass(frozen=True)
class Scene:
    """A picture as data. ``title`` is a finding in words; ``alt`` is for those who can't see it.

    ``legend``: (words, :class:`Look`); ``below``: sentences under the picture; ``plot``: the inches that its dots were
    made for, and, where the axes are in `inches`, its words and lines, too; ``least``: inches below which a page lets
    it be scrolled; ``dpi``: how fine it has to be. ``noticed`` is what two scenes are compared by
    (:mod:`evsim.view.what_changed`). ``again``: makes the same scene in another :class:`Frame`.
    """

    name: str
    title: str
    alt: str
    size: tuple
    frame: Frame
    x: Axis
    y: Axis
    bands: tuple = ()
    marks: tuple[AnyMark, ...] = ()
    ends: tuple[End, ...] = ()
    plot: tuple = ()
    inches: bool = False
    least: float = 0.0
    legend: tuple = ()
    below: tuple = ()
    dpi: float = DPI
    noticed: dict = field(default_factory=dict)
    again: Callable | None = None

    def __repr__(self):
        return f"<Picture: {self.alt}>"

    @property
    def scenes(self):
        return (self,)

    def to_dict(self):
        """The scene for :func:`json.dumps`, without what only Python needs; each mark has its ``kind``."""
        found = {name: plain(its) for name, its in vars(self).items() if name not in ("again", "noticed", "frame")}
        kinds = [type(mark).__name__.lower() for mark in self.marks]
        return found | {"marks": [{"kind": kind, **plain(mark)} for kind, mark in zip(kinds, self.marks, strict=True)]}

    @property
    def words(self):
        """All that is written in it, in the order in which both renderers draw it."""
        marks = [words for mark in self.marks for words in _written(mark)]
        axes = [words for axis in (self.x, self.y) for words in (*(text for _, text in axis.ticks), axis.label)]
        drawn = [self.title, *(band.words for band in self.bands), *marks, *(end.text for end in self.ends), *axes]
        return [words for words in [*drawn, *(words for words, _ in self.legend), *self.below] if words]

    def draw(self, ax=None):
        """Draw it with matplotlib, on axes of its own or given ones; return them."""
        return draw(self, ax)

    def named(self, name):
        """The same scene under a name, which begins its title."""
        made = self.again
        again = made and (lambda frame: made(frame).named(name))
        title = f"{name}: {self.title[:1].lower()}{self.title[1:]}"
        noticed = dict(zip([name], self.noticed.values()))
        return replace(self, title=title, alt=f"{name}: {self.alt}", again=again, noticed=noticed)

    def _repr_html_(self):
        return show(self.draw())._repr_html_()


def plain(value):
    """A value as JSON has it; numbers as finely as a screen shows them."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return plain(vars(value)) if hasattr(value, "__dict__") and not isinstance(value, str) else value


def _written(mark):
    return (mark.text,) if isinstance(mark, Text) else mark.inside if isinstance(mark, Bars) else ()


def hold(scenes):
    """The same scenes in one frame, so that nothing but what is in them moves when one takes the place of another."""
    scenes = list(scenes)
    for _ in range(2):  # the frame of dots has their size in it, which follows from the rest of the frame
        frames = [scene.frame for scene in scenes if scene.again]
        frame = Frame.around(frames) if frames else None
        scenes = [scene.again(frame) if scene.again and scene.frame != frame else scene for scene in scenes]
    return scenes
