"""Downtime: when the instances of a service were not there, or started nothing."""

from evsim.scenario.faults import FAULT_KINDS

__all__ = ["downtimes"]


def downtimes(run, service):
    """For each instance of a service: the spans (start, end) in which it did not exist, was out or paused.

    They are in order and apart. A pause of the program takes all that runs inside it.
    """
    capacity, inside = run.tables.capacity[service], run.scenario.services[service].inside
    away = [capacity.downtimes(instance) for instance in range(capacity.count)]
    for time, kind, target, end in run.records.incidents:
        name, _, number = str(target).partition("/")
        does = FAULT_KINDS.get(kind)
        if does and _away(does) and name in ((service, inside) if does.whole_program else (service,)):
            for instance in [int(number) - 1] if number else range(capacity.count):
                if instance < capacity.count:  # of the program, which may have more of them
                    away[instance].append((time, run.ended_at if end is None else end))
    return [_apart(sorted(spans)) for spans in away]


def _away(does):
    """Whether an instance is there, and does nothing; one that is killed is not."""
    return (does.down or does.freezes) and not does.kills


def _apart(spans):
    result = []
    for start, end in spans:
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result
