"""What theory says of one service before it runs: which formula fits, what is only near, and why none does."""

import math
from dataclasses import dataclass
from typing import Any

from evsim import theory
from evsim.counting import listed
from evsim.scenario.channel_rules import callees
from evsim.scenario.distributions import Exponential
from evsim.scenario.handlers import all_steps
from evsim.scenario.offered_load import hop_mean

__all__ = ["SEVERAL", "StationTheory", "is_asked", "own_work", "station_theory"]

SEVERAL = "several workers and times that are not exponential: an approximation (Allen and Cunneen)"


@dataclass(frozen=True)
class StationTheory:
    """What is known of one service before it runs.

    ``rate``: what comes (1/s); ``work``: mean time of a worker (s); ``held``: the same with what it waits for at those
    it asks, if nobody queues there; ``workers``: of as many instances as there may be; ``utilisation``; ``saturates``:
    the customers a second, of all workloads together, at which all of its workers that may be at work are. ``formula``
    gives the mean ``wait`` (s); None where none applies. ``exact``: whether all that it assumes is so; ``why`` says
    what is not.
    """

    service: str
    rate: float
    work: float
    held: float
    workers: int
    utilisation: float
    saturates: float
    formula: str | None
    wait: float | None
    exact: bool
    why: tuple


def station_theory(scenario, name, rate, total, held, known):
    """The :class:`StationTheory` of a service to which ``rate`` a second come, of ``total`` customers a second.

    held: seconds that a worker is held. known: (why no formula applies, why one is only near,
    whether so much surely comes) by what comes to it.
    """
    service = scenario.services[name]
    work, variance = own_work(service)
    workers = service.workers * _instances(service)
    station = _Station(scenario, name, rate, work, variance, workers, _Reading.of(scenario, name))
    never, notes, sure = known
    why = [*_blockers(station), *(_too_busy(station) if sure else ()), *never]
    saturates = total * _most_a_second(station, held) / rate
    if why:
        return StationTheory(name, rate, work, held, workers, rate * work / workers, saturates, None, None, False,
                             tuple(why))  # fmt: skip
    formula, wait, utilisation, near = _bounded(station) if service.limit is not None else _formula(station)
    notes = (*notes, *near)
    return StationTheory(name, rate, work, held, workers, utilisation, saturates, formula, wait, not notes, notes)


@dataclass(frozen=True)
class _Station:
    scenario: Any
    name: str
    rate: float
    work: float
    variance: float
    workers: int
    reading: "_Reading"

    @property
    def service(self):
        return self.scenario.services[self.name]

    @property
    def is_exponential(self):
        """Whether its work is one exponential time."""
        steps = self.service.handle
        lasting = [number for number, step in enumerate(steps) if step.lasts]
        always = len(lasting) == 1 and not any(step.fails for step in steps[: lasting[0]])
        return always and isinstance(steps[lasting[0]].time, Exponential)

    def busy(self, more=0.0):
        """How many workers its work keeps busy, and so much `more` of each: a rounding of floats decides nothing."""
        return round(self.rate * (self.work + more), 9)


@dataclass(frozen=True)
class _Reading:
    """How a service gets what channels have for it.

    ``hop`` (s): from the channel to it, which is in what it waits. ``back`` (mean, variance): the hops in which its
    place is taken though its worker is free, as the channel waits for the acknowledgement. ``partitions``: of which one
    message each is in work at a time; None: any number. ``owned``: whether each instance has some for itself.
    ``ahead``: whether it fetches more than it can work on. ``rereads``: whether it reads what others had before.
    """

    reads: bool = False
    hop: float = 0.0
    back: tuple[float, float] = (0.0, 0.0)
    partitions: int | None = None
    owned: bool = False
    ahead: bool = False
    rereads: bool = False

    @classmethod
    def of(cls, scenario, name):
        service = scenario.services[name]
        reads = service.subscribe
        if not reads:
            return cls()
        channels = [scenario.channels[each.channel] for each in reads]
        hops = [hop_mean(scenario, name, each.channel) for each in reads]
        held = [
            each.prefetch or service.workers
            for each in reads
            if "prefetch" in scenario.channels[each.channel].read_with
        ]
        acknowledged = len(held) == len(reads) and all(each.ack != "before" for each in reads)
        back = (0.0, 0.0)
        if acknowledged and sum(held) <= service.workers:
            deviation = scenario.network.latency.cv * max(hops)
            back = 2 * max(hops), 2 * deviation**2
        ordered = all(each.partitioned for each in channels) and not any(each.is_shared for each in reads)
        return cls(
            True, sum(hops) / len(hops), back, sum(each.partitions_at_last for each in channels) if ordered else None,
            service.instances > 1 and any(each.owns is not None for each in reads),
            acknowledged and sum(held) > service.workers and service.instances > 1,
            any(each.begins_elsewhere for each in reads),
        )  # fmt: skip


def _instances(service):
    """How many instances it has, or may have."""
    return next((its.most_instances for its in service.policies.values() if its.most_instances), service.instances)


def _most_a_second(station, held):
    """How many a second it can do at most, each of which holds a worker for so long; infinity: nobody knows."""
    its = station.service.policies.values()
    if not held or not all(each.apart_from_work or each.own_inboxes or each.most_instances for each in its):
        return math.inf
    let_in = [each.most_a_second for each in its if each.most_a_second and is_asked(station.scenario, station.name)]
    return min([_at_once(station) / held, *let_in])


def _at_once(station):
    """How many of its workers may be at work at a time: of each partition that it reads, one message is.

    Of what others fetch for it, no more than those have in hand.
    """
    partitions, reads = station.reading.partitions, station.service.subscribe
    if not reads or any(each.takes_several for each in reads) or is_asked(station.scenario, station.name):
        return station.workers
    return min(station.workers, station.service.most_fetched, math.inf if partitions is None else partitions)


def own_work(service):
    """(mean, variance) of the time that a handling takes by itself, if it ends where it fails."""
    return _work_of(service, service.handle)


def _work_of(service, steps):
    """The same of some steps; of branches side by side those of the last that is waited for, by their means."""
    mean = variance = 0.0  # of what is left, from the last step to the first
    for step in reversed(steps):
        if step.lasts:
            time = service.pace(step) * step.time.mean
            mean, variance = mean + time, variance + (step.time.cv * time) ** 2
        elif step.fails:
            on = 1 - step.fails
            mean, variance = on * mean, on * variance + on * step.fails * mean**2
        elif step.by_chance:
            (one, its), (other, others) = (_work_of(service, each) for each in (step.then, step.otherwise))
            share = step.probability
            mean += share * one + (1 - share) * other
            variance += share * its + (1 - share) * others + share * (1 - share) * (one - other) ** 2
        elif step.together:
            last, its = sorted(_work_of(service, each) for each in step.branches)[step.successes - 1]
            mean, variance = mean + last, variance + its
    return mean, variance


def _blockers(station):
    """Why no formula tells how long one waits for this service."""
    scenario, service = station.scenario, station.service
    asked = [name for step in all_steps(service.handle) if step.asks for name in callees(scenario, step)]
    if asked:
        yield f"its workers also wait for {', '.join(dict.fromkeys(asked))}, and no formula here adds that"
    elif any(step.awaits for step in all_steps(service.handle)):
        yield "its workers also wait for a reply that a channel brings"
    elif any(step.holds for step in all_steps(service.handle)):
        yield "its workers also wait until a channel confirms"
    if any(each.takes_several for each in service.subscribe):
        yield "it works on several messages together, and no formula here tells how long one waits then"
    if any(step.inside and not step.by_message for step in service.handle):
        yield "what it does depends on chance, or runs side by side"
    refused = [number for number, step in enumerate(service.handle) if step.conditional]
    if refused and any(step.lasts for step in service.handle[refused[0] :]):
        yield "an effect is not made for all, and then its work ends"
    if scenario.faults:
        yield "something fails meanwhile, and a formula is of what goes on for ever as it is"
    unknown = [word for word, its in service.policies.items() if not (its.own_inboxes or its.apart_from_work)]
    if unknown:
        yield f"it has {listed(unknown)}"
    if service.limit is not None and (station.reading.reads or not (station.is_exponential or service.limit == 0)):
        yield "its inbox is bounded, and a formula of that needs exponential times, and callers alone"
    if service.own_inboxes:
        yield "each instance has an inbox of its own"
    if station.reading.reads and is_asked(scenario, station.name):
        yield "some ask it, and channels give it work, too: each waits for something else"
    if station.reading.rereads:
        yield "it reads again what was there before, as fast as it can"
    if station.reading.ahead:
        yield "its instances fetch more than they have workers: messages wait in one while another has nothing to do"
    if not math.isfinite(station.variance):
        yield "the times of its work have no finite variance"
    if not station.work:
        yield "its work takes no time"


def _too_busy(station):
    """Why its workers can't do all that comes."""
    service = station.service
    bounded = service.limit is not None or service.refuses_when_full
    if not service.is_staffed and not bounded and station.busy() >= station.workers:
        yield "more work comes than its workers can do: the queue grows as long as that lasts"
    elif station.reading.back[0] and station.busy(station.reading.back[0]) >= station.workers:
        yield "with the way of the acknowledgements its workers have no time to spare"


def is_asked(scenario, name):
    """Whether customers or other services ask a service for an answer."""
    steps = [step for service in scenario.services.values() for step in all_steps(service.handle)]
    asked = {each for step in steps if step.asks and not step.hands_over for each in callees(scenario, step)}
    return name in asked.union(workload.target for workload in scenario.workloads.values())


def _bounded(station):
    """(name, mean wait, utilisation, notes) where who finds the inbox full is turned away."""
    workers, limit = station.workers, station.service.limit
    found = theory.mmck(station.rate, 1 / station.work, workers, workers + limit)
    kind = "M" if station.is_exponential else "G"
    return f"M/{kind}/{workers}/{workers + limit}", found.wait_mean, found.utilisation, []


def _formula(station):
    """(name, mean wait in seconds, utilisation, notes on what is only near)."""
    reading, workers, rate = station.reading, station.workers, station.rate
    mean, variance = station.work + reading.back[0], station.variance + reading.back[1]
    notes = ["a channel gives it its work, and polls, batches or balance may make that wait"] if reading.reads else []
    own = ""
    if reading.partitions is not None and reading.partitions <= workers:
        one = "its one partition has one worker at a time"
        each = f"each of its {reading.partitions} partitions has a worker: it is at least this, if keys are uneven"
        notes.append(one if reading.partitions == 1 else each)
        workers, rate, own = 1, rate / reading.partitions, " a partition"
        back = 2 * reading.hop
        mean, variance = mean + back, variance + (station.scenario.network.latency.cv * reading.hop) ** 2 * 2
        if rate * mean >= 1:
            return f"M/G/1{own}", math.inf, station.rate * station.work / station.workers, notes
    elif reading.partitions is not None:
        notes.append("messages of one partition wait for each other: it is at least this")
        if reading.owned:
            workers, rate, own = station.service.workers, rate / station.service.instances, " an instance"
    cv = math.sqrt(variance) / mean
    if workers == 1:
        wait = theory.mg1(rate, mean, cv).wait_mean
    else:
        wait = theory.mmc(rate, 1 / mean, workers).wait_mean * (1 + cv**2) / 2
    if station.is_exponential:
        name = f"M/M/{workers}"
        wait = theory.mmc(rate, 1 / mean, workers).wait_mean if not reading.back[0] and not own else wait
    else:
        name = f"M/G/{workers}" if cv or workers > 1 else "M/D/1"
        notes += [SEVERAL] if workers > 1 else []
    return name + own, wait + reading.hop, station.rate * station.work / station.workers, notes
