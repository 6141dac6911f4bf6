"""Dead letters that lead back: which go round again, and which are dropped."""

from tests.rules.queues import jobs
from tests.rules.rule import Rule, column, times

DROPPED = "Such a letter is dropped if nobody *rejected* the message in that channel or since (RabbitMQ's rule)"
WORD = "A rejection is a consumer's word: `requeue: false`, or the last of its own `retry.attempts`"
EXPIRED = "whether what expires comes again as a dead letter (by default, as with RabbitMQ)."
OTHERS = "Expiry, maximum length and the queue's own limit of deliveries are none."


def round_by(reading=None, steps=({"fail": 1},), until=12, **queue):
    """What dies in `jobs` after a second of work waits for 5 s, and comes back; until 12 s there is a worker."""
    channels = {"later": {"queue": {"ttl": 5, "dead_letter": "jobs"}}}
    return jobs({"dead_letter": "later", **queue}, (0,), steps=list(steps), reading=reading, channels=channels,
                faults=[{"outage": "worker", "at": until}])  # fmt: skip


def beyond_it(back_to):
    """`jobs` rejects; then the message expires in two queues, and goes on to that one."""
    channels = {"first": {"queue": {"ttl": 2, "dead_letter": "second"}},
                "second": {"queue": {"ttl": 2, "dead_letter": back_to}}}  # fmt: skip
    return jobs({"dead_letter": "first"}, (0,), steps=[{"fail": 1}], reading={"retry": {"attempts": 1}},
                channels=channels, faults=[{"outage": "worker", "at": 8}])  # fmt: skip


started, came = times("worker", "started"), column("appended")


RULES = [
    Rule(DROPPED, beyond_it, came, on=("jobs", [0, 1, 3, 5, 6, 8, 10]), beyond=("first", [0, 1, 3])),
    Rule(WORD, lambda attempts: round_by({"retry": {"attempts": attempts}}, delivery_limit=1), started,
         on=(2, [0, 1, 7, 8]), beyond=(3, [0, 1])),
    Rule(WORD, lambda requeue: round_by(steps=[{"fail": {"probability": 1, "requeue": requeue}}], delivery_limit=0),
         started, on=(False, [0, 6]), beyond=(True, [0])),
    Rule(EXPIRED, lambda moved: round_by(until=0, ttl=3, expired_to_dead_letter=moved), came, on=(True, [0, 3]),
         beyond=(False, [0])),
    Rule(OTHERS, lambda until: round_by({"retry": {"attempts": 1}}, until=until, ttl=3), came,
         on=(0, [0, 3]), beyond=(1.5, [0, 1, 6])),
]  # fmt: skip
