"""Which message of a queue is next, for whom, and when it is too old, too much or known already."""

from tests.rules.rule import JUST, Rule, begun, nano, outcomes, rows_at, states, system, times

FETCHED = "Those with credit take turns."
TTL = (
    "counted from the append, kept when the message comes back. What is too old is `expired` when it is first in "
    "line; at its "
    "deadline it may still be handed out; `ttl: 0s` is now or never"
)
FULL = "ready messages only. `drop_head`: the head is `dropped` (cause max length)"
PRIORITY = (
    "so many levels, from 0; the highest goes first, within one as they came. A `priority` that is too high counts as "
    "the highest"
)
NEXT = (
    "puts the message back in its place, at once (then it is the next in line) or after the back-off (then others "
    "pass)."
)
GROUPS = "no message of a group is handed out while another one of it is, or has failed and waits; other groups go on"
REDRIVE = (
    "the dead letters that lie there at that moment back to the channel in which each died, the oldest first, at "
    "the rate "
    "or all at once"
)
WINDOW = (
    "for the window, a message with the same identity is confirmed and thrown away, whether or not the first is still "
    "there."
)


def jobs(queue, comes, work=1, steps=(), reading=None, worker=None, publish=None, duration=100, **parts):
    """Each customer publishes to `jobs` when they come: when, or (when, publish); `worker` has one worker."""
    services, asked = {}, []
    for number, each in enumerate(comes, 1):
        at, more = each if isinstance(each, tuple) else (each, {})
        step = {"publish": {"channel": "jobs", **(publish or {}), **more}}
        services[f"front-{number}"] = {"workers": 9, "handle": [step]}
        asked.append((f"front-{number}", at))
    services["worker"] = {"subscribe": {"channel": "jobs", **(reading or {})}, "handle": [{"work": work}, *steps],
                          **(worker or {})}  # fmt: skip
    channels = {"jobs": {"queue": queue}, **parts.pop("channels", {})}
    services |= parts.pop("services", {})
    return system(services, asked, duration, channels=channels, **parts)


def two_consumers(run):
    """Which of the two services has each customer's message."""
    found = {begun_by: name for name in ("worker", "other") for begun_by in begun(name)(run)}
    return [found[customer] for customer in sorted(found)]


def competing(comes):
    other = {"other": {"subscribe": "jobs", "handle": [{"work": 1}]}}
    return jobs({}, comes, services=other)


def fetching(comes):
    """Two consumers with credit for two each."""
    reading = {"channel": "jobs", "prefetch": 2}
    return jobs({}, comes, reading=reading, services={"other": {"subscribe": reading, "handle": [{"work": 1}]}})


def prioritised(*priorities, levels=3):
    """The first one is in work; the others wait."""
    return jobs({"priorities": levels}, [0, *((0.5, {"priority": each}) for each in priorities)])


def grouped(key):
    """A message of the group `a` fails and waits for 5 s."""
    errors = {"error_rate": "worker", "probability": 1, "at": 0, "for": 1.5}
    return jobs({"fifo_groups": True}, [(0, {"key": "a"}), (0.5, {"key": key}), (0.5, {"key": "c"})],
                reading={"retry": {"attempts": 3, "backoff": 5}}, faults=[errors])  # fmt: skip


def backing_off(backoff):
    errors = {"error_rate": "worker", "probability": 1, "at": 0, "for": 1.5}
    return jobs({}, [0, 0.5], reading={"retry": {"attempts": 3, "backoff": backoff}}, faults=[errors])


def two_backing_off(backoff):
    """Two workers; the first two messages fail, the first one before the second."""
    errors = {"error_rate": "worker", "probability": 1, "at": 0, "for": 1.4}
    return jobs({}, [0, 0.25, 0.5, 0.5, 0.5], reading={"retry": {"attempts": 3, "backoff": backoff}}, faults=[errors],
                worker={"workers": 2})  # fmt: skip


def out_of_order(fault, at):
    """The queue of dead letters is down or paused from 6 s to 8 s."""
    return redriven(at, faults=[{fault: "spoilt", "at": 6, "for": 2}])


def redriven(at, rate=None, faults=()):
    """Three messages that die at 1 s, 2 s and 3 s; what killed them ends at 5 s."""
    errors = {"error_rate": "worker", "probability": 1, "at": 0, "for": 5}
    redrive = {"at": at, **({"rate": rate} if rate else {})}
    return jobs({"dead_letter": "spoilt"}, [0, 0, 0], faults=[errors, *faults], reading={"retry": {"attempts": 1}},
                channels={"spoilt": {"queue": {"redrive": redrive}}})  # fmt: skip


def again(run):
    """When the letters that were moved came to their queue again."""
    messages, jobs = run.tables.messages, list(run.scenario.channels).index("jobs")
    return sorted(map(nano, messages["appended"][(messages["channel"] == jobs) & (messages["origin"] >= 0)]))


def single(at):
    """Two instances, of which one is active; it is down from then on."""
    return jobs({"single_active_consumer": True}, [0, 3], worker={"instances": 2},
                faults=[{"outage": "worker/1", "at": at, "for": 50}])  # fmt: skip


def workers(run):
    return run.tables.rows["worker"][rows_at(run, "worker")].tolist()


def itemised(count):
    """One customer, whose step sends a message for each of so many items."""
    services = {"front": {"handle": [{"publish": {"channel": "jobs", "items": {"shares": {count: 1}}}}]},
                "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", 0)], channels={"jobs": "queue"})


def asked(at_a_time=1, fails=()):
    """Five calls of a second for one customer."""
    step = {"call": {"service": "back", "items": 5, "max_concurrency": at_a_time}}
    return system({"front": {"handle": [step]}, "back": {"workers": 9, "handle": [{"work": 1}]}}, [("front", 0)],
                  faults=list(fails))  # fmt: skip


def failing_at(at):
    """Up to two calls at a time; what ends at that moment fails."""
    return asked(2, [{"error_rate": "back", "probability": 1, "at": at - 0.5, "for": 0.75}])


RULES = [
    Rule("With `max_concurrency: 2` up to two of them are under way at a time", asked, times("back", "born"),
         on=(2, [0, 0, 1, 1, 2]), beyond=(3, [0, 0, 0, 1, 1])),
    Rule("When one call has no answer, no other one begins", failing_at, times("back", "born"),
         on=(2, [0, 0, 1, 1]), beyond=(3, [0, 0, 1, 1, 2])),
    Rule("0 is a number too", itemised, times("back", "born"), on=(0, []), beyond=(1, [0])),
    Rule("`prefetch` messages for each instance (default: its workers)",
         lambda prefetch: jobs({}, [0, 0, 0], reading={"prefetch": prefetch}), times("worker", "leased"),
         on=(2, [0, 0, 1]), beyond=(1, [0, 1, 2])),
    Rule("The credit comes home when the acknowledgement reaches the broker.",
         lambda latency: jobs({}, [0, 0], network={"links": {"wire": {"between": ["jobs", "worker"],
         "latency": latency}}}),
         times("worker", "leased"), on=(1, [0, 3]), beyond=(2, [0, 5])),
    Rule(FETCHED, lambda at: competing([0, 0.5, 5, at]), two_consumers, on=(5, ["worker", "other", "worker", "other"]),
         beyond=(4.5, ["worker", "other", "other", "worker"])),
    Rule(FETCHED, fetching, two_consumers, on=((0, 0.25), ["worker", "other"]),
         beyond=((0, 0.25, 0.5, 0.75), ["worker", "other"] * 2)),
    Rule(NEXT, backing_off, begun("worker"), on=(0, [1, 1, 2]), beyond=(JUST, [1, 2, 1])),
    Rule(NEXT, lambda backoff: backing_off(backoff), times("worker", "started"), on=(1, [0, 1, 2]), beyond=(3, [0, 1,
         4])),
    Rule(NEXT, two_backing_off, begun("worker"), on=(0.5, [1, 2, 3, 4, 1, 2, 5]), beyond=(1.1, [1, 2, 3, 4, 5, 1, 2])),
    # Limits.
    Rule(FULL, lambda length: jobs({"max_length": length}, [0, 0.25, 0.5, 0.75]), states("jobs"),
         on=(3, [("done", "none")] * 4), beyond=(2, [("done", "none"), ("dropped", "max length"), *[("done",
         "none")] * 2])),
    Rule("`reject_publish`: the publisher is refused, tries again if it may, then fails",
         lambda at: jobs({"max_length": 1, "overflow": "reject_publish"}, [0, 0, at]), outcomes, on=(1, ["ok"] * 3),
         beyond=(1 - JUST, ["ok", "ok", "error"])),
    Rule("`block`: it waits at the door, its worker held, until there is room",
         lambda work: jobs({"max_length": 1, "overflow": "block"}, [0, 0.25, 0.5], work),
         lambda run: nano(run.tables.requests.answered.max()),
         on=(1, 1), beyond=(2, 2)),
    Rule(TTL, lambda ttl: jobs({"ttl": ttl}, [0, 0]), states("jobs"), on=(1, [("done", "none")] * 2),
         beyond=(1 - JUST, [("done", "none"), ("expired", "expired")])),
    Rule(TTL, lambda at: jobs({"ttl": 0}, [0, at]), states("jobs"), on=(1, [("done", "none")] * 2),
         beyond=(1 - JUST, [("done", "none"), ("expired", "expired")])),
    Rule(TTL, lambda ttl: jobs({"ttl": ttl}, [0], steps=[{"fail": 1}], reading={"retry": {"attempts": 9,
         "backoff": 1}}),
         times("worker", "started"), on=(4, [0, 2, 4]), beyond=(4 - JUST, [0, 2])),
    Rule(PRIORITY, lambda urgent: prioritised(1, urgent), begun("worker"), on=(1, [1, 2, 3]), beyond=(2, [1, 3, 2])),
    Rule(PRIORITY, lambda levels: prioritised(1, 6, levels=levels), begun("worker"), on=(2, [1, 2, 3]), beyond=(3, [1,
         3, 2])),
    # Order.
    Rule(GROUPS, grouped, begun("worker"), on=("a", [1, 3, 1, 2]), beyond=("b", [1, 2, 3, 1])),
    Rule("one instance of one service gets everything until it is down; then the next one", single, workers,
         on=(3, [0, 1]), beyond=(3 + JUST, [0, 0])),
    Rule(WINDOW, lambda at: jobs({"deduplication": {"window": 5, "by": "key"}}, [(0, {"key": "a"}), (at,
         {"key": "a"})]),
         times("worker", "started"), on=(5, [0, 5]), beyond=(5 - JUST, [0])),
    Rule("A queue that is down moves nothing, and does not go on later.", lambda at: out_of_order("outage", at), again,
         on=(8, [8] * 3), beyond=(8 - JUST, [])),
    Rule("A queue that is down moves nothing, and does not go on later.", lambda at: out_of_order("pause", at), again,
         on=(8, [8] * 3), beyond=(8 - JUST, [])),
    Rule(REDRIVE, redriven, again, on=(3, [3, 3]), beyond=(3 + JUST, [3 + JUST] * 3)),
    Rule(REDRIVE, lambda rate: redriven(10, rate), lambda run: (again(run), begun("worker")(run)),
         on=(0.5, ([10, 12, 14], [1, 2, 3] * 2)), beyond=(None, ([10, 10, 10], [1, 2, 3] * 2))),
]  # fmt: skip
