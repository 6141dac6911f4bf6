"""Who polls a queue and holds no connection: when a message is visible again or dead, and what a late delete does."""

from tests.rules.queues import jobs
from tests.rules.rule import JUST, Rule, attempts, begun, nano, rows_at, states, times

GRANT = "counted from the grant. Then the lease is over (`revoked`) and the message ready again"
UNSEEN = "is visible again when its time is over, and not before"
LATE = "settles the message all the same, as long as nobody has received it since: the receipt is the newest."
SPENT = (
    "With `max_receive_count` used up, a message is dead when its time is over and a consumer asks; until then a late "
    "delete still counts"
)
INTERVALS = "at once when it has ended a piece of work, and after that time if the queue had nothing."
CHANGED = "the message is visible then, however much of its time is left (SQS's ChangeMessageVisibility)"
CUT = "the same, for all that the consumer (the instance) holds; `run.incidents` says that it was cut off"


def polled(work=1, comes=(0,), steps=(), reading=None, instances=1, faults=(), **queue):
    """A message is invisible for 5 s; each instance has one worker."""
    queue = {"visibility_timeout": 5, **queue}
    worker = {"instances": instances}
    return jobs(queue, comes, work, steps, {"prefetch": 1, **(reading or {})}, worker, faults=list(faults))


def failing(reading=None, **settings):
    return polled(steps=[{"fail": 1}], reading=reading, **{"max_receive_count": 3, **settings})


def dies(visibility):
    """It dies a second after it was given the message, and is back a second later."""
    return polled(2, visibility_timeout=visibility, faults=[{"crash": "worker", "at": 1, "for": 1}])


def another_asks(at, **queue):
    """The first instance works for 8 s; the other one is there from then on."""
    return polled(8, instances=2, faults=[{"outage": "worker/2", "at": 0, "for": at}], **queue)


def looks(at, work=1, comes=()):
    """It looks at 0 s and finds nothing, and each 2 s from then on."""
    return jobs({}, (at, *comes), work, reading={"poll": 2})


def held(prefetch):
    """One worker; both messages are there at once, and the first one takes 10 s."""
    return jobs({"ack_timeout": 5, "max_receive_count": 1}, (0, 0), 10, reading={"prefetch": prefetch})


def dispositions(run):
    return run.ledger.disposition.tolist()


def cut_off(run):
    return any(kind == "consumer cut off" for _, kind, _, _ in run.records.incidents)


def over(run):
    """When each lease of `worker` was over."""
    return [nano(each) for each in sorted(run.tables.rows["settled"][rows_at(run, "worker")])]


leased = times("worker", "leased")


RULES = [
    Rule(INTERVALS, looks, leased, on=(2, [2]), beyond=(2 + JUST, [4])),
    Rule(INTERVALS, looks, leased, on=(0, [0]), beyond=(JUST, [2])),
    Rule(INTERVALS, lambda work: looks(0, work, [1]), leased, on=(3, [0, 3]), beyond=(1 - JUST, [0, 3 - JUST])),
    Rule(GRANT, lambda work: polled(work, instances=2, max_receive_count=2), leased, on=(5, [0]),
         beyond=(5 + JUST, [0, 5])),
    Rule(GRANT, lambda work: polled(work, instances=2, max_receive_count=2), states("jobs"), on=(5, [("done", "none")]),
         beyond=(5 + JUST, [("duplicate", "none")])),
    Rule(UNSEEN, dies, leased, on=(5, [0, 5]), beyond=(5 + JUST, [0, 5 + JUST])),
    Rule("a poller that failed asks for the next message",
         lambda queue: jobs({"max_receive_count": 2, **queue}, (0, 0.5), steps=[{"fail": 1}]), begun("worker"),
         on=({"visibility_timeout": 5}, [1, 2, 1, 2]), beyond=({}, [1, 1, 2, 2])),
    # Late deletes, and the last receipt.
    Rule(LATE, another_asks, states("jobs"), on=(8, [("duplicate", "none")]), beyond=(8 + JUST, [("done",
         "late delete")])),
    Rule("A queue with `fifo_groups` refuses it", lambda groups: polled(8, fifo_groups=groups, max_receive_count=2),
         leased, on=(False, [0]), beyond=(True, [0, 8])),
    Rule(SPENT, lambda at: another_asks(at, max_receive_count=1), dispositions, on=(8, ["dead"]),
         beyond=(8 + JUST, ["acked"])),
    Rule(SPENT, lambda work: polled(work, instances=2, max_receive_count=1), dispositions, on=(5, ["acked"]),
         beyond=(5 + JUST, ["dead"])),
    Rule("`max_receive_count: 2` says in SQS's words that there are two deliveries",
         lambda count: failing(max_receive_count=count), leased, on=(2, [0, 5]), beyond=(3, [0, 5, 10])),
    # What a consumer says of a failure.
    Rule(CHANGED, lambda delay: failing({"change_visibility": delay}, max_receive_count=2), leased, on=(4, [0, 5]),
         beyond=(4 + JUST, [0, 5 + JUST])),
    Rule(CHANGED, lambda delay: failing({"change_visibility": delay}, max_receive_count=2), over, on=(0, [1, 2]),
         beyond=(JUST, [1 + JUST, 2 + 2 * JUST])),
    Rule("the same, with the back-off of this attempt",
         lambda backoff: failing({"retry": {"attempts": 3, "backoff": backoff}}), leased, on=(1, [0, 2, 4]),
         beyond=({"exponential": {"base": 1}}, [0, 2, 5])),
    Rule("it fails for the last time of its own `retry.attempts`",
         lambda count: failing({"retry": {"attempts": count}}), over, on=(2, [5, 6]), beyond=(1, [1])),
    # Who is connected, and does not acknowledge in time.
    Rule(CUT, lambda work: jobs({"ack_timeout": 5}, (0,), work), cut_off, on=(5, False), beyond=(5 + JUST, True)),
    Rule(CUT, held, over, on=(2, [5, 5]), beyond=(1, [5, 15])),
    Rule("Each grant counts as an attempt.", lambda work: polled(work, instances=2, max_receive_count=2),
         attempts("worker"), on=(5, [1]), beyond=(5 + JUST, [2])),
]  # fmt: skip
