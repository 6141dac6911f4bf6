"""What must fit together where a handling is a transaction of logs."""

from .errors import Problem

__all__ = ["atomic", "is_atomic", "outside", "transactions"]


def is_atomic(subscription):
    """Whether the commit and what a handler publishes are one transaction."""
    return subscription.commits.kind == "transaction"


def atomic(service):
    """Whether a service reads anything by transactions."""
    return any(map(is_atomic, service.subscribe))


def transactions(scenario, steps):
    """steps: (service, path, step) of all steps."""
    for name, path, step in steps:
        channel = scenario.channels.get(step.channel) if step.kind == "publish" else None
        if channel is not None and channel.kind == "log" and step.acks == 0 and atomic(scenario.services[name]):
            yield Problem(
                (*path, "acks"),
                "a transaction has to know that the log has its messages",
                0,
                hint="remove acks: 0, or commit otherwise",
            )


def outside(scenario, walk):
    """Sentences about what a transaction does not cover; walk(handle) gives the steps of a handler."""
    for name, service in scenario.services.items():
        for _, step, _ in walk(service.handle) if atomic(service) else ():
            if step.kind in ("publish", "send") and (kind := scenario.channels[step.channel].kind) != "log":
                yield (
                    f"services.{name}: {step.channel} is a {kind}, so what is sent there is no part of the "
                    "transaction: it is sent again when the handling is"
                )
