"""Risk: where a system can go wrong, found before it runs, so that the plain path needs no ifs.

An edge is *guarded* where its answer may be bad, late or lost, or where who waits for it may die.
"""

from evsim.engine.weak_points import is_faulty
from evsim.scenario.handlers import all_steps, branches
from evsim.scenario.routing import homes

__all__ = ["Risk"]


class Risk:
    """Answers, for one system, which edges need a guard. `always` guards all, to show that the records are the same."""

    def __init__(self, system, always):
        self.system, self.always = system, always
        self._known, self._racing = {}, {}

    def asking(self, place, timeout, asker):
        """Whether the answer to a request or call at `place` may be anything but a good one for somebody alive."""
        return (
            self.always
            or timeout is not None
            or bool(getattr(place.step, "policies", None))
            or self.system.links.between(place.source, place.service).lossy
            or (asker is not None and (asker.guarded or self._first_wins(asker)))
            or self.answer(place)
        )

    def answer(self, place):
        """Whether the service may refuse, fail or die at `place`."""
        if place.number not in self._known:
            service = self.system.services[place.service]
            self._known[place.number] = False  # a place that leads back here adds no risk of its own
            self._known[place.number] = (
                service.guarded or service.settings.turns_away or self._steps(place, service.settings.handle, ())
            )
        return self._known[place.number]

    def publishing(self, place, step):
        """Whether a publish may be refused, lost or late, or its publisher die."""
        system = self.system
        if not system.scenario.channels[step.channel].brokered:
            return system.may_break(step.channel)
        return (
            self.always
            or step.timeout is not None
            or system.links.between(place.service, step.channel).lossy
            or any(self._keeping(name) for name in homes(system.scenario, step))
            or system.services[place.service].guarded
            or self._first_wins(system.services[place.service])
        )

    def _keeping(self, name):
        """Whether a channel may not have a message at once."""
        system = self.system
        settings = system.scenario.channels[name]
        return settings.may_refuse or is_faulty(system.scenario, name) or settings.replicated

    def _first_wins(self, service):
        """Whether a handler of the service may go on before all its branches have."""
        if service.name not in self._racing:
            self._racing[service.name] = _any_wins(service.settings.handle)
        return self._racing[service.name]

    def _steps(self, place, steps, position):
        """Whether a handler may fail of itself."""
        if callable(steps):
            return True
        for index, step in enumerate(steps):
            here = (*position, index)
            if step.kind == "fail" or (step.effects and step.policies):
                return True
            if step.kind == "call" and step.on_error.fails:
                (target,) = place.steps[here]
                if self.asking(target, step.timeout, None):
                    return True
            if step.kind == "ask" and step.on_error.fails:
                return True
            if step.holds and self.publishing(place, step):
                return True
            for number, branch in enumerate(branches(step)):
                if self._steps(place, branch, (*here, number)):
                    return True
        return False


def _any_wins(steps):
    """Whether a handler may go on before all its branches have."""
    if callable(steps):
        return True
    return any(step.races for step in all_steps(steps))
