"""Random logs and groups that read them, for :mod:`tests.books.systems`."""

from hypothesis import strategies as st

__all__ = ["log", "reading"]

COMMITS = st.sampled_from([None, None, "after", "before", {"interval": 1}, {"interval": 2.5}])
ASSIGNORS = st.sampled_from([None, None, "range", "round_robin", "sticky", "cooperative_sticky"])


def log(draw):
    return {"log": {"partitions": draw(st.sampled_from([1, 2, 3, 8]))}}


def reading(draw, risky, stable):
    """Settings of a subscription. risky: members may be thrown out; but for being slow only if not `stable`."""
    settings = {"commit": draw(COMMITS), "assignor": draw(ASSIGNORS)}
    settings["rebalance"] = draw(st.sampled_from([None, None, 0.25, 1]))
    if risky:
        settings["session_timeout"] = draw(st.sampled_from([None, 0.5, 2]))
        if not stable:  # a handler that always takes too long is handed out for ever
            settings["max_poll_interval"] = draw(st.sampled_from([None, None, 1, 5]))
    return {name: value for name, value in settings.items() if value is not None}
