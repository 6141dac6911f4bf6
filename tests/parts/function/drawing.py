"""Functions, as Hypothesis draws them."""

from hypothesis import strategies as st

__all__ = ["draw_one"]

FUNCTIONS = st.fixed_dictionaries(
    {
        "init": st.sampled_from([0, 0.25, 1, {"exponential": 0.3}]),
        "keep_alive": st.sampled_from([0, 0.5, 2, 600]),
        "reuse": st.sampled_from(["newest", "oldest"]),
        "most": st.sampled_from([2, 3, 100]),
        "ramp": st.sampled_from([None, None, {"environments": 1, "every": 0.5}, {"environments": 2, "every": 4}]),
        "rate": st.sampled_from([None, None, 0.5]),
        "provisioned": st.sampled_from([0, 0, 1, 2]),
        "memory": st.sampled_from([None, None, "884.5MiB"]),
        "full_speed": st.sampled_from([None, None, "1GiB"]),
        "like": st.sampled_from([None, None, None, "aws-lambda-python"]),
        "when_full": st.sampled_from(["refuse", "wait"]),
    }
)


FETCHED = {"channel", "retry", "dead_letter", "prefetch", "ack"}  # settings of a subscription that owns no partition


def draw_one(draw, service):
    """Make a function of a service, as often as not, if nothing that it does needs a fixed number of instances."""
    if all(set(each) <= FETCHED for each in service.get("subscribe", ())) and draw(st.booleans()):
        service["function"] = draw(FUNCTIONS)
        if "event_loop" not in service:
            service["workers"] = draw(st.sampled_from([1, 1, 2]))
        for fixed in ("instances", "limit", "balance"):
            service.pop(fixed, None)
