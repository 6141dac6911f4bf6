"""Batches of queues, and steps for each of their messages, in random systems."""

from itertools import cycle

from hypothesis import strategies as st

from evsim.scenario import Scenario

__all__ = ["batch_systems", "take_several"]

ARRIVALS = st.sampled_from([{"poisson": 10}, {"constant": 8}, {"batch": {"rate": 2, "size": 5}}])

BATCHES = {
    0: [{"batch": 3, "report_item_failures": True}, {"batch": 2}],
    3: [{"batch": 2, "batch_window": 0.5, "report_item_failures": True}, {"batch": 4}],
    4: [{"batch": 3, "batch_window": 1}, {"batch": 2, "report_item_failures": True}],
    7: [{"batch": 4, "batch_window": 0.25}, {"batch": 10, "report_item_failures": True}],
    9: [{"batch": 2}, {"batch": 3, "batch_window": 2, "report_item_failures": True}],
}  # by the seed of the system
OF_ONE = ("prefetch", "ack", "guarantee")  # settings of who takes one message after the other


def take_several(data):
    """Let readers of queues take several messages, in some systems. Nothing is drawn: the others stay as they were."""
    batches = cycle(BATCHES.get(data["run"]["seed"], [None]))
    for service in data["services"].values():
        if service.get("idempotent") or isinstance(service.get("subscribe"), str):
            continue  # a handling is about one message there; or nothing was drawn for it
        reads = [each for each in service.get("subscribe", ()) if _queue(data, each) is not None]
        for each in reads:
            if (batch := next(batches)) is not None:
                _read(each, batch, _queue(data, each))
        if any("batch" in each for each in reads):
            first = 1 if "work" in service["handle"][0] and len(service["handle"]) > 1 else 0
            service["handle"][first:] = [{"for_each": service["handle"][first:]}]


def _queue(data, subscription):
    """The settings of the queue that is read; None where it is none."""
    channel = data["channels"][subscription["channel"]]
    return {"queue": {}}.get(channel) if isinstance(channel, str) else channel.get("queue")


def _read(subscription, batch, queue):
    for setting in OF_ONE:
        subscription.pop(setting, None)
    subscription |= batch
    if "poll" in subscription or queue.get("fifo_groups") or queue.get("like") == "sqs-fifo":
        subscription.pop("batch_window", None)


def batch_systems():
    """Small systems whose services read queues in batches: polled or not, in groups, for a function, at a price."""
    return st.composite(_batch_system)()


def _batch_system(draw):
    groups, polled = draw(st.booleans()), draw(st.sampled_from([None, 0.5, 3]))
    queue = {
        "fifo_groups": groups, "visibility_timeout": polled, "dead_letter": "spoilt",
        "max_receive_count": draw(st.sampled_from([1, 2, 4])), "ttl": draw(st.sampled_from([None, None, 1])),
        "price": draw(st.sampled_from([None, {"requests": 0.4, "long_poll": 1}])),
    }  # fmt: skip
    reads = {"channel": "jobs", "batch": draw(st.sampled_from([2, 3, 8])), "report_item_failures": draw(st.booleans())}
    window = draw(st.sampled_from([None, 0.25, 2]))
    if window and not groups:
        reads["batch_window"] = window
    if draw(st.booleans()):
        queue["receive_limit"] = reads["batch"] if groups or not window else 2
    if not polled:
        reads["retry"] = draw(st.sampled_from([None, {"attempts": 3, "backoff": {"full_jitter": {"base": 0.5}}}]))
    worker = {"workers": draw(st.sampled_from([1, 2])), "price": draw(st.sampled_from([None, {"requests": 0.2}]))}
    if draw(st.booleans()):
        worker["function"] = {"init": 0.25, "most": draw(st.sampled_from([1, 4])), "keep_alive": 1}
        if draw(st.booleans()):
            reads["pollers"] = {"least": 1, "most": 3, "growth": 2, "quiet": 2}
            reads.pop("retry", None)
    else:
        worker["instances"] = draw(st.sampled_from([1, 2]))
    fail = {"fail": {"probability": draw(st.sampled_from([0.1, 0.4])), "requeue": draw(st.booleans())}}
    loop = [{"work": {"exponential": 0.05}}, {"call": "desk"}, fail, {"publish": "told"}, {"effect": "mail"}]
    start = draw(st.integers(0, 2))
    whole = draw(st.sampled_from([[], [{"effect": "log"}], [{"work": 0.2}, {"fail": 0.1}, {"effect": "log"}]]))
    kind = draw(st.sampled_from([None, "crash", "pause", "outage"]))
    faults = [{kind: "worker", "at": draw(st.sampled_from([2, 3.1])), "for": 1}] if kind else []
    return Scenario.from_dict({
        "name": "batches",
        "workloads": {"customers": {"target": "shop", "arrivals": draw(ARRIVALS), "key": {"uniform": 3}}},
        "services": {
            "shop": {"workers": 9, "handle": [{"publish": "jobs"}]},
            "desk": {"workers": 2, "handle": [{"work": {"exponential": 0.02}}, {"effect": "entry"}]},
            "worker": worker | {"subscribe": reads, "handle": [{"work": 0.1}, {"for_each": loop[start:]}, *whole]},
            "screen": {"subscribe": {"channel": "told", "batch": 4}, "handle": [{"work": 0.05}, {"effect": "shown"}]},
            "clerk": {"subscribe": "spoilt", "handle": [{"effect": "look"}]},
        },
        "channels": {"jobs": {"queue": queue}, "told": "queue", "spoilt": "queue"},
        "network": {"latency": draw(st.sampled_from([0, 0, 0.01, {"exponential": 0.05}]))},
        "faults": faults,
        "run": {"duration": 8, "warmup": draw(st.sampled_from([0, 2])), "seed": draw(st.integers(0, 9)),
                "drain_limit": draw(st.sampled_from([0, 1000]))},
    })  # fmt: skip
