"""The inventory: what is physically there when a run ends, counted in stores, workers and the heap.

It looks at none of the columns, so that the audit can compare it with them.
"""

__all__ = ["take_inventory"]


def take_inventory(system):
    """What lies where, as a dict of sorted lists of numbers.

    ready, waiting, travelling: rows in channels, in inboxes or before a bulkhead, on their way to one. settling: rows
    of which the asker or the broker will still hear. messages: at their publisher, or on their way to a channel.
    hidden: those that are kept and that nobody can see yet. free, absent: workers by service. credit: (at home, all) by
    channel and service. backing_off: how many deliveries wait for their next attempt. overdue: rows for which a
    consumer has a credit although their lease has ended. unattended: rows whose lease goes on and for which no consumer
    has a credit.
    """
    services, channels = system.services.items(), system.channels.values()
    edges = [edge for _, service in services for edge in service.edges.values()]
    inbound = set().union(*(edge.inbound for edge in edges))
    settling = set().union(*(edge.settling for edge in edges))
    sending = set().union(*(each.inbound for channel in channels for each in channel.publishers))
    outboxes = {message for channel in channels for each in channel.publishers for message in each.stored()}
    moving = [(function, argument) for _, function, argument in system.kernel.env.entries()]
    moving += [entry for _, service in services for entry in service.coming()]
    moving += [entry for _, service in services for each in service.instances if each.frozen for entry in each.frozen]
    moving += [entry for channel in channels for entry in channel.outside()]
    subscribers = [subscriber for channel in channels for subscriber in channel.subscribers]
    ready = [row for keeper in (*channels, *subscribers) for row in keeper.stored()]
    at_bulkheads = [row for policy in system.kernel.everything_shared() for row in getattr(policy, "rows_held", list)()]
    unsettled = {row for subscriber in subscribers for row in subscriber.unsettled()}
    return {
        "ready": sorted(ready),
        "waiting": sorted([row for _, service in services for row in service.waiting()] + at_bulkheads),
        "travelling": sorted(argument for function, argument in moving if function in inbound),
        "settling": sorted(
            {argument for function, argument in moving if function in settling}
            | set(system.open_work.rolled_back)
            | unsettled
        ),
        "messages": sorted({argument for function, argument in moving if function in sending} | outboxes),
        "hidden": sorted(message for channel in channels for message in channel.hidden()),
        "backing_off": system.kernel.attempts.backing_off,
        "overdue": sorted(row for subscriber in subscribers for row in subscriber.overdue()),
        "unattended": sorted(row for subscriber in subscribers for row in subscriber.unattended()),
        "free": {name: sorted(service.free) for name, service in services},
        "absent": {name: service.pool.absent() for name, service in services},
        "credit": {
            (each.channel.name, each.service.name): each.credit_taken()
            for each in subscribers
            if each.credit_taken() is not None
        },
    }
