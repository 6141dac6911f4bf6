"""What evsim says to mistakes in words and arguments, and to those who want to change a scenario in place."""

import json
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

from evsim import Scenario, registry
from evsim.registry import part
from evsim.scenario import arguments
from evsim.scenario.arrivals import Poisson
from evsim.scenario.calls import Call
from evsim.scenario.distributions import Uniform
from evsim.scenario.errors import ScenarioError, a, refuse, shorten, suggest
from evsim.scenario.faults import Fault
from evsim.scenario.foreign_files import cells_of, kind_of, separator_of, time_column
from evsim.scenario.origins import origin_of
from evsim.scenario.parts import Service
from evsim.scenario.paths import path_words, words_of
from evsim.scenario.presets import preset_text
from evsim.scenario.retry import Backoff
from evsim.scenario.steps import Work
from evsim.scenario.subscription import Subscription
from tests.snapshots.mistakes.values_written import NAN, line_of, lines_of
from tests.snapshots.telling import DESK, by_hand
from tests.snapshots.texts import tried

__all__ = ["MISTAKES"]

# Words.

TOO_MANY = [f"x{number}" for number in range(16)]
SUGGESTED = (("wrk", ["work", "wait"]), ("a:b", ["a"]), ("zebra", ["b", "a"]), ("zebra", []), ("readme", ["README"]),
    ("zebra", ["only"]),
             ("zebra", TOO_MANY[:15]), ("zebra", TOO_MANY), ("x17", TOO_MANY), ("Kafka", ["log"]), ("topic",
             ["exchange"]),
             ("topic", ["log", "exchange"]), ("sleep", ["work"]), (5, ["work"]), ("work", ["wrok",
             "word"]))  # fmt: skip
FOREIGN = (
    '{"resourceSpans": []}', '{"scope_spans": []}', '{"traceID": 1, "spans": []}', '{"traceID": 1}', '{"spans": []}',
    "asyncapi: 2.0", '{"asyncapi": "3"}', "asyncapi: x", "services:\n a: {image: x}", "services:\n a: {work: 1}",
    "a:\n image: 5", '{"services": {"a": {"build": "."}}}', "services:\n a: {image: x}\nrun: {}",
    '"queues" "exchanges"',
    '"queues" "exchanges" "bindings"', "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG", "TOPIC PARTITION",
    '1.2.3.4 - - [02/Mar/2026:09:00:00 +0000] "GET /', "HashOwner,HashApp,HashFunction,Trigger,1,2", "time\n5",
    "time", "5\n6",
    "5\n", "a,time\n1,1\n2,2\n3", "a,time\n1\n", "a;time\nx;5\ny;6", "a;b\nx;5", "time,a\nsoon,1",
    "time,a\n1,1\n2,1\nx", "a,time\n1,1\n2\n3\n",
    "time\n\n \n2026-01-01T09:00",
    "\n".join(["time", *"1" * 19, "x"]), "\n".join(["time", *"1" * 17, "x", "1"]), '"time\n1', "", "name: x",
    "2\tx\n3\tx",
)  # fmt: skip
PATHS = ("run", "run.duration", "services.desk.handle.0.work", "services.a-b.drop_stale",
    "workloads.page.arrivals.poisson",
         "services.desk.handle", "services.handle.0", "network.loss")  # fmt: skip


def _words():
    yield from lines_of((shorten,), ("x" * 58, "x" * 59, True, False, None, 5.0, ["a"]))
    yield (
        "longest",
        line_of(shorten, "abcdefghij", 9) + line_of(shorten, "abcdefghij", 12) + line_of(shorten, "abcdefghij", 11),
    )
    yield from lines_of((a,), ("queue", "exchange", "log", "event loop", "object", "unit", "item"))
    yield "suggest", "\n".join(line_of(suggest, *each) for each in SUGGESTED)
    yield "refuse", f"{refuse('a rule').context} {refuse('a', 'b', 'c', 5).context}"
    yield "kind_of", "\n".join(f"{text!r} {getattr(kind_of(text), 'what', None)}" for text in FOREIGN)
    yield from lines_of((separator_of,), ("a,b", "a;b;c,d", "a\tb", "abc", "a,b;c"))
    yield (
        "cells",
        "\n".join(line_of(cells_of, *each) for each in (("a, 'b' ,c", ","), ('"a,b",c', ","), ('"a', ";"), ("", ","))),
    )
    yield from lines_of((time_column,), (["a", "Time"], ["minute", "ts"], ["when"], []))
    yield from lines_of((path_words,), PATHS)
    yield (
        "words_of",
        str(words_of([*PATHS, "services.desk.handle.2.work", "services.desk.handle.1.maybe.then.0.work", "run"])),
    )
    yield from lines_of((part, preset_text), ("nothing", "kafak"))
    said = DESK.replace({"origins": {"services.desk": "measured: a log", "services.desk.handle.0": "guessed"}})
    for path in (
        "services.desk.workers",
        "services.desk.handle.0.work",
        "services.desk.handle.1",
        "run.seed",
        "services",
    ):
        yield f"origin of {path}", str(origin_of(said, path))
    yield "errors", f"{ScenarioError('a rule')} {ScenarioError('a rule', 'a.yaml')} {ScenarioError('a').problems}"


# Arguments.

THINGS = (
    None,
    0,
    1,
    -1,
    2.0,
    True,
    "",
    "5s",
    "counter-of-nothing",
    "registration-classic.yml",
    5j,
    b"ab",
    [],
    ["a"],
    {"a": 1},
    len,
)
CHANGES = (
    None,
    5,
    {},
    {5: 1},
    {"run.duration": "5s"},
    {"run.durtion": 5},
    {"services.desk.handle.7.work": 1},
    {"services.desk.handle.2": {"work": 1}},
    {"services.desk.handle.3": {"work": 1}},
    {"services.desk.handle.x": 1},
    {"services.desk.workers.x": 1},
    {"services.nobody.workers": 1},
    {"run.drain_limit.x": 1},
    {"name": "b", "about": "c"},
    {"services.desk.handle.0.work": {"exponential": "5ms"}, "services.desk.handle.0.work.exponential": "7ms"},
    {"services.desk.subscribe": {"channel": "jobs"}, "channels.jobs": "queue", "services.desk.subscribe.0.prefetch": 3},
    {"services.desk.handle.2.work": 1},
    {"services.desk.5": 1},
    {
        "services.desk.handle.0": {"parallel": {"branches": [[{"work": 1}], [{"work": 2}]], "until": "any"}},
        "services.desk.handle.0.parallel.1": {"work": "8ms"},
        "services.desk.handle.0.parallel.0.0.work": "7ms",
    },
    {"services.desk.subscribe": "jobs", "channels.jobs": "queue", "services.desk.subscribe.0.prefetch": 3},
    {"workloads.callers.arrivals": {"profile": [["0s", "5/s"]]}, "workloads.callers.arrivals.profile.0.1": "9/s"},
    {"workloads.callers.arrivals": {"profile": [["0s", "5/s"]]}, "workloads.callers.arrivals.profile.1": ["1s", "9/s"]},
    {"services.desk.handle.0": {"parallel": [{"work": 1}]}, "services.desk.handle.0.parallel.0.0.work": "7ms"},
    {"services.desk.handle.0": {"parallel": [{"work": 1}]}, "services.desk.handle.0.parallel.0": {"work": "8ms"}},
    {"objectives": {"response_p99.9": "1s"}, "objectives.response_p99.9": "2s"},
    {
        "origins": {"services.desk.handle.0.work": "guessed", "services.desk": "guessed"},
        "services.desk.handle": [{"work": 1}],
    },
)
ASKED = ("run", "run.duration", "run.durtion", "services.desk.handle.0.work.exponential", "services.desk.handle.2",
    "name.x", "name.count",
         "services.desk.handle.0.work", "services.desk.handle.x", "services.nobody.workers",
         "services.desk.subscribe.0", 5, "",
         "network.links.0", "run.drain_limit.x", "origins", "services.desk.handle.-1")  # fmt: skip


def _replaced(changes):
    return DESK.replace(changes).to_yaml()


def _arguments():
    yield from lines_of((arguments.a_scenario, arguments.a_moment, arguments.a_seed), THINGS)
    yield from lines_of((arguments.a_time, arguments.a_number, arguments.a_count, arguments.a_path), THINGS, "thing")
    yield from lines_of(
        (arguments.a_function, arguments.a_text, arguments.a_mapping, arguments.several), THINGS, "thing", "of one"
    )
    named = lines_of((arguments.a_scenario, arguments.a_moment, arguments.a_seed), (NAN, [1]), name="thing")
    yield from ((f"{name} with a name", text) for name, text in named)
    two = [DESK, DESK, DESK.replace({"name": "other"})]
    labels = (None, ["a", "b", "c"], ["a", "a", "b"], ["a", "b"], "abc", [1, 2, 3], ["a", "b", 3], 5, ("x", "y", "z"))
    yield "names of designs", "\n".join(line_of(partial(arguments.names_of_designs, two), each) for each in labels)
    yield (
        "name of one",
        "\n".join(line_of(partial(arguments.names_of_designs, two[:1]), each) for each in (None, ["a"], ["a", "b"])),
    )
    yield from lines_of((_replaced,), CHANGES)
    yield from lines_of((DESK.value,), ASKED)
    yield from lines_of((Scenario.from_yaml,), (5, None, "", "- a", "word", "7", "a: 1"))
    hand = DESK.replace({"services.desk.handle": by_hand})
    yield "in Python", f"{line_of(hand.to_yaml)} {hand.warnings()} {hand.to_dict()['services']['desk'].keys()}"
    yield "runs", "\n".join(line_of(DESK.run, **each) for each in ({"seed": -1}, {"until": "x"}, {"record": "all"}))


PARTS = (
    (Service, {"workers": 0, "handle": [Work(time="2ms")]}), (Call, {"service": "database", "timout": "1s"}),
    (Fault, {"kind": "outage", "target": "database", "at": "20s", "duration": "10s"}), (Fault, {"outage": "a",
    "at": 1}),
    (Fault, {"kind": "crash", "target": ["a", "b"], "at": 1}), (Fault, {"kind": "outage", "target": "a/0", "at": 1}),
    (Scenario, DESK.to_dict()), (Scenario, {"name": "b", "run": {"duration": 1}}),
    (Backoff, {"kind": "exponential", "base": 1, "cap": 3, "factor": 3}), (Backoff, {"kind": "constant", "cap": 1}),
    (Backoff, {"kind": "exponential"}), (Backoff, {"exponential": 1}),
    (Backoff, {"kind": "exponential", "base": 1, "factor": 1}), (Backoff, {"kind": "linear", "base": 1}),
    (Work, {"time": Uniform(low=1, high=2)}), (Work, {"time": Work(time=1)}), (Work, {"time": Poisson(rate=1)}),
    (Work, {}),
    (Work, {"time": {"exponential": 1, "uniform": [1, 2]}}), (Service, {"handle": len}), (Service, {"handle": by_hand}),
    (Service, {"handle": [Work(time=1), 5], "workers": 2}), (Service, {"handle": (Work(time=1),), "subscribe": "a"}),
    (Subscription, {"channel": "a", "from": 5}), (Subscription, {"channel": "a", "joins": 5}),
)  # fmt: skip


def _frozen():
    """What is said to those who want to change a scenario in place."""
    tries = (lambda: setattr(DESK, "name", "b"), lambda: setattr(DESK.services["desk"], "workers", 5),
             lambda: DESK.services.update(b=5), lambda: DESK.services.pop("desk"), lambda: setattr(DESK, "nothing",
             5))  # fmt: skip
    for number, change in enumerate(tries):
        yield f"frozen {number}", line_of(change)


def _parts():
    for number, (kind, settings) in enumerate(PARTS):
        made = tried(kind, **settings)
        shown = made if isinstance(made, str) else made.not_by_default()
        yield f"{kind.__name__} {number}", f"{shown}"
    yield from _frozen()
    group = Subscription(channel="a", session_timeout=5)
    other = Subscription(channel="a")
    for name in ("rebalance", "session_timeout", "max_poll_interval", "prefetch", "retry"):
        said = [str(one.hinders(name, each)) for one in (group, other) for each in (None, 5.0)]
        yield f"hinders {name}", " ".join(said)
    for settings in ({}, {"static": True}, {"batch": 1}, {"batch": 2}, {"batch": 2, "ack": "after"},
    {"max_poll_records": 3},
                     {"commit": "before"}, {"commit": {"interval": 1}}, {"assignor": "sticky", "batch": 2},
                     {"rebalance": 0},
                     {"guarantee": "at_most_once"}, {"guarantee": "exactly_once"},
                     {"max_poll_interval": 9}):  # fmt: skip
        each = Subscription(channel="a", **settings)
        yield (
            f"owns {settings}",
            f"{each.owns} {each.commits} {each.settled} {each.takes_several} {each.begins_elsewhere}",
        )


DOCUMENTED = "\n A part: that reads.\n\nMore"


def _packages():
    """What is said of packages that are no parts, of a part that is there already, and of its reasons."""
    ways = ("stp", {}, ("service", "stp"), "step", ("service", "step"), {"read": "step", "write": ("step", "call")})
    modules = {f"part_{number}": SimpleNamespace(SOCKET=way, __doc__=DOCUMENTED) for number, way in enumerate(ways)}
    modules |= {"no_part": SimpleNamespace(__doc__=None), "bare": SimpleNamespace(SOCKET="step", __doc__=None)}
    with patch.dict("sys.modules", modules):
        for name in modules:
            yield name, _of_parts(registry._declared, "folder", name)
        for name, value in (("queue", "part_3"), ("zebra", "part_3"), ("aardvark", "part_5"), ("other", "part_0")):
            with patch.object(
                registry, "_entry_points", lambda name=name, value=value: [SimpleNamespace(name=name, value=value)]
            ):
                said = _of_parts(registry._all.__wrapped__).splitlines()
            yield f"entry point {name}", "\n".join([*said[:4], *said[-1:]])
    for reasons in ({"TOO_POOR": 1}, {"too": 1}, {"TOO_": 1}, {"A_B_C": 2}, {"T2": 1}):
        modules = {name: SimpleNamespace(REASONS=reasons) for name in ("one", "two")}
        for names in (("one",), ("one", "one"), ("one", "two")):
            found = [SimpleNamespace(package=name) for name in names]
            with patch.dict("sys.modules", modules), patch.object(registry, "parts", lambda found=found: found):
                yield f"reasons {reasons} of {names}", _tried(registry.reasons.__wrapped__)
    for word in ("queue", "log", "window"):
        its = registry.part(word)
        yield word, f"{its.socket} {its.in_short} {its.module('nothing')} {its.settings.__name__} {its.build.__name__}"
    yield "folders", str({name: [each.word for each in its] for name, its in registry.folders().items()})


def _tried(make, *arguments):
    try:
        return str(make(*arguments))
    except registry.RegistryError as error:
        return str(error)


def _of_parts(make, *arguments):
    try:
        return "\n".join(
            f"{each.word} {each.socket} {each.about} {each.in_short} {each.folder}" for each in make(*arguments)
        )
    except registry.RegistryError as error:
        return str(error)


def _schema():
    """The JSON Schema of the file of a scenario, which knows the names, kinds, bounds and defaults of all settings."""
    schema = Scenario.schema()
    for name, its in schema.pop("$defs").items():
        yield name, json.dumps(its, sort_keys=True)
    yield "whole", json.dumps(schema, sort_keys=True)


MISTAKES = {
    "words for mistakes": _words, "arguments": _arguments, "parts made in Python": _parts,
    "packages of others": _packages, "the schema of a scenario": _schema,
}  # fmt: skip
