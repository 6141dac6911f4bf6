"""The system: the services and channels of one scenario, built and wired for one run."""

from evsim.engine.effect_policy import Effects
from evsim.engine.fault_schedule import schedule_faults
from evsim.engine.handler import compile_handler
from evsim.engine.kernel import Kernel
from evsim.engine.open_work import OpenWork
from evsim.engine.publish_sites import Destination, PublishSite
from evsim.engine.service import Service
from evsim.engine.workloads import RequestSource
from evsim.registry import part
from evsim.scenario.routing import reached

__all__ = ["System"]


class System:
    """Everything that runs. Here it is put together; what runs knows its kernel, and whom it has to do with.

    guarded: take the guarded path everywhere, to show that it writes the same records as the plain one. summary: with
    records that can forget.
    """

    def __init__(self, scenario, seed, guarded=False, summary=False):
        scenario = scenario.complete
        self.kernel = kernel = Kernel(scenario, seed, guarded, summary)
        self.effects = Effects(kernel)
        self.failpoints_due = {index for index, fault in enumerate(scenario.faults) if fault.at_step}
        self.services, self.channels, self.clocks = {}, {}, []  # the clocks of the faults
        for name, settings in scenario.services.items():
            self.services[name] = Service(kernel, name, settings, self.services, self.channels)
        for number, (name, settings) in enumerate(scenario.channels.items()):
            self.channels[name] = part(settings.kind).build(kernel, name, settings, number, self.channels)
        self.open_work = OpenWork(kernel, self.channels)
        self._subscribers = {
            (subscription.channel, name): self.channels[subscription.channel].subscriber(service, subscription)
            for name, service in self.services.items()
            for subscription in service.settings.subscribe
        }
        self._deliver_to(kernel.graph.places)
        roots = {place.workload: place for place in kernel.graph.places if place.is_request}
        self.clocks += schedule_faults(self)
        self.workloads = {
            name: RequestSource(self, name, workload, roots[name]) for name, workload in scenario.workloads.items()
        }

    def _deliver_to(self, places):
        """Make the edges of deliveries, and then their handlers, which may publish to any of them."""
        edges = {}
        for place in places:
            if place.is_delivery:
                subscriber = self._subscribers[place.source, place.service]
                edges[place] = subscriber.edges[place.number] = subscriber.edge(place)
        for place, edge in edges.items():
            self.enter(place, edge)
            entries = self.services[place.service].entries
            entries[place.number] = edge.begin(entries[place.number])

    def lead_on(self, place, step, position):
        """Find the places of a step that a Python handler was found to take while the system runs."""
        graph = self.kernel.graph
        known = len(graph.places)
        graph.walk_step(step, position, place, ())
        graph.walk_letters()
        self._deliver_to(graph.places[known:])

    def enter(self, place, edge):
        """Compile the handler of a place: what its rows do when they get a worker."""
        service = self.services[place.service]
        service.edges[place.number] = edge
        service.entries[place.number] = compile_handler(self, place, edge)

    def publish_site(self, place, position, step, purpose):
        """The :class:`Destination` of a publish step to its channel; those to wherever its messages may come are made.

        By the number of its route a message's channel knows the place of each delivery.
        """
        identifiers, publisher = self.kernel.identifiers, self.services[place.service]
        key = None if step.fixed_key is None else identifiers.key_number(step.fixed_key)
        site, routes = PublishSite(publisher, place, step, purpose, key), identifiers.destinations
        places = place.steps[position] + place.letters[position]
        for name in reached(self.kernel.scenario, step):
            route = Destination(len(routes), site, self.channels[name])
            routes.append(route)
            site.numbers[name] = route.number
            mine = [each for each in places if each.source == name]
            here = place.number, position
            route.ways_back = {each.number: each.ways_back[here] for each in mine if here in each.ways_back}
            ways = {self._subscribers[name, each.service]: each.number for each in mine}
            route.channel.route(route.number, ways)
        return routes[site.numbers[step.channel]]
