"""Event loops and cores, as Hypothesis draws them."""

from hypothesis import strategies as st

__all__ = ["BLOCKING", "draw_one"]

BLOCKING = st.sampled_from([0, 0.25, {"exponential": 0.3}])
LOOPS = st.fixed_dictionaries(
    {
        "like": st.sampled_from([None, "nodejs"]),
        "loops": st.sampled_from([None, 2]),
        "pool": st.sampled_from([None, 1]),
        "check": st.sampled_from([None, 0.25]),
        "warn_after": st.sampled_from([None, 0.5]),
        "pool_warn_after": st.sampled_from([None, 0.5]),
    }
)


def draw_one(draw, service):
    """Now and then an event loop, or cores, or both."""
    cores = draw(st.sampled_from([None] * 6 + [1, 2, {"count": 1, "by": "priority"}]))
    if cores:
        service["cores"] = cores
    if draw(st.sampled_from([False] * 6 + [True, True])):
        service["workers"] = draw(st.sampled_from([2, 5, 20]))
        service["event_loop"] = draw(LOOPS)
