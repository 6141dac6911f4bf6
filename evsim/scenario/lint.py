"""What is allowed but hardly meant: warnings from arithmetic on the scenario, before any run.

Loads are means without retries and faults; holding times leave out all queueing. So a service said to be
overloaded is, and one not mentioned may still be.
"""

from graphlib import TopologicalSorter

from .atomicity import outside, uncommitted
from .channel_rules import readers
from .files import late_rows, rows_before
from .groups import group_of, shared_groups
from .handlers import branches, walk
from .routing import dead_letters, homes, is_routed_by_key, reached, routing_key
from .units import write_time

ROUNDS = 200  # of messages going round a cycle of channels; each is rarer than the last


def warnings(scenario):
    """The warnings about a scenario, one sentence each."""
    return [
        *_shared_groups(scenario),
        *_idle_workers(scenario),
        *_few_in_hand(scenario),
        *_without_effects(scenario),
        *_unused_parts(scenario),
        *_overload(scenario),
        *_bursts(scenario),
        *_refuse_nobody(scenario),
        *_long_warmup(scenario),
        *outside(scenario, walk),
        *uncommitted(scenario, walk),
        *late_rows(scenario),
    ]


def arrival_rates(scenario):
    """Mean requests and messages a second at each service, as far as known before a run.

    Of a closed workload no more than its users ever wait, and a burst is over at once: both are left out, as is what
    Python functions call and publish.
    """
    external = dict.fromkeys(scenario.services, 0.0)
    for workload in scenario.workloads.values():
        external[workload.target] += _mean_rate(scenario, workload.arrivals)
    return _reaching(scenario, external)


def _mean_rate(scenario, arrivals):
    duration = scenario.run_settings.duration
    if arrivals.from_file:
        return rows_before(scenario, arrivals, duration) / duration
    return arrivals.mean_rate(duration)


def _reaching(scenario, external):
    """How much comes to each service, where so much comes from outside."""
    edges = [(name, *edge) for name, service in scenario.services.items() for edge in _edges(scenario, service)]
    rates = external
    for _ in range(ROUNDS):
        following = dict(external)
        for source, target, weight in edges:
            following[target] += rates[source] * weight
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
        name: {callee for step, _ in _reached(service.handle) for callee, _ in _callees(scenario, step)}
        for name, service in scenario.services.items()
    }
    held, answer = {}, {}
    for name in TopologicalSorter(callees).static_order():  # callees first
        replies = []
        service = scenario.services[name]
        held[name] = _duration(scenario, name, service.handle, answer, replies, 0.0)
        answer[name] = min([*replies, held[name]])
        most = max([each.batch for each in service.subscribe if each.takes_several], default=1)
        if most > 1 and not callable(service.handle):
            loops = tuple(step for step in service.handle if step.by_message)
            alone = _duration(scenario, name, loops, answer, [], 0.0)
            held[name] = (held[name] - alone) / most + alone
    return held, answer


def _reached(steps, chance=1.0):
    """Every step outside Python functions, with the probability that one handling reaches it."""
    if callable(steps):
        return
    for step in steps:
        yield step, chance
        if step.together:
            for branch in step.branches:
                yield from _reached(branch, chance)
        elif step.by_chance:
            yield from _reached(step.then, chance * step.probability)
            yield from _reached(step.otherwise, chance * (1 - step.probability))
        elif step.kind == "fail":
            chance *= 1 - step.probability
        elif step.by_message:
            yield from _reached(step.steps, chance)
        else:
            for inside in branches(step):
                yield from _reached(inside, 0.0)  # nothing is known to fail, to come too late, or to be asked for


def _edges(scenario, service):
    """(service, how many requests or messages one handling sends it) for all it calls and publishes to."""
    for step, chance in _reached(service.handle):
        chance *= step.times.mean
        for name, share in _callees(scenario, step):
            yield name, chance * share
        for channel in homes(scenario, step) if step.kind == "publish" and not is_routed_by_key(step) else ():
            if not scenario.channels[channel].competing:
                yield from ((name, chance * share) for name, share in _of_groups(scenario, channel))
                continue
            shares = _shares(scenario, channel, lambda service: service.most_instances * service.workers)
            yield from ((name, chance * share) for name, share in shares)
        if step.to_one and step.publishes:
            shares = _shares(scenario, step.channel, lambda service: service.most_instances)
            yield from ((name, chance * share) for name, share in shares)


def _of_groups(scenario, channel):
    """(service, share of the messages) of all who read a log or a bus: all of them, but for a group that is shared."""
    shared = shared_groups(scenario)
    for name in readers(scenario, channel):
        subscription = next(each for each in scenario.services[name].subscribe if each.channel == channel)
        group = shared.get((channel, group_of(name, subscription)), [(name, subscription)])
        members = {each: scenario.services[each].most_instances for each, _ in group}
        yield name, members[name] / sum(members.values())


def _callees(scenario, step):
    """(service, share of the calls) for all that a step may call."""
    if not step.asks:
        return []
    if step.hands_over:
        return _shares(scenario, step.channel, lambda service: service.most_instances)
    return [(step.service, 1.0)]


def _shares(scenario, channel, weight):
    """(service, share of the messages) of all who take turns, by weight."""
    weights = {name: weight(scenario.services[name]) for name in readers(scenario, channel)}
    return [(name, each / sum(weights.values())) for name, each in weights.items()]


def _duration(scenario, name, steps, answer, replies, before):
    """Mean time that steps take from `before` on; the moments of their replies are added to `replies`."""
    total = 0.0
    for step in () if callable(steps) else steps:
        inside = 0.0
        if step.lasts:
            inside = _mean(step.time)
        elif step.asks:
            inside = sum(
                share * (2 * hop_mean(scenario, name, callee) + answer[callee])
                for callee, share in _callees(scenario, step)
            )
            inside = min(inside, step.timeout or inside)
        elif step.kind == "publish" and step.acks and scenario.channels[step.channel].confirms:
            inside = 2 * hop_mean(scenario, name, step.channel)
            inside = min(inside, step.timeout or inside)
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
            return total + (1 - step.probability) * _duration(
                scenario, name, steps[steps.index(step) + 1 :], answer, replies, before + total
            )
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


def _called(scenario):
    """Names of the services that customers or other services call."""
    called = {workload.target for workload in scenario.workloads.values()}
    for service in scenario.services.values():
        called |= {callee for step, _ in _reached(service.handle) for callee, _ in _callees(scenario, step)}
    return called


def _useful_with_prefetch(scenario):
    """name -> how many workers of an instance can have a message, of services that only read queues."""
    scenario, found = scenario.complete, {}
    called = _called(scenario)
    for name, service in scenario.services.items():
        if name in called or not service.subscribe or any(each.ack == "before" for each in service.subscribe):
            continue
        if all("prefetch" in scenario.channels[each.channel].read_with for each in service.subscribe):
            held = sum(each.prefetch or service.workers for each in service.subscribe)
            found[name] = int(min(service.workers, held))
    return found


def _few_in_hand(scenario):
    for name, useful in _useful_with_prefetch(scenario).items():
        workers = scenario.services[name].workers
        if useful < workers:
            yield (
                f"services.{name}: {workers - useful} of the {workers} workers of an instance can never work, since "
                f"it holds {useful} message{'s' * (useful > 1)} at a time: prefetch is for an instance, not for a "
                f"worker; write prefetch: {workers}, or take instances with fewer workers"
            )


JUDGE_EFFECTS = ("completion", "consistency_lag", "effects_", "inconsistent")


def _without_effects(scenario):
    if any(callable(service.handle) for service in scenario.services.values()):
        return
    if any(step.effects for service in scenario.services.values() for _, step, _ in walk(service.handle)):
        return
    for name in scenario.objectives:
        if name.startswith(JUDGE_EFFECTS):
            yield f"objectives.{name}: no step leaves an effect, so there is nothing to judge; add a step effect: NAME"


def _shared_groups(scenario):
    for (log, group), sharers in shared_groups(scenario).items():
        (first, _), *others = sharers
        for name, _ in others:
            yield (
                f"services.{name}: it is in the group {group} of {log} together with {first}, so each message goes to "
                "one of them only, whichever has its partition; give each service a group of its own"
            )


def _idle_workers(scenario):
    scenario = scenario.complete
    called = _called(scenario)
    for name, service in scenario.services.items():
        channels = [scenario.channels[each.channel] for each in service.subscribe]
        workers = service.most_instances * service.workers
        if name in called or not channels or not all(channel.partitioned for channel in channels):
            continue
        useful = sum(
            _useful(service, subscription, scenario.channels[subscription.channel].partitions_at_last)
            for subscription in service.subscribe
        )
        if useful < workers:
            partitions = sum(channel.partitions_at_last for channel in channels)
            has = f"{partitions} partition{'s' * (partitions > 1)}"
            why = f"its log has {has}; add partitions, or remove workers"
            if service.workers > 1 and any(each.max_poll_records for each in service.subscribe):
                why = "an instance handles the messages of a poll one by one; add instances and partitions instead"
            yield f"services.{name}: {workers - useful} of {workers} workers can never work, since {why}"


def _useful(service, subscription, partitions):
    """How many workers can have a message of one log at a time."""
    if subscription.is_shared:
        return service.most_instances * service.workers
    if subscription.owns is None:
        return partitions
    each, more = divmod(partitions, service.most_instances)
    workers = 1 if subscription.max_poll_records else service.workers
    return sum(min(workers, each + (member < more)) for member in range(service.most_instances))


def _unused_parts(scenario):
    subscribed = {each.channel for service in scenario.services.values() for each in service.subscribe}
    spare = {name for channel in scenario.channels for name in dead_letters(scenario, channel)}
    spare |= {getattr(channel, "alternate", None) for channel in scenario.channels.values()}
    for name, channel in scenario.channels.items():
        if not channel.routes and name not in subscribed | spare:
            yield f"channels.{name}: nobody subscribes, so its messages are never handled"
    if any(callable(service.handle) for service in scenario.services.values()):
        return  # who knows what a Python function calls
    steps = [(name, step) for name, service in scenario.services.items() for step, _ in _reached(service.handle)]
    published = {channel for _, step in steps if step.hands_over for channel in reached(scenario, step)}
    used = {callee for _, step in steps for callee, _ in _callees(scenario, step)}
    used |= {workload.target for workload in scenario.workloads.values()}
    for name in scenario.channels:
        if name not in published | spare:
            yield f"channels.{name}: nobody publishes to it"
    for name, step in steps:
        if step.kind == "publish" and _leads_nowhere(scenario, step):
            yield (
                f"services.{name}: {routing_key(step)} leads nowhere from {step.channel}, so nobody gets what it "
                "publishes; bind a queue for it"
            )
    for name, service in scenario.services.items():
        if name not in used and not service.subscribe:
            yield f"services.{name}: nobody calls it, and it subscribes to nothing"


def _leads_nowhere(scenario, step):
    return all(scenario.channels[name].routes for name in homes(scenario, step))


def _overload(scenario):
    rates, times = arrival_rates(scenario), holding_times(scenario)
    useful = _useful_with_prefetch(scenario)
    for name, service in scenario.services.items():
        workers = service.most_instances * useful.get(name, service.workers)
        needed = rates[name] * times[name]
        if needed >= workers:
            each = write_time(float(f"{times[name]:.3g}"))
            yield (
                f"services.{name}: {rates[name]:.4g}/s of {each} each keep {needed:.4g} workers busy, "
                f"and {'it has' if useful.get(name, service.workers) == service.workers else 'at work are'} "
                f"{workers}: its queue will grow without end"
            )


def _bursts(scenario):
    """Bursts that cannot be worked off before the run ends."""
    times, run = holding_times(scenario), scenario.run_settings
    for workload, settings in scenario.workloads.items():
        arrivals = settings.arrivals
        if not arrivals.at_once or arrivals.at >= run.duration:
            continue
        comes = _reaching(scenario, dict.fromkeys(scenario.services, 0.0) | {settings.target: float(arrivals.count)})
        left = run.end - arrivals.at
        for name, service in scenario.services.items():
            takes = comes[name] * times[name] / (service.instances * service.workers)
            if takes > left:
                yield (
                    f"services.{name}: the burst of {workload} is {write_time(float(f'{takes:.3g}'))} of work for all "
                    f"its workers, and the run ends {write_time(left)} later: the rest is pending; make "
                    "run.drain_limit longer, or the burst smaller"
                )


def _refuse_nobody(scenario):
    """Settings that turn callers away, of services that nobody calls; what a bus brings is turned away too."""
    if any(callable(service.handle) for service in scenario.services.values()):
        return
    called = _called(scenario)
    for name, service in scenario.services.items():
        direct = [scenario.channels[each.channel].direct for each in service.subscribe]
        refusing = [
            *(["limit"] if service.limit is not None else []),
            *(word for word, each in service.policies.items() if each.refuses),
        ]
        if direct and name not in called and not any(direct):
            for setting in refusing:
                yield (
                    f"services.{name}.{setting}: nobody calls it, and messages wait in their channel all the same; "
                    "limit the channel instead"
                )


def _long_warmup(scenario):
    run = scenario.run_settings
    if run.warmup > run.duration / 2:
        yield (f"run.warmup: {write_time(run.warmup)} of {write_time(run.duration)} are left out of all averages")
