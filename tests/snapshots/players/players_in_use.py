"""Players of unusual films, used in unusual ways (``tests/player/js/players-in-use.js``)."""

import json

from evsim import Scenario
from evsim.view.player.branching import Branches, breaks
from evsim.view.player.film import film
from evsim.view.player.shows import shown
from evsim.view.player.widget import Player
from tests.player.node import ask
from tests.snapshots.runs.single_runs import EVENTS

__all__ = ["PLAYERS_IN_USE"]

USES = {"../../../../tests/player/js/players-in-use": ["playersInUse"]}


def _desk(name, workloads, outages=(), **more):
    """A desk with one worker to which so many customers a second come; it is down now and then, for half a second."""
    return Scenario.from_dict({
        "name": name,
        "workloads": {each: {"target": "desk", "arrivals": {"constant": f"{rate}/s"}, **more}
                      for each, rate in workloads.items()},
        "services": {"desk": {"workers": 1, "handle": [{"work": "125ms"}, {"effect": "served"}]}},
        "faults": [{"outage": "desk", "at": at, "for": "500ms"} for at in outages],
        "run": {"duration": "3s"},
    })  # fmt: skip


def _toy(run, shows, **settings):
    """The film of a run as a toy."""
    made = film(run)
    effects = [effect["name"] for effect in made["effects"]]
    return made | {"breaks": breaks([run]), "toy": shown(effects, shows=shows, **settings)}


def _strangers():
    """Two designs with few customers in common, whose future is hidden; in that of others some customers are new."""
    users = {"arrivals": {"closed": {"users": 2, "think": "250ms"}}, "target": "desk"}
    one = _desk("one", {"first": 2, "second": 1}, ["500ms", "1500ms"]).run()
    other = _desk("other", {"second": 2}).replace({"workloads.third": users}).run()
    made = film(one, other) | {"breaks": breaks([one, other])}
    effects = [effect["name"] for effect in made["effects"]]
    branches = Branches({"one": one, "other": other}, effects)
    futures = [branches({"outage": "desk", "for": 1}, at) for at in (0.5, 1.25)]
    futures.append(branches({"outage": "desk", "for": 1}, 0.75, futures[0]["id"]))
    ends = one.scenario.replace({"services.desk.handle.0.work": "1s"}).run()
    futures.append(Branches({"one": ends, "other": other}, effects)({"outage": "desk", "for": 1}, 1))
    toy = shown(effects, hides=True, stops=9)
    return made | {"toy": toy, "made": futures, "use": "strangers"}


def _crowded():
    """A stage with much on its way, a log of many partitions without a reader, one of many readers, and a long line."""
    readers = {f"reader-{number}": {"subscribe": "facts", "handle": [{"work": "50ms"}]} for number in range(10)}
    run = Scenario.from_dict({
        "name": "crowded",
        "workloads": {"customers": {"target": "the-front-desk-with-a-long-name", "arrivals": {"constant": "20/s"}}},
        "services": {
            "the-front-desk-with-a-long-name": {"workers": 9, "handle": [
                {"publish": "facts"}, {"publish": "unread"}, {"publish": "letters"}, {"call": "store"}]},
            "store": {"workers": 4, "handle": [{"work": "125ms"}, {"effect": "row"}]},
            "mail": {"subscribe": "letters", "handle": [{"work": "500ms"}]}, **readers,
        },
        "channels": {"facts": {"log": {"partitions": 2, "retention": "500ms"}}, "unread": {"log": {"partitions": 5}},
                     "letters": "queue"},
        "network": {"latency": "1s"},
        "faults": [{"loss": ["store", "the-front-desk-with-a-long-name"], "probability": 0.5, "at": 0}],
        "run": {"duration": "2s", "drain_limit": "500ms"},
    }).run()  # fmt: skip
    return film(run) | {"use": "stage"}


def _astray():
    """A stage on which much is lost on its way and sent again, and what is read is soon kept no longer."""
    publish = {"items": 2, "timeout": "500ms", "retry": {"attempts": 3, "backoff": "125ms"}}
    run = Scenario.from_dict({
        "name": "astray",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": "6/s"}, "key": {"uniform": 3}}},
        "services": {
            "front": {"workers": 9, "handle": [{"publish": {"channel": "letters", **publish}},
                                               {"publish": {"channel": "facts", "acks": 0}}, {"call": "store"}]},
            "store": {"workers": 4, "handle": [{"work": "50ms"}, {"effect": "row"}]},
            "reader": {"subscribe": "facts", "handle": [{"work": "50ms"}]},
            "mail": {"subscribe": "letters", "handle": [{"work": "50ms"}, {"effect": "letter"}]},
        },
        "channels": {"facts": {"log": {"partitions": 2, "retention": "250ms", "batch": 4, "linger": "250ms"}},
                     "letters": "queue"},
        "network": {"latency": {"exponential": "125ms"}},
        "faults": [{"loss": ["front", other], "probability": 0.4, "at": 0} for other in ("store", "letters")] + [
            {"duplication": ["letters", "mail"], "probability": 0.5, "at": 0}],
        "run": {"duration": "2s", "seed": 2, "drain_limit": "2s"},
    }).run()  # fmt: skip
    return film(run) | {"use": "stage"}


def _behind():
    """A service with many in line and much in its outbox, and one with much in its outbox alone."""
    kept = {"publish": {"channel": "facts", "outbox": {"poll": "500ms"}}}
    run = Scenario.from_dict({
        "name": "behind",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": "20/s"}},
                      "others": {"target": "back", "arrivals": {"constant": "4/s"}}},
        "services": {"front": {"workers": 1, "handle": [{"work": "125ms"}, kept, {"effect": "row"}]},
                     "back": {"handle": [{"work": "10ms"}, kept]},
                     "reader": {"subscribe": "facts", "handle": [{"work": "50ms"}]}},
        "channels": {"facts": {"log": {"partitions": 2}}}, "run": {"duration": "1s"},
    }).run()  # fmt: skip
    return film(run) | {"use": "stage"}


def _endings():
    """Customers who get a no, nothing, a truth at once and one that is late; and some who press again."""
    rates = {"one": {"first": 1, "second": 2}, "other": {"second": 2}}
    one, other = (_desk(name, its, key={"uniform": 1}).run() for name, its in rates.items())
    toy = {"shows": ("register", "words", "lamps"), "pays": "mine", "stops": "mine"}
    for name, again in (("the same again", True), ("each alone", False)):
        made = film(one, other)
        yield name, made | {"toy": shown(["served"], **toy, more={"again": again}), "use": "endings"}
    some = Scenario.from_dict({
        "name": "endings",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": "2/s"}, "patience": "1s"}},
        "services": {
            "front": {"workers": 9, "handle": [{"maybe": {"probability": 0.4, "then": [{"work": "2s"}]}}, {
                "maybe": {"probability": 0.4, "then": [{"reply": "no"}]}}, {"publish": "letters"}]},
            "mail": {"subscribe": "letters", "handle": [{"work": "600ms"}, {"effect": "letter"}]},
        },
        "channels": {"letters": "queue"}, "run": {"duration": "4s", "drain_limit": "250ms"},
    }).run()  # fmt: skip
    hasty = {"target": "desk", "arrivals": {"constant": "0.5/s"}, "patience": "50ms"}
    taken = {"workloads.hasty": hasty, "run.duration": "2s", "services.desk.handle.1": {
        "effect": {"name": "served", "unique": True}}}  # fmt: skip
    for name, rate in (("one no", 1), ("two", 1.5)):
        its = film(_desk("taken", {"first": rate}, key={"uniform": 1}).replace(taken).run())
        yield name, its | {"toy": shown(["served"], **toy | {"shows": ("register", "lamps", "flow")}), "use": "endings"}
    yield "told and true", film(some) | {"toy": shown(["letter"], **toy), "use": "endings"}
    yield "all of them", film(some) | {"toy": shown(["letter"], **(toy | {"pays": "all"})), "use": "endings"}


def _catching():
    """A consumer that is away twice and has as much to work off each time; what is to come is hidden."""
    away = [{"outage": "mailing-list", "at": at, "for": "1s"} for at in ("1s", "4s")]
    run = EVENTS.replace({"workloads.register-page.arrivals": {"constant": "20/s"}, "faults": away,
                          "run.duration": "6s"}).run()  # fmt: skip
    return _toy(run, ("play", "bar", "flow"), hides=True) | {"use": "catching"}


def _persons():
    """Persons who press again at one design, in toys that end before and after their films."""
    short = {"run.duration": "3s", "workloads.register-page.key": {"uniform": 2}}
    run = EVENTS.replace(short | {"workloads.register-page.arrivals": {"constant": "2/s"},
                                  "channels.customer-registered": "bus"}).run()  # fmt: skip
    plugs = {"parts": ["database", "customer-registered"], "longest": 1}
    more = {"name": "one", "again": True, "plugs": plugs}
    shows = "register", "login", "again", "words", "plugs", "lamps"
    for stops, pays in ((1.5, "mine"), (90, "")):
        its = _toy(run, shows, stops=stops, pays=pays, more=more)
        yield f"person until {stops}", its | {"use": "person", "breaks": []}


def _plugs():
    """Plugs of a part, of the broker and of nothing; at any time, at some moments, and where nobody can be asked."""
    run = EVENTS.replace({"run.duration": "3s"}).run()
    parts = ["database", "customer-registered", "nothing"]
    toy = _toy(run, ("play", "bar", "plugs"), pace="true", more={
        "name": "plugs", "plugs": {"parts": parts, "longest": 2}})  # fmt: skip
    moments = [fault | {"moments": [500_000, 700_000]} for fault in toy["breaks"]]
    yield "plugs at any time", toy | {"use": "pulling"}
    yield "plugs at moments", toy | {"breaks": moments, "use": "pulling"}
    yield "plugs for nobody", toy | {"breaks": [], "unasked": True, "use": "pulling"}


def _letters(**settings):
    """Few users, a queue that is longer than its reader can work off, and what is lost on its way there."""
    return Scenario.from_dict({
        "name": "letters",
        "workloads": {
            "users": {"target": "front", "arrivals": {"closed": {"users": 2, "think": "250ms"}}, **settings},
            "lookers": {"target": "page", "arrivals": {"constant": "2/s"}},
        },
        "services": {
            "front": {"handle": [{"call": "store"}, {"publish": "letters"}]},
            "page": {"handle": [{"work": "1ms"}]},
            "store": {"inside": "front", "handle": [{"work": "125ms"}, {"effect": "row"}]},
            "mail": {"subscribe": {"channel": "letters", "prefetch": 1},
                     "handle": [{"work": "500ms"}, {"effect": "letter"}]},
        },
        "channels": {"letters": "queue"},
        "faults": [{"loss": ["front", "letters"], "probability": 0.5, "at": "1s"}],
        "run": {"duration": "2s", "drain_limit": 0},
    })  # fmt: skip


def _pages():
    """A page of its own with stored futures; a notebook that asks for one."""
    player = Player(_letters(key={"uniform": 3}).run())
    base = film(EVENTS.replace({"run.duration": "100ms"}).run()) | {"use": ""}
    page = json.loads(json.dumps(player.stored((0.25, 1))))
    yield "a page", base | {"data": page, "use": "stored"}
    made = [player.branch({"outage": "front", "for": 1}, 0.5)]
    yield "a notebook", base | {"data": player.film, "made": made, "use": "notebook"}
    faults = breaks(player.runs)[:3]
    yield "bare", base | {"breaks": [faults[0], faults[1] | {"moments": [50_000]}], "use": "bare"}


def _in_use():
    toys = {"strangers": _strangers(), "crowded": _crowded(), "astray": _astray(), "behind": _behind()}
    toys["catching up"] = _catching()
    for more in (_endings, _persons, _plugs, _pages):
        toys |= more()
    found = ask(list(toys.values()), "playersInUse", USES, awaits=True)
    for name, pages in zip(toys, found, strict=True):
        for number, (what, page) in enumerate(pages):
            yield f"{name}: {number} {what}", page


PLAYERS_IN_USE = {"players in unusual use": _in_use}
