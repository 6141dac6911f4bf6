"""The system: the parts of one scenario, built and wired for one run."""

import numpy as np

from evsim.engine.attempts import copy_of, next_attempt
from evsim.engine.backoff import waits
from evsim.engine.call_graph import CallGraph
from evsim.engine.effect_policy import Effects
from evsim.engine.environment import ExactEnvironment, SimulationError
from evsim.engine.fault_schedule import schedule_faults
from evsim.engine.handler import compile_handler
from evsim.engine.kernel import Kernel
from evsim.engine.keys import Keys
from evsim.engine.links import Links
from evsim.engine.publish_sites import Destination, PublishSite
from evsim.engine.random_streams import Label, RandomStreams
from evsim.engine.risk import Risk
from evsim.engine.service import Service
from evsim.engine.size import refuse_too_many
from evsim.engine.weak_points import mortal
from evsim.engine.workloads import RequestSource
from evsim.registry import part
from evsim.results.records import Fate, Outcome, Records, Verdict
from evsim.scenario.arrival_trace import read_arrival_trace
from evsim.scenario.routing import reached
from evsim.ticks import ticks

__all__ = ["System"]

MOST_ROUNDS = 1000  # through a cycle of channels


class System:
    """Everything that runs. The parts find each other here.

    guarded: take the guarded path everywhere, to show that it writes the same records as the plain one.
    """

    def __init__(self, scenario, seed, guarded=False):
        self.scenario, self.seed = scenario, seed = scenario.complete, seed
        records = Records(scenario.run_settings.max_rows)
        self.kernel = Kernel(ExactEnvironment(), records, RandomStreams(seed), scenario)
        self.env, self.records, self.luck = self.kernel.env, self.kernel.records, self.kernel.streams
        run = scenario.run_settings
        self.end, self.give_up = ticks(run.end), ticks(scenario.network.give_up)
        self.backing_off = 0  # deliveries that wait for their next attempt
        self.replied = set()  # rows answered before their handler ended
        self.effect_names, self.key_names, self._key_numbers = [], {}, {}
        self.effects = Effects(self)
        self.routes, self._traces = [], {}
        self.clocks = []  # of the faults
        self.failpoints_due = {index for index, fault in enumerate(scenario.faults) if fault.at_step}
        self.publishings = []
        self.rolled_back = []  # rows settled ahead, for a moment that was not reached
        self.call_graph = CallGraph(scenario)
        self.places = self.call_graph.places
        refuse_too_many(self)  # before anything is made of them
        self.cyclic = any(place.back for place in self.places)
        self.enter_round = self._enter_round if self.cyclic else None
        self.links = Links(self)
        self.risk = Risk(self, guarded)
        self.keys = {name: Keys(self, name, workload) for name, workload in scenario.workloads.items()}
        self.mortal = mortal(scenario)
        self.services = {name: Service(self, name, service) for name, service in scenario.services.items()}
        self.channels = {
            name: part(settings.kind).build(self, name, settings, number)
            for number, (name, settings) in enumerate(scenario.channels.items())
        }
        self._subscribe()
        roots = {place.workload: place for place in self.places if place.is_request}
        self.clocks += schedule_faults(self)
        self.workloads = {
            name: RequestSource(self, name, workload, roots[name]) for name, workload in scenario.workloads.items()
        }

    def _subscribe(self):
        self._subscribers = {}
        for name, settings in self.scenario.services.items():
            for subscription in settings.subscribe:
                subscriber = self.channels[subscription.channel].subscriber(self.services[name], subscription)
                self._subscribers[subscription.channel, name] = subscriber
        self._deliver_to(self.places)

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

    def subscribers_of(self, channel):
        """``(service, subscription)`` of all who subscribe to a channel."""
        return self.call_graph.subscribers[channel]

    def lead_on(self, place, step, position):
        """Find the places of a step that a Python handler was found to take while the system runs."""
        known = len(self.places)
        self.call_graph.walk_step(step, position, place, ())
        self.call_graph.walk_letters()
        self._deliver_to(self.places[known:])

    def enter(self, place, edge):
        """Compile the handler of a place: what its rows do when they get a worker."""
        service = self.services[place.service]
        service.edges[place.number] = edge
        service.entries[place.number] = compile_handler(self, place, edge)

    def publish_site(self, place, position, step, purpose):
        """The :class:`Destination` of a publish step to its channel; those to wherever its messages may come are made.

        By the number of its route a message's channel knows the place of each delivery.
        """
        site = PublishSite(place, step, purpose, None if step.key is None else self.key_number(step.key))
        places = place.steps[position] + place.letters[position]
        for name in reached(self.scenario, step):
            route = Destination(len(self.routes), site, self.channels[name])
            self.routes.append(route)
            site.numbers[name] = route.number
            mine = [each for each in places if each.source == name]
            ways = {self._subscribers[name, each.service]: each.number for each in mine}
            route.channel.route(route.number, ways)
        return self.routes[site.numbers[step.channel]]

    def policy(self, kind, service, callee, settings):
        """What the calls of a service to a callee share: the policy of a kind with these settings; None without any."""
        if settings is None:
            return None
        return self.kernel.shared((kind, service, callee, settings), lambda: kind(self, service, callee, settings))

    # Keys and names.

    def arrival_trace(self, workload):
        """(arrival times, keys) of a workload that replays a file, read once."""
        if workload not in self._traces:
            arrivals = self.scenario.workloads[workload].arrivals
            self._traces[workload] = read_arrival_trace(arrivals, self.scenario.folder)
        return self._traces[workload]

    def reserve_keys(self, names):
        """Numbers for keys that are text: the one that is returned for the first, one less for the next ..."""
        first = -2 - len(self.key_names)
        self.key_names.update({first - index: str(name) for index, name in enumerate(names)})
        return first

    def key_number(self, key):
        """The number of one fixed key."""
        if isinstance(key, int):
            return key
        if key not in self._key_numbers:
            self._key_numbers[key] = self.reserve_keys([key])
        return self._key_numbers[key]

    def key_text(self, number):
        """A key as people write it."""
        return self.key_names.get(number, str(number))

    def effect_number(self, name):
        if name not in self.effect_names:
            self.effect_names.append(name)
        return self.effect_names.index(name)

    # What can go wrong.

    def may_break(self, channel):
        """Whether a channel breaks, as its reader may end before its writers."""
        return any(service in self.mortal for service, _ in self.subscribers_of(channel))

    def may_fail(self, service):
        """Whether a fault may touch this service."""
        if self.risk.always or service in self.mortal or self.scenario.services[service].is_elastic:
            return True
        inside = self.scenario.services[service].inside
        return any(
            fault.place == service or (fault.place == inside and fault.does.whole_program)
            for fault in self.scenario.faults
        )

    def answered_early(self, row):
        """Whether the row was answered before its handler ended; forgets it."""
        if row in self.replied:
            self.replied.discard(row)
            return True
        return False

    # What is open.

    def count_open(self):
        """Leases, executions and messages under way that have not come to their end."""
        row, message = self.records.rows.column, self.records.messages.column
        known = row("born") >= 0  # the columns grow ahead of the rows
        closed = (row("verdict") != Verdict.OPEN) & (row("outcome") != Outcome.OPEN)
        closed &= ~(row("settled") >= self.env._now)
        sent = message("published") >= 0
        arrived = (message("appended") >= 0) | (message("fate") != Fate.OPEN)
        hidden = sum(len(channel.hidden()) for channel in self.channels.values())
        return int((known & ~closed).sum() + (sent & ~arrived).sum()) + hidden + self.backing_off

    def settled_ahead(self):
        """Rows that were settled for a moment still to come."""
        return np.flatnonzero(self.records.rows.column("settled") >= self.env._now)

    def roll_back(self):
        """Take back what was written down for a moment that this run did not reach."""
        rows = self.records.rows
        for row in np.flatnonzero(rows.column("arrived") >= self.env._now).tolist():
            rows.arrived[row] = float("nan")
        self.rolled_back = self.settled_ahead().tolist()
        for row in self.rolled_back:
            rows.settled[row], rows.verdict[row] = float("nan"), Verdict.OPEN

    # Attempts and rounds.

    def next_attempt(self, row):
        return next_attempt(self, row)

    def copy(self, row):
        return copy_of(self, row)

    def backoff(self, retry, place):
        """How long to wait before another attempt at what is asked or handed out at a place."""
        rows = self.records.rows
        chances = self.luck.uniforms("back-off", place.workload, place.source, place.service, place.ordinal)

        def first(row):
            return rows.luck[row if rows.first[row] < 0 else rows.first[row]]

        return waits(retry, self.luck, chances, rows, first)

    def publishing_backoff(self, retry, site):
        """How long to wait before a message of a publish step is sent again."""
        rows, messages = self.records.rows, self.records.messages
        chances = self.luck.uniforms("back-off", *site.purpose)
        return waits(retry, self.luck, chances, messages, lambda message: rows.luck[messages.cause[message]])

    def _enter_round(self, row):
        """Count the rounds of a delivery in a cycle, and give each round luck of its own."""
        rows = self.records.rows
        before = rows.round[self.records.messages.cause[rows.parent[row]]]
        place = self.places[rows.place[row]]
        count = max(before, 0) + place.back
        if rows.round[row] == count:
            return  # another attempt of the same round
        rows.round[row] = count
        if count > MOST_ROUNDS:
            raise SimulationError(
                f"{place.service}: a message went through it more than {MOST_ROUNDS} times; "
                "let a `maybe` end the cycle sooner"
            )
        if place.back:
            rows.luck[row] = self.luck.later(rows.luck[row], Label.ROUND(count))
