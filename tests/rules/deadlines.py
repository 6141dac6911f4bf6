"""Until when somebody waits, and what is first of what happens at one moment."""

from tests.rules.rule import JUST, Rule, answers, begun, outcomes, system

IN_TIME = "An answer at its deadline counts."
AT_ONE_MOMENT = (
    "Faults come first, then answers and completions, arrivals and deliveries, timeouts, ordinary SimPy events, "
    "observers; within these, the order of scheduling."
)
GIVE_UP = "timeout ends the wait, or without one the network's `give_up` (30 s)."


def calling(call, back, **parts):
    """A customer at 0 s whose `front` calls `back`."""
    services = {"front": {"workers": 9, "handle": [{"call": {"service": "back", **call}}]},
                "back": {"workers": 9, "handle": back}}  # fmt: skip
    return system(services, [("front", 0)], **parts)


def alone(handle, comes, **parts):
    """One worker."""
    service = {name: parts.pop(name) for name in ("limit", "workers") if name in parts}
    return system({"front": {"handle": handle, **service}}, comes, **parts)


def behind_a_bulkhead(timeout):
    """The second call waits for the first one, a second of work each."""
    call = {"service": "back", "timeout": timeout, "bulkhead": {"limit": 1, "queue": 1}}
    services = {"front": {"workers": 2, "handle": [{"call": call}]}, "back": {"workers": 2, "handle": [{"work": 1}]}}
    return system(services, [("front", 0), ("front", 0)])


def hedged(timeout):
    """What begins in the first half second is slow; the hedge comes after a second and works for two."""
    slow = {"slowdown": "back", "factor": 10, "at": 0, "for": 0.5}
    return calling({"timeout": timeout, "hedge": {"after": 1}}, [{"work": 2}], faults=[slow])


def published(timeout):
    services = {"front": {"handle": [{"publish": {"channel": "jobs", "timeout": timeout}}]},
                "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", 0)], channels={"jobs": "queue"}, network={"links": {"wire": {
        "between": ["front", "jobs"], "latency": 1}}})  # fmt: skip


def asked(work):
    services = {"front": {"handle": [{"ask": "line"}]}, "back": {"subscribe": "line", "handle": [{"work": work}]}}
    return system(services, [("front", 0)], channels={"line": "bus"})


def cut(at, give_up, work=1):
    wire = {"partition": ["front", "back"], "at": at, "for": 5}
    return calling({}, [{"work": work}], faults=[wire], network={"give_up": give_up})


def a_retry_and_a_customer(at):
    """`back` has room for one; it is down when the first customer's call comes, and called again at 1 s."""
    services = {"front": {"handle": [{"call": {"service": "back", "retry": {"attempts": 2, "backoff": 1}}}]},
                "back": {"limit": 0, "handle": [{"work": 5}]}}  # fmt: skip
    return system(services, [("front", 0), ("back", at)], faults=[{"outage": "back", "at": 0, "for": 0.5}])


def replied_to(timeout):
    """The reply comes after a second of work."""
    services = {"front": {"handle": [{"publish": "questions"}, {"await_reply": {"timeout": timeout}}]},
                "back": {"subscribe": "questions", "handle": [{"work": 1}, {"publish": "replies"}]},
                "reader": {"subscribe": "replies", "handle": [{"correlate": "front"}]}}  # fmt: skip
    return system(services, [("front", 0)], channels={"questions": "queue", "replies": "queue"})


def measured(run):
    return run.summary()["requests"]


FAULTS = "A fault comes before everything else at its moment"


def both_branches_fail(work):
    """One branch fails after its work, and the call of the other one after two seconds."""
    branches = [[{"work": work}, {"fail": 1}], [{"call": {"service": "back", "timeout": 2}}]]
    services = {"front": {"handle": [{"parallel": branches}]}, "back": {"handle": [{"work": 9}]}}
    return system(services, [("front", 0)])


RULES = [
    Rule("the reply comes in time, on the deadline too", replied_to, outcomes, on=(1, ["ok"]),
         beyond=(1 - JUST, ["timeout"])),
    Rule("fails if one did, for the reason of the first", both_branches_fail, outcomes, on=(2, ["error"]),
         beyond=(2 + JUST, ["timeout"])),
    Rule(IN_TIME, lambda timeout: calling({"timeout": timeout}, [{"work": 1}]), outcomes,
         on=(1, ["ok"]), beyond=(1 - JUST, ["timeout"])),
    Rule(IN_TIME, published, outcomes, on=(2, ["ok"]), beyond=(2 - JUST, ["timeout"])),
    Rule("A customer's `patience` bounds the whole.",
         lambda patience: alone([{"work": 2}], [("front", 0, {"patience": patience})]), outcomes,
         on=(2, ["ok"]), beyond=(2 - JUST, ["timeout"])),
    Rule("A `timeout` is that of each attempt, from the moment at which it is asked for: it runs while a call waits "
         "at a "
         "bulkhead", behind_a_bulkhead, outcomes, on=(2, ["ok", "ok"]), beyond=(2 - JUST, ["ok", "timeout"])),
    Rule("the hedge of a call has a timeout of its own.", hedged, answers,
         on=(2, [("ok", 3)]), beyond=(2 - JUST, [("timeout", 3 - JUST)])),
    Rule("learns of what is lost by its timeout (30 s unless written)", asked, answers,
         on=(30, [("ok", 30)]), beyond=(30 + JUST, [("timeout", 30)])),
    Rule(GIVE_UP, lambda give_up: cut(0, give_up), answers, on=(30, [("error", 30)]), beyond=(5, [("error", 5)])),
    Rule("A call whose message or answer is lost ends as a *timeout* if it has one, else as an error after `give_up`.",
         lambda give_up: cut(5, give_up, work=8), answers, on=(9, [("error", 9)]), beyond=(7, [("error", 8)])),
    # At one moment.
    Rule(AT_ONE_MOMENT, lambda at: alone([{"work": 2}], [("front", 0)], faults=[{"crash": "front", "at": at,
         "for": 1}]),
         outcomes, on=(2, ["error"]), beyond=(2 + JUST, ["ok"])),
    Rule(AT_ONE_MOMENT, lambda at: alone([{"work": 1}], [("front", 0), ("front", at)], limit=0), outcomes,
         on=(1, ["ok", "ok"]), beyond=(1 - JUST, ["ok", "rejected"])),
    Rule(AT_ONE_MOMENT, a_retry_and_a_customer, outcomes,
         on=(1, ["error", "ok"]), beyond=(1 + JUST, ["ok", "rejected"])),
    Rule(AT_ONE_MOMENT, lambda at: alone([{"work": 1}], [("front", 1), ("front", at)]), begun("front"),
         on=(1, [1, 2]), beyond=(1 - JUST, [2, 1])),
    Rule(FAULTS,
         lambda at: alone([{"work": 1}], [("front", at)], faults=[{"outage": "front", "at": 1, "for": 1}]), outcomes,
         on=(1, ["error"]), beyond=(1 - JUST, ["ok"])),
    Rule(FAULTS,
         lambda at: alone([{"work": 1}], [("front", at)], faults=[{"outage": "front", "at": 1, "for": 1}]), outcomes,
         on=(2, ["ok"]), beyond=(2 - JUST, ["error"])),
    # The end, and who is counted.
    Rule("After `duration` no request arrives",
         lambda at: alone([{"work": 1}], [("front", 0), ("front", at)], duration=10), measured, on=(10, 1),
         beyond=(10 - JUST, 2)),
    Rule("The *cohort* is the requests that arrive in [warm-up, duration)",
         lambda at: alone([{"work": 1}], [("front", 5), ("front", at)], duration=10, warmup=1), measured, on=(1, 2),
         beyond=(1 - JUST, 1)),
    Rule("what is open is worked off for `drain_limit` at most",
         lambda work: alone([{"work": work}], [("front", 0)], duration=10, drain_limit=5), outcomes,
         on=(15, ["pending"]), beyond=(15 - JUST, ["ok"])),
    Rule("told yes, and 1 s after the answer it was not true",
         lambda work: alone([{"reply": "ok"}, {"work": work}, {"effect": "row"}], [("front", 0)]),
         lambda run: run.summary()["told_yes_not_true"], on=(1, 0), beyond=(1 + JUST, 1)),
]  # fmt: skip
