"""What theory says of the time until customers have their answer."""

from evsim import theory
from evsim.experiment.flow_rates import Unknown
from evsim.experiment.mishaps import RARE
from evsim.experiment.patience import both_ways, longest
from evsim.scenario.channel_rules import waits_in
from evsim.scenario.offered_load import hop_mean
from evsim.scenario.units import write_time

__all__ = ["confirms_at_once", "response_mean"]


def response_mean(scenario, flow, predicted):
    """(the mean time until customers have their answer, why it can't be told); one of both is None.

    flow, predicted: what comes to each service, and how long it waits
    (:func:`evsim.experiment.predicted_waits.with_flow`). The sum of what lies one after the other: both hops of the
    customer, own work, hops, and the mean sojourn at each service that is called.
    """
    scenario = scenario.complete
    try:
        rates = {name: each.arrivals.customers_per_second or 0.0 for name, each in scenario.workloads.items()}
        if not all(rates.values()):
            raise Unknown("customers do not come at a constant rate")
        times = [rates[name] * _seen(scenario, predicted, flow.mishaps, name) for name in scenario.workloads]
        return sum(times) / sum(rates.values()), None
    except Unknown as reason:
        return None, str(reason)


def _seen(scenario, predicted, mishaps, name):
    """The mean time until a customer of a workload has an answer, a no at the door (at once) or at the inbox too."""
    workload = scenario.workloads[name]
    hops, station = 2 * hop_mean(scenario, name, workload.target), predicted.get(workload.target)
    takes = _answer(scenario, predicted, mishaps, workload.target, {})
    within = longest(scenario, workload.target, takes, station) + both_ways(scenario, name, workload.target)
    if workload.patience is not None and workload.patience < within:
        raise Unknown(f"some customers may give up after {write_time(workload.patience)}")
    served = 1.0
    if scenario.services[workload.target].limit is not None and station.work:
        served = station.utilisation * station.workers / (station.rate * station.work)
    return workload.admitted * (hops + served * takes)


def _answer(scenario, predicted, mishaps, name, known):
    """The mean time from a request's arrival at a service to its answer there."""
    if name in known:
        return known[name]
    service = scenario.services[name]
    if callable(service.handle):
        raise Unknown(f"the handler of {name} is a Python function")
    if scenario.faults:
        raise Unknown("something fails meanwhile")
    total, going_on = _wait(predicted, service, name), 1.0  # the share of handlings that have not failed
    for step in service.handle:
        if step.inside and not step.asks:
            raise Unknown(f"{name} has steps that depend on chance or run side by side")
        lost = mishaps.ends_here(step) or (step.asks and not step.hands_over and mishaps.call_fails(step, step.service))
        if lost:
            raise Unknown(lost)
        if step.asks:
            if step.times.multiplies:
                raise Unknown(f"{name} makes several calls at one step")
            if step.hands_over:
                raise Unknown(f"{name} asks over a channel")
            hop = hop_mean(scenario, name, step.service)
            total += going_on * (2 * hop + _answer(scenario, predicted, mishaps, step.service, known))
        elif step.awaits:
            raise Unknown(f"{name} waits until a channel brings a reply")
        elif step.holds:
            total += going_on * step.times.some * _confirmation(scenario, name, step)  # several are confirmed together
        elif step.lasts:
            total += going_on * service.pace(step) * step.time.mean
        going_on *= 1 - step.fails
        if step.replies:
            break
    known[name] = total
    return total


def _confirmation(scenario, name, step):
    """The mean time until a channel confirms: there and back, if it does nothing but keep the message."""
    if not scenario.channels[step.channel].confirms:
        return 0.0
    if not confirms_at_once(scenario, step):
        raise Unknown(f"{name} waits until {step.channel} confirms, which takes more than a way there and back")
    return 2 * hop_mean(scenario, name, step.channel)


def confirms_at_once(scenario, step):
    """Whether a channel keeps a message, and does nothing else, before it confirms; or confirms nothing."""
    channel = scenario.channels[step.channel]
    later = channel.blocks or waits_in(scenario, step.channel) or (step.acks == "all" and channel.replicated)
    return not (channel.confirms and later)


def _wait(predicted, service, name):
    """The mean wait for a worker; that for one of plenty is nothing."""
    found = predicted.get(name)
    if found is None:
        raise Unknown(f"nothing is known of {name} before a run")
    if found.wait is not None:
        return found.wait
    asks = any(step.asks or step.holds for step in service.handle)
    if asks and not service.policies and service.limit is None:
        load = found.rate * found.held
        if not load or (load < found.workers and theory.erlang_c(found.workers, load) < RARE):
            return 0.0
        raise Unknown(f"workers of {name} wait for others, and there are not so many that one is always free")
    raise Unknown(f"{name}: {found.why[0]}")
