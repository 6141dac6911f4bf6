"""Batches of a queue: how many are in one, how long it waits for more, and what comes again when one of them fails."""

from tests.rules.queues import jobs
from tests.rules.rule import JUST, Rule, times

SEVERAL = (
    "takes up to ten messages of a [queue](../queue/page.md), or of a partition of a [log](../log/page.md), at once"
)
LEAVES = (
    "A batch leaves when it is full, or when its `batch_window` is over, which counts from its first message; who "
    "comes at that moment is still in it."
)
PRESENT = "Without a window it has what is ready at its moment."
CREDIT = "The credit of an instance is for as many batches as it has workers"
ALONE = "the loop goes on. When it is over those that failed come again, and the others are settled."
GROUP = "no message has a turn after one of its group that failed: it comes again, too, and its receipt counts"


def together(batch, comes=(0, 0, 0), faults=(), queue=None, **reading):
    """One worker; a batch takes a second, and each of its messages one more."""
    steps = [{"for_each": [{"work": 1}, {"effect": "done"}]}]
    queue = {"max_receive_count": 2, **(queue or {})}
    return jobs(queue, comes, 1, steps, {"batch": batch, **reading}, faults=list(faults))


def effects(run):
    """When each effect was made."""
    return [float(time) for time in run.tables.effects["time"]]


started, leased = times("worker", "started"), times("worker", "leased")


def first_fails(keys, **settings):
    """Two messages, of which the first fails once, at 2 s."""
    comes = [(0, {"key": key}) for key in keys]
    poison = {"poison": "worker", "key": keys[0], "at": 1.5, "for": 1}
    return together(2, comes, [poison], report_item_failures=True, **settings)


RULES = [
    Rule(SEVERAL, together, started, on=(3, [0, 0, 0]), beyond=(2, [0, 0, 3])),
    Rule("each message has its turn, the first one first", together, effects, on=(3, [2, 3, 4]), beyond=(2, [2, 3, 5])),
    Rule(PRESENT, lambda at: together(2, (0, at)), started, on=(0, [0, 0]), beyond=(JUST, [0, 2])),
    Rule(LEAVES, lambda at: together(9, (0, at), batch_window=5), leased, on=(5, [0, 5]), beyond=(5 + JUST, [0, 7])),
    Rule(LEAVES, lambda batch: together(batch, (0, 1), batch_window=5), started, on=(2, [1, 1]), beyond=(3, [5, 5])),
    Rule(CREDIT, lambda workers: jobs({}, (0, 0, 0), 1, (), {"batch": 1 + 1}, {"workers": workers}), started,
         on=(2, [0, 0, 0]), beyond=(1, [0, 0, 1])),
    Rule(ALONE, lambda reports: together(2, [(0, {"key": "a"}), (0, {"key": "b"})],
         [{"poison": "worker", "key": "a", "at": 0}], {"max_receive_count": 1}, report_item_failures=reports), effects,
         on=(True, [3]), beyond=(False, [])),
    Rule(GROUP, lambda groups: first_fails("aa", queue={"fifo_groups": groups}), effects, on=(True, [4, 5]),
         beyond=(None, [3, 5])),
    Rule(GROUP, lambda keys: first_fails(keys, queue={"fifo_groups": True}), effects, on=("aa", [4, 5]),
         beyond=("ab", [3, 5])),
]  # fmt: skip
