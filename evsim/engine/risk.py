"""Risk: where a system can go wrong, found before it runs, so that the plain path needs no ifs.

An edge is *guarded* where its answer may be bad, late or lost, or where who waits for it may die.
"""

from evsim.engine.weak_points import is_faulty, mortal
from evsim.scenario.handlers import all_steps, positions
from evsim.scenario.routing import homes

__all__ = ["Risk"]


class Risk:
    """Answers, for one system, which edges need a guard. `always` guards all, to show that the records are the same."""

    def __init__(self, kernel, always):
        self.scenario, self.graph, self.links, self.always = kernel.scenario, kernel.graph, kernel.links, always
        self.mortal = mortal(kernel.scenario)
        self._known, self._racing = {}, {}

    def may_fail(self, service):
        """Whether a fault may touch this service."""
        settings = self.scenario.services[service]
        if self.always or service in self.mortal or settings.is_elastic:
            return True
        return any(
            fault.place == service or (fault.place == settings.inside and fault.does.whole_program)
            for fault in self.scenario.faults
        )

    def guards(self, service):
        """Whether work in a service may be lost, or is for one of its instances alone."""
        settings, channels = self.scenario.services[service], self.scenario.channels
        return self.may_fail(service) or any(
            each.owns or channels[each.channel].binds(settings, each) for each in settings.subscribe
        )

    def may_break(self, channel):
        """Whether a channel breaks, as its reader may end before its writers."""
        return any(service in self.mortal for service, _ in self.graph.subscribers[channel])

    def asking(self, place, timeout, asker):
        """Whether the answer to a request or call at `place` may be anything but a good one for somebody alive."""
        return (
            self.always
            or timeout is not None
            or bool(getattr(place.step, "policies", None))
            or self.links.between(place.source, place.service).lossy
            or (asker is not None and (asker.guarded or self._first_wins(asker.name)))
            or self.answer(place)
        )

    def answer(self, place):
        """Whether the service may refuse, fail or die at `place`."""
        if place.number not in self._known:
            settings = self.scenario.services[place.service]
            self._known[place.number] = False  # a place that leads back here adds no risk of its own
            self._known[place.number] = (
                self.guards(place.service) or settings.turns_away or self._steps(place, settings.handle)
            )
        return self._known[place.number]

    def publishing(self, place, step):
        """Whether a publish may be refused, lost or late, or its publisher die."""
        if not self.scenario.channels[step.channel].brokered:
            return self.may_break(step.channel)
        return (
            step.timeout is not None
            or not self.surely_kept(place, step)
            or self.guards(place.service)
            or self._first_wins(place.service)
        )

    def surely_kept(self, place, step):
        """Whether what is published is kept by its channel as it comes, and its confirmation comes back."""
        return not (
            self.always
            or not self.scenario.channels[step.channel].brokered
            or self.links.between(place.service, step.channel).lossy
            or any(self._keeps_late(name) for name in homes(self.scenario, step))
        )

    def _keeps_late(self, name):
        """Whether a channel may not have a message at once."""
        settings = self.scenario.channels[name]
        return settings.may_refuse or is_faulty(self.scenario, name) or settings.replicated

    def _first_wins(self, service):
        """Whether a handler of the service may go on before all its branches have."""
        if service not in self._racing:
            self._racing[service] = _any_wins(self.scenario.services[service].handle)
        return self._racing[service]

    def _steps(self, place, steps):
        """Whether a handler may fail of itself."""
        if callable(steps):
            return True
        for here, step in positions(steps, operation=place.operation):
            if step.kind == "fail" or step.awaits or (step.effects and step.policies):
                return True
            if step.kind == "call" and step.on_error.fails:
                (target,) = place.steps[here]
                if self.asking(target, step.timeout, None):
                    return True
            if step.kind == "ask" and step.on_error.fails:
                return True
            if step.holds and self.publishing(place, step):
                return True
        return False


def _any_wins(steps):
    """Whether a handler may go on before all its branches have."""
    if callable(steps):
        return True
    return any(step.races for step in all_steps(steps))
