"""What is allowed but hardly meant: warnings about a scenario, before any run.

Those of too much work leave out retries, faults and all queueing. So a service said to be overloaded is, and one not
mentioned may still be.
"""

import math

from evsim.counting import count, digits

from .atomicity import outside, uncommitted
from .files import late_rows
from .groups import shared_groups
from .handlers import walk
from .offered_load import arrival_rates, called_by_step, holding_times, reached_steps, reaching
from .routing import dead_letters, homes, reached, routing_key
from .units import write_time

ROUNDING = 9  # digits: sums of floats decide nothing


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


def _called(scenario):
    """Names of the services that customers or other services call."""
    called = {workload.target for workload in scenario.workloads.values()}
    for service in scenario.services.values():
        called |= {callee for step, _ in reached_steps(service.handle) for callee, _ in called_by_step(scenario, step)}
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
                f"it holds {count(useful, 'message')} at a time: prefetch is for an instance, not for a "
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
            logs = "its log has" if len(channels) == 1 else "its logs have"
            why = f"{logs} {count(partitions, 'partition')}; add partitions, or remove workers"
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
    steps = [(name, step) for name, service in scenario.services.items() for step, _ in reached_steps(service.handle)]
    published = {channel for _, step in steps if step.hands_over for channel in reached(scenario, step)}
    used = {callee for _, step in steps for callee, _ in called_by_step(scenario, step)}
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
    times, called = holding_times(scenario), _called(scenario)
    rates = arrival_rates(scenario, {name: _through(each, times[name]) for name, each in scenario.services.items()})
    useful = _useful_with_prefetch(scenario)
    for name, service in scenario.services.items():
        several = name in called or any(each.takes_several for each in service.subscribe)
        fetched = math.inf if several else scenario.complete.services[name].most_fetched
        has = service.most_instances * service.workers
        workers = min(service.most_instances * useful.get(name, service.workers), fetched)
        needed = round(rates[name] * times[name], ROUNDING)
        if needed >= workers:
            rate, each, busy = _rounded(rates[name]), write_time(float(f"{times[name]:.3g}")), _rounded(needed)
            yield (
                f"services.{name}: {rate}/s of {each} each keep {busy} worker{'s' * (busy != '1')} busy, "
                f"and {'it has' if workers == has else 'at work are'} "
                f"{workers:,}: {_too_much(service, name in called)}"
            )
        for word, settings in service.policies.items() if name in called else ():
            if settings.most_a_second and round(rates[name] - settings.most_a_second, ROUNDING) > 0:
                comes, most = _rounded(rates[name]), _rounded(settings.most_a_second)
                yield f"services.{name}.{word}: {comes}/s come, and it takes {most}/s at most: some are turned away"


def _through(service, takes):
    """How many a second surely get through a service at most; 0 where nobody knows how many are turned away."""
    if service.turns_away or any(step.conditional for step, _ in reached_steps(service.handle)):
        return 0.0
    return service.most_instances * service.workers / takes if takes else math.inf


def _too_much(service, called):
    refuses = service.limit is not None or any(each.refuses for each in service.policies.values())
    refuses = refuses or service.refuses_when_full
    return "some are turned away" if refuses and called else "its queue will grow without end"


def _rounded(number):
    """To four digits, or to a whole number if that has more."""
    return f"{number:,.0f}" if number >= 9_999.5 else digits(number, 4)


def _bursts(scenario):
    """Bursts that cannot be worked off before the run ends."""
    times, run = holding_times(scenario), scenario.run_settings
    for workload, settings in scenario.workloads.items():
        arrivals = settings.arrivals
        if not arrivals.at_once or arrivals.at >= run.duration:
            continue
        comes = reaching(
            scenario, dict.fromkeys(scenario.services, 0.0) | {settings.target: settings.admitted * arrivals.count}, {}
        )
        left = round(run.end - arrivals.at, ROUNDING)
        for name, service in scenario.services.items():
            takes = round(comes[name] * times[name] / (service.most_instances * service.workers), ROUNDING)
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
