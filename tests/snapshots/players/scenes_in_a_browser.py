"""Pictures as a browser draws them (``scene.js``): as wide as a page, narrow, and with the one before behind them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from evsim.view import comparison, crash_pictures, fit_plot, hysteresis_plot, replay_picture, sweep_pictures
from evsim.view.scene.axes import Axis, Frame
from evsim.view.scene.marks import Band, Bars, Dots, End, Line, Look, Text
from evsim.view.scene.scene import Scene
from tests.player.node import ROOT
from tests.snapshots.experiments.results_drawn import CRASHES, FOREST, HEATS, LINES, RAMPS, REPLAYS, TORNADOS
from tests.snapshots.players.handled import by_module
from tests.snapshots.runs.single_runs import EVENTS, pictures
from tests.snapshots.telling import plain
from tests.view import runs

__all__ = ["DRAWN", "OVER", "SCENES_IN_A_BROWSER", "odd_scene"]

WIDTHS = 1000, 540, 539, 300  # pixels
DRAWN = {ROOT / "tests/player/js/drawn-scenes.js": ["drawnScenes"]}


def _result_scenes():
    """name -> scene of results."""
    times = SimpleNamespace(times=np.arange(40) / 64, candidates=(), finding="Times in equal steps")
    return {
        "comparison": comparison.scene(FOREST["many"]), "one against one": comparison.scene(FOREST["pairs alone"]),
        "crashes": crash_pictures.scene(CRASHES["three"]), "no crash": crash_pictures.scene(CRASHES["none"]),
        "lines": sweep_pictures.lines_scene(LINES["far above"][0], "errors"),
        "heat map": sweep_pictures.heat_scene(HEATS["far"], "errors"), "replay": replay_picture.scene(REPLAYS[0]),
        "tornado": sweep_pictures.tornado_scene(TORNADOS[0]), "fit": fit_plot.scene(times),
        "hysteresis": hysteresis_plot.scene(RAMPS[0], SimpleNamespace(lowest=15, highest=30)),
    }  # fmt: skip


def _run_scenes():
    names = (
        "flow",
        "promise",
        "latency",
        "ecdf",
        "staleness",
        "spread",
        "who_knows_whom",
        "diagram",
        "lives",
        "waterfall",
    )
    return dict(zip(names, pictures(runs.events(), *names), strict=True)) | {"few instances": pictures(
        EVENTS.replace({"run.duration": "2s", "services.database.instances": 3}).run(), "instances")[0]}  # fmt: skip


def odd_scene(**changes):
    """A scene with a bit of everything."""
    look = Look("#5790fc", "s", (4, 2), edge="#2b2b30", hatch="...")
    bars = [1.0, 4.0], [2.0, 9.0], [0.0, 1.0], [1.0, 2.0]
    marks = [
        Bars("bars", *bars, look, inside=("two", "a long word for it"), round=0.2),
        Line("level", (0.0, 1.0), (1.5, 1.5), look, across=True, words="a level", every=True),
        Line("way", (1.0, 2.0, 8.0), (0.5, 1.0, 3.0), look, head="open"), Line("single", (5.0,), (1.0,), look),
        Dots("dots", [3.0, 5.0], [1.0, 2.0], Look("#e42536", "|", width=2.0), 0.2),
        Text("in the middle", 0.5, 1.0, side="center", across=True, bold=True),
        Text("left\nof it", -0.02, 1.0, side="right", across=True), Text("right of it", 1.02, 0.5, across=True),
        Text("free", 0.99, 0.0, side="right", level="bottom", across=True, free=(0.2, 0.04)),
    ]  # fmt: skip
    long = "an outage of the longest name that there is in the whole of this scenario"
    ends = (1.0, "one", look), (1.01, "two of them", None), (3.0, "three", look)
    given = {
        "x": Axis(0.5, 10.0, "time, in pieces of 5 s and 20 %", ((1.0, "1 s"), (10.0, "10 s")), log=True, grid=True),
        "y": Axis(0.0, 3.0, "names", tuple(enumerate(("none", "  one", "    two"))), nested=True, line=False),
        "ends": tuple(End(*each) for each in ends), "below": ("One sentence below it.", "Another one, " * 20),
        "bands": (Band(long, ((1.0, 2.0), (3.0, 3.0))), Band("another", ((7.0, 9.5),))),
        "legend": (("nothing", None), ("a mark", look), ("words that go on " * 8, Look("#ffffff", edge="#2b2b30"))),
        "title": "A title that is " + "long, " * 20 + "and ends",
    } | changes  # fmt: skip
    return Scene("odd", given.pop("title"), "all of it", (8.0, 4.5), Frame(10.0), marks=tuple(marks), **given)


OVER = Axis(0.0, 10.0, "over it", ((0.0, "first"), (5.0, "in two\nlines"), (10.0, "at the end")), over=True)
ODD = {
    "all": odd_scene(), "over": odd_scene(x=OVER), "turned": odd_scene(x=replace(OVER, label="", turned=True)),
    "without words": odd_scene(title="", below=(), legend=(), ends=(), x=Axis(0.0, 10.0), y=Axis(0.0, 3.0, grid=True)),
    "in inches": odd_scene(plot=(7.0, 3.0), inches=True, x=Axis(0.0, 10.0), y=Axis(0.0, 3.0)),
    "at least so wide": odd_scene(least=9.0, plot=(7.0, 3.0)),
    "one word": odd_scene(title="Incomprehensibilities" * 4, x=Axis(0.0, 1.0), bands=()),
}  # fmt: skip


def _drawn(scenes, ghosts=()):
    """What is drawn of scenes in pages of all widths; `ghosts`: (name, scene, the one before it)."""
    data = {name: scene.to_dict() for name, scene in scenes.items()}
    tried = {f"{name}, {width} wide": (each, None, width) for name, each in data.items() for width in (*WIDTHS, None)}
    tried |= {name: (scene.to_dict(), ghost.to_dict(), 800) for name, scene, ghost in ghosts}
    every = list(data.values())
    pages = {"wide": [900, every, None], "as wide": [900, None, None], "narrow": [400, None, None],
             "of no width": [0, every[:2], every[1::-1]], "very wide": [2000, every[:1], []]}  # fmt: skip
    texts = by_module(DRAWN, "drawnScenes", {"tried": list(tried.values()), "shown": list(pages.values())})
    yield from zip((*tried, *pages), map(plain, texts), strict=True)


def _of_results():
    yield from _drawn(_result_scenes())


def _of_runs():
    scenes = _run_scenes()
    few = dict(zip(("flow", "spread", "latency"), pictures(runs.few(), "flow", "spread", "latency"), strict=True))
    yield from _drawn(scenes, [(f"{name} of many before it", scene, scenes[name]) for name, scene in few.items()])


def _of_odd():
    behind = [("itself behind it", ODD["all"], ODD["all"]), ("other rows behind it", ODD["all"], ODD["without words"])]
    yield from _drawn(ODD, behind)


SCENES_IN_A_BROWSER = {
    "results in a browser": _of_results,
    "runs in a browser": _of_runs,
    "odd scenes in a browser": _of_odd,
}
