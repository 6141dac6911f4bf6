"""What an answer would take if nobody ever waited: the sum of the means, where that is all there is to it."""

from evsim.experiment.mishaps import Mishaps
from evsim.experiment.predicted_answer import confirms_at_once
from evsim.experiment.predicted_waits import late_services
from evsim.scenario.channel_rules import callees
from evsim.scenario.handlers import all_steps
from evsim.scenario.offered_load import answer_times, holding_times, hop_mean

__all__ = ["without_waiting"]


def without_waiting(scenario):
    """The mean time until customers have their answer if nobody ever waited; None where means do not tell it.

    So it is where some fail, are turned away or ask again all the same, and where the slower of several decides.
    """
    scenario = scenario.complete
    mishaps = Mishaps(scenario, holding_times(scenario), set(late_services(scenario, {}, ())))
    patient = all(each.patience is None or each.target not in mishaps.late for each in scenario.workloads.values())
    asked = _asked(scenario, {workload.target for workload in scenario.workloads.values()})
    if scenario.faults or not patient or any(_is_unsure(scenario, mishaps, name) for name in asked):
        return None
    answers, duration = answer_times(scenario), scenario.run_settings.duration
    shares = {name: each.arrivals.mean_rate(duration) for name, each in scenario.workloads.items()}
    times = [
        shares[name] * each.admitted * (2 * hop_mean(scenario, name, each.target) + answers[each.target])
        for name, each in scenario.workloads.items()
    ]
    return sum(times) / sum(shares.values()) if sum(shares.values()) else None


def _asked(scenario, names):
    """These services, and all that are asked for an answer until they have theirs."""
    found, new = set(), set(names)
    while new - found:
        found |= new
        steps = (step for name in found for step in all_steps(scenario.services[name].handle))
        new = {other for step in steps for other in callees(scenario, step)}
    return found


def _is_unsure(scenario, mishaps, name):
    """Whether the means of its steps do not tell how long a service takes for an answer."""
    service = scenario.services[name]
    if callable(service.handle) or service.turns_away or mishaps.throttles(name):
        return True
    return any(
        step.awaits
        or mishaps.ends_here(step)
        or (step.lasts and step.time.file)
        or (step.by_chance and any(each.replies for _, steps, _ in step.inside for each in all_steps(steps)))
        or (step.holds and not confirms_at_once(scenario, step))
        or any(mishaps.call_fails(step, each) or mishaps.on_the_way(step, each, 0) for each in callees(scenario, step))
        or _the_slower_decides(scenario, step)
        for step in all_steps(service.handle)
    )


def _the_slower_decides(scenario, step):
    """Whether a step waits for the slowest of several, and chance says which that is: on average it takes longer."""
    several = step.times.most > 1 and (getattr(step, "max_concurrency", None) or 1) > 1
    if not (step.together or several):
        return False
    inner = [step, *(each for _, steps, _ in step.inside for each in all_steps(steps))]
    asked = _asked(scenario, {other for each in inner for other in callees(scenario, each)})
    inner += [each for name in asked for each in all_steps(scenario.services[name].handle)]
    links = scenario.network, *scenario.network.links.values()
    times = [each.time for each in inner if each.lasts] + [each.latency for each in links if each.latency is not None]
    return any(each.by_chance for each in inner) or any(each.cv for each in times)
