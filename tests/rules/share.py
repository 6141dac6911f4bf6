"""When a lock of a share group ends, how often a message is handed out, and how far a partition is read."""

from tests.rules.logs import facts
from tests.rules.rule import JUST, Rule, attempts, states, times

LOCK = "After the time `lock` a message that was not accepted is there again"
COUNT = "After so many `deliveries` it is dead."
NEAR = "A partition is read less than `in_flight` messages beyond the first that is not done with"


def locked(work, **share):
    return facts({}, [0], work, reading={"share": {"lock": 5, "deliveries": 2, **share}}, reader={"instances": 2})


def failing(count):
    return facts({}, [0], 1, [{"fail": 1}], reading={"share": {"deliveries": count}})


def near(count):
    return facts({}, [0, 0, 0], 1, reading={"share": {"in_flight": count}}, reader={"instances": 3})


RULES = [
    Rule(LOCK, locked, times("reader", "leased"), on=(5, [0]), beyond=(5 + JUST, [0, 5])),
    Rule(LOCK, locked, states("facts"), on=(5, [("done", "none")]), beyond=(5 + JUST, [("duplicate", "none")])),
    Rule(COUNT, failing, attempts("reader"), on=(2, [2]), beyond=(3, [3])),
    Rule(NEAR, near, times("reader", "leased"), on=(3, [0, 0, 0]), beyond=(2, [0, 0, 1])),
]
