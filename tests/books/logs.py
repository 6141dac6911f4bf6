"""Random logs and groups that read them, for :mod:`tests.books.systems`."""

from hypothesis import strategies as st

__all__ = ["log", "reading"]

COMMITS = st.sampled_from([None, None, "after", "before", {"interval": 1}, {"interval": 2.5}])
ASSIGNORS = st.sampled_from([None, None, "range", "round_robin", "sticky", "cooperative_sticky"])
PLACES = st.sampled_from(["earliest", {"offset": 3}, {"time": 4}])
REPLAY = st.builds(lambda at, to: {"at": at, "to": to}, st.sampled_from([2.5, 5, 7.33]), PLACES)


def log(draw, risky):
    settings = {"partitions": draw(st.sampled_from([1, 2, 3, 8]))}
    if risky:
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
        for step in steps
    )


def reading(draw, handle, risky, stable):
    """Settings of a subscription of a service with that handler.

    risky: members may be thrown out, but for being slow only if not `stable`; a group may come late, and read again.
    """
    settings = {"commit": draw(COMMITS), "assignor": draw(ASSIGNORS)}
    if settings["commit"] != "before" and _may_batch(handle):
        settings["batch"] = draw(st.sampled_from([None, 1, 2, 5]))
    settings["rebalance"] = draw(st.sampled_from([None, None, 0.25, 1]))
    if risky:
        settings["session_timeout"] = draw(st.sampled_from([None, 0.5, 2]))
        if not stable:  # a handler that always takes too long is handed out for ever
            settings["max_poll_interval"] = draw(st.sampled_from([None, None, 1, 5]))
        settings["from"] = draw(st.sampled_from([None, None, 0, 2.5, 5]))
        settings["start"] = draw(st.sampled_from([None, "earliest", "latest", {"offset": 3}, {"time": 4}]))
        settings["replay"] = draw(st.lists(REPLAY, max_size=2)) or None
    return _written(settings)


def _written(settings):
    return {name: value for name, value in settings.items() if value is not None}
