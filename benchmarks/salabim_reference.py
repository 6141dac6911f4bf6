"""The workloads in salabim: a component a message and a delivery, resources without monitors, a tuple a row.

The generator form (`yieldless(False)`) is used; it needs no greenlets and was not slower. Hops that nobody
waits for are components of their own, because salabim has no bare event. W4L is left out.
"""

import random

import salabim as sim

from .outcome import Outcome

sim.yieldless(False)


class Model:
    """What the components share: random numbers, resources, records."""

    def __init__(self, workload, seed):
        self.workload, self.rng = workload, random.Random(seed)
        self.env = sim.Environment(trace=False)
        self.rows, self.notes, self.last = [], [], {}
        self.rates = [1 / service for service in workload.service]
        self.servers = [
            sim.Resource(capacity=servers, monitor=False, env=self.env)
            for servers in workload.servers * (workload.groups or 1)
        ]

    def hop(self):
        return self.rng.expovariate(1 / self.workload.hop)

    def ordered_hop(self, *link):
        """A delay on a link that keeps order."""
        now = self.env.now()
        due = self.last[link] = max(self.last.get(link, 0.0), now + self.hop())
        return due - now


class Source(sim.Component):
    def setup(self, model, kind, number, rate):
        self.model, self.kind, self.number, self.rate = model, kind, number, rate

    def process(self):
        for number in range(self.number):
            yield self.hold(self.model.rng.expovariate(self.rate))
            self.kind(model=self.model, number=number, source=self, env=self.env)


class Part(sim.Component):
    """A component that belongs to message `number`."""

    def setup(self, model, number, source=None, **more):
        self.model, self.number, self.source = model, number, source
        self.__dict__.update(more)


class Note(Part):
    """What happens at the end of a hop that nobody waits for; it is made with that hop's `delay`."""

    def process(self):
        self.model.notes.append((self.number, self.env.now()))


class Customer(Part):
    """W1 to W3."""

    def process(self):
        model, env = self.model, self.env
        hops = model.workload.hop
        if hops:
            yield self.hold(model.hop())
        ready = env.now()
        for place, server in enumerate(model.servers):
            if place:
                yield self.hold(model.ordered_hop("into", place))
                ready = env.now()
                yield self.hold(model.ordered_hop("out", place))
            yield self.request(server)
            start = env.now()
            yield self.hold(model.rng.expovariate(model.rates[place]))
            self.release(server)
            model.rows.append((place, self.number, ready, start, env.now()))
            if hops:
                delay = model.ordered_hop("back", place) if place else model.hop()
                Note(model=model, number=self.number, delay=delay, env=env)


class Event(Part):
    """W4: one published event."""

    def process(self):
        model = self.model
        yield self.hold(model.ordered_hop("in", self.source))
        for group in range(model.workload.groups):
            Delivery(model=model, number=self.number, group=group, env=self.env)


class Delivery(Part):
    """W4: one event for one group."""

    def process(self):
        model, env, workload, group = self.model, self.env, self.model.workload, self.group
        ready = env.now()
        for attempt in range(1, workload.attempts + 1):
            yield self.hold(model.ordered_hop("there", group))
            yield self.request(model.servers[group])
            start = env.now()
            yield self.hold(model.rng.expovariate(model.rates[0]))
            self.release(model.servers[group])
            model.rows.append((self.number, group, attempt, ready, start, env.now()))
            if model.rng.random() >= workload.failure or attempt == workload.attempts:
                break
            yield self.hold(workload.backoff)
            ready = env.now()
        yield self.hold(model.ordered_hop("back", group))
        model.notes.append((self.number, env.now()))


def run(workload, messages, seed):
    """Run `messages` messages of `workload` to the end."""
    model = Model(workload, seed)
    kind = Event if workload.groups else Customer
    for first in range(workload.producers):
        number = len(range(first, messages, workload.producers))
        Source(model=model, kind=kind, number=number, rate=workload.rate / workload.producers, env=model.env)
    model.env.run()
    return Outcome(lambda: (messages, [start - ready for *_, ready, start, end in model.rows]))
