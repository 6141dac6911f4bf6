"""Prices, as Hypothesis draws them."""

from zlib import crc32

from hypothesis import strategies as st

__all__ = ["draw_one", "of_channel"]

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
    "gb_in": AMOUNT,
    "gb_out": AMOUNT,
    "size": st.sampled_from(["1kB", "1MB"]),
}
STORES = (None, {"gb_month": 0.5}, {"gb_month": 1, "retention": 2}, {"gb_month": 1, "stored": "1GiB"})
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
        price = service["price"] = draw(st.fixed_dictionaries(BY_PRESENCE | (BY_USE if by_use else {})))
        price.update(STORES[_number(price) % len(STORES)] or {})


def _number(settings):
    """A number that follows from settings. Nothing is drawn, so that all other systems stay as they were."""
    return crc32(repr(sorted(settings.items(), key=str)).encode())


OF_CHANNEL = {
    "requests": AMOUNT,
    "hour": AMOUNT,
    "gb_in": AMOUNT,
    "gb_out": AMOUNT,
    "gb_month": AMOUNT,
    "size": st.sampled_from(["1kB", "100kB"]),
    "chunk": st.sampled_from([None, "64KiB"]),
    "counts": st.sampled_from([None, ["send"], ["receive", "delete"]]),
    "long_poll": st.sampled_from([None, 2]),
    "free_requests": st.sampled_from([None, 1_000_000]),
    "like": st.sampled_from([None, "aws-sqs-us-east-1"]),
}


def of_channel(draw, kind, settings):
    """Give a price to a queue or a log, as often as not."""
    if kind in ("queue", "log", "exchange") and draw(st.booleans()):
        price = draw(st.fixed_dictionaries(OF_CHANNEL))
        if kind == "log":
            price["partition_hour"] = draw(AMOUNT)
        price["send_batch"] = (None, 2, 10)[_number(price) % 3]
        settings["price"] = {name: value for name, value in price.items() if value is not None}
