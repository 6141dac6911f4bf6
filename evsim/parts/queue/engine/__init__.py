"""The queue: competing consumers, each message to one of them, as far as their prefetch credit goes (as RabbitMQ, SQS).

Where nothing can go wrong and nothing is set, a queue is :mod:`plain <evsim.parts.queue.engine.plain>`; else it is
:mod:`guarded <evsim.parts.queue.engine.guarded>`. Both write the same records of what neither disturbs.
"""

from evsim.engine.broker import brings_reader
from evsim.engine.weak_points import is_faulty
from evsim.parts.queue.engine.guarded import GuardedQueue
from evsim.parts.queue.engine.own_times import are_written
from evsim.parts.queue.engine.plain import PlainQueue

__all__ = ["build"]


def build(kernel, name, settings, number, channels):
    """The queue of this name."""
    kind = GuardedQueue if _needs_guards(kernel, name, settings) else PlainQueue
    return kind(kernel, name, settings, number, channels)


def _needs_guards(kernel, name, settings):
    """Whether it has any limit or clock, or may see a message fail, die or be lost."""
    risk, readers = kernel.risk, kernel.graph.subscribers[name]
    return (
        risk.always
        or settings.is_limited
        or any(are_written(kernel.scenario, name, setting) for setting in ("ttl", "delay"))
        or kernel.graph.cyclic
        or is_faulty(kernel.scenario, name)
        or any(each.ack != "after" or each.priority or each.poll is not None for _, each in readers)
        or any(each.takes_several for _, each in readers)
        or any(brings_reader(each) for _, each in readers)
        or any(risk.guards(service) for service, _ in readers)
        or any(kernel.links.between(name, service).lossy for service, _ in readers)
        or any(risk.answer(place) for place in kernel.graph.places if place.is_delivery and place.source == name)
    )
