"""Members of a group that are back, static or not, and groups that come to know of added partitions."""

from tests.rules.logs import facts
from tests.rules.rule import JUST, Rule, begun, nano, system

NEW = (
    "the broker takes it for somebody new: rebalance from then on, which waits for the one that it was until that "
    "session ends, or for `max_poll_interval`."
)
STATIC = "it has its partitions as before, from the last commit on; no rebalance."
ASKS = "a group knows when it next asks, at every `metadata_max_age` since it began"
OWNER = (
    "with `start: latest` it passes over what came to such a partition before it had an owner (`lost`, cause latest)."
)


def crashing(length, reading=None, **settings):
    """Two members; the second one crashes at 1 s, and is missed at 6 s."""
    reading = {"session_timeout": 5, **(reading or {})}
    return facts({"partitions": 2}, [0, 20], reading=reading, reader={"instances": 2, **settings},
                 faults=[{"crash": "reader/2", "at": 1, "for": length}])  # fmt: skip


def stopping(static):
    return facts({"partitions": 2}, [0], reading={"session_timeout": 5, "static": static}, reader={"instances": 2},
                 faults=[{"outage": "reader/2", "at": 1, "for": 2}])  # fmt: skip


def events(run):
    """(time, kind) of what the group does."""
    kinds = ("rebalance", "end of rebalance", "expel")
    return [(nano(time), kind) for time, kind, _, _ in run.records.incidents if kind in kinds]


def added(at, comes, start="latest", **reading):
    """A partition is added; one producer gives each its turn."""
    services = {"front": {"workers": 9, "handle": [{"publish": "facts"}]},
                "reader": {"workers": 9, "subscribe": {"channel": "facts", "start": start, **reading},
                           "handle": [{"work": 1}]}}  # fmt: skip
    log = {"partitions": 1, "partitioner": "round_robin", "add_partitions": {"at": at, "count": 1}}
    return system(services, [("front", each) for each in comes], channels={"facts": {"log": log}})


MISSED = [(6, "expel"), (6, "rebalance"), (6, "end of rebalance")]


def around(time):
    return [(time, "rebalance"), (time, "end of rebalance")]


RULES = [
    Rule(NEW, crashing, events, on=(5, [(6, "rebalance"), (6, "expel"), (6, "end of rebalance")]),
         beyond=(5 + JUST, [*MISSED, *around(6 + JUST)])),
    Rule(NEW, lambda poll: crashing(1, {"max_poll_interval": poll}), events,
         on=(4, [(2, "rebalance"), (6, "expel"), (6, "end of rebalance")]),
         beyond=(4 - JUST, [(2, "rebalance"), (6 - JUST, "expel"), (6 - JUST, "end of rebalance")])),
    Rule(STATIC, lambda length: crashing(length, {"static": True}), events, on=(5, []),
         beyond=(5 + JUST, [*MISSED, *around(6 + JUST)])),
    Rule("One that stops sends no word either, and is missed only after its session", stopping, events, on=(True, []),
         beyond=(False, [*around(1), *around(3)])),
    Rule("it is missed after `session_timeout` (a crash at once without one)",
         lambda session: crashing(20, {"session_timeout": session, "assignor": "range"}), events,
         on=(5, [*MISSED, *around(21)]), beyond=(None, [*around(1), *around(21)])),
    # Added partitions.
    Rule(ASKS, lambda at: added(at, (0, 10), metadata_max_age=3), begun("reader"), on=(9, [1]),
         beyond=(9 - JUST, [1, 2])),
    Rule(OWNER, lambda at: added(8, (0, at), metadata_max_age=3), begun("reader"), on=(9, [1]),
         beyond=(9 + JUST, [1, 2])),
    Rule(OWNER, lambda start: added(8, (0, 8.5), start, metadata_max_age=3), begun("reader"), on=("latest", [1]),
         beyond=("earliest", [1, 2])),
]  # fmt: skip
