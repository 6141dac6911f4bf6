"""Places: every edge along which work can reach a service, found by walking the scenario before it runs.

A place is one way into a service for one workload: the customers' request, one call step on one path, one handler that
an ask step on one path may reach, one subscription reached by one publish step. Its *ordinal* is its number among the
ways into that service, so the luck of "the first call to the database" is the same however the database is reached. A
way that leads back into itself through channels is one place; rows count the rounds (``round``).
"""

from dataclasses import dataclass, field

from evsim.engine.item_paths import refuse_too_many_paths
from evsim.engine.refusal import refuse
from evsim.results.ways import CALL, DELIVERY, REQUEST, Way
from evsim.scenario.channel_rules import callees
from evsim.scenario.handlers import positions
from evsim.scenario.operations import asked_for
from evsim.scenario.routing import homes, letter_homes

__all__ = ["EntryPoint", "CallGraph"]

MOST_PLACES = 5000


@dataclass(eq=False)
class EntryPoint(Way):
    """One way into a service. ``steps`` gives each call or publish step of its handler the places it leads to."""

    number: int
    kind: str
    workload: str
    service: str
    ordinal: int
    source: str  # workload, calling service, or channel
    parent: "EntryPoint | None" = None
    step: object = None  # the call or ask step, or the subscription of a delivery
    back: bool = False  # something further on leads back to this place
    operation: str | None = None  # what is asked for, where the handler has several operations
    gathered: bool = False  # what comes here has many causes
    multiplied: tuple = ()  # of each step on the way that sends several messages: how many, the first step first
    steps: dict = field(default_factory=dict)  # position of a step -> [EntryPoint, ...]
    letters: dict = field(default_factory=dict)  # position of a publish step -> [EntryPoint, ...] of its dead letters
    ways_back: dict = field(default_factory=dict)  # (number of a place, position of a publish step there) -> 0, 1 ...

    level: int = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        """``level``: how many ways lie between the customer's request and this one."""
        self.level = 0 if self.parent is None or self.parent.parent is None else self.parent.level + 1


class CallGraph:
    """Finds places and keeps the list of them."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.places = []
        self._unwalked = []  # publish steps whose dead letters are still to be followed
        self.ordinals = {}  # (workload, service) -> ordinal of the last way into the service
        self.subscribers = {name: [] for name in scenario.channels}  # channel -> [(service, subscription), ...]
        for name, service in scenario.services.items():
            for subscription in service.subscribe:
                self.subscribers[subscription.channel].append((name, subscription))
        for name, workload in scenario.workloads.items():
            self.enter(REQUEST, name, workload.target, name, None, None, ())
        self.walk_letters()
        self.cyclic = any(place.back for place in self.places)  # whether a way leads back into itself
        self.sends_items = any(place.multiplied for place in self.places)  # whether a step sends several messages

    def enter(self, kind, workload, service, source, parent, step, trail, publish=None):
        """The place for one way in, walking on from it unless it is on the trail already. publish: what led to it."""
        multiplied = _multiplied(parent, step if kind == CALL else publish)
        for place in trail if kind == DELIVERY else ():  # calls alone close no circle
            if (place.kind, place.service, place.source, place.step) == (kind, service, source, step):
                if place.multiplied != multiplied:
                    rule = "several messages of one step go round, and each time there would be more of them"
                    raise refuse(f"services.{service}", rule, hint="let one message go round")
                place.back = True
                return place
        if len(self.places) >= MOST_PLACES:
            raise refuse("services", f"more than {MOST_PLACES} paths lead through the services; split the scenario")
        ordinal = self.ordinals[workload, service] = self.ordinals.get((workload, service), -1) + 1
        place = EntryPoint(len(self.places), kind, workload, service, ordinal, source, parent, step)
        place.operation = asked_for(self.scenario, place)
        place.gathered = (publish is not None and publish.gathers) or (parent is not None and parent.gathered)
        place.multiplied = multiplied
        refuse_too_many_paths(place)
        self.places.append(place)
        handle = self.scenario.services[service].handle
        for here, step in positions(handle, operation=place.operation):
            self.walk_step(step, here, place, (*trail, place))
        return place

    def walk_step(self, step, here, place, trail):
        if step.asks:
            place.steps[here] = [
                self.enter(CALL, place.workload, name, place.service, place, step, trail)
                for name in callees(self.scenario, step)
            ]
        elif step.publishes:
            place.steps[here] = self._readers(homes(self.scenario, step), place, trail, step)
            for target in place.steps[here]:
                if target in trail:
                    target.ways_back[place.number, here] = len(target.ways_back)
            self._unwalked.append((step, here, place, trail))

    def walk_letters(self):
        """The places of dead letters come after all others, so that they change nobody's ordinals."""
        while self._unwalked:
            step, here, place, trail = self._unwalked.pop(0)
            place.letters[here] = self._readers(letter_homes(self.scenario, step), place, trail, step)

    def _readers(self, channels, place, trail, step):
        return [
            self.enter(DELIVERY, place.workload, name, channel, place, subscription, trail, step)
            for channel in channels
            for name, subscription in self.subscribers[channel]
        ]


def _multiplied(parent, step):
    """Of each step on the way that makes several calls or messages: how many. What a window gathers is no item."""
    if parent is None or (step is not None and step.gathers):
        return ()
    times = step.times if step is not None else None
    return (*parent.multiplied, times) if times is not None and times.multiplies else parent.multiplied
