"""Random logs and groups that read them, for :mod:`tests.books.systems`."""

from zlib import crc32

from hypothesis import strategies as st

from evsim.scenario import Scenario
from evsim.scenario.groups import NOT_SHARED

__all__ = ["log", "log_systems", "reading"]

COMMITS = st.sampled_from([None, None, "after", "before", {"interval": 1}, {"interval": 2.5}, *2 * ["transaction"]])
PROMISES = {"before": "at_most_once", "after": "at_least_once", "transaction": "exactly_once"}
ASSIGNORS = st.sampled_from([None, None, "range", "round_robin", "sticky", "cooperative_sticky"])
PLACES = st.sampled_from(["earliest", {"offset": 3}, {"time": 4}])
REPLAY = st.builds(lambda at, to: {"at": at, "to": to}, st.sampled_from([2.5, 5, 7.33]), PLACES)


def log(draw, risky):
    settings = {"partitions": draw(st.sampled_from([1, 2, 3, 8]))}
    if risky:
        settings["like"] = draw(st.sampled_from([None, None, None, "kafka"]))
        settings["retention"] = draw(st.sampled_from([None, None, 2, 5, {"messages": 3}, {"time": 5, "messages": 10}]))
        settings["compaction"] = draw(st.sampled_from([None, None, None, 2.5]))
        settings["idempotent"] = draw(st.sampled_from([None, None, False]))
        settings["add_partitions"] = draw(st.sampled_from([None, None, {"at": 3, "count": 2}]))
    settings["partitioner"] = draw(st.sampled_from([None, None, "round_robin", "sticky"]))
    settings["linger"] = draw(st.sampled_from([None, None, None, 0.25, 0.6]))
    if settings["linger"] or settings["partitioner"] == "sticky":
        settings["batch"] = draw(st.sampled_from([2, 5] if not settings["linger"] else [None, 2, 5]))
    settings["replicas"] = draw(st.sampled_from([None, None, 2, 3]))
    if settings["replicas"]:
        settings["replication"] = draw(st.sampled_from([None, 0.25, {"exponential": 0.2}, {"uniform": [0, 1]}]))
        settings["min_in_sync"] = draw(st.integers(1, settings["replicas"]))
        settings["election"] = draw(st.sampled_from([None, 0.5, 1]))
        settings["unclean_election"] = draw(st.booleans())
    return {"log": _written(settings)}


def _may_batch(steps):
    """Whether a batch of messages can take the steps as one."""
    return all(
        set(step) <= {"work", "wait", "effect", "fail", "reply", "parallel"}
        and (set(step) != {"parallel"} or all(map(_may_batch, step["parallel"]["branches"])))
        and not isinstance(step.get("effect"), dict)  # one of them may be taken
        for step in steps
    )


def _sends_blindly(node):
    """Whether a handler publishes anything without waiting for the channel."""
    if isinstance(node, dict):
        return node.get("acks") == 0 or any(map(_sends_blindly, node.values()))
    return isinstance(node, list) and any(map(_sends_blindly, node))


def reading(draw, handle, risky, stable):
    """Settings of a subscription of a service with that handler.

    risky: members may be thrown out, but for being slow only if not `stable`; a group may come late, and read again.
    """
    settings = {"commit": draw(COMMITS), "assignor": draw(ASSIGNORS)}
    if settings["commit"] == "transaction" and _sends_blindly(handle):
        settings["commit"] = "after"
    if settings["commit"] not in ("before", "transaction") and _may_batch(handle):
        settings["batch"] = draw(st.sampled_from([None, 1, 2, 5]))
    if str(settings["commit"]) in PROMISES and draw(st.booleans()):
        settings["guarantee"] = PROMISES[settings.pop("commit")]
    settings["rebalance"] = draw(st.sampled_from([None, None, 0.25, 1]))
    if risky:
        settings["session_timeout"] = draw(st.sampled_from([None, 0.5, 2]))
        settings["static"] = (draw(st.booleans()) and settings["session_timeout"] is not None) or None
        settings["metadata_max_age"] = draw(st.sampled_from([None, 0.7, 2]))
        if not stable:  # a handler that always takes too long is handed out for ever
            settings["max_poll_interval"] = draw(st.sampled_from([None, None, 1, 5]))
        settings["from"] = draw(st.sampled_from([None, None, 0, 2.5, 5]))
        settings["start"] = draw(st.sampled_from([None, "earliest", "latest", {"offset": 3}, {"time": 4}]))
        settings["replay"] = draw(st.lists(REPLAY, max_size=2)) or None
    if draw(st.integers(0, 5)) == 5:
        kept = {name: settings.get(name) for name in ("from", "start", "metadata_max_age")}
        return _hasty({**kept, "share": share(draw, risky)})
    return _polling(_hasty(settings))


def _number(settings):
    """A number that follows from settings. Nothing is drawn, so that all other systems stay as they were."""
    return crc32(repr(sorted(settings.items(), key=str)).encode())


def _hasty(settings):
    """Some groups read uncommitted, and some say that they do not."""
    isolation = {0: "read_uncommitted", 1: "read_committed"}.get(_number(settings) % 4)
    return _written({**settings, "isolation": isolation})


def _polling(settings):
    """Some fetch many messages in one poll, and commit each or all of them."""
    number = _number(settings)
    if number % 4 or settings.get("batch", 1) > 1 or "share" in settings:
        return settings
    settings["max_poll_records"] = (1, 3, 20)[number // 4 % 3]
    if settings.get("commit", "after") == "after" and "guarantee" not in settings and number // 12 % 2:
        settings["commit"] = "poll"
    return settings


def share(draw, risky):
    """Settings of a share group. A lock may be over before the work is, and the message comes again: `risky`."""
    return _written({
        "like": draw(st.sampled_from([None, None, "kafka-share"])) if risky else None,
        "lock": draw(st.sampled_from([None, 0.5, 2])) if risky else None,
        "deliveries": draw(st.sampled_from([None, 1, 3])), "in_flight": draw(st.sampled_from([None, 1, 4])),
        "on_failure": draw(st.sampled_from([None, "release", "reject"])), "prefetch": draw(st.sampled_from([None, 3])),
    })  # fmt: skip


def _written(settings):
    return {name: value for name, value in settings.items() if value is not None}


def log_systems():
    """`front` publishes to one log with replicas, which one or two groups read; members, brokers and links fail."""
    return st.composite(_log_system)()


def _log_system(draw):
    publish = {"channel": "facts", "acks": draw(st.sampled_from([0, 1, "all", "all"]))}
    if publish["acks"]:
        publish["retry"] = {"attempts": draw(st.integers(1, 5)), "backoff": draw(st.sampled_from([0.1, 0.5]))}
    services = {"front": {"workers": 8, "instances": 2, "handle": [{"work": 0.05}, {"publish": publish}]}}
    for name in draw(st.sampled_from([["reader"], ["reader", "other"]])):
        work = draw(st.sampled_from([0.1, {"exponential": 0.2}, {"choice": [[0.9, 0.05], [0.1, 2]]}]))
        handle = [{"work": work}, {"fail": draw(st.sampled_from([0, 0, 0.1]))}, {"effect": name}]
        services[name] = {"instances": draw(st.integers(1, 3)), "workers": draw(st.integers(1, 2)), "handle": handle}
        services[name]["subscribe"] = {"channel": "facts", **reading(draw, handle, risky=True, stable=False)}
    subscriptions = [each["subscribe"] for each in services.values() if "subscribe" in each]
    alone = {"share", "max_poll_records"}
    if len(subscriptions) == 2 and not any(alone & each.keys() for each in subscriptions) and draw(st.booleans()):
        # by mistake in one group
        alike = {name: value for name, value in subscriptions[0].items() if name not in NOT_SHARED}
        own = {name: value for name, value in subscriptions[1].items() if name in NOT_SHARED}
        subscriptions[0]["group"] = "readers"
        services["other"]["subscribe"] = {**alike, **own, "group": "readers"}
    settings = log(draw, risky=True)["log"]
    settings |= {"replicas": 3, "min_in_sync": draw(st.integers(1, 3)), "unclean_election": draw(st.booleans())}
    settings["replication"] = draw(st.sampled_from([0, 0.25, {"exponential": 0.2}]))
    kinds = [("leader_failure", "facts"), ("outage", "facts"), ("pause", "facts"), ("crash", "front/1")]
    kinds += [("partition", "wire")]
    kinds += [(kind, f"reader/{number + 1}") for kind in ("crash", "pause", "outage")
              for number in range(services["reader"]["instances"])]  # fmt: skip
    faults = [
        {kind: target, "at": draw(st.sampled_from([1, 2.5, 4, 6.1])), "for": draw(st.sampled_from([0.5, 1, 3]))}
        for kind, target in draw(st.lists(st.sampled_from([*kinds, kinds[0]]), max_size=5))
    ]
    return Scenario.from_dict(
        {
            "name": "any-log",
            "workloads": {
                "customers": {
                    "target": "front",
                    "arrivals": {"poisson": draw(st.sampled_from([2, 5, 10]))},
                    "key": draw(st.sampled_from([None, {"uniform": 5}])),
                }
            },
            "services": services,
            "channels": {"facts": {"log": settings}},
            "network": {"latency": draw(st.sampled_from([0, 0.01, {"exponential": 0.05}])),
                        "loss": draw(st.sampled_from([0, 0, 0.05])), "give_up": 2,
                        "links": {"wire": {"between": ["reader", "facts"]}}},
            "faults": faults,
            "run": {"duration": 10, "seed": draw(st.integers(0, 9)), "max_rows": 200_000},
        }
    )  # fmt: skip
