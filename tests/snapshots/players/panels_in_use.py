"""Controls of lessons as a browser draws them, and what the kernel hears while somebody moves them."""

from types import SimpleNamespace

from evsim.lesson.panel import button, panel_data, slide, toggle
from evsim.view.scene.axes import Axis, Frame
from evsim.view.scene.marks import Line, Look
from evsim.view.scene.scene import Scene
from tests.player.node import ROOT
from tests.snapshots.players.handled import by_module
from tests.snapshots.telling import plain

__all__ = ["PANELS_IN_USE"]

USED = {ROOT / "tests/player/js/panel-in-use.js": ["panelsInUse"]}


def _scene(height):
    axes = Axis(0.0, 1.0, "time"), Axis(0.0, 9.0, "waiting")
    mark = Line("waiting", (0.0, 1.0), (0.0, height), Look("#5790fc"))
    return Scene("waiting", f"{height} wait", f"{height} wait in the end", (4.0, 2.0), Frame(9.0), *axes, marks=(mark,))


def _shown(*heights, rows=()):
    return SimpleNamespace(scenes=[_scene(height) for height in heights], rows=list(rows))


def _answer(*heights, said="", **more):
    return ["answer", {"said": said, "scenes": [_scene(each).to_dict() for each in heights], **more}]


RATE = slide("rate of arrival", ("1/s", "2/s", "a day"), 1)
MANY = [toggle("with retries", True), button("once more"), RATE, button("start over"), toggle("an outage", False),
        slide("workers", (1, 2), 0)]  # fmt: skip
TIMES = ["yes", "12 s", "9 s"], ["no", "3 s", ""], ["never", "", "1 s"]
KNOWN = {
    "scenes": {number: [_scene(height).to_dict()] for number, height in ((0, 2), (1, 5))},
    "said": {0: {1: "Fewer wait."}, 1: {0: "5 wait."}},
}
# What happens to controls, by their number on the page: sliders come first, then switches, then buttons.
USES = {
    "what is drawn elsewhere": ([RATE], {}, {}, [["input", 0, "2"], ["answer", {"said": "It takes a day."}]]),
    "many controls": (MANY, _shown(3), {}, [
        ["click", 4], ["click", 4], ["click", 5], ["change", 2, False], ["input", 0, "2"], ["answer", {}],
        _answer(4, 6, said="4 wait. 6 wait."), ["input", 1, "1"], _answer(4, 6, said="4 wait."),
        ["answer", {"said": "It can't be shown."}], ["change", 3, True], _answer(2, rows=TIMES), _answer(7, rows=[]),
    ]),
    "values that are known": ([RATE], _shown(5), KNOWN, [
        ["input", 0, "1"], ["input", 0, "0"], ["input", 0, "0"], ["input", 0, "1"], ["input", 0, "2"],
        ["input", 0, "0"], _answer(9, said="9 wait."), ["input", 0, "1"],
    ]),
    "rows of one run": ([toggle("cold", False)], _shown(1, rows=[["yes", "12 s"], ["no", "3 s"]]), {}, []),
}  # fmt: skip


def _panels():
    tried = [
        {"data": panel_data(controls, shown, states), "acts": acts} for controls, shown, states, acts in USES.values()
    ]
    for name, pages in zip(USES, by_module(USED, "panelsInUse", tried), strict=True):
        for number, (_, page) in enumerate(pages):
            yield f"{name}: {number}", plain(page)


PANELS_IN_USE = {"panels of lessons in use": _panels}
