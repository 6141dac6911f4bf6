"""Players of runs that have little in common: whom they show, what can be broken there, and what their pages keep."""

import json
import re

from evsim import Scenario
from evsim.view.player import window
from evsim.view.player.branching import Branches, breaks
from evsim.view.player.columns import encoded
from evsim.view.player.film import film
from evsim.view.player.page import page
from evsim.view.player.shows import shown
from evsim.view.player.widget import Player
from tests.snapshots.runs.single_runs import CLASSIC, EVENTS
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, plain
from tests.snapshots.texts import tried

__all__ = ["PLAYERS_ASKED"]

SHORT = {"run.duration": "1s", "run.warmup": 0}


def _two(first, second, **more):
    """A desk to which two kinds of customers come, so many a second of each."""
    return Scenario.from_dict({
        "name": f"desk-{first}-{second}".replace(".", "-"),
        "workloads": {name: {"target": "desk", "arrivals": {"constant": f"{rate}/s"}, **more}
                      for name, rate in (("first", first), ("second", second)) if rate},
        "services": {"desk": {"workers": 1, "handle": [{"work": "125ms"}, {"effect": "served"}]}},
        "run": {"duration": "2s"},
    })  # fmt: skip


BOTH, ONE, OTHER, SELDOM, NEVER = (_two(*each) for each in ((2, 2), (2, 0), (0, 4), (0.4, 2), (0.4, 0.4)))
LATE = _two(0.4, 16, patience="250ms")
STILLS = {
    "the second alone": [BOTH, OTHER], "none": [ONE, OTHER], "seldom": [SELDOM, BOTH], "nobody": [NEVER, BOTH],
    "nobody there": [BOTH, NEVER], "three": [ONE, SELDOM, BOTH], "told what is not true": [LATE, BOTH],
    "fewer there": [LATE, OTHER],
}  # fmt: skip


def _without_pictures(html):
    return re.sub(r'<script type="module">.*?</script>|<style>.*?</style>|base64,[^"]*', "", html, flags=re.DOTALL)


def _stills():
    for name, scenarios in STILLS.items():
        player = Player(*(each.run() for each in scenarios))
        yield name, f"{player!r} {_without_pictures(player.still())}"


REPLICATED = Scenario.from_dict({
    "name": "kept", "workloads": {"customers": {"target": "front", "arrivals": {"constant": 5}}},
    "services": {
        "front": {"handle": [{"call": "inner"}, {"publish": "facts"}]},
        "inner": {"inside": "front", "handle": [{"work": "1ms"}]},
        "mail": {"subscribe": {"channel": "facts", "group": "readers"}, "handle": [{"effect": "letter"}]},
    },
    "channels": {"facts": {"log": {"replicas": 3}}},
    "network": {"links": {"cable": {"between": ["customers", "front"]}}}, "run": {"duration": "2s"},
})  # fmt: skip

PIPED = Scenario.from_dict({
    "name": "piped", "workloads": {"lines": {"target": "list", "arrivals": {"constant": 5}}},
    "services": {"list": {"handle": [{"publish": "listed"}, {"send": "news"}, {"call": "help"}]},
                 "keep": {"subscribe": ["listed", "news"], "handle": [{"effect": "kept"}]},
                 "help": {"handle": [{"work": "1ms"}]}},
    "channels": {"listed": {"pipe": 4}, "news": "bus"}, "run": {"duration": "1s"},
})  # fmt: skip


def _broken():
    kept, long = REPLICATED.run(), REPLICATED.replace({"run.duration": "40s", "name": "long"}).run()
    those = {"one": [kept], "another length": [kept, long], "others": [CLASSIC.run(until=1), kept],
             "without a network": [PIPED.run()]}  # fmt: skip
    for name, some in those.items():
        yield name, "\n".join(map(json.dumps, breaks(some)))
    designs = {"kept": kept, "desk": ONE.run(), "both": BOTH.run(), "events": EVENTS.replace(SHORT).run()}
    faults = [
              {"outage": "desk", "for": "500ms"}, {"outage": "inner"}, {"partition": "cable", "for": "1s"},
              {"partition": ["front", "facts"], "for": "250ms"}, {"partition": ["front", "desk"]}, {"crash": "mail"},
              {"outage": "mailing-list"}, {"latency": ["customers", "front"], "add": "1s"}, {"outage": "facts"},
    ]  # fmt: skip
    branch = Branches(designs, ["letter", "served", "customer row", "subscription"])
    for fault in faults:
        made = tried(branch, fault, 0.5)
        told = ("id", "origin", "label", "note", "changed", "at", "fault")
        yield str(fault), made if isinstance(made, str) else plain(json.dumps({name: made[name] for name in told}))
    first = branch(faults[0], 0.25)
    yield "after another", branch(faults[-1], 1.0, first["id"])["label"]


def _films():
    labels = {
        "shared": ["a-b-c", "a-b-d"],
        "nothing shared": ["a-b", "b-b"],
        "one within": ["a-b", "a-b-c"],
        "same": ["a"],
    }
    some = CLASSIC.run(until=0.25)
    for name, names in labels.items():
        its = [CLASSIC.replace({"name": each}).run(until=0.25) for each in names]
        made, alike = film(*its), film(*its, labels=names)
        yield name, str([[lane["name"] for lane in each["futures"][0]["lanes"]] for each in (made, alike)])
    for wrong in ((), (5,), (some, "run"), (None,)):
        try:
            film(*wrong)
        except TypeError as error:
            yield f"of {wrong}".replace(repr(some), "RUN"), str(error).replace(repr(some), "RUN")
    both = film(CLASSIC.run(until=0.5), EVENTS.replace({"run.duration": "9s"}).run(until=1))
    yield "lengths", f"{both['duration']} {both['end']} {both['codes']} {both['effects']}"
    yield "a page", _without_pictures(page({"name": "</script><b>"}, "a & b"))
    limits = [127, 128, -128, -129, 32767, 32768, -32769, 2**31 - 1, 2**31, -(2**31) - 1, 2**40]
    columns = [], [5, 5], *([0, each] for each in limits)
    yield "columns", "\n".join(map(str, map(encoded, columns)))


def _pages():
    player = Player(EVENTS.replace(SHORT).run(), CLASSIC.replace(SHORT).run())
    asked = {"moments": (0.25,), "lengths": ("1s", "2s")}
    yield "with two futures of each", plain(_without_pictures(player.to_html(**asked)))
    plugs = Player(*player.runs, shows=("plugs",), more={"plugs": {"parts": ["database", "inbox"], "longest": 9}})
    its = plugs.stored((0.5, 0.25), (2, 0.5))
    stored = [(each["id"], each["label"], each["changed"]) for each in its["stored"]]
    yield "with plugs", "\n".join(map(str, [its["toy"], *its["breaks"], *stored]))
    yield "shown", "\n".join(str(tried(shown, ["subscription"], **each)) for each in (
        {}, {"stops": 2}, {"stops": "mine"}, {"stops": None, "begins": 1.5, "pace": "mine", "speed": 4, "pays": "all"},
        {"shows": ("bet", "looks"), "hides": True, "more": {"bet": 1}}, {"shows": ["bets"]}))  # fmt: skip
    few, many = DESK.replace({RATE: "8/s", "run.duration": "3s"}).run(), DESK.replace({
        RATE: "50/s", WORK: "10ms", WORKERS: 9, "run.duration": "2s"}).run()  # fmt: skip
    usual = window.MOST
    try:
        for most in (len(few.tables.rows["born"]), 20, 1, 0):
            window.MOST = most
            for some in ([few], [few, many]):
                cut, words = window.beginning(some)
                yield f"{most} of {len(some)}", f"{words} {[len(each.tables.requests.row) for each in cut]}"
    finally:
        window.MOST = usual


PLAYERS_ASKED = {
    "stills of players": _stills, "what players can break": _broken, "films of runs": _films,
    "pages of players": _pages,
}  # fmt: skip
