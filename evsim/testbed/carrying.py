"""What real parts can carry: a scenario that asks for more is refused, by name, before anything starts."""

import signal

from evsim.scenario.errors import Problem, ScenarioError
from evsim.testbed.delivery_groups import called

__all__ = ["check_carries"]

# What may be written of each thing; whatever else is, real parts do not have it.
SERVICE = {"workers", "instances", "balance", "handle", "subscribe"}
SUBSCRIPTION = {"channel", "group"}
CHANNELS = {"log": {"kind", "partitions"}, "queue": {"kind"}}
WORKLOAD = {"target", "arrivals", "key"}
STEPS = {
    "work": {"kind", "time"},
    "wait": {"kind", "time"},
    "effect": {"kind", "name"},
    "reply": {"kind", "text", "value", "answer"},
    "call": {"kind", "service", "timeout", "on_error"},
    "publish": {"kind", "channel"},
    "parallel": {"kind", "branches"},
}
FAULTS = {"crash", "pause"}


def check_carries(scenario):
    """Raise :exc:`ScenarioError` with everything in a scenario that real parts cannot carry."""
    problems = list(_problems(scenario))
    if problems:
        raise ScenarioError(problems, scenario.name)


def _problems(scenario):
    for name, workload in scenario.workloads.items():
        at = f"workloads.{name}"
        yield from _more(at, workload, WORKLOAD)
        if workload.arrivals.is_closed:
            yield _refused(f"{at}.arrivals", "users that wait for their answer", "write arrivals that come by a rate")
    for name, service in scenario.services.items():
        at = f"services.{name}"
        yield from _more(at, service, SERVICE)
        for number, subscription in enumerate(service.subscribe):
            yield from _more(f"{at}.subscribe.{number}", subscription, SUBSCRIPTION)
            if subscription.group not in (None, name):
                yield _refused(f"{at}.subscribe.{number}.group", "a group of another name", f"write group: {name}")
        yield from _instances(scenario, name, service)
        if callable(service.handle):
            yield _refused(f"{at}.handle", "a handler in Python", "write its steps")
        else:
            yield from _steps(f"{at}.handle", service.handle)
    for name, channel in scenario.channels.items():
        at = f"channels.{name}"
        if channel.kind not in CHANNELS:
            yield _refused(at, f"a channel of the kind {channel.kind}", "write a log or a queue")
        else:
            yield from _more(at, channel, CHANNELS[channel.kind])
    for number, fault in enumerate(scenario.faults):
        at = f"faults.{number}"
        known = {*scenario.services, *(scenario.channels if fault.does.kills else ())}
        if fault.kind not in FAULTS or fault.place not in known or fault.at is None:
            yield _refused(at, f"this {fault.kind}", "write a crash or a pause of a service, or a crash of a channel")
        elif fault.does.freezes and not hasattr(signal, "SIGSTOP"):
            yield _refused(at, "a pause on this system", "write a crash")
        elif fault.place in scenario.channels and len(scenario.channels) > 1:
            yield _refused(at, "a broker for each channel", "one has them all: leave one channel, or the crash out")
        elif fault.duration is None:
            yield _refused(at, f"a {fault.kind} without an end", "write for: 3s")


def _instances(scenario, name, service):
    """Each instance is a process with an inbox of its own; which one is called, the simulator has drawn."""
    at, balance = f"services.{name}.balance", service.balance
    if balance is not None and (balance.by != "random" or balance.health_check is not None):
        yield _refused(at, "a load balancer that looks, or takes turns", "write balance: random")
    if service.instances > 1 and balance is None and name in called(scenario):
        yield _refused(at, "one inbox for several instances", "write balance: random")


def _steps(at, steps):
    for number, step in enumerate(steps):
        yield from _step(f"{at}.{number}", step)


def _step(at, step):
    if step.kind not in STEPS:
        yield _refused(at, f"the step {step.kind}", f"there may be {', '.join(STEPS)}")
        return
    yield from _more(at, step, STEPS[step.kind])
    if step.kind == "call" and step.on_error.kind not in ("fail", "ignore"):
        yield _refused(f"{at}.on_error", step.on_error.kind, "write fail or ignore")
    for number, branch in enumerate(step.branches if step.together else ()):
        inside = f"{at}.parallel.{number}"
        yield from _step(inside, *branch) if len(branch) == 1 else _steps(inside, branch)


def _more(at, thing, known):
    for setting in sorted(set(thing.model_dump(exclude_defaults=True)) - known):
        yield _refused(f"{at}.{setting}", setting, "leave it out, or simulate it")


def _refused(at, what, hint):
    return Problem(at, f"real parts do not have {what}", hint=hint)
