"""From settings to a rule, and from what it wants to what there may be. The audit decides anew by the same."""

from evsim.parts.autoscale.scaling_rules import Panic, Proportional, capped_lag

__all__ = ["decider"]


def decider(settings, service, scenario):
    """A function ``(seconds, how many there are, (measured, in the short window))``: how many there should be.

    Measured is None where nobody is there and somebody waits.
    """
    partitions = _partitions(settings, service, scenario)
    rule = _rule(settings)

    def decide(now, number, measured):
        if measured is None:
            return 1 if rule is None else rule.largest.of(now, 1)
        if settings.by == "schedule":
            wanted = [each.instances for each in settings.schedule if each.at <= now][-1:]
            return min(max(wanted[0] if wanted else settings.least, settings.least), settings.most)
        if settings.polling_interval is not None and not number:
            return 0  # the rule has nobody to count with, and who looks meanwhile calls up the first one
        if partitions is not None:
            measured = [capped_lag(each, settings.target, partitions) for each in measured]
        if settings.rule == "panic":
            wanted = rule.decide(now, number, *measured)
        else:
            wanted = rule.decide(now, number, measured[0])
        return min(max(wanted, settings.least), settings.most)

    return decide


def _rule(settings):
    if settings.by == "schedule":
        return None
    if settings.rule == "panic":
        return Panic(
            settings.target, settings.rate_up, settings.rate_down, settings.window, settings.panic_threshold,
            settings.down_after,
        )  # fmt: skip
    up, down = ([(each.percent, each.count, each.every) for each in its] for its in (settings.up, settings.down))
    return Proportional(settings.target, settings.tolerance, settings.down_after, up, down)


def _partitions(settings, service, scenario):
    """How many consumers can have anything to do, where no more should come; None where any number may."""
    if settings.by != "lag" or settings.idle_consumers:
        return None
    if any(each.is_shared for each in service.subscribe):
        return None
    channels = [scenario.channels[each.channel] for each in service.subscribe]
    return sum(each.partitions_at_last for each in channels) if all(each.partitioned for each in channels) else None
