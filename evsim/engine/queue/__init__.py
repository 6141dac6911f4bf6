"""The queue: competing consumers, each message to one of them, as far as their prefetch credit goes (as RabbitMQ, SQS).

Where nothing can go wrong and nothing is set, a queue is :mod:`plain <evsim.engine.queue.plain>`; else it is
:mod:`careful <evsim.engine.queue.careful>`. Both write the same records of what neither disturbs.
"""

from evsim.engine.queue.careful import CarefulQueue
from evsim.engine.queue.plain import PlainQueue

__all__ = ["queue"]


def queue(system, name, settings, number):
    """The running counterpart of a queue."""
    kind = CarefulQueue if system.risk.queue(name, settings) else PlainQueue
    return kind(system, name, settings, number)
