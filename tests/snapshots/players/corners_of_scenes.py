"""Pictures in a browser at their limits: words that have exactly the room there is, marks beyond the axes, axes the
other way round, and what is drawn once more in the same width.

The letters of the page that they are drawn on are all 8 pixels wide.
"""

from dataclasses import replace

from evsim.view.scene.axes import Axis, Frame
from evsim.view.scene.marks import Area, Band, Bars, Dots, End, Line, Look, Steps, Text
from evsim.view.scene.scene import Scene
from tests.snapshots.players.handled import by_module
from tests.snapshots.players.scenes_in_a_browser import DRAWN, OVER, odd_scene
from tests.snapshots.telling import plain

__all__ = ["CORNERS_OF_SCENES"]

BLUE, PALE = Look("#5790fc", "o", (4, 2)), Look("#ffffff", edge="#2b2b30", hatch="xxx", opacity=0.5)
NARROW, WIDE = 798, 799  # in the first the width of a title is that of 98 letters, in the second an axis is 729 pixels


def _scene(name, x, marks, title="A title", **more):
    given = {"y": Axis(0.0, 1.0, "", ((0.5, "half "),)), "legend": (), "ends": (), "bands": (), "below": ()} | more
    return Scene(name, title, f"all of {name}", (8.0, 1.5), Frame(10.0), x=x, marks=tuple(marks), **given)


def _exact():
    """Words, arrows and points that have exactly the room there is; the axis of the first is 729 pixels long."""
    long = "a" * 49 + " " + "b" * 48
    pixels = Axis(0.0, 729.0, "pixels", ((0.0, "0"), (729.0, "729")))
    marks = [
        Bars("a box", (0.0, 30.0, 60.0), (30.0, 60.5, 100.0), (0.0,) * 3, (0.2, 0.3, 0.4), BLUE, ("two", "two", "")),
        Line("a pixel", (10.0, 11.0, 12.0), (0.5,) * 3, BLUE, head="solid"),
        Line("nowhere", (50.0, 50.0), (0.5, 0.5), BLUE, head="open"),
        Steps("to the word", [600.0, 697.0, 698.0, 729.0], [0.0, 0.75, 0.25, 0.25], BLUE),
        Text("free", 1.0, 0.0, side="right", across=True, free=(0.08, 0.28, 0.6)),
    ]
    keys = tuple(("k" * letters, None) for letters in (90, 4))
    more = {"legend": keys, "y": Axis(0.0, 1.0, "", ((0.5, "half "), (1.0, "one")))}
    over = Axis(0.0, 729.0, ticks=((0.0, "first"), (42.0, "other")), over=True)
    return [
        (WIDE, _scene("as long as there is room", pixels, marks, **more)),
        (WIDE, _scene("a letter more", pixels, marks[:1], **more | {"legend": (("k" * 91, None), ("k", BLUE))})),
        (WIDE, _scene("names that touch", over, marks[:1], y=Axis(0.0, 1.0))),
        (WIDE, _scene("names that overlap", replace(over, ticks=((0.0, "first"), (41.9, "other"))), marks[:1])),
        (NARROW, _scene("folded", pixels, marks[:1], long, below=(long, f"{long} c", "w" * 98, "w" * 99))),
    ]  # fmt: skip


def _beyond():
    """What lies beyond the axes, or runs the other way."""
    bars = Bars("bars", [1.0, 4.0], [2.0, 9.0], [0.0, 1.0], [1.0, 2.0], PALE, ("one", "two"), round=0.1)
    area = Area("area", [0.1, 5.0, 20.0], [0.0, 1.0, 1.0], [1.0, 2.0, 9.0], PALE)
    marks = (bars, area, Line("line", (0.1, 20.0), (-1.0, 5.0), BLUE, every=True), Dots("dot", [0.1], [4.0], PALE, 0.2))
    bands = Band("begun before", ((-3.0, 2.0),)), Band("no time", ((9.0, 9.0), (9.5, 9.5)))
    bands += (Band("over before", ((-3.0, -2.0), (-1.0, 0.5), (10.0, 11.0), (11.0, 12.0))),)
    y = Axis(3.0, 0.0, "down", ((0.0, "0"), (3.0, "3")))
    up = Axis(0.5, 10.0, "time", ((1.0, "1 s"),))
    turned = Axis(10.0, 0.0, "back", ((10.0, "the first"), (5.0, "in\nlines"), (0.0, "last")), over=True)
    beside = [Text(word, x, 1.0, side=side, across=True, bold=bold) for word, x, side, bold in (
        ("over the left edge", 0.0, "center", False), ("inside at the left", 0.0, "left", False),
        ("left of it in bold", -0.01, "right", True), ("over the right edge", 1.0, "center", True),
        ("inside at the right", 1.0, "right", False))]  # fmt: skip
    inches = {"plot": (7.0, 3.0), "inches": True, "x": Axis(0.0, 10.0), "y": Axis(0.0, 3.0)}
    aside = Text("shifted", 2.0, 1.0, dx=6.0, dy=9.0, size=14.0), Text("and\nback", 2.0, 1.0, dx=-6.0, dy=-9.0)
    arrow = Line("an arrow", (1.0, 4.0), (1.0, 2.0), BLUE, head="solid")
    found = {
        "before the axes": odd_scene(bands=bands, x=up), "before 1": odd_scene(bands=bands, x=replace(up, log=True)),
        "backwards": odd_scene(x=turned, y=y), "shifted in pixels": odd_scene(x=up),
        "without ticks": odd_scene(x=Axis(0.0, 10.0, "x"), y=Axis(0.0, 3.0, "y")),
        "shifted": replace(odd_scene(**inches), marks=(*aside, arrow, bars)),
        "a key alone": odd_scene(legend=(("words that go on " * 8, BLUE), ("short", None), ("short", PALE)), x=up),
    }  # fmt: skip
    others = {"before the axes": marks, "before 1": marks, "without ticks": beside, "backwards": [bars]}
    for name, more in (others | {"shifted in pixels": aside}).items():
        found[name] = replace(found[name], marks=(*more, *found[name].marks))
    return found | {"large": replace(found["without ticks"], size=(12.0, 3.0), ends=(End(1.0, "an end", BLUE),) * 3)}


def _at_limits():
    """Each drawn on a page, and once more behind itself in the same width; two of them as ghosts of one another."""
    exact, beyond = _exact(), {name: scene.to_dict() for name, scene in _beyond().items()}
    words = odd_scene(x=OVER, y=Axis(0.0, 3.0), legend=(("a key", BLUE), ("two", None))).to_dict()
    tried = {f"{name}, {width} wide": (each, None, width) for name, each in beyond.items() for width in (1000, 300)}
    tried |= {f"{name} behind it": (words, each, 800) for name, each in beyond.items()}
    pages = {each.name: (width, [each.to_dict()], None) for width, each in exact}
    every, fewer = list(beyond.values()), list(beyond.values())[:2]
    pages |= {"wide": (2000, every, None), "once more": (2000, fewer, every), "another": (2000, every[1::-1], None),
              "no wider": (2000, None, None), "nothing": (2000, [], fewer)}  # fmt: skip
    texts = by_module(DRAWN, "drawnScenes", {"tried": list(tried.values()), "shown": list(pages.values())})
    yield from zip((*tried, *pages), map(plain, texts), strict=True)


CORNERS_OF_SCENES = {"scenes at their limits in a browser": _at_limits}
