"""When a lock of a share group ends, how often a message is handed out, and how far a partition is read."""

from evsim.engine.murmur import partition_of
from tests.rules.logs import facts
from tests.rules.rule import JUST, Rule, attempts, begun, states, times

LOCK = "After the time `lock` a message that was not accepted is there again"
COUNT = "After so many `deliveries` it is dead."
NEAR = "A partition is read less than `in_flight` messages beyond the first that is not done with"


def locked(work, **share):
    return facts({}, [0], work, reading={"share": {"lock": 5, "deliveries": 2, **share}}, reader={"instances": 2})


def failing(count):
    return facts({}, [0], 1, [{"fail": 1}], reading={"share": {"deliveries": count}})


def near(count):
    return facts({}, [0, 0, 0], 1, reading={"share": {"in_flight": count}}, reader={"instances": 3})


def in_turns(key):
    """Five messages at once, the first three of one key; one consumer, who takes them one by one."""
    comes = [*[(0, {"key": "a"})] * 3, *[(0, {"key": key})] * 2]
    return facts({"partitions": 2}, comes, reading={"share": {}})


OTHER = next(key for key in "bcdef" if partition_of(key, 2) != partition_of("a", 2))

RULES = [
    Rule(
        "partitions take turns", in_turns, begun("reader"), on=(OTHER, [1, 2, 4, 3, 5]), beyond=("a", [1, 2, 3, 4, 5])
    ),
    Rule(LOCK, locked, times("reader", "leased"), on=(5, [0]), beyond=(5 + JUST, [0, 5])),
    Rule(LOCK, locked, states("facts"), on=(5, [("done", "none")]), beyond=(5 + JUST, [("duplicate", "none")])),
    Rule(COUNT, failing, attempts("reader"), on=(2, [2]), beyond=(3, [3])),
    Rule(NEAR, near, times("reader", "leased"), on=(3, [0, 0, 0]), beyond=(2, [0, 0, 1])),
]
