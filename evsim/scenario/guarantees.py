"""Delivery guarantees by name: what a subscription promises, and what that needs."""

from .errors import Problem, a
from .offsets import After, Before, Transaction
from .units import write_limit

__all__ = ["COMMITS", "GUARANTEES", "guarantees", "promised"]

AFTER = After.model_construct()
COMMITS = {
    "at_most_once": Before.model_construct(),
    "at_least_once": AFTER,
    "effectively_once": AFTER,
    "exactly_once": Transaction.model_construct(),
}
GUARANTEES = tuple(COMMITS)


def promised(subscription, channel):
    """A subscription with what its guarantee means for the channel, before any preset has its say."""
    if subscription.guarantee is None:
        return subscription
    return subscription.model_copy(update=channel.promises(subscription.guarantee))


def guarantees(scenario):
    for name, service in scenario.services.items():
        for number, each in enumerate(service.subscribe):
            path, channel = ("services", name, "subscribe", number), scenario.channels.get(each.channel)
            if each.guarantee is None or channel is None:
                continue
            for other in ("ack", "commit"):
                if getattr(each, other) is not None:
                    yield Problem(
                        (*path, other), f"guarantee: {each.guarantee} says when", hint=f"remove {other} or guarantee"
                    )
            if each.guarantee == "exactly_once" and channel.competing:
                yield Problem(
                    (*path, "guarantee"),
                    f"{a(channel.kind)} knows no transactions",
                    each.guarantee,
                    hint="effectively_once with an idempotent service; or read a log",
                )
            if each.guarantee == "at_most_once" and each.prefetch is not None:
                yield Problem(
                    (*path, "prefetch"),
                    "what is acknowledged before the work is never counted",
                    write_limit(each.prefetch),
                    hint="remove it, or promise at_least_once",
                )
            if each.guarantee == "effectively_once" and not service.knows_again:
                rule = "what is handed out twice is done once only by an idempotent service"
                yield Problem(
                    (*path, "guarantee"), rule, each.guarantee, hint=f"write idempotent: true at services.{name}"
                )
