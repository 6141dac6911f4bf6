"""Toys: players with one verb and one idea each, in the order in which one meets them; the console comes last."""

from dataclasses import dataclass, field

import numpy as np

from evsim.lesson.facts import caught_up
from evsim.lesson.lesson_sizes import lesson_size
from evsim.scenario import ScenarioError
from evsim.view.flow import catch_ups
from evsim.view.player.columns import micro
from evsim.view.player.film import future
from evsim.view.player.shows import CONSOLE
from evsim.view.player.widget import Player

__all__ = ["TOYS", "toy"]

SLOW = 1 / 30  # of true pace, so that a wait of a tenth of a second is felt
LIST, BROKER = "mailing-list", "customer-registered"
ONE = {"workloads.register-page.arrivals": {"constant": "1/s"}, "run.duration": "12s"}
SOMEBODY = {"workloads.register-page.arrivals": {"constant": "0.25/s"}, "run.duration": "6s"}
AGAIN = SOMEBODY | {"workloads.register-page.key": {"uniform": 1}, "run.duration": "10s"}
PERSONS = 200  # of whom some press twice
STREAM = {"run.duration": "14s"}
GONE = {"faults": [{"outage": LIST, "at": "3s", "for": "4s"}]}
BET = {"faults": [{"outage": LIST, "at": "4s", "for": "5s"}], "run.duration": "25s"}
RATES = (5, 10, 13, 15, 16)  # customers a second; the mailing list can do 16.7
MOMENTS, LENGTHS = range(2, 8), range(1, 6)  # s, when a plug can be pulled on a page, and for how long


@dataclass(frozen=True)
class Toy:
    """``about``: the idea in a sentence; ``designs``; ``changes`` to their lesson size; ``shows`` and other
    settings of the player (:mod:`evsim.view.player.shows`); ``plugs``: parts that can be pulled out."""

    about: str
    designs: tuple
    changes: dict
    shows: tuple = ()
    settings: dict = field(default_factory=dict)
    plugs: tuple = ()


MINE = {"pace": "true", "speed": SLOW, "stops": "mine", "pays": "mine", "hides": True}
ALL = {"pace": "true", "pays": "all", "hides": True}
TOYS = {
    "both pages are wrong": Toy(
        "The mailing list is down. Press Register: what two pages tell you, and what is true.",
        ("classic", "events"), SOMEBODY | GONE, ("register", "login", "words"),
        MINE | {"pace": "mine", "speed": 1, "begins": 3.5},
    ),
    "one customer": Toy(
        "Press Register, and wait for the sum of all that is done for you.",
        ("classic",), ONE, ("register", "login", "words"), MINE,
    ),
    "two ways": Toy(
        "The same press in two designs: told after everything, or told first.",
        ("classic", "events"), ONE, ("register", "login", "lamps", "words"), MINE,
    ),
    "look too early": Toy(
        "Register, then log in, as early and as often as you like.",
        ("events",), ONE | {"run.duration": "40s"}, ("register", "login", "looks"), MINE,
    ),
    "ten customers": Toy(
        "Ten customers within a second or two: waiting has a shape.",
        ("classic", "events"), {"run.duration": "1.1s"}, ("play", "words"),
        {"pace": "every", "speed": 2, "hides": True},
    ),
    "a line forms": Toy(
        "More customers a second, the same two workers: a line forms long before they are busy all the time.",
        ("classic",), {"run.duration": "20s", "services.register.workers": 64}, ("play", "futures"),
        ALL | {"pays": "", "speed": 2},
    ),
    "break it": Toy(
        "Pull the plug of a part, and put it back: who is told what is not true?",
        ("classic", "events"), STREAM, ("play", "bar", "plugs"), ALL, (LIST, "database"),
    ),
    "it recovers": Toy(
        "The list was away. Draw how it catches up; then the run is laid over it.",
        ("events",), BET, ("bet",), {"pace": "true", "speed": 2, "hides": True, "begins": 9},
    ),
    "break the broker": Toy(
        "The same plug, on the part that never fails.",
        ("classic", "events"), STREAM, ("play", "bar", "plugs"), ALL, (BROKER,),
    ),
    "press again": Toy(
        "An error. Press again when you like: who has two rows?",
        ("classic", "events"), AGAIN | GONE, ("register", "login", "words"),
        MINE | {"pace": "mine", "speed": 1, "begins": 3.5},
    ),
    "console": Toy(
        "Everything.", ("classic", "events"), {"workloads.register-page.key": {"uniform": PERSONS}},
        (*CONSOLE, "again"), {"hides": True},
    ),
}  # fmt: skip


def toy(name):
    """A player with one verb and one idea (:class:`evsim.view.player.widget.Player`): a name of ``TOYS``.

    >>> import evsim
    >>> evsim.toy("one customer")
    <Player of classic>
    """
    if not isinstance(name, str) or name not in TOYS:
        raise ScenarioError(f"there is no toy {name!r}; there are {', '.join(TOYS)}")
    its = TOYS[name]
    runs = [lesson_size(design).replace(its.changes).run() for design in its.designs]
    more = {"name": "" if name == "console" else name, "again": "again" in its.shows or name == "press again"}
    if its.plugs:
        more["plugs"] = {"parts": list(its.plugs), "longest": LENGTHS[-1]}
    if "bet" in its.shows:
        more["bet"] = _bet(runs[0])
    player = Player(*runs, labels=its.designs, shows=its.shows, more=more, **its.settings)
    if "futures" in its.shows:
        _rates(player, its)
    return player


def _bet(run):
    """What a bet on a catch-up is about: when it begins, what is to be known after it."""
    (found,) = catch_ups(run)
    effect = run.tables.effect_names.index("subscription")
    return {
        "effect": effect, "from": micro(found.fault.start), "until": micro(found.end), "truth": micro(caught_up(run)),
        "words": found.arithmetic,
    }  # fmt: skip


def _rates(player, its):
    """Make the futures of a player the same design at other rates of arrival."""
    (design,) = its.designs
    effects = [effect["name"] for effect in player.film["effects"]]
    futures = []
    for rate in RATES:
        run = lesson_size(design).replace(its.changes | {"workloads.register-page.arrivals.poisson": rate}).run()
        made = future({design: run}, effects, f"{rate} a second")
        futures.append(made | {"id": "base" if rate == RATES[0] else f"rate {rate}", "changed": [_line(run, rate)]})
    player.film |= {"futures": futures, "end": max(each["lanes"][0]["end"] for each in futures)}


def _line(run, rate):
    """How busy the mailing list was, and how many had to wait for it, in words."""
    rows, busy = run.tables.rows, run.services[LIST]["utilisation"]
    its = np.isin(rows["place"], [place.number for place in run.tables.places if place.service == LIST])
    waited = int((its & (rows["started"] > rows["ready"])).sum())
    return (
        f"{rate} a second: the mailing list is busy {100 * busy:.0f} % of the time, and {waited} of {its.sum()} "
        "wait in line for it."
    )
