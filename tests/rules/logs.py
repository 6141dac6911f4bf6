"""What a log hands out, to whom, when it is committed, and what it keeps for how long."""

from tests.rules.rule import JUST, Rule, begun, column, outcomes, states, system, times

ONE = "A group has at most one message of a partition in process, on any free worker"
HELD = "A failed message holds its partition through the back-off."
INTERVAL = "at every such moment since the member joined, for all that has ended by then."
NO_FAILURE = "Going back is no failure: only failures count towards `retry.attempts`."
POLL = "it has a message for longer than `max_poll_interval`"
POLLED = "With `max_poll_records: 500` a member fetches up to 500 messages of its partitions in one poll"
OVERDUE = "`max_poll_interval` is then the time from one poll to the next: who does not poll in time is expelled"
SLEEPS = "A failed message holds the poll through its back-off, and that counts too."
OF_POLL = "when all messages of the poll have ended"
BATCH = "With `batch: 10` a member takes up to ten messages of a partition at once, as they lie there"
KEEPS = (
    "A log keeps its messages for ever, or for the `retention` (a time, a number of messages in each partition, "
    "or both)."
)
START = "A group that comes into being at the time `from` reads the log from `start` on"
LINGER = "`linger` keeps messages back for so long, or until `batch` of them for one partition wait"
IN_SYNC = "`acks: all` is refused where fewer than `min_in_sync` are in sync"
HASTY = "| `read_uncommitted` | as soon as all in sync have it | at once |"
LEADER = "after the time `election` the first broker in sync leads with what it has."


def facts(log, comes, work=1, steps=(), reading=None, reader=None, publish=None, duration=100, **parts):
    """Each customer publishes to `facts` when they come; `reader` has one worker. A customer: when, or (when, "
    "publish)."""
    services, asked = {}, []
    for number, each in enumerate(comes, 1):
        at, more = each if isinstance(each, tuple) else (each, {})
        step = {"publish": {"channel": "facts", **(publish or {}), **more}}
        services[f"front-{number}"] = {"workers": 9, "handle": [step]}
        asked.append((f"front-{number}", at))
    services["reader"] = {"subscribe": {"channel": "facts", **(reading or {})}, "handle": [{"work": work}, *steps],
                          **(reader or {})}  # fmt: skip
    return system(services, asked, duration, channels={"facts": {"log": log}}, **parts)


def polled(most, interval=None, commit="after", retry=None, comes=(0, 0, 0, 0), **parts):
    """The first message is fetched alone, as it comes; a second's work each, and in one poll what is then there."""
    reading = {"max_poll_records": most, "max_poll_interval": interval, "commit": commit, "retry": retry}
    return facts({}, comes, reading={name: value for name, value in reading.items() if value is not None}, **parts)


def sleeping(backoff):
    """The second of four messages fails once, at 2 s, and the two behind it wait; a poll may take 5 s."""
    errors = {"error_rate": "reader", "probability": 1, "at": 1.5, "for": 1}
    return polled(3, 5, retry={"attempts": 2, "backoff": backoff}, faults=[errors])


def failing(backoff):
    """The first message fails once."""
    errors = {"error_rate": "reader", "probability": 1, "at": 0, "for": 1.5}
    return facts({}, [0, 0.5], reading={"retry": {"attempts": 2, "backoff": backoff}}, faults=[errors])


def committed_at_intervals(at):
    """The member commits at 5 s, 10 s ...; it crashes for a second. The message has ended at 4 s."""
    return facts({}, [3], reading={"commit": {"interval": 5}}, faults=[{"crash": "reader", "at": at, "for": 1}])


def ends_at_a_commit(at):
    """The member commits at 5 s; a second's work ends there, or just after it; the crash comes before the next one."""
    return facts({}, [at], reading={"commit": {"interval": 5}}, faults=[{"crash": "reader", "at": 5.5, "for": 1}])


def committed_since_it_joined(at):
    """The member joins at 3 s, after a crash, and commits at 8 s; it crashes once more. The message ended at 5 s."""
    crashes = [{"crash": "reader", "at": 1, "for": 2}, {"crash": "reader", "at": at, "for": 1}]
    return facts({}, [4], reading={"commit": {"interval": 5}}, faults=crashes)


def dies_and_fails(deaths):
    """Each life of a second ends before the work of 2 s does; what then ends fails, and one more attempt is allowed."""
    crashes = [{"crash": "reader", "at": 1.5 * number + 1, "for": 0.5} for number in range(deaths)]
    return facts({}, [0], work=2, steps=[{"fail": 1}], reading={"assignor": "range", "retry": {"attempts": 2}},
                 faults=crashes)  # fmt: skip


def slow(work):
    return facts({}, [0], work=work, reading={"max_poll_interval": 5}, reader={"instances": 2})


def expelled(run):
    return any(kind == "expel" for _, kind, _, _ in run.records.incidents)


def silent(length):
    """The reader is paused from 1 s on."""
    return facts({}, [0], reading={"session_timeout": 5}, faults=[{"pause": "reader", "at": 1, "for": length}])


def kept(retention, at=(0, 1, 2)):
    """A group that comes into being at 10 s and reads all there is."""
    return facts({"retention": retention}, at, reading={"from": 10, "start": "earliest"}, duration=20)


def late(start, at=(0, 1, 2), **log):
    return facts(log, at, reading={"from": 10, "start": start}, duration=20)


def replayed(to):
    return facts({}, [0, 2, 4], reading={"replay": [{"at": 20, "to": to}]}, duration=50)


def compacted(at):
    """Two messages of a key; the log is cleaned at 5 s, and the group comes at 10 s."""
    return late("earliest", [(1, {"key": "a"}), (at, {"key": "a"})], compaction=5)


def batched(batch, comes=(0, 0.25, 0.5, 0.75)):
    return facts({}, comes, reading={"batch": batch})


def lingering(comes, batch=3):
    return facts({"linger": 5, "batch": batch}, comes)


def lingered_together(at):
    """One producer; two messages."""
    services = {"front": {"workers": 9, "handle": [{"publish": "facts"}]},
                "reader": {"subscribe": "facts", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", 0), ("front", at)], channels={"facts": {"log": {"linger": 5}}})


def left(run):
    return sorted(column("sent")(run))


def full_batch(batch):
    services = {"front": {"workers": 9, "handle": [{"publish": "facts"}]},
                "reader": {"subscribe": "facts", "handle": [{"work": 1}]}}  # fmt: skip
    log = {"linger": 5, "batch": batch}
    return system(services, [("front", 0), ("front", 1), ("front", 2)], channels={"facts": {"log": log}})


def replicated(at=0, acks="all", min_in_sync=1, replication=1, failure=None, election=0):
    log = {"replicas": 2, "replication": replication, "min_in_sync": min_in_sync, "election": election}
    faults = [] if failure is None else [{"leader_failure": "facts", "at": failure, "for": 50}]
    return facts(log, [at], publish={"acks": acks}, faults=faults)


def turns(comes, count=2):
    services = {"front": {"workers": 9, "handle": [{"publish": "facts"}]},
                "reader": {"workers": 2, "subscribe": "facts", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", at) for at in comes],
                  channels={"facts": {"log": {"partitions": count, "partitioner": "round_robin"}}})  # fmt: skip


def partitions(run):
    return run.tables.messages["partition"].tolist()


def transacted(latency, isolation=None):
    """The message of a handler that commits when its own commit has arrived."""
    services = {"front": {"handle": [{"publish": "facts"}]},
                "middle": {"subscribe": {"channel": "facts", "commit": "transaction"},
                           "handle": [{"publish": "more"}, {"work": 1}]},
                "reader": {"subscribe": {"channel": "more", "isolation": isolation},
                           "handle": [{"work": 1}]}}  # fmt: skip
    wire = {"between": ["middle", "facts"], "latency": latency}
    return system(services, [("front", 0)], channels={"facts": "log", "more": "log"}, network={"links": {"wire": wire}})


RULES = [
    Rule(ONE, lambda count: turns((0, 0), count), times("reader", "leased"), on=(1, [0, 1]), beyond=(2, [0, 0])),
    Rule(HELD, failing, times("reader", "started"), on=(1, [0, 2, 3]), beyond=(0, [0, 1, 2])),
    Rule(INTERVAL, ends_at_a_commit, times("reader", "started"), on=(4, [4]), beyond=(4 + JUST, [4 + JUST, 6.5])),
    Rule(INTERVAL, committed_at_intervals, times("reader", "started"), on=(5, [3, 6]), beyond=(5 + JUST, [3])),
    Rule(INTERVAL, committed_since_it_joined, times("reader", "started"), on=(8, [4, 9]), beyond=(8 + JUST, [4])),
    Rule(NO_FAILURE, dies_and_fails, times("reader", "started"), on=(0, [0, 2]), beyond=(2, [0, 1.5, 3, 5])),
    Rule(POLL, slow, expelled, on=(5, False), beyond=(5 + JUST, True)),
    Rule("it is missed after `session_timeout`", silent, expelled, on=(5, False), beyond=(5 + JUST, True)),
    Rule(BATCH, batched, times("reader", "started"), on=(3, [0, 1, 1, 1]), beyond=(2, [0, 1, 1, 2])),
    Rule(POLLED, polled, times("reader", "leased"), on=(3, [0, 1, 1, 1]), beyond=(2, [0, 1, 1, 3])),
    Rule(OVERDUE, lambda interval: polled(3, interval), expelled, on=(3, False), beyond=(3 - JUST, True)),
    Rule(SLEEPS, sleeping, expelled, on=(1, False), beyond=(1 + JUST, True)),
    Rule(OF_POLL, lambda most: polled(most, commit="poll"), times("reader", "settled"), on=(3, [1, 4, 4, 4]),
         beyond=(2, [1, 3, 3, 4])),
    # History.
    Rule(KEEPS, lambda count: kept({"messages": count}), begun("reader"), on=(3, [1, 2, 3]), beyond=(2, [2, 3])),
    Rule(KEEPS, lambda age: kept({"time": age}), begun("reader"), on=(9, [2, 3]), beyond=(9 - JUST, [3])),
    Rule(START, lambda offset: late({"offset": offset}), begun("reader"), on=(1, [2, 3]), beyond=(2, [3])),
    Rule(START, lambda time: late({"time": time}), begun("reader"), on=(1, [2, 3]), beyond=(1 + JUST, [3])),
    Rule(START, lambda at: late("latest", (0, at)), begun("reader"), on=(10, [2]), beyond=(10 - JUST, [])),
    Rule("hands out again what the group has handled since that place and the log still has", lambda time:
         replayed({"time": time}), begun("reader"), on=(2, [1, 2, 3, 2, 3]), beyond=(2 + JUST, [1, 2, 3, 3])),
    Rule("Every `compaction` (a time) only the latest message of each key stays in its partition", compacted,
         begun("reader"), on=(5, [2]), beyond=(5 + JUST, [1, 2])),
    # Producers.
    Rule(LINGER, lingered_together, left, on=(5, [5, 5]), beyond=(5 + JUST, [5, 10 + JUST])),
    Rule(LINGER, full_batch, left, on=(3, [2, 2, 2]), beyond=(4, [5, 5, 5])),
    Rule("`round_robin` gives each partition its turn", turns, partitions, on=((0, 1), [0, 1]), beyond=((0, 1, 2), [0,
         1, 0])),
    # Replicas.
    Rule("Groups see a message when all in sync have it (a delivery is born then).",
         lambda replication: replicated(replication=replication), times("reader", "born"), on=(1, [1]), beyond=(2,
         [2])),
    Rule(IN_SYNC, lambda count: replicated(5, min_in_sync=count, failure=1), outcomes, on=(1, ["ok"]), beyond=(2,
         ["error"])),
    Rule(IN_SYNC, lambda acks: replicated(5, acks, min_in_sync=2, failure=1), outcomes, on=(1, ["ok"]),
         beyond=("all", ["error"])),
    Rule(LEADER, lambda failure: replicated(0, 1, failure=failure), states("facts"), on=(1, [("lost", "leader")]),
         beyond=(1 + JUST, [("done", "none")])),
    Rule(LEADER, lambda at: replicated(at, failure=1, election=2), outcomes, on=(3, ["error"]), beyond=(3 + JUST,
         ["ok"])),
    Rule(HASTY, lambda isolation: transacted(1, isolation), times("reader", "born"), on=("read_uncommitted", [1]),
         beyond=("read_committed", [3])),
    Rule("before the commit has arrived", transacted, times("reader", "born"), on=(1, [3]), beyond=(2, [5])),
]  # fmt: skip
