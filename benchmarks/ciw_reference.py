"""The workloads in Ciw: stations are nodes, hops are nodes with any number of servers, records are Ciw's own.

What differs: hops do not keep order, and what nobody waits for (W3's answer to the customer and its
acknowledgements) is left out, because an individual is in one place. Ciw cannot copy an individual, so an
event of W4 is a batch of four individuals, each with its own first hop. W4's limit of five attempts is left
out (one delivery in three million gets so far). Partitions (W4L) cannot be expressed.
"""

from itertools import cycle
from math import inf

import ciw

from .outcome import Outcome


def run(workload, messages, seed):
    """Run `messages` messages of `workload` to the end."""
    ciw.seed(seed)
    arrivals = Arrivals(workload.rate, messages)
    model = log(workload, arrivals) if workload.groups else chain(workload, arrivals)
    simulation = ciw.Simulation(ciw.create_network(**model["network"]))
    simulation.simulate_until_max_time(inf)
    return Outcome(lambda: (messages, waits(simulation, model["stations"], model["before"], workload)))


def waits(simulation, stations, before, workload):
    """Waits at the stations, in order; where a hop to the consumer belongs to the wait its mean is added."""
    records = [record for record in simulation.get_all_records() if record.node in stations]
    records.sort(key=lambda record: record.arrival_date)
    return [record.waiting_time + (workload.hop if record.node in before else 0) for record in records]


class Arrivals(ciw.dists.Exponential):
    """Poisson arrivals that end after `number`, so that the run ends when the last message is done."""

    def __init__(self, rate, number):
        super().__init__(rate)
        self.left = number

    def sample(self, t=None, ind=None):
        self.left -= 1
        return super().sample(t, ind) if self.left >= 0 else inf


def exponential(mean):
    return ciw.dists.Exponential(rate=1 / mean)


def chain(workload, arrivals):
    """W1 to W3: hop nodes and stations in a row."""
    services, servers, stations, before = [], [], [], []
    for place, (capacity, service) in enumerate(zip(workload.servers, workload.service)):
        if workload.hop:  # one hop to the first station, two to each later one: to the queue, to the consumer
            hops = 2 if place else 1
            services += [exponential(workload.hop)] * hops
            servers += [inf] * hops
        services.append(exponential(service))
        servers.append(capacity)
        stations.append(len(services))
        if place:
            before.append(len(services))
    count = len(services)
    matrix = [[1.0 if there == here + 1 else 0.0 for there in range(count)] for here in range(count)]
    network = dict(
        arrival_distributions=[arrivals] + [None] * (count - 1),
        service_distributions=services,
        number_of_servers=servers,
        routing=matrix,
    )
    return {"network": network, "stations": set(stations), "before": set(before)}


class EachGroup(ciw.routing.NodeRouting):
    """Sends the individuals of a batch of four to the four groups in turn."""

    def __init__(self, destinations):
        self.turns = cycle(destinations)

    def next_node(self, individual):
        return self.simulation.nodes[next(self.turns)]


def log(workload, arrivals):
    """W4: node 1 is the hop to the log; each group has a hop, a station, a backoff and an acknowledgement."""
    hop, leave = exponential(workload.hop), ciw.routing.Leave()
    services, servers, routers, stations = [hop], [inf], [None], []
    for _ in range(workload.groups):
        there = len(services) + 1
        station, backoff, back = there + 1, there + 2, there + 3
        services += [hop, exponential(workload.service[0]), ciw.dists.Deterministic(workload.backoff), hop]
        servers += [inf, workload.servers[0], inf, inf]
        routers += [
            ciw.routing.Direct(to=station),
            ciw.routing.Probabilistic([backoff, back], [workload.failure, 1 - workload.failure]),
            ciw.routing.Direct(to=there),
            leave,
        ]
        stations.append(station)
    routers[0] = EachGroup([station - 1 for station in stations])
    others = len(services) - 1
    batches = [ciw.dists.Deterministic(workload.groups)] + [ciw.dists.Deterministic(1)] * others
    network = dict(
        arrival_distributions=[arrivals] + [None] * others,
        service_distributions=services,
        number_of_servers=servers,
        batching_distributions=batches,
        routing=ciw.routing.NetworkRouting(routers),
    )
    return {"network": network, "stations": set(stations), "before": set(stations)}
