"""What evsim says of the other futures of a run: its branches, films that can be broken, and what theory predicts."""

import json
import re
from functools import partial

import evsim
from evsim import Scenario
from evsim.view.player.branching import Branches
from evsim.view.player.widget import Player
from evsim.view.player.window import beginning
from evsim.view.what_changed import Noticed, all_that_changed, what_changed
from tests.snapshots.runs.single_runs import CLASSIC, EVENTS, TROUBLES, WHOLE, pictures
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, by_hand, examples, plain, refusals, told
from tests.snapshots.texts import tried
from tests.view import runs

__all__ = ["FUTURES"]

BREAK = {"outage": "mailing-list", "for": "1s"}
TIES = Scenario.from_dict({
    "name": "ties", "workloads": {each: {"target": "one", "arrivals": {"constant": "0.5/s"}}
                                  for each in ("first", "second")},
    "services": {"one": {"handle": [{"work": 1}, {"effect": "served"}]}},
    "network": {"links": {"cable": {"between": ["first", "one"]}}}, "run": {"duration": 20},
})  # fmt: skip


def _branched(run, broken, at):
    """What a branch shares with its run, and what changes."""
    branch = run.branch(broken, at)
    return [
        f"{branch.shared} {branch.parent is run} {what_changed(run, branch)}",
        *pictures(branch, "promise", "flow"),
    ]


def _both(**changes):
    """A design before and after some changes."""
    return CLASSIC.run(), CLASSIC.replace(changes).run()


BRANCHED = {
    "an outage": lambda: _branched(EVENTS.run(), BREAK, "2s"),
    "two": lambda: _branched(CLASSIC.run(), [BREAK, {"crash": "database", "for": "1s"}], 2.5),
    "of a run that ended early": lambda: _branched(EVENTS.run(until=4), BREAK, 3),
    "ties": lambda: _branched(TIES.run(), {"partition": "cable"}, 15),
    "refused": lambda: refusals(EVENTS.run(until=4).branch, {"fault": BREAK, "at": 1}, {"at": "soon"}, {"at": 4},
                                {"fault": []},
                                {"fault": "outage"}, {"fault": BREAK | {"at": 2}},
                                {"fault": [BREAK, BREAK | {"mtbf": 2}]}),
    "changes": lambda: [what_changed(*each) for each in (
        _both(**{"services.database.workers": 1}), _both(**{"services.mailing-list.handle.1": {"fail": 0.01}}),
        _both(**{"workloads.register-page.arrivals": {"poisson": "49/s"}}), (runs.events(False), runs.events()),
        (runs.classic(False), runs.classic()), _both(), (runs.nobody(), runs.few()),
        (TROUBLES["taken"].run(), CLASSIC.run()))],
    "all changes": lambda: [all_that_changed(*({name: Noticed(run) for name, run in zip("ab", each)} for each in both))
                            for both in (([runs.classic(False)], [runs.classic()]),
                                         ([runs.classic(False), runs.few()], [runs.classic(), runs.few()]),
                                         ([runs.few()] * 2,) * 2)],
}  # fmt: skip


def _film(player, moments=(), lengths=()):
    """What a player has, with the futures that its page keeps; then also the page, without programs and pictures."""
    if not moments:
        return plain(json.dumps(player.film))
    page = re.sub(
        r'<script type="module">.*?</script>|<style>.*?</style>|base64,[^"]*', "", player.to_html(), flags=re.DOTALL
    )
    return plain("\n".join([repr(player), json.dumps(player.stored(moments, lengths)), page]))


FILMS = {name: partial(lambda make: _film(evsim.play(make(), hides=False)), make) for name, make in WHOLE.items()
         if name not in ("faults", "long", "late", "wide")} | {
    "two": lambda: _film(evsim.play(CLASSIC.run(until=2), EVENTS.run(until=2), hides=False), [0.5, 1], [0.5, 1]),
    "named": lambda: _film(evsim.play(CLASSIC.run(until=1), labels=["one"], shows=["play", "bar"], hides=True), [0.5]),
    "its own": lambda: [_film(evsim.play(evsim.load(name).run(until=3), hides=False), [1]) for name in ("unix-pipe",
        "vertx-bus",
        "poison-message")],
    "a long one": lambda: beginning([DESK.replace({RATE: "20000/s", WORKERS: 999, WORK: "1ms",
                                                   "run.duration": "3.2s"}).run()])[1],
    "plugs": lambda: _film(Player(EVENTS.run(until=2), more={"plugs": {"parts": ["mailing-list"]}}), [0.5]),
    "elastic": lambda: _film(evsim.play(evsim.load("registration-serverless").run(until=1), hides=False)),
    "removed": lambda: _film(evsim.play(EVENTS.replace({"channels.customer-registered.log.retention": "1s"}).run())),
    "a broken one": lambda: json.dumps(Branches({"a": CLASSIC.run(), "b": EVENTS.run()},
                                                ["customer row", "subscription"])(BREAK, 1.0)),
    "refused": lambda: [str(tried(make)) for make in (
        evsim.play, partial(evsim.play, CLASSIC), partial(evsim.play, runs.few(), shows=["flaw"]),
        partial(Branches({"a": CLASSIC.run()}, []), BREAK, 1, "there"),
        partial(Branches({"a": CLASSIC.run(), "b": EVENTS.run()}, []), {"outage": "desk"}, 1))],
}  # fmt: skip


def _theory(**changes):
    """What theory says of a desk with some changes, beside what one run measured."""
    return tried(lambda: DESK.replace({"run.duration": "2s"} | changes).run().theory())


HANDLE, FRONT = "services.desk.handle", {"target": "front", "arrivals": {"poisson": "20/s"}}
ASKS = {
    "workloads.callers": FRONT,
    WORKERS: 4,
    "services.front": {"workers": 99, "handle": [{"work": "1ms"}, {"call": "desk"}, {"reply": "ok"}]},
}
TELLS = ASKS | {
    "channels": {"jobs": "queue"},
    "services.front.handle": [{"publish": "jobs"}, {"reply": "ok"}],
    "services.desk.subscribe": "jobs",
}
STATIONS = [
    {},
    {WORKERS: 1, RATE: "5/s"},
    {WORKERS: 1, RATE: "5/s", WORK: "100ms"},
    {WORK: "100ms"},
    {WORKERS: 3},
    {WORK: "0s"},
    {"services.desk.limit": 2},
    {"services.desk.limit": 0, WORK: "90ms"},
    {"services.desk.limit": 3, WORK: "90ms"},
    {"services.desk.instances": 2, "services.desk.balance": "random"},
    {WORK: {"pareto": {"mean": "20ms", "shape": 1.5}}},
    {"services.desk.rate_limit": {"rate": "90/s", "burst": 1}},
    {"faults": [{"outage": "desk", "at": 1, "for": 1}]},
    {"services.desk.price": {"hour": 1}},
    {"workloads.callers.arrivals": {"constant": "40/s"}},
    {"workloads.callers.arrivals": {"burst": 10}},
    {"workloads.callers.arrivals": {"closed": {"users": 3, "think": "1s"}}},
    {HANDLE: by_hand, "services.mailing-list": {"handle": [{"work": "1ms"}]}},
    {
        HANDLE: [
            {"work": "1ms"},
            {"maybe": {"probability": 0.5, "then": [{"work": "1ms"}], "else": [{"call": "front"}]}},
        ],
        "services.front": {"handle": [{"work": "1ms"}]},
    },
    ASKS,
    ASKS | {"services.front.workers": 1},
    ASKS | {"services.front.handle": [{"publish": "jobs"}], "channels": {"jobs": "log"}},
    *(
        ASKS | {"services.front.handle": steps}
        for steps in (
            [{"call": "desk"}, {"call": "desk"}, {"call": "desk"}],
            [{"maybe": {"probability": 0.5, "then": [{"work": "1ms"}]}}, {"call": "desk"}],
            [{"call": {"service": "desk", "items": 3}}],
            [{"fail": 0.1}, {"call": "desk"}, {"reply": "ok"}, {"work": "1s"}],
        )
    ),
    TELLS
    | {
        "channels.jobs": {"log": {"replicas": 3}},
        "services.front.handle.0": {"publish": {"channel": "jobs", "acks": "all"}},
    },
    TELLS | {"channels.jobs": {"pipe": 16}},
    TELLS | {"channels.jobs": "bus", "services.front.handle.0": {"ask": "jobs"}},
    ASKS | {"services.front.handle": [{"call": "desk"}] * 2, WORKERS: 9},
    TELLS,
    TELLS
    | {
        "services.desk.subscribe": {"channel": "jobs", "prefetch": 1},
        WORKERS: 1,
        "network.latency": {"exponential": "9ms"},
    },
    TELLS | {"services.desk.subscribe": {"channel": "jobs", "prefetch": 90}, "services.desk.instances": 2},
    TELLS | {"channels.jobs": {"log": {"partitions": 2}}},
    TELLS | {"channels.jobs": {"log": {"partitions": 1}}},
    TELLS | {"channels.jobs": {"log": {"partitions": 12}}, "services.desk.instances": 2},
    TELLS | {"workloads.others": {"target": "desk", "arrivals": {"poisson": "1/s"}}},
    TELLS | {"services.front.handle.0": {"publish": {"channel": "jobs", "acks": 0}}},
]
TO_FRONT = "services.front.handle.0.publish"
NEAR_AND_FAR = {"near": {"between": ["jobs", "desk"], "latency": "5ms"}, "far": {"between": ["more", "desk"],
                                                                              "latency": "20ms"}}  # fmt: skip
BOTH = {"channels.more": "queue", "services.front.handle": [{"publish": "jobs"}, {"publish": "more"}, {"reply": "ok"}],
        "services.desk.subscribe": [{"channel": each, "prefetch": 1} for each in ("jobs", "more")]}  # fmt: skip
ITEMS = {"channel": "jobs", "items": {"shares": {0: "50%", 3: "50%"}}}
CHANCE = {HANDLE: [{"maybe": {"probability": 0.5, "then": [{"work": "1ms"}]}}]}
SPARE = {"services.spare": {"handle": by_hand}, "services.mailing-list": {"handle": [{"work": "1ms"}]}}
FURTHER = [  # of what some ask, tell or read
    TELLS | BOTH | {"network.links": NEAR_AND_FAR, WORK: "20ms"},
    TELLS | BOTH | {"network.links": NEAR_AND_FAR, WORK: "20ms", WORKERS: 1},
    *(TELLS | {"channels.jobs": {"log": {"partitions": each}}, "network.latency": {"erlang": {"mean": "4ms", "k": 4}},
               WORK: {"exponential": "20ms"}} for each in (2, 3, 4, 5)),
    TELLS | {"channels.jobs": {"log": {"partitions": 6}}, "services.desk.instances": 3, WORKERS: 1,
             WORK: {"exponential": "20ms"}},
    *(TELLS | {"channels.jobs": each, TO_FRONT: {"channel": "jobs", "acks": acks}}
      for each in ("log", {"log": {"replicas": 2}}) for acks in (0, 1, "all")),
    TELLS | {"channels.jobs": {"queue": {"max_length": 9, "overflow": "block"}}},
    TELLS | {TO_FRONT: ITEMS, "network.latency": "3ms"},
    CHANCE, CHANCE | SPARE,
    CHANCE | {"workloads.callers.arrivals": {"profile": [["0s", "9/s"], ["2s", "0/s"]]}},
    CHANCE | {"services.desk.limit": 3},
    ASKS | {WORK: {"exponential": "50ms"}, "services.front.workers": 1, "services.front.handle": [{"call": "desk"}]},
    ASKS | {WORK: {"exponential": "50ms"}, "services.front.workers": 9},
]  # fmt: skip
THEORY = {
    "stations": lambda: [_theory(**changes) for changes in STATIONS],
    "further stations": lambda: [_theory(**changes) for changes in FURTHER],
    "built in": lambda: [evsim.load(name).run(until=8).theory() for name in evsim.names()],
    "examples": lambda: [each.replace({"faults": []}).run(until=each.run_settings.duration / 4).theory() for _,
                         each in examples()],
}  # fmt: skip
FUTURES = {
    name: partial(told, tries) for name, tries in {"branches": BRANCHED, "films": FILMS, "theory": THEORY}.items()
}
