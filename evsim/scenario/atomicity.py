"""What happens at once or not at all: a handling that is a transaction of logs; an effect and what its outbox keeps."""

from .errors import Problem

__all__ = ["atomic", "in_one_transaction", "outside", "transactions", "uncommitted"]


def atomic(service):
    """Whether a service reads anything by transactions."""
    return any(each.is_atomic for each in service.subscribe)


def transactions(scenario, steps):
    """steps: (service, path, step) of all steps."""
    for name, path, step in steps:
        channel = scenario.channels.get(step.channel) if step.kind == "publish" else None
        if channel is not None and channel.transactional and step.acks == 0 and atomic(scenario.services[name]):
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
            if not step.publishes:
                continue
            channel = scenario.channels[step.channel]
            if not channel.transactional:
                yield (
                    f"services.{name}: {step.channel} is a {channel.kind}, so what is sent there is no part of the "
                    "transaction: it is sent again when the handling is"
                )


def uncommitted(scenario, walk):
    """Sentences about groups that handle what a transaction may throw away; walk(handle) gives a handler's steps."""
    senders = [service for service in scenario.services.values() if atomic(service) and not callable(service.handle)]
    logs = {step.channel for each in senders for _, step, _ in walk(each.handle) if step.kind == "publish"}
    for name, service in scenario.complete.services.items():
        for each in service.subscribe:
            if each.channel in logs and each.isolation == "read_uncommitted":
                yield (
                    f"services.{name}: it reads {each.channel} uncommitted, so it also handles messages of "
                    "transactions that fail, and those of the next attempt again; write isolation: read_committed"
                )


def in_one_transaction(before, step):
    """Whether two steps of a handler, one after the other, happen at once: an effect, and what its outbox keeps."""
    return before is not None and before.effects and bool(step.relayed_by)
