"""W1 and W2 in happy-simulator: a source, a queued resource of our own that keeps the records, no sink."""

import random

from happysimulator import ConstantRateProfile, Instant, QueuedResource, Simulation, Source
from happysimulator.load.providers.poisson_arrival import PoissonArrivalTimeProvider
from happysimulator.load.source import SimpleEventProvider

from .outcome import Outcome


class Arrivals(PoissonArrivalTimeProvider):
    """Poisson arrivals that end after `number` (a source ends on RuntimeError)."""

    def __init__(self, rate, number):
        super().__init__(ConstantRateProfile(rate=rate), start_time=Instant.Epoch)
        self.left = number

    def next_arrival_time(self):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("no more arrivals")
        return super().next_arrival_time()


class Station(QueuedResource):
    """A FIFO queue before `servers` servers. Rows: arrival, start, end."""

    def __init__(self, servers, service):
        super().__init__("station")
        self.free, self.rate, self.rows = servers, 1 / service, []

    def has_capacity(self):
        return self.free > 0

    def handle_queued_event(self, event):
        self.free -= 1
        start = self.now.to_seconds()
        yield random.expovariate(self.rate)
        self.free += 1
        self.rows.append((event.context["created_at"].to_seconds(), start, self.now.to_seconds()))


def run(workload, messages, seed):
    """Run `messages` messages of `workload` to the end."""
    random.seed(seed)
    station = Station(workload.servers[0], workload.service[0])
    source = Source("customers", SimpleEventProvider(station), Arrivals(workload.rate, messages))
    Simulation(sources=[source], entities=[station]).run()
    return Outcome(lambda: (messages, [start - arrival for arrival, start, end in station.rows]))
