"""Pollers, as Hypothesis draws them."""

from hypothesis import strategies as st

__all__ = ["draw_some"]

POLLERS = st.fixed_dictionaries(
    {},
    optional={
        "like": st.sampled_from(["aws-lambda-sqs"]),
        "least": st.sampled_from([1, 2]),
        "start": st.sampled_from([2, 3]),
        "most": st.sampled_from([3, 5]),
        "growth": st.sampled_from(["0.5/s", "4/s"]),
        "quiet": st.sampled_from([0.5, 3]),
        "invokes": st.sampled_from([1, 2]),
        "concurrency": st.sampled_from([1, 3]),
    },
)
OTHERS = ("prefetch", "poll", "priority", "ack", "guarantee")  # settings of who fetches for himself


def draw_some(draw, service, kinds):
    """Give pollers to some of the queues that a function reads."""
    for each in service.get("subscribe", ()):
        if "function" in service and kinds[each["channel"]] == "queue" and draw(st.booleans()):
            pollers = draw(POLLERS)
            if pollers.get("invokes", 1) > 1:
                pollers.pop("concurrency", None)
            if "like" not in pollers:
                pollers.setdefault("least", 2)
            if "start" not in pollers:
                pollers["most"] = 5
            for other in OTHERS:
                each.pop(other, None)
            each["pollers"] = pollers or True
