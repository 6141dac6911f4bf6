"""The stock-take: what is physically there when a run ends, counted in stores, workers and the heap.

It looks at none of the columns, so that the audit can compare it with them.
"""

from evsim.engine.queue import Queue

__all__ = ["take_stock"]


def take_stock(system):
    """What lies where: rows ready in channels, waiting in inboxes, under way; and the credits that are home."""
    ready = []
    for channel in system.channels.values():
        if isinstance(channel, Queue):
            ready += channel.stored()
        for subscriber in channel.subscribers:
            ready += subscriber.stored()
    waiting = [row for service in system.services.values() for row in service.inbox]
    arriving = set()
    for service in system.services.values():
        arriving |= service.arrivals
        arriving |= {edge.arrived for edge in service.edges.values()}
    travelling = [argument for _, function, argument in system.env.entries() if function in arriving]
    credit = {
        (channel.name, consumer.service.name): (consumer.credit, consumer.full_credit)
        for channel in system.channels.values()
        if isinstance(channel, Queue)
        for consumer in channel.subscribers
    }
    services = system.services.items()
    return {
        "ready": sorted(ready),
        "waiting": sorted(waiting),
        "travelling": sorted(travelling),
        "free": {name: sorted(service.free) for name, service in services},
        "absent": {name: service.absent() for name, service in services},
        "credit": credit,
    }
