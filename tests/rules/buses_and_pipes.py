"""Turns and room on a bus; what a pipe holds, who reads it until when, and what a shell is told."""

from tests.rules.rule import JUST, Rule, outcomes, rows_at, states, system, times

TURNS = "`send` reaches one handler in turns, `publish` one copy for every subscribed service"
TAKEN = "A reader ends when it has taken what it wants (`take: 10`), or crashes"


def on_a_bus(step, comes, capacity=None, **parts):
    services = {"front": {"workers": 9, "handle": [step]},
                **{name: {"subscribe": "line", "handle": [{"work": 1}]} for name in ("one", "two")}}  # fmt: skip
    return system(
        services, [("front", at) for at in comes], channels={"line": {"bus": {"capacity": capacity}}}, **parts
    )


def two_of_one(instances):
    """A handler is an instance: the first of each service, then the second ones."""
    scenario = on_a_bus({"send": "line"}, (0, 3, 6, 9))
    return scenario.replace({"services.one.instances": instances})


def who(run):
    return [name for _, name in sorted((row, name) for name in ("one", "two") for row in rows_at(run, name))]


def one_handler(capacity, comes):
    services = {
        "front": {"workers": 9, "handle": [{"send": "line"}]},
        "one": {"subscribe": "line", "handle": [{"work": 1}]},
    }
    return system(services, [("front", at) for at in comes], channels={"line": {"bus": {"capacity": capacity}}})


def piped(pipe, comes, work=1, reading=None, publish=None, reader=None, **parts):
    services = {"writer": {"workers": 9, "handle": [{"publish": {"channel": "line", **(publish or {})}}]},
                "reader": {"subscribe": {"channel": "line", **(reading or {})}, "handle": [{"work": work}],
                           **(reader or {})}}  # fmt: skip
    return system(services, [("writer", at) for at in comes], channels={"line": {"pipe": pipe}}, **parts)


def three_stages(chance):
    """The one in the middle takes one message, so that the first one dies; the last one may fail."""
    stage = {"handle": [{"publish": "first"}]}
    middle = {"subscribe": {"channel": "first", "take": 1}, "handle": [{"publish": "second"}]}
    last = {"subscribe": "second", "handle": [{"fail": chance}]}
    return system({"head": stage, "middle": middle, "tail": last}, [("head", 0), ("head", 1), ("head", 2)],
                  duration=5, channels={"first": {"pipe": 1}, "second": {"pipe": 1}})  # fmt: skip


RULES = [
    Rule(TURNS, lambda step: on_a_bus({step: "line"}, (0, 3, 6)), who, on=("send", ["one", "two", "one"]),
         beyond=("publish", ["one", "two"] * 3)),
    Rule(TURNS, two_of_one, who, on=(1, ["one", "two", "one", "two"]), beyond=(2, ["one", "two", "one", "one"])),
    Rule("`ask` is a call whose callee the bus picks in turns",
         lambda at: on_a_bus({"ask": "line"}, (0, 3, 6), faults=[{"outage": "two", "at": at, "for": 1}]), who,
         on=(3, ["one", "one", "two"]), beyond=(3 + JUST, ["one", "two", "one"])),
    Rule("a handler had more than `capacity` waiting", lambda capacity: one_handler(capacity, (0, 0, 0)),
         states("line"),
         on=(2, [("done", "none")] * 3), beyond=(1, [("done", "none")] * 2 + [("lost", "overflow")])),
    Rule("a handler had more than `capacity` waiting", lambda at: one_handler(0, (0, at)), states("line"),
         on=(1, [("done", "none")] * 2), beyond=(1 - JUST, [("done", "none"), ("lost", "overflow")])),
    Rule("Who writes to a full pipe holds its worker until there is room (*blocked*).",
         lambda capacity: piped(capacity, (0, 0, 0)), times("writer", "ended"), on=(2, [0, 0, 0]), beyond=(1, [0, 0,
         1])),
    Rule("with capacity 0 a message goes from hand to hand.",
         lambda at: piped(0, (0, at)), lambda run: run.pipeline[0].blocked, on=(1, 0), beyond=(0.75, 0.25)),
    Rule("or so many `bytes` (then a publish step says the `size` of its message)",
         lambda size: piped({"bytes": 100}, (0, 0, 0), publish={"size": size}), times("writer", "ended"),
         on=("50 B", [0, 0, 0]), beyond=("51 B", [0, 0, 1])),
    Rule("One program reads, in order, a message for each free worker",
         lambda workers: piped(9, (0, 0, 0), reader={"workers": workers}), times("reader", "started"),
         on=(3, [0, 0, 0]), beyond=(2, [0, 0, 1])),
    Rule(TAKEN, lambda take: piped(9, (0, 1, 9), reading={"take": take}), outcomes, on=(3, ["ok"] * 3),
         beyond=(2, ["ok", "ok", "error"])),
    Rule("`pipefail` is the status of the last stage that failed, or 0", three_stages,
         lambda run: (run.pipeline.statuses, run.pipeline.pipefail), on=(1, ([141, 0, 1], 1)), beyond=(0, ([141, 0, 0],
         141))),
]  # fmt: skip
