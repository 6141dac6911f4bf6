"""Parts of a player that are asked alone (``tests/player/js/parts-asked.js``), of what no whole player shows."""

import json

from evsim import Scenario
from evsim.view.player.film import film
from tests.player.node import ROOT
from tests.snapshots.players.handled import by_module
from tests.snapshots.telling import DESK, WORK, WORKERS, plain
from tests.view import runs

__all__ = ["PARTS_OF_PLAYERS", "moments"]

ASKED = {ROOT / "tests/player/js/parts-asked.js": ["partsAsked"]}
SPANS = (
    *([0, 0], [0, 0.004], [0, 0.9], [0, 1], [0, 21], [0, 599], [0, 600], [0, 1080], [0, 1081], [0, 7200], [0, 16201]),
    *([0, 7e7], [0, 7e8], [0.25, 9], [2, 3], [7, 7.5], [5, 7199], [3600, 16200]),
)
NUMBERS = 0, 1, 127, 128, 129, 2000, 2001, 2500, 2501, 70000


def _box(x, y, width=20, height=10):
    return {"x": x, "y": y, "width": width, "height": height}


WIRED = [
    {  # boxes that touch one another, at each side; one that is asked both ways, and twice the same way
        "boxes": {"middle": _box(100, 100), "right": _box(120, 100), "left": _box(80, 104), "below": _box(100, 110),
                  "above": _box(104, 90), "over": _box(100, 105), "under": _box(110, 95)},
        "wires": [["call", "middle", each] for each in ("right", "left", "below", "above", "over", "under")]
        + [["call", "middle", "right"], ["request", "middle", "right"], ["delivery", "right", "middle"],
           ["call", "left", "right"], ["call", "above", "below"]],
    },
    {  # lines that graze the corners of a box in their way, go through it, or pass two of them
        "boxes": {"from": _box(0, 100), "to": _box(200, 100), "grazed above": _box(50, 105),
                  "grazed below": _box(90, 95), "in the way": _box(130, 99, 4, 4),
                  "again": _box(160, 101, 4, 4), "beside": _box(20, 100)},
        "wires": [["call", "from", "to"], ["call", "to", "from"], ["call", "beside", "to"], ["call", "again", "from"]],
    },
    {"boxes": {"alone": _box(0, 0)}, "wires": []},
]  # fmt: skip
WAYS = [[0, 0], [0, 0]], [[0, 0], [0, 0], [10, 0]], [[0, 0], [4, 0], [4, 6]], [[4, 6], [4, 0], [0, 0.04]]
BANDS = {"bands": [{"words": "twice", "spans": [[2, 4], [6, 8]]}, {"words": "once", "spans": [[4, 5]]}]}


def moments(name, duration, front="front-of-all-things", mail="mail-of-it"):
    """Four customers a second, for each of whom all takes as long: something happens 1 and 2 microseconds after the
    work begins, they are told after 100 ms, get a letter after 130.001 ms, and all is over after 162.5 ms."""
    return Scenario.from_dict({
        "name": name, "workloads": {"customers": {"target": front, "arrivals": {"constant": "4/s"}}},
        "services": {
            front: {"handle": [{"work": "1us"}, {"effect": "seen"}, {"work": "1us"}, {"effect": "row"},
                               {"work": "99.998ms"}, {"publish": "facts"}]},
            mail: {"subscribe": "facts", "handle": [{"work": "30.001ms"}, {"effect": "letter"}, {"effect": "entry"},
                                                    {"work": "32.499ms"}]},
        },
        "channels": {"facts": {"queue": {}}}, "run": {"duration": duration},
    })  # fmt: skip


def _desks():
    """Desks of four, five, eight and nine workers, one that has one name to give and one that is away;
    nobody reads the first news. The first customers are there at 0."""
    whose = {"no": "250ms", "five": 0, "away": "250ms"}
    return Scenario.from_dict({
        "name": "desks",
        "workloads": {f"to-{name}": {"target": name, "key": {"uniform": 1},
                                     "arrivals": {"closed": {"users": 2, "think": think}}}
                      for name, think in whose.items()},
        "services": {
            "no": {"handle": [{"work": "1ms"}, {"effect": {"name": "name", "unique": True}}]},
            "five": {"workers": 5, "handle": [{"work": "250ms"}, {"effect": "row"}, {"call": "eight"}]},
            "eight": {"workers": 8, "handle": [{"work": "2ms"}, {"call": "nine"}]},
            "nine": {"workers": 9, "handle": [{"work": "2ms"}, {"call": "four"}]},
            "four": {"workers": 4, "handle": [{"work": "2ms"}, {"publish": "news"}]},
            "away": {"handle": [{"work": "2ms"}]},
            "reader": {"subscribe": "news", "handle": [{"work": "250ms"}]},
        },
        "channels": {"news": "bus"}, "run": {"duration": "1s"},
        "faults": [{"outage": "away", "at": 0}, {"crash": "reader", "at": 0, "for": "500ms"}],
    })  # fmt: skip


def _parts():
    hundred = DESK.replace({"workloads.callers.arrivals": {"constant": "101/s"}, WORK: "1ms", WORKERS: 20})
    designs = ("long", 1, "a-b-c-d-e-f-g"), ("short", "0.6s"), ("other", 1, "front", "m")
    three = [moments(*each).run() for each in designs]
    again = {"toy": {"again": True}}  # a person may press several times
    films = {
        "doubled": film(runs.doubled().scenario.replace({"run.duration": "2s"}).run()),
        "a hundred": film(hundred.replace({"run.duration": "1s"}).run()),
        "a hundred and one": film(hundred.replace({"run.duration": "1.005s"}).run()),
        "two kinds of customers": film(runs.two_workloads(duration=2, warmup=0)), "nobody": film(runs.nobody()),
        "one person": film(DESK.replace({"workloads.callers.arrivals": {"constant": "8/s"}, "workloads.callers.key":
                                         {"uniform": 1}, "run.duration": "1s"}).run()) | again,
        "desks": film(_desks().run()) | again, "three designs": film(*three), "moments": film(three[1]),
    }  # fmt: skip
    given = {"spans": SPANS, "numbers": NUMBERS, "wired": WIRED, "ways": WAYS, "until": [1, 2, 4, 5, 6], "bands": BANDS}
    found = by_module(ASKED, "partsAsked", given | {"films": films})
    for name, its in found.items():
        parts = its.items() if isinstance(its, dict) else [("", its)]
        yield from ((f"{name} {part}".strip(), plain(json.dumps(said))) for part, said in parts)


PARTS_OF_PLAYERS = {"parts of players": _parts}
