"""What a scenario would have to do if nobody ever waited: arithmetic before any run.

Rates are means without retries and faults; holding times leave out all queueing.
"""

import math
from functools import partial
from graphlib import TopologicalSorter

from .channel_rules import readers
from .files import rows_before
from .groups import group_of, shared_groups
from .handlers import branches
from .routing import homes, is_routed_by_key

__all__ = ["answer_times", "arrival_rates", "called_by_step", "hop_mean", "holding_times", "reached_steps", "reaching",
           "sent_by_step"]  # fmt: skip

ROUNDS = 200  # of messages going round a cycle of channels; each is rarer than the last


def arrival_rates(scenario, most=None):
    """Mean requests and messages a second at each service, as far as known before a run.

    most: service -> how many a second go through it at most. Of a closed workload no more than its users ever wait,
    and a burst is over at once: both are left out, as is what Python functions call and publish.
    """
    external = dict.fromkeys(scenario.services, 0.0)
    for workload in scenario.workloads.values():
        external[workload.target] += workload.admitted * _mean_rate(scenario, workload.arrivals)
    return reaching(scenario, external, most or {})


def _mean_rate(scenario, arrivals):
    duration = scenario.run_settings.duration
    if arrivals.from_file:
        return rows_before(scenario, arrivals, duration) / duration
    return arrivals.mean_rate(duration)


def reaching(scenario, external, most):
    """How much comes to each service, where so much comes from outside, and so much at most goes through some."""
    edges = [(name, *edge) for name, service in scenario.services.items() for edge in _edges(scenario, service)]
    rates = external
    for _ in range(ROUNDS):
        following = dict(external)
        for source, target, weight in edges:
            following[target] += min(rates[source], most.get(source, math.inf)) * weight
        if following == rates:
            break
        rates = following
    return rates


def holding_times(scenario):
    """Mean seconds for which one request or message holds a worker of each service when nothing queues.

    Where messages are worked on together, their share of a full batch.
    """
    return _times(scenario)[0]


def answer_times(scenario):
    """Mean seconds from a request's arrival at each service to its answer when nothing queues."""
    return _times(scenario)[1]


def _times(scenario):
    callees = {
        name: {callee for step, _ in reached_steps(service.handle) for callee, _ in called_by_step(scenario, step)}
        for name, service in scenario.services.items()
    }
    held, answer = {}, {}
    for name in TopologicalSorter(callees).static_order():  # callees first
        replies = []
        service = scenario.services[name]
        held[name] = _duration(scenario, name, service.handle, answer, replies, 0.0)
        answer[name] = min([*replies, held[name]])
        most = max([each.batch for each in service.subscribe if each.takes_several], default=1)
        if most > 1:  # no Python function takes several
            loops = tuple(step for step in service.handle if step.by_message)
            alone = _duration(scenario, name, loops, answer, [], 0.0)
            held[name] = (held[name] - alone) / most + alone
    return held, answer


def reached_steps(steps, chance=1.0):
    """Every step outside Python functions, with the probability that one handling reaches it."""
    if callable(steps):
        return
    for step in steps:
        yield step, chance
        if step.together:
            for branch in step.branches:
                yield from reached_steps(branch, chance)
        elif step.by_chance:
            yield from reached_steps(step.then, chance * step.probability)
            yield from reached_steps(step.otherwise, chance * (1 - step.probability))
        elif step.kind == "fail":
            chance *= 1 - step.probability
        elif step.by_message:
            yield from reached_steps(step.steps, chance)
        else:
            for inside in branches(step):
                yield from reached_steps(inside, 0.0)  # nothing is known to fail, to come too late, or to be asked for


def _edges(scenario, service):
    """(service, how many requests or messages one handling sends it) for all it calls and publishes to."""
    for step, chance in reached_steps(service.handle):
        yield from ((name, chance * step.times.mean * share) for name, share in sent_by_step(scenario, step))


def sent_by_step(scenario, step, pace=None):
    """(service, share) of all who get what a step asks, publishes or sends once; where keys decide that, of nobody.

    Who compete for the messages of a queue get them by their workers, or by the `pace` (a function of a service's
    name) at which they work when there are always some.
    """
    yield from called_by_step(scenario, step)
    for channel in homes(scenario, step) if step.kind == "publish" and not is_routed_by_key(step) else ():
        if scenario.channels[channel].competing:
            yield from _shares(scenario, channel, pace or partial(_workers, scenario))
        else:
            yield from _of_groups(scenario, channel)
    if step.to_one and step.publishes:
        yield from _shares(scenario, step.channel, partial(_instances, scenario))


def _workers(scenario, name):
    return _instances(scenario, name) * scenario.services[name].workers


def _instances(scenario, name):
    return scenario.services[name].most_instances


def _of_groups(scenario, channel):
    """(service, share of the messages) of all who read a log or a bus: all of them, but for a group that is shared."""
    shared = shared_groups(scenario)
    for name in readers(scenario, channel):
        subscription = next(each for each in scenario.services[name].subscribe if each.channel == channel)
        group = shared.get((channel, group_of(name, subscription)), [(name, subscription)])
        members = {each: scenario.services[each].most_instances for each, _ in group}
        yield name, members[name] / sum(members.values())


def called_by_step(scenario, step):
    """(service, share of the calls) for all that a step may call."""
    if not step.asks:
        return []
    if step.hands_over:
        return _shares(scenario, step.channel, partial(_instances, scenario))
    return [(step.service, 1.0)]


def _shares(scenario, channel, weight):
    """(service, share of the messages) of all who take turns, by weight."""
    weights = {name: weight(name) for name in readers(scenario, channel)}
    return [(name, each / sum(weights.values())) for name, each in weights.items()]


def _duration(scenario, name, steps, answer, replies, before):
    """Mean time that steps take from `before` on; the moments of their replies are added to `replies`."""
    total = 0.0
    for step in () if callable(steps) else steps:
        inside = 0.0
        if step.lasts:
            inside = _mean(step.time) * scenario.services[name].pace(step)
        elif step.asks:
            inside = sum(
                share * (2 * hop_mean(scenario, name, callee) + answer[callee])
                for callee, share in called_by_step(scenario, step)
            )
            inside = min(inside, step.timeout or inside)
            inside *= step.times.rounds(getattr(step, "max_concurrency", None) or 1)
        elif step.kind == "publish" and step.acks and scenario.channels[step.channel].confirms:
            inside = 2 * hop_mean(scenario, name, step.channel)
            inside = min(inside, step.timeout or inside) * step.times.some  # several are confirmed together
        elif step.together:
            inside = sorted(
                _duration(scenario, name, branch, answer, replies, before + total) for branch in step.branches
            )[step.successes - 1]
        elif step.by_chance:
            then, otherwise = (
                _duration(scenario, name, way, answer, replies, before + total) for way in (step.then, step.otherwise)
            )
            inside = step.probability * then + (1 - step.probability) * otherwise
        elif step.in_place:  # the shortest of its operations: nothing here tells how often each is asked for
            inside = min(_duration(scenario, name, way, answer, replies, before + total) for way in branches(step))
        elif step.kind == "fail":
            here, on, later = before + total, 1 - step.probability, []
            left = _duration(scenario, name, steps[steps.index(step) + 1 :], answer, later, here)
            replies += [here + on * (each - here) for each in later]  # who fails has an answer here
            return total + on * left
        elif step.replies:
            replies.append(before + total)
        total += inside
    return total


def _mean(distribution):
    """The mean of a distribution; 0 of a file, which is not read for a warning."""
    return 0.0 if distribution.file else distribution.mean


def hop_mean(scenario, one, other):
    """Mean seconds of a hop between two that are named: a service, a channel, or a workload."""
    services = scenario.services
    programs = [services[each].inside or each for each in (one, other) if each in services]
    if len(programs) == 2 and programs[0] == programs[1]:
        return 0.0
    for link in scenario.network.links.values():
        if set(link.between) == {one, other} and link.latency is not None:
            return _mean(link.latency)
    return _mean(scenario.network.latency)
