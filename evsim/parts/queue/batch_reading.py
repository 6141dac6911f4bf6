"""What is wrong with who reads a queue in batches."""

from evsim.scenario.errors import Problem
from evsim.scenario.handlers import all_steps
from evsim.scenario.units import write_limit, write_time

__all__ = ["batches"]


def batches(scenario, name, its):
    """What does not go with taking several messages of the queue `name`, whose settings are complete."""
    for service, reader in scenario.services.items():
        for number, each in enumerate(reader.subscribe):
            if each.channel == name and each.takes_several:
                path = ("services", service, "subscribe", number)
                yield from _one_by_one(path, each)
                yield from _gathered(path, each, name, its)
                steps = () if callable(reader.handle) else all_steps(reader.handle)
                if each.report_item_failures and not any(step.by_message for step in steps):
                    rule = "nothing is done for each message alone, so nobody knows which of them failed"
                    hint = "write for_each around the steps that one of them may fail at"
                    yield Problem((*path, "report_item_failures"), rule, hint=hint)


def _one_by_one(path, reader):
    """Settings of who takes one message after the other."""
    if reader.prefetch is not None:
        rule = "an instance takes as many batches as it has workers"
        yield Problem((*path, "prefetch"), rule, write_limit(reader.prefetch), hint="remove it, or batch")
    early = reader.ack in ("before", "never")
    if early or (reader.ack is None and reader.settled == "before"):
        setting = "ack" if early else next(iter(reader.policies))
        rule = "a batch is acknowledged after the work, when it is known which of its messages failed"
        yield Problem((*path, setting), rule, hint="remove it, or batch")


def _gathered(path, reader, name, its):
    """How many messages come together, and how long a consumer may wait for them."""
    waits = bool(reader.batch_window)
    window = write_time(reader.batch_window) if waits else None
    if waits and reader.poll is not None:
        rule = "who looks at the queue from time to time takes what is there"
        yield Problem((*path, "batch_window"), rule, window, hint="remove it, or poll")
    if waits and its.fifo_groups:
        rule = f"{name} has groups, and none of them waits for more messages"
        yield Problem((*path, "batch_window"), rule, window, hint="remove it, or fifo_groups")
    most = its.receive_limit
    if most is not None and reader.batch > most and (its.fifo_groups or not waits):
        what = "of a queue with groups" if its.fifo_groups else "without a batch_window"
        rule = f"one receive brings {most} messages at most, and a batch {what} is one receive"
        hint = f"write batch: {most}" + ("" if its.fifo_groups else ", or batch_window: 1s to gather more")
        yield Problem((*path, "batch"), rule, reader.batch, hint=hint)
