"""An incident of one's own in which all happens at whole minutes: what is shown of a minute when it ends and begins.

Besides, a shift that is played to its last moment, and draws and systems that are wrong in ways of their own.
"""

import tempfile
from functools import partial
from pathlib import Path
from unittest.mock import patch

import yaml

from evsim.lesson.deck.buttons import panel
from evsim.lesson.deck.card import load_card
from evsim.lesson.deck.futures import Futures
from evsim.lesson.deck.game import Incident
from evsim.lesson.deck.log_lines import log_lines, story
from evsim.lesson.deck.players import played
from evsim.lesson.deck.toll import toll
from evsim.lesson.deck.watched import Watched
from evsim.lesson.deck.what_is_shown import looked
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.toys import toy
from tests.snapshots.lessons.incidents import OWN, Controls, _changed, _gauges, _opened, told
from tests.snapshots.texts import tried

__all__ = ["WHOLE_MINUTES"]

LOOP, RATE = {"workers": 9, "event_loop": {"loops": 2, "pool": 1}}, "workloads.register-page.arrivals.poisson"
MINUTES = {
    "incident": "minutes", "title": "Of whole minutes", "retells": "Somebody looked at a clock.", "promise": "1 min",
    "source": {"title": "A clock", "who": "Ada", "date": 2020, "address": "https://example.org/a-clock"},
    "draws": {"begins": {"from": "180s", "to": "180s"}, "many": {"from": 3, "to": 3.5}},
    "system": {
        "workloads": {
            "page": {"target": "shop", "arrivals": {"constant": "1/min"}, "key": {"uniform": 2}},
            "seldom": {"target": "desk", "arrivals": {"constant": "20/h"}, "key": {"uniform": 1}},
            "last": {"target": "hall", "arrivals": {"burst": {"count": 1, "at": "11 min"}}},
            "pair": {"target": "loop", "arrivals": {"burst": {"count": 3, "at": "60s"}}},
        },
        "services": {
            "shop": {"workers": 4, "handle": [
                {"call": {"service": "stock", "timeout": "1 min", "retry": {"attempts": 2}, "on_error": "ignore"}},
                {"publish": "mails"}, {"publish": "copies"}, {"reply": "ok"}]},
            "stock": {"workers": 1, "handle": [{"work": "1 min"}, {"effect": {"name": "row", "unique": True}}]},
            "desk": {"handle": [{"work": "1 min"}, {"effect": {"name": "paper", "unique": True}}]},
            "hall": {"handle": [{"wait": "9 min"}, {"reply": "ok"}]},
            "mailer": {"instances": 2, "subscribe": "mails", "handle": [{"work": "1 min"}, {"effect": "mail"}]},
            "copier": {"subscribe": {"channel": "copies", "dead_letter": "lost"}, "handle": [
                {"work": "2 min"}, {"fail": {"probability": 0.5, "requeue": False}}, {"effect": "copy"}]},
            "loop": LOOP | {"handle": [{"work": "1 min"}, {"blocking": "1 min"}, {"reply": "ok"}]},
            "other": LOOP | {"subscribe": "mails", "handle": [{"blocking": "2 min"}, {"work": "1 min"}]},
        },
        "channels": {"mails": {"log": {"partitions": 2}}, "lost": "queue",
                     "copies": {"queue": {"ttl": "1 min", "max_length": 1}}},
        "network": {"latency": "0s"},
        "faults": [{"outage": "stock", "at": "{begins}", "for": "{many} min"}, {"crash": "mailer/1", "at": "4 min"}],
        "run": {"duration": "12 min"},
    },
    "alarm": {"gauge": "calls stock", "above": 0, "minutes": 1},
    "symptoms": ["{customers} came."],
    "looks": {"page": {"label": "the page", "minutes": 2, "shows": ["customers", "errors", "keys page"]}},
    "suspects": {"stock": {"label": "the stock is away", "is": "{failed stock} failed."},
                 "page": {"label": "the page", "not": "{yes} were told yes."}},
    "right": "stock", "expert": {"looks": ["page"], "mends": ["soon"]}, "cheaper": "A second stock.",
    "mends": {"soon": {"label": "start the stock again", "minutes": 2, "money": 5, "does": [
        {"change": "services.stock.workers", "to": 3}]},
        "late": {"label": "wait", "minutes": 8, "money": 0, "does": []}},
}  # fmt: skip
AGAIN = {
    "draws.what": {"one of": 5}, "draws.share": {"from": 1, "to": float("inf")}, "draws.many": {"from": 3, "to": 3},
    "draws.begins": {"from": "61s", "to": "61s"},
}  # fmt: skip
LACKS = {"draws": None, "incident": None, "system": {"like": "registration-events"}, "looks": {}}
AT_ENDS = (0, 60, 120, 180, 240, 300, 301, 359.75, 360, 480, 540, 600, 720)  # s


def _begun(folder, data=MINUTES, seed=1):
    path = Path(folder) / "mine.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return Futures(load_card(path, seed))


def _of_gauges():
    with tempfile.TemporaryDirectory() as folder:
        futures = _begun(folder)
    game = Incident(futures.card, futures)
    card, watched = game.card, game.watched
    yield "alarm", f"{game.alarm} {card.begins} {card.clock} {toll(game.run, card, 0)}"
    for alarm in (60, 300, 480):
        yield from ((f"{what}, {alarm} s", text) for what, text in _gauges(card, watched, alarm))
    for start, end in zip(AT_ENDS, AT_ENDS[1:], strict=False):
        yield f"log from {start} to {end} s", "\n".join(map(str, log_lines(watched, card, start, end)))
    nobody = Watched(lesson_size("classic").replace({RATE: "0.000001/s"}).run(), 60.0)
    yield "nobody", f"{story(nobody, card, 60.0)} {log_lines(nobody, card, 0.0, 60.0)}"
    yield "stories", "\n".join(str(story(watched, card, moment)) for moment in AT_ENDS)
    for moment in AT_ENDS:
        yield f"page at {moment} s", repr(looked(card.looks["page"], card, watched, moment))


def _of_shifts():
    """Games that end at the last moment, are over before, or in which things are done twice."""
    with tempfile.TemporaryDirectory() as folder:
        futures = _begun(folder)
    begin = partial(Incident, futures.card, futures)
    for name, moves in {
        "twice": ["name page", "name stock", "name stock", "mend soon", "mend soon"],
        "right": ["name stock", "look page", "name stock", "mend nothing"], "late": ["mend late", "look page"],
        "to the end": ["look page", "mend late", "look page"],
        "wrong to the end": ["name page"] * 5 + ["mend nothing"],
    }.items():  # fmt: skip
        game, said = begin(), []
        for verb, what in map(str.split, moves):
            said += [getattr(game, verb)(what), game.now, game.solved, game.over]
        yield name, "\n".join(map(str, [*said, told(game.debrief()), game.look("page"), game.mend("soon"), game.toll]))
    for luck in (0, 3, 4):
        yield f"by chance, {luck}", f"{played(begin(), 'random', luck).toll}"
    game = begin()
    box = panel(Controls(), game)
    game.debrief()
    menu, button = box.children[2].children
    menu.value = "page"
    button.click()
    yield "a button when it is over", repr(box)
    yield "no toy", str(tried(toy, 5))


def _of_draws():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        files = {f"another {place}": _changed(OWN, place, value) for place, value in AGAIN.items()}
        files |= {f"no {part}": {name: its for name, its in OWN.items() if name != part} for part in LACKS}
        files |= {f"{part} as it is": OWN | {part: its} for part, its in LACKS.items() if its}
        for name, data in files.items():
            path.write_text(yaml.safe_dump(data), encoding="utf-8")
            yield name, str(tried(_opened, path))
        for seed in (1, 2, 3):
            path.write_text(yaml.safe_dump(_changed(OWN, "draws.many", {"from": 3, "to": 4.5})), encoding="utf-8")
            yield f"many of seed {seed}", f"{load_card(path, seed).scenario.faults}"


def _patched(function):
    with patch("evsim.lesson.deck.card.DRAIN", "1 min"):  # somebody waits in the end
        yield from function()


WHOLE_MINUTES = {
    "whole minutes": partial(_patched, _of_gauges), "last moments": partial(_patched, _of_shifts),
    "odd draws": _of_draws,
}  # fmt: skip
