"""What theory says of every service of a scenario before it runs."""

import math
from dataclasses import replace

from evsim import theory
from evsim.counting import listed
from evsim.experiment.departures import Gaps
from evsim.experiment.flow_rates import RESULTS, FlowRates
from evsim.experiment.mishaps import RARE
from evsim.experiment.patience import both_ways, longest
from evsim.experiment.station_theory import station_theory
from evsim.scenario.channel_rules import callees, readers
from evsim.scenario.handlers import all_steps, replies_early
from evsim.scenario.offered_load import answer_times, holding_times
from evsim.scenario.routing import homes, is_routed_by_key

__all__ = ["late_services", "predictions", "with_flow"]


def predictions(scenario):
    """service -> :class:`StationTheory`; a service of which nothing is known is left out."""
    return with_flow(scenario.complete)[1]


def with_flow(scenario):
    """(:class:`FlowRates`, predictions), where who is full, or late, is known as well as they tell."""
    full = late = frozenset()
    while True:
        flow = FlowRates(scenario, full, late)
        found = _predicted(scenario, flow)
        fuller = full | {name for name, each in found.items() if each.rate and each.saturates <= _offered(scenario)}
        later = late | set(late_services(scenario, found, full))
        if (full, late) == (fuller, later):
            return flow, found
        full, late = fuller, later


def _offered(scenario):
    """Customers a second, of all workloads."""
    return sum(each.arrivals.mean_rate(scenario.run_settings.duration) for each in scenario.workloads.values())


def late_services(scenario, predicted, full):
    """Names of services for whose answer not everybody waits, or of whose messages some expire."""
    answers = answer_times(scenario)

    def takes(name):
        each = predicted.get(name)
        wait = math.inf if name in full else (each and each.wait) or 0.0
        return longest(scenario, name, wait + answers[name], each)

    for name, workload in scenario.workloads.items():
        patience = math.inf if workload.patience is None else workload.patience
        if patience < takes(workload.target) + both_ways(scenario, name, workload.target):
            yield workload.target
    for name, service in scenario.services.items():
        for step in all_steps(service.handle):
            for other in callees(scenario, step) if step.asks and step.timeout else ():
                if step.timeout < takes(other) + both_ways(scenario, name, other):
                    yield other
            for channel in homes(scenario, step) if step.kind == "publish" and not is_routed_by_key(step) else ():
                expires = min(scenario.channels[channel].keeps_for, step.ttl if step.ttl is not None else math.inf)
                yield from (each for each in readers(scenario, channel) if expires < takes(each))


def _predicted(scenario, flow):
    held, found = holding_times(scenario), {}
    if flow.unknown:
        return found
    gaps = Gaps(scenario, flow, held)
    for name in scenario.services:
        rate, never = flow.rates[name], []
        if not rate:
            continue
        if name in flow.unclear:
            never.append(flow.unclear[name])
        if name in flow.behind:
            never.append(f"{flow.behind[name]} before it lets through what it can do, and no more")
        never += [
            f"{listed(others)} take{'s' * (len(others) == 1)} messages of {channel}, too"
            for channel, others in _rivals(scenario, name)
        ]
        if name in flow.results:
            never.append(RESULTS.format(flow.results[name]))
        if name in flow.batches:
            never.append(f"{flow.batches[name]} sends it several messages at a time, and those wait for each other")
        sure = name not in flow.unclear and name not in flow.behind
        bursts, notes = gaps.said(name)
        known = [*never, *bursts], notes, sure
        found[name] = station_theory(scenario, name, rate, _offered(scenario), held[name], known)
    return {name: each if each.wait is None else _few_ask(scenario, each, found, flow) for name, each in found.items()}


def _rivals(scenario, name):
    """(channel, the others) of each channel of which a service gets a share of the messages."""
    for subscription in scenario.services[name].subscribe:
        channel = scenario.channels[subscription.channel]
        others = [each for each in readers(scenario, subscription.channel) if each != name]
        if others and channel.competing:
            yield subscription.channel, others


def _few_ask(scenario, station, predicted, flow):
    """A station whose callers have so few workers that those bound how many ask it at a time."""
    name, service = station.service, scenario.services[station.service]
    ask = [
        (other, step)
        for other, its in scenario.services.items()
        if other in predicted
        for step in all_steps(its.handle)
        if step.asks and name in callees(scenario, step)
    ]
    targets = {workload.target for workload in scenario.workloads.values()}
    gone = name in flow.mishaps.late or any(step.hands_over for _, step in ask)  # some who have asked wait no more
    if not ask or service.subscribe or name in targets or gone or replies_early(service.handle, None):
        return station
    callers = {other: scenario.services[other] for other, _ in ask}
    at_once = any(step.together or step.times.most > 1 for its in callers.values() for step in all_steps(its.handle))
    most = sum(its.most_instances * its.workers for its in callers.values())
    if most <= station.workers and not at_once:
        why = "no more ask at a time than it has workers, so that nobody waits"
        return replace(station, formula=None, wait=0.0, exact=True, why=(why,))
    if all(_has_plenty(predicted[other], station.wait) for other in callers):
        return station
    why = f"{listed(callers)} can ask for no more at a time than their workers: it is at most this"
    return replace(station, exact=False, why=(*station.why, why))


def _has_plenty(caller, more):
    """Whether one of a caller's workers is almost always free, where each handling takes so much more."""
    load = caller.rate * (caller.held + more)
    return load < caller.workers and theory.erlang_c(caller.workers, load) < RARE
