"""Overload and outage as a fluid: rates in, rates out, and what piles up meanwhile."""

from dataclasses import dataclass

from .checks import at_least, positive, several, stable, whole

__all__ = ["Bottleneck", "CatchUp", "Overload", "bottleneck", "catch_up", "group_throughput", "overload"]


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """An outage and what follows; see :func:`catch_up`. Times in seconds, the backlog in messages."""

    arrival_rate: float
    service_rate: float
    outage: float
    peak_backlog: float
    catch_up_time: float
    age_max: float

    def age(self, time):
        """The age (s) of the message being read `time` seconds after the restart: falls linearly to 0."""
        at_least(0, time=time)
        return max(0.0, self.outage - time * (self.service_rate / self.arrival_rate - 1))


def catch_up(arrival_rate, service_rate, outage):
    """Consumers are down for `outage` seconds while producers go on: the lag, and the time to work it off.

    `arrival_rate` and `service_rate` (of all consumers together) per second. Peak lag = arrival_rate x
    outage; catch-up = peak / (service_rate - arrival_rate) after the restart.

    A fluid: exact for large numbers, and leaves out the queue that randomness alone makes. Does not apply
    when the backlog is bounded or expires, or when a fuller queue makes consumers slower.

    Source: fluid limit; Little 1961.

    >>> after = catch_up(arrival_rate=100, service_rate=150, outage=60)
    >>> after.peak_backlog, after.catch_up_time
    (6000, 120.0)
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    at_least(0, outage=outage)
    way_out = "lower arrival_rate or raise service_rate, or the lag never goes"
    stable(arrival_rate / service_rate, arrival_rate, service_rate, way_out)
    peak = arrival_rate * outage
    return CatchUp(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        outage=outage,
        peak_backlog=peak,
        catch_up_time=peak / (service_rate - arrival_rate),
        age_max=outage,
    )


@dataclass(frozen=True, kw_only=True)
class Overload:
    """An overload and what follows; see :func:`overload`. Times in seconds, the backlog in messages."""

    backlog: float
    drain_time: float
    delay_max: float


def overload(arrival_rate, service_rate, duration, arrival_rate_after):
    """`arrival_rate` above `service_rate` for `duration` seconds, then `arrival_rate_after`, below it.

    Backlog at the end of the overload, the time to drain it afterwards, and the delay of the last message
    that came in the overload (backlog / service_rate). Rates per second.

    A fluid: exact for large numbers. Does not apply when the queue is bounded, customers give up, or retries
    keep the overload going after its cause has gone.

    Source: fluid limit.

    >>> rush = overload(arrival_rate=12, service_rate=10, duration=100, arrival_rate_after=5)
    >>> rush.backlog, rush.drain_time, rush.delay_max
    (200, 40.0, 20.0)
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    at_least(0, duration=duration, arrival_rate_after=arrival_rate_after)
    if arrival_rate <= service_rate:
        raise ValueError(
            f"arrival_rate={arrival_rate!r} must be above service_rate={service_rate!r} for an overload: "
            "raise it, or use mm1 for the steady state"
        )
    way_out = "lower arrival_rate_after, or the backlog never drains"
    load_after = arrival_rate_after / service_rate
    stable(load_after, arrival_rate_after, service_rate, way_out, name="arrival_rate_after")
    backlog = (arrival_rate - service_rate) * duration
    return Overload(
        backlog=backlog,
        drain_time=backlog / (service_rate - arrival_rate_after),
        delay_max=backlog / service_rate,
    )


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """A chain of stages; see :func:`bottleneck`. `growths`: what the backlog of each stage gains a second."""

    throughput: float
    growths: tuple


def bottleneck(arrival_rate, capacities):
    """A chain of stages with unlimited queues: what comes out, and where the backlog grows.

    `arrival_rate` offered and `capacities` of the stages in order, per second. The throughput is the smallest
    of them all; each stage passes on the smaller of what it gets and what it can do.

    Does not apply when queues are bounded (the backlog then moves upstream) or stages share a machine.

    Source: operational laws (Lazowska et al., Quantitative System Performance, 1984).

    >>> chain = bottleneck(arrival_rate=100, capacities=[120, 80, 200])
    >>> chain.throughput, chain.growths
    (80, (0, 20, 0))
    """
    positive(arrival_rate=arrival_rate)
    several(capacities=capacities)
    if len(capacities) == 0:
        raise ValueError(f"capacities={capacities!r} must name at least one stage: give a list of rates")
    flow, growths = arrival_rate, []
    for capacity in capacities:
        positive(capacities=capacity)
        growths.append(max(0, flow - capacity))
        flow = min(flow, capacity)
    return Bottleneck(throughput=flow, growths=tuple(growths))


def group_throughput(partitions, consumers, service_rate):
    """The largest rate (1/s) that a consumer group can take from a log whose partitions are equally busy.

    Each of `consumers` does `service_rate` messages a second and owns whole partitions; the one with the most
    of them, ceil(partitions / consumers), is full first. More consumers than partitions stand idle.

    Does not apply when keys are skewed (the hot partition is full first, see zipf_share).

    Source: the definition of a consumer group (Kafka documentation).

    >>> group_throughput(partitions=12, consumers=5, service_rate=100)
    400.0
    """
    whole(partitions=partitions, consumers=consumers)
    positive(service_rate=service_rate)
    largest = -(-partitions // consumers)
    return service_rate * partitions / largest
