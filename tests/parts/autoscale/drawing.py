"""Autoscaling, as Hypothesis draws it."""

from hypothesis import strategies as st

__all__ = ["draw_one"]

PACE = [{"percent": 100, "every": 2}, {"count": 1, "every": 1}]
SCALING = st.fixed_dictionaries(
    {
        "target": st.sampled_from([0.5, 1, 3]),
        "least": st.sampled_from([None, 0, 1, 2]),
        "most": st.sampled_from([None, 3]),
        "start": st.sampled_from([None, 0.5, {"exponential": 1}]),
        "every": st.sampled_from([1, 2.5]),
        "rule": st.sampled_from([None, None, "proportional", "panic"]),
        "tolerance": st.sampled_from([None, 0]),
        "window": st.sampled_from([None, 5]),
        "down_after": st.sampled_from([None, 3]),
        "up": st.sampled_from([None, PACE]),
        "down": st.sampled_from([None, PACE[1:]]),
        "panic_window": st.sampled_from([None, 2]),
        "panic_threshold": st.sampled_from([None, 1.5]),
        "rate_up": st.sampled_from([None, 2]),
        "rate_down": st.sampled_from([None, 1.5]),
        "idle_consumers": st.sampled_from([None, False]),
        "in_flight": st.sampled_from([None, False]),
        "like": st.sampled_from([None, None, "kubernetes-hpa", "knative-kpa"]),
    }
)
SCHEDULE = [{"at": 3, "instances": 3}, {"at": 8, "instances": 1}]


def draw_one(draw, service):
    """Let the instances of a service that is no function come and go, now and then."""
    if "function" in service or draw(st.booleans()):
        return
    lag = ["lag", "lag"] if service.get("subscribe") else []
    measures = [*lag, "utilisation", "length", "concurrency", "schedule"]
    scaling = draw(SCALING) | {"by": draw(st.sampled_from(measures))}
    if scaling["by"] == "schedule":
        scaling["schedule"] = SCHEDULE
    if scaling["panic_window"]:  # a coin that is there: another one would change all that is drawn after it
        scaling["polling_interval"] = 1.5
    if any(set(each) - {"channel", "retry", "dead_letter", "prefetch", "ack"} for each in service.get("subscribe", ())):
        scaling["least"] = 1  # who owns a partition fetches for itself
    service["autoscale"] = scaling
    service.pop("instances", None)
    if service.get("balance", "shared") != "shared":
        scaling["least"] = max(scaling["least"] or 1, 1)  # a balancer needs somebody to send to
