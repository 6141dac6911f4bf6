"""Hops: what keeps its order, what faults of links touch, and what is lost."""

from tests.rules.rule import JUST, Rule, answers, begun, column, states, system, times

ORDER = "Hops between a service and a channel keep their order (as one TCP connection does); calls do not."
CUT = "everything sent is lost: calls, answers, messages, acknowledgements. What is under way arrives"
SLOW = "hops that begin meanwhile take `factor` times as long, or `add` longer"
WIRE = ["front", "jobs"]


def published(at, faults=(), latency=1, comes=(0,), **link):
    """Messages that travel from `front` to a queue for a second."""
    services = {"front": {"workers": 9, "handle": [{"publish": {"channel": "jobs", "acks": 0}}]},
                "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    return system(services, [("front", each) for each in (*comes, at)], channels={"jobs": "queue"}, faults=list(faults),
                  network={"links": {"wire": {"between": WIRE, "latency": latency, **link}}})  # fmt: skip


appended = column("appended")


def slow_at_first(at, **more):
    """What is sent in the first half second takes 5 s longer."""
    return published(at, [{"latency": WIRE, "add": 5, "at": 0, "for": 0.5}, *more.pop("faults", ())], **more)


def called(at, faults=(), work=0, call=None):
    """Calls that travel for a second, one way."""
    services = {"front": {"workers": 9, "handle": [{"call": {"service": "back", **(call or {})}}]},
                "back": {"workers": 9, "handle": [{"work": work}]}}  # fmt: skip
    return system(services, [("front", 0), ("front", at)], faults=list(faults),
                  network={"give_up": 50, "links": {"wire": {"between": ["front", "back"], "latency": 1}}})  # fmt: skip


def slow_calls(at):
    return called(at, [{"latency": ["front", "back"], "add": 5, "at": 0, "for": 0.5}])


def losses(first, second):
    """Two losses at once on one link."""
    wire = {"loss": WIRE, "at": 0}
    return published(1, [{**wire, "probability": first}, {**wire, "probability": second}])


def any_copies(probability):
    wires = [{"duplication": ["jobs", "back"], "at": 0, "probability": each} for each in (0, probability)]
    return published(1, wires)


def answered_across(at):
    """The link is cut at that time; the answer leaves at 2 s."""
    return called(0, [{"partition": ["front", "back"], "at": at, "for": 9}], work=1)


RULES = [
    Rule(ORDER, slow_at_first, appended, on=(0.5, [6, 6]), beyond=(6, [6, 7])),
    Rule(ORDER, slow_calls, begun("back"), on=(0.5, [2, 1]), beyond=(0.5 - JUST, [1, 2])),
    Rule(ORDER, lambda loss: slow_at_first(1, faults=[{"loss": WIRE, "at": 0.75, "for": 9, "probability": loss}]),
         appended,
         on=(0, [6, 6]), beyond=(1, [6])),
    Rule("A hop takes a latency, one way.", lambda latency: published(10, latency=latency), appended, on=(1, [1, 11]),
         beyond=(1 + JUST, [1 + JUST, 11 + JUST])),
    Rule(CUT, lambda at: published(at, [{"partition": WIRE, "at": 2, "for": 1}]), lambda run: appended(run)[1:],
         on=(2, []), beyond=(2 - JUST, [3 - JUST])),
    Rule(CUT, lambda at: published(at, [{"partition": WIRE, "at": 2, "for": 1}]), lambda run: appended(run)[1:],
         on=(3, [4]), beyond=(3 - JUST, [])),
    Rule(CUT, answered_across, answers, on=(2, [("error", 50)] * 2), beyond=(2 + JUST, [("ok", 3)] * 2)),
    Rule(SLOW, slow_calls, times("back", "ready"), on=(0.5, [1.5, 6]), beyond=(0.5 - JUST, [6, 6.5 - JUST])),
    Rule(SLOW, lambda at: published(at, [{"latency": WIRE, "factor": 3, "at": 2, "for": 1}]),
         lambda run: appended(run)[1:],
         on=(2, [5]), beyond=(2 - JUST, [3 - JUST])),
    Rule("what is sent is lost with a `probability`, each way apart", lambda second: losses(0, second), states("jobs"),
         on=(1, []), beyond=(0, [("done", "none")] * 2)),
    Rule("what is sent is lost with a `probability`, each way apart", lambda first: losses(first, 0), states("jobs"),
         on=(1, []), beyond=(0, [("done", "none")] * 2)),
    Rule("calls and deliveries come twice with a `probability`", any_copies, times("back", "leased"),
         on=(1, [1, 1, 2, 2]), beyond=(0, [1, 2])),
]  # fmt: skip
