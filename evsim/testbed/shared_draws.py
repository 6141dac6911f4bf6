"""The simulator's own draws, for real processes: the same customer has the same luck in both."""

from evsim.engine.handler import Compiler
from evsim.engine.random_streams import LATER, Label
from evsim.testbed.process_names import processes_of

__all__ = ["SharedDraws"]


class SharedDraws:
    """What an :class:`evsim.engine.execution.Execution` says of each row: ``places``, ``routes``, times and keys.

    Each process makes its own from the same scenario and seed; nothing of it travels.
    """

    def __init__(self, execution):
        self.system, self.kernel = execution.system, execution.system.kernel
        self.places, self.routes = self.kernel.graph.places, self.kernel.identifiers.destinations
        self._known = {}

    def pack(self, luck):
        """A luck as it travels: (number of the request, chain of attempts). A retry key has its own number here."""
        return self.kernel.streams.of(luck)

    def unpack(self, packed):
        """The luck, in this process, of one that has travelled."""
        number, chain = packed
        if not chain:
            return number
        if (number, chain) not in self._known:
            self._known[number, chain] = LATER + self.kernel.streams.retry_keys.append(number, chain)
        return self._known[number, chain]

    def of_attempt(self, luck, place, attempt):
        """The luck of an attempt (1, 2 ...) at a place, where the first has `luck`."""
        if attempt == 1:
            return luck
        key = luck, place.number, attempt
        if key not in self._known:
            self._known[key] = self.kernel.streams.later(luck, Label.ATTEMPT(attempt, place.level))
        return self._known[key]

    def timer(self, place, step, position):
        """A function of a luck: how long a step of a place takes, in nanoseconds."""
        compiler = Compiler(self.system, place, self.system.services[place.service], None)
        return self.kernel.streams.draws(step.time, *compiler.purpose(step, position)).of

    def process(self, place, packed):
        """The process to which a request or a call goes: that of the instance which the balancer picks."""
        processes = processes_of(self.kernel.scenario, place.service)
        if len(processes) == 1:
            return processes[0]
        inboxes = self.system.services[place.service].inbox
        return processes[int(inboxes.chance_of(place.number, self.unpack(packed)) * len(processes))]

    def target(self, place, position):
        """The place to which a call step leads."""
        return place.steps[position][0]

    def route(self, place, position):
        """The number of the route of a publish step."""
        step = step_at(self.kernel.scenario.services[place.service].handle, position)
        return next(route.number for route in self.routes if route.site.place is place and route.site.step is step)

    def partition(self, route, luck):
        """The partition of a message: 0 in a channel without any."""
        return int(self.routes[route].partition_of(luck, None))

    def key(self, route, luck):
        """The key of a message, as a number."""
        site = self.routes[route].site
        return int(self.kernel.identifiers.keys[site.place.workload].of(luck)) if site.key is None else site.key

    def reader(self, route, service):
        """The place at which a service gets the messages of a route."""
        site, channel = self.routes[route].site, self.routes[route].channel.name
        return next(
            place
            for targets in site.place.steps.values()
            for place in targets
            if place.is_delivery and (place.source, place.service) == (channel, service)
        )


def step_at(steps, position):
    """The step at a position: an index, or the indices of a step, a branch of it, a step in that ..."""
    index, *rest = position
    step = steps[index]
    return step_at(step.branches[rest[0]], rest[1:]) if rest else step
