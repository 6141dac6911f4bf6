"""What players show while more hands are on them (``tests/player/js/further-hands.js``)."""

import json

import evsim
from evsim.view.player.branching import breaks, entry
from evsim.view.player.film import film
from evsim.view.player.widget import Player
from tests.player.node import ask
from tests.snapshots.players.parts_of_players import moments
from tests.snapshots.runs.single_runs import CLASSIC
from tests.view import runs

__all__ = ["FURTHER_HANDS"]

HANDS = {"../../../../tests/player/js/further-hands": ["handledFurther"]}
CRASH = {"crash": "mail-of-it", "for": "1s"}


def _films():
    """Two designs, the first with fewer customers; hidden futures, with faults and without; a page; a telephone."""
    short, long = moments("short", "0.6s").run(), moments("long", "1.1s", mail="mail-of-all").run()
    made = film(short, long)
    alone = json.loads(json.dumps(Player(moments("alone", "1.1s").run(), hides=True).film))
    slower = [{"outage": "mailing-list", "at": 1, "for": "500ms"}, {"outage": "mailing-list", "at": 3, "for": "250ms"},
              {"outage": "database", "at": "3s", "for": "1s"}]  # fmt: skip
    hidden = Player(runs.lesson("registration-events", slower, rate=20, duration=5).run(), hides=True).film
    some = [entry(CRASH, [0.38]), entry(CRASH | {"for": "2s"}, [0.38, 0.380002]), entry({"outage": "facts", "for": 1})]
    again = evsim.toy("press again").film
    front = {"crash": "front-of-all-things", "for": "1s"}
    other = [entry(front), entry(front | {"for": "2s"})]
    return {
        "moments": made | {"breaks": some, "steps": ["everybody", "lines", "sizes"]},
        "hidden": hidden | {"steps": ["secrets", "lines"]},
        "a hidden story": alone | {"breaks": other, "steps": ["story", "everybody"]},
        "page": film(CLASSIC.replace({"run.duration": "1s"}).run()) | {"breaks": breaks([long]), "steps": ["sizes"]},
        "press again": again | {"steps": ["logins"]},
        "nothing to know": again | {"toy": again["toy"] | {"phone": {"login": None, "mail": None}},
                                    "steps": ["logins"]},
    }  # fmt: skip


def _handled():
    films = _films()
    found = ask(list(films.values()), "(film) => handledFurther(film, film.steps)", HANDS, awaits=True)
    for name, pages in zip(films, found, strict=True):
        yield from ((f"{name}: {number} {what}", page) for number, (what, page) in enumerate(pages))


FURTHER_HANDS = {"further hands on players": _handled}
