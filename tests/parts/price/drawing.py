"""Prices, as Hypothesis draws them."""

from hypothesis import strategies as st

__all__ = ["draw_one"]

AMOUNT = st.sampled_from([None, 0.5, 1])
BY_PRESENCE = {
    "hour": AMOUNT,
    "vcpu_hour": AMOUNT,
    "gb_hour": AMOUNT,
    "vcpu": st.sampled_from([0.5, 2]),
    "memory": st.sampled_from(["512MiB", "2GiB"]),
    "requests": AMOUNT,
    "free_requests": st.sampled_from([None, 10]),
    "currency": st.sampled_from([None, "EUR"]),
}
BY_USE = {
    "gb_second": AMOUNT,
    "tiers": st.sampled_from([None, [{"beyond": 100, "gb_second": 0.25}]]),
    "step": st.sampled_from([None, 0.1]),
    "init": st.sampled_from([None, False]),
    "provisioned_gb_second": AMOUNT,
    "provisioned_work": AMOUNT,
    "free_gb_seconds": st.sampled_from([None, 10]),
    "like": st.sampled_from([None, "aws-lambda-us-east-1"]),
}


def draw_one(draw, service):
    """Give a price to a service, as often as not."""
    if draw(st.booleans()):
        by_use = "function" in service and service.get("workers", 1) == 1
        service["price"] = draw(st.fixed_dictionaries(BY_PRESENCE | (BY_USE if by_use else {})))
