"""How often something is tried, when, and who may try at the same time."""

from tests.rules.rule import JUST, Rule, answers, attempts, begun, outcomes, states, system, times

BUDGET = (
    "Each first call puts in `ratio` of a token, up to `burst`; each retry, and each hedge, takes one, and without "
    "one there is none"
)
HEDGE = "without an answer by then, the caller makes a second attempt beside the first"
BULKHEAD = (
    "each instance of the calling service has at most so many calls of that callee under way; one more is refused"
)
LINE = "five more wait their turn, in order"
QUORUM = "the step goes on at the second success, and fails as soon as two can no longer succeed"
CAP = "No wait is longer than the `cap`."
DEAD = (
    "After `retry.attempts` of its consumer, or `delivery_limit` + 1 deliveries, it is dead (five where neither is "
    "written)"
)


def calling(call, back, comes=(0,), back_has=None, **parts):
    services = {"front": {"workers": 9, "handle": [{"call": {"service": "back", **call}}]},
                "back": {"workers": 9, "handle": back, **(back_has or {})}}  # fmt: skip
    return system(services, [("front", at) for at in comes], **parts)


def failing(until, call, comes=(0,), **parts):
    """Whatever `back` does before the time `until` fails."""
    errors = {"error_rate": "back", "probability": 1, "at": 0, "for": until}
    return calling(call, [{"effect": "row"}], comes, faults=[errors], **parts)


def retried(until):
    """Attempts at 0 s, 1 s and 2 s."""
    return failing(until, {"retry": {"attempts": 3, "backoff": 1}})


def consumed(until, queue=None, retry=None):
    """A message at 0 s, again after a second each time, that fails until then."""
    reading = {"channel": "jobs", **({"retry": retry} if retry else {})}
    services = {"front": {"handle": [{"publish": "jobs"}]},
                "back": {"subscribe": reading, "handle": [{"work": 1}, {"effect": "row"}]}}  # fmt: skip
    errors = {"error_rate": "back", "probability": 1, "at": 0, "for": until}
    return system(services, [("front", 0)], channels={"jobs": {"queue": queue or {}}}, faults=[errors])


def waiting(backoff):
    """Four attempts that all fail."""
    return calling({"retry": {"attempts": 4, "backoff": backoff}}, [{"fail": 1}])


def budgeted(ratio=0.5, burst=1, comes=(0, 10, 20)):
    budget = {"ratio": ratio, "burst": burst}
    return calling({"retry": {"attempts": 2, "budget": budget}, "on_error": "ignore"}, [{"fail": 1}], comes)


def in_parallel(until, *branches):
    services = {"front": {"handle": [{"parallel": {"branches": [list(each) for each in branches], "until": until}}]}}
    return system(services, [("front", 0)])


def in_a_bulkhead(bulkhead, comes):
    return calling({"bulkhead": bulkhead}, [{"work": 1}], comes)


def both_fail(hedge_after):
    """Each attempt fails after 2 s, the hedge as well."""
    retry = {"attempts": 2, "backoff": 1}
    return calling({"retry": retry, "hedge": {"after": hedge_after}}, [{"work": 2}, {"fail": 1}])


RULES = [
    Rule("A retry, a redelivery and a recovery after a crash are all another attempt at the same obligation.", retried,
         outcomes, on=(2, ["ok"]), beyond=(2 + JUST, ["error"])),
    # Back-off.
    Rule(CAP, lambda cap: waiting({"exponential": {"base": 1, "cap": cap}}), times("back", "born"),
         on=(2, [0, 1, 3, 5]), beyond=(2 + JUST, [0, 1, 3, 5 + JUST])),
    Rule(CAP, lambda cap: waiting({"decorrelated": {"base": cap, "cap": cap}}), times("back", "born"),
         on=(1, [0, 1, 2, 3]), beyond=(2, [0, 2, 4, 6])),
    Rule("the first wait is `base`, each one after it `factor` (2) times the one before",
         lambda base: waiting({"exponential": {"base": base}}), times("back", "born"), on=(1, [0, 1, 3, 7]),
         beyond=(2, [0, 2, 6, 14])),
    # The budget.
    Rule("a bucket of tokens, full (`burst`) at first.", lambda burst: budgeted(0.1, burst, (0,) * 3), attempts("back"),
         on=(2, [2, 2, 1]), beyond=(3, [2, 2, 2])),
    Rule(BUDGET, budgeted, attempts("back"), on=(0.5, [2, 1, 2]), beyond=(0.5 - JUST, [2, 1, 1])),
    # Hedges.
    Rule(HEDGE, lambda work: calling({"hedge": {"after": 1}}, [{"work": work}]), attempts("back"), on=(1, [1]),
         beyond=(1 + JUST, [2])),
    Rule("An attempt and its hedge are one try of a `retry`: the next comes when both have failed.", both_fail,
         times("back", "born"), on=(1, [0, 1, 4, 5]), beyond=(1.5, [0, 1.5, 4.5, 6])),
    # Bulkheads.
    Rule(BULKHEAD, lambda limit: in_a_bulkhead(limit, (0, 0, 0)), outcomes, on=(3, ["ok"] * 3),
         beyond=(2, ["ok", "ok", "error"])),
    Rule(BULKHEAD, lambda at: in_a_bulkhead(1, (0, at)), outcomes, on=(1, ["ok", "ok"]),
         beyond=(1 - JUST, ["ok", "error"])),
    Rule(LINE, lambda queue: in_a_bulkhead({"limit": 1, "queue": queue}, (0, 0, 0, 0)), outcomes,
         on=(3, ["ok"] * 4), beyond=(2, ["ok", "ok", "ok", "error"])),
    Rule(LINE, lambda at: in_a_bulkhead({"limit": 1, "queue": 5}, (0, 0.5, at)), begun("back"),
         on=(0.5, [1, 2, 3]), beyond=(0.5 - JUST, [1, 3, 2])),
    # Parallel.
    Rule(QUORUM, lambda second: in_parallel(2, [{"work": 1}], [{"work": second}], [{"work": 5}]), answers,
         on=(2, [("ok", 2)]), beyond=(2 + JUST, [("ok", 2 + JUST)])),
    Rule(QUORUM, lambda chance: in_parallel(2, [{"work": 1}, {"fail": 1}], [{"work": 2}, {"fail": chance}],
         [{"work": 5}]),
         answers, on=(1, [("error", 2)]), beyond=(0, [("ok", 5)])),
    Rule("With `until: any` the first success wins", lambda work: in_parallel("any", [{"work": work}], [{"work": 2}]),
         answers, on=(1, [("ok", 1)]), beyond=(3, [("ok", 2)])),
    Rule("the step ends when all have, and fails if one did",
         lambda chance: in_parallel("all", [{"work": 1}, {"fail": chance}], [{"work": 2}]), answers,
         on=(0, [("ok", 2)]), beyond=(1, [("error", 2)])),
    # Deliveries.
    Rule(DEAD, lambda until: consumed(until, retry={"attempts": 3}), states("jobs"), on=(3, [("done", "none")]),
         beyond=(3 + JUST, [("dead", "error rate")])),
    Rule(DEAD, lambda until: consumed(until, {"delivery_limit": 2}), states("jobs"), on=(3, [("done", "none")]),
         beyond=(3 + JUST, [("dead", "error rate")])),
    Rule(DEAD, consumed, states("jobs"), on=(5, [("done", "none")]), beyond=(5 + JUST, [("dead", "error rate")])),
    Rule(DEAD, lambda limit: consumed(100, {"delivery_limit": limit}, {"attempts": 3}), attempts("back"), on=(2, [3]),
         beyond=(1, [2])),
]  # fmt: skip
