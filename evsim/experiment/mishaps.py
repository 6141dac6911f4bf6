"""Why not all that comes to a service gets further, or some of it comes again: how much, nobody knows before a run."""

import math
from functools import cache

from evsim import theory
from evsim.counting import listed
from evsim.experiment.station_theory import is_asked, own_work
from evsim.scenario.channel_rules import callees
from evsim.scenario.handlers import all_steps
from evsim.scenario.offered_load import arrival_rates
from evsim.scenario.retry import Retry
from evsim.scenario.routing import homes

__all__ = ["RARE", "Mishaps", "More", "of_both"]

RARE = 0.001  # of customers: fewer change no mean


class More(str):
    """A reason why more comes than is counted, and not less."""


def of_both(one, other):
    """The first of two reasons, unless it only says why more comes, and the other one why less may."""
    return other if not one or (isinstance(one, More) and other and not isinstance(other, More)) else one


class Mishaps:
    """What may happen to requests and messages of a scenario. Each answer is a reason in words, or "".

    late: names of services for whose answer not all wait.
    """

    def __init__(self, scenario, held, late):
        self._scenario, self._held, self.late = scenario, held, late
        self.may_fail = cache(self._may_fail)
        self._rates = arrival_rates(scenario)

    @property
    def network_loses(self):
        network = self._scenario.network
        return any((each.loss or 0) > 0 for each in (network, *network.links.values()))

    def turns_away(self, name, rate):
        """Why not all who come to a service, so many a second, are served."""
        service = self._scenario.services[name]
        full = service.limit is not None and self._is_full(name, rate, service.limit + 1)
        stale = service.drop_stale and name in self.late
        if full or stale or self.throttles(name, rate) or any(each.refuses for each in service.policies.values()):
            return f"{name} turns some away, and how many is not known before a run"
        return ""

    def throttles(self, name, rate=None):
        """Whether all instances that may be there are ever at work, so that callers are turned away (Erlang's loss)."""
        service = self._scenario.services[name]
        rate = self._rates[name] if rate is None else rate
        load = rate * self._held[name]
        if not service.refuses_when_full or not load or not is_asked(self._scenario, name):
            return False
        if any(each.most_a_second and rate >= each.most_a_second for each in service.policies.values()):
            return True
        return theory.erlang_b(service.most_instances * service.workers, load) >= RARE

    def _is_full(self, name, rate, most):
        """Whether so many are ever in the line of a service: with one worker and exponential times, load^most.

        With times that vary more, a line that is long by a factor is as rare.
        """
        service = self._scenario.services[name]
        load = rate * self._held[name] / (service.most_instances * service.workers)
        mean, variance = (0.0, 0.0) if callable(service.handle) else own_work(service)
        longer = max(1.0, (1 + variance / mean**2) / 2) if mean else 1.0
        return most < math.inf and min(load, 1.0) ** (most / longer) >= RARE

    def comes_again(self, name):
        """Why a reader may have some messages more than once, or a service loses who waits there."""
        service = self._scenario.services[name]
        if service.subscribe and self.may_fail(name) and any(each.ack != "before" for each in service.subscribe):
            return More("it may fail, and then messages come again")
        if service.drop_stale and name in self.late:
            return "who has given up leaves its inbox"
        return ""

    def on_the_way(self, step, other, rate):
        """Why not all that a step sends another service, so much a second, comes to it, or some comes twice."""
        if step.asks:
            unsure = self.may_fail(other) or other in self.late
            found = {
                word: isinstance(each, Retry) or getattr(each, "asks_beside", False)
                for word, each in step.policies.items()
                if not getattr(each, "multiplies", False)
                and (unsure or getattr(each, "refuses", False) or getattr(each, "asks_beside", False))
            }
            if not found:
                return ""
            kind = More if all(found.values()) else str
            return kind(f"how many calls of it are made depends on {listed(found)}")
        mine = {each.channel for each in self._scenario.services[other].subscribe}
        for channel in homes(self._scenario, step) if step.kind == "publish" else ():
            its = self._scenario.channels[channel]
            late = other in self.late and min(its.keeps_for, getattr(step, "ttl", None) or math.inf) < math.inf
            if channel in mine and (late or self._is_full(other, rate, its.keeps_most)):
                return f"not all that {channel} is given comes to it"
        return ""

    def asks_again(self, step, other):
        """Whether a step waits for one call after another, and so for longer than one takes."""
        beside = any(getattr(each, "asks_beside", False) for each in step.policies.values())
        return step.asks and not beside and isinstance(self.on_the_way(step, other, 0), More)

    def ends_here(self, step):
        """Why not every handling goes on after a step; not that it fails with a probability that is written."""
        inner = [each for _, steps, _ in step.inside for each in all_steps(steps)]
        if any(each.fails or self.ends_here(each) for each in inner):
            return "some handlings before it fail"
        if step.conditional:
            return f"the effect {step.name} is not made for all"
        if step.asks and step.on_error.fails:
            return next(filter(None, (self.call_fails(step, each) for each in callees(self._scenario, step))), "")
        if step.kind == "publish":
            for channel in homes(self._scenario, step):
                its = self._scenario.channels[channel]
                if its.may_refuse and not its.blocks:
                    return f"{channel} does not take all"
        return ""

    def call_fails(self, step, name):
        """Why not all calls of a step to a service have their answer."""
        late = step.timeout and name in self.late
        refused = any(getattr(each, "refuses", False) for each in step.policies.values())
        return f"not all calls of {name} go well" if late or refused or self.may_fail(name) else ""

    def _may_fail(self, name):
        """Whether a service may not do all that it is asked for, although nothing breaks."""
        service = self._scenario.services[name]
        if any(step.fails or self.ends_here(step) for step in all_steps(service.handle)):
            return True
        refuses = any(each.refuses for each in service.policies.values())
        stale = service.drop_stale and name in self.late
        return service.limit is not None or refuses or stale or self.throttles(name)
