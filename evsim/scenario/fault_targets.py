"""What faults may strike: which kind of fault each kind of thing knows, and at which step of which request."""

from .atomicity import in_one_transaction
from .errors import Problem, a, suggest
from .faults import FAULT_KINDS, OF_LINKS
from .handlers import step_at, titles
from .naming import ends, kinds, missing
from .units import write_time

__all__ = ["faults"]

ALLOWED = {what: tuple(word for word, kind in FAULT_KINDS.items() if what in kind.strikes)
           for what in ("service", "link", "channel")}  # fmt: skip


def faults(scenario):
    """The problems of a scenario with its faults."""
    for number, fault in enumerate(scenario.faults):
        path = ("faults", number, fault.kind)
        if not fault.does.changes:
            yield from (_one if isinstance(fault.target, str) else _pair)(scenario, path, fault)
        if fault.at is not None and fault.at >= scenario.run_settings.duration:
            yield Problem(
                ("faults", number, "at"),
                "starts after the end of the run",
                write_time(fault.at),
                hint=f"the run takes {write_time(scenario.run_settings.duration)}",
            )
        if fault.at_step is not None:
            yield from _moment(scenario, ("faults", number, "at_step"), fault)


def _one(scenario, path, fault):
    targets = {name: kind for kind, names in kinds(scenario) if kind != "workload" for name in names}
    name, kind = fault.place, targets.get(fault.place)
    if kind is None:
        rule = (
            "a workload cannot fail" if name in scenario.workloads else (f"there is no service, channel or link {name}")
        )
        yield Problem(path, rule, hint=suggest(name, targets))
        return
    channel = scenario.channels.get(name)
    kind, known = (kind, ALLOWED[kind]) if channel is None else (channel.kind, (*channel.faults, *ALLOWED["channel"]))
    if fault.kind not in known:
        yield Problem(path, f"{name} is {a(kind)}, which knows no {fault.kind}", hint=_way_out(kind, known, fault))
    elif fault.instance is not None and kind != "service":
        yield Problem(path, f"{name} is {a(kind)}, which has no instances", fault.target)
    elif fault.instance is not None and _is_nobody(scenario.services[name], fault.instance):
        count = scenario.services[name].instances
        yield Problem(path, f"{name} has {count} instance{'s' * (count > 1)}, counted from 1", fault.target)


def _is_nobody(service, instance):
    return instance > service.instances and not service.is_elastic  # numbers of those who come and go go on


def _way_out(kind, known, fault):
    if fault.kind in OF_LINKS:
        return f"it is for links: name one, or write two places, {fault.kind}: [{fault.place}, ...]"
    return f"{a(kind)} knows {', '.join(known)}" if known else "let a service fail"


def _pair(scenario, path, fault):
    yield from ends(scenario, path, fault.target)


def _moment(scenario, path, fault):
    """What is wrong with the step of a request at which a fault strikes."""
    moment = fault.at_step
    if moment.workload is None and len(scenario.workloads) > 1:
        yield Problem(
            path,
            "there are several workloads, and each counts its own requests",
            hint=f"add workload: one of {', '.join(scenario.workloads)}",
        )
    elif moment.workload is not None and moment.workload not in scenario.workloads:
        yield missing(scenario, (*path, "workload"), moment.workload, "workload")
    name = fault.place if moment.service is None else moment.service
    if moment.service is not None and name not in scenario.services:
        yield missing(scenario, (*path, "service"), name, "service")
    elif name not in scenario.services:
        yield Problem(path, f"whose step is it? {fault.subject} is no service", hint="add service: and its name")
    elif not callable(scenario.services[name].handle):
        steps = list(titles(scenario.services[name].handle).values())
        if moment.step not in steps:
            yield Problem((*path, "step"), f"{name} has no such step", moment.step, hint=suggest(moment.step, steps))
        elif name == fault.place and (two := _torn(scenario.services[name].handle, moment)):
            yield Problem(
                path,
                f"{two[0]} and {two[1]} are one transaction: nothing can strike {name} between them",
                hint=f"let it strike before {two[0]}, or after {two[1]}",
            )


def _torn(handle, moment):
    """The titles of the two steps of one transaction between which a moment would lie; None if there are none."""
    found = list(titles(handle).items())
    number = next(number for number, (_, title) in enumerate(found) if title == moment.step)
    second = number + (moment.when == "after")
    if not 0 < second < len(found):
        return None
    (first, one), (last, two) = found[second - 1 : second + 1]
    return (one, two) if in_one_transaction(step_at(handle, first), step_at(handle, last)) else None
