"""How large a system may be as a whole; what one setting may be at most, its type says."""

from .errors import Problem

__all__ = ["TOTALS", "sizes"]


def _instances(scenario):
    for name, service in scenario.services.items():
        yield ("services", name, "instances"), service.most_instances


def _workers(scenario):
    for name, service in scenario.services.items():
        yield ("services", name, "workers"), service.most_instances * service.workers


def _users(scenario):
    for name, workload in scenario.workloads.items():
        if workload.arrivals.is_closed:
            yield ("workloads", name, "arrivals", "closed", "users"), workload.arrivals.users


def _keys(scenario):
    for name, workload in scenario.workloads.items():
        if workload.key is not None and workload.key.kind == "zipf":
            yield ("workloads", name, "key", "zipf", "keys"), workload.key.keys


def _partitions(scenario):
    for name, channel in scenario.channels.items():
        yield ("channels", name, channel.kind, "partitions"), channel.partitions_at_last


def _copies(scenario):
    for name, channel in scenario.channels.items():
        yield ("channels", name, channel.kind, "replicas"), channel.partitions_at_last * channel.brokers


def _pairs(scenario):
    for name, service in scenario.services.items():
        for number, subscription in enumerate(service.subscribe):
            if subscription.channel in scenario.channels:
                partitions = scenario.channels[subscription.channel].partitions_at_last
                yield ("services", name, "subscribe", number), service.most_instances * partitions


def _struck(scenario):
    for number, fault in enumerate(scenario.faults):
        service = scenario.services.get(fault.place) if isinstance(fault.target, str) else None
        if service is not None and (fault.does.down or fault.does.freezes):
            instances = 1 if fault.instance else service.most_instances
            yield ("faults", number, fault.kind), instances * service.most_instances * service.workers


# What is counted over the whole scenario, and how much of it there may be.
TOTALS = {
    "instances": (5_000, _instances),
    "workers (instances x workers)": (2_000_000, _workers),
    "users of closed workloads": (2_000_000, _users),
    "keys of zipf distributions": (2_000_000, _keys),
    "partitions": (20_000, _partitions),
    "copies (partitions x replicas)": (1_000_000, _copies),
    "workers to look at when instances fail (those that fail x all workers of their service)": (10_000_000, _struck),
    "pairs of a partition and an instance that reads its log": (1_000_000, _pairs),
}


def sizes(scenario):
    """The problems of a scenario that is too large to be built."""
    for what, (most, parts) in TOTALS.items():
        found = sorted(parts(scenario), key=lambda part: part[1])
        total = sum(count for _, count in found)
        if total > most:
            rule = f"there are {total:,} {what} in all, and there may be {most:,} at most"
            yield Problem(found[-1][0], rule, hint="make it smaller")
