"""What was drawn is found in the records, with the row that it was drawn for: each value is worked out a second time.

That no two draws share a number does not say that a draw is its own row's: a counter of calls shares none either.
"""

from bisect import bisect_right
from itertools import accumulate
from math import floor, log, sqrt

import numpy as np
import pytest

from evsim.engine.execution import Execution
from evsim.engine.random_streams import RandomStreams
from evsim.results.endings import Reason, Verdict
from evsim.run import Simulation
from evsim.scenario import Distribution, Scenario
from evsim.testbed.process_names import processes_of
from evsim.testbed.shared_draws import SharedDraws
from tests.luck.rich import RICH
from tests.luck.test_keys import FAMILIES


def many():
    """More customers than are drawn for at once, of each kind of arrivals."""
    kinds = {"single": {"poisson": "800/s"}, "crowds": {"batch": {"rate": "800/s", "size": {"geometric": 2}}},
             "tide": {"profile": [["0s", "500/s"], ["1s", "1100/s"]]}}  # fmt: skip
    keys = {"single": {"uniform": 1000}, "crowds": {"zipf": {"keys": 1000, "s": 1}}, "tide": {"uniform": 7}}
    return Scenario.from_dict({
        "name": "many",
        "workloads": {name: {"target": "front", "arrivals": arrivals, "key": keys[name]}
                      for name, arrivals in kinds.items()},
        "services": {"front": {"workers": 5000, "handle": [{"work": {"exponential": "1ms"}}]}},
        "run": {"duration": "3s"},
    })  # fmt: skip


SYSTEMS = {name: RICH[name] for name in ("calls", "letters", "rounds", "items", "elastic")} | {"many": many()}


@pytest.fixture(scope="module")
def simulated():
    """name -> (the simulation of a system, its run)."""
    made = {name: Simulation(scenario) for name, scenario in SYSTEMS.items()}
    return {name: (simulation, simulation.run()) for name, simulation in made.items()}


def nano(times):
    return np.rint(np.asarray(times, dtype=float) * 1e9).astype(np.int64).tolist()


class Reading:
    """A run, and what is drawn with its seed."""

    def __init__(self, simulated, name):
        self.run = simulated[name][1]
        self.scenario, self.streams, self.tables = self.run.scenario, RandomStreams(self.run.seed), self.run.tables
        self.requests = self.tables.requests

    def time(self, distribution, *purpose):
        """A function of a number: the time that is drawn for it, in nanoseconds."""
        return lambda number: int(self.streams.draws(Distribution.read(distribution), *purpose).of(number))

    def chance(self, *purpose):
        return self.streams.uniforms(*purpose).of

    def of(self, workload, column):
        """A column of the requests of a workload, in the order of their numbers."""
        mine = self.requests.workload == list(self.scenario.workloads).index(workload)
        return np.asarray(column)[mine][np.argsort(self.requests.number[mine])]


def thoughts(simulated):
    its = Reading(simulated, "rounds")
    for name, workload in its.scenario.workloads.items():
        come = nano(its.of(name, its.requests.arrived))
        answered = nano(its.of(name, np.nan_to_num(its.requests.answered, nan=1e9)))
        first, thought = (its.time(workload.arrivals.think, kind, name) for kind in ("first think", "think"))
        due = [first(user) for user in range(workload.arrivals.users)]
        due += [time + thought(number) for number, time in enumerate(answered)]
        yield come, sorted(time for time in due if time < its.scenario.run_settings.duration * 1e9)


def each_workload(simulated, *names):
    for name in names:
        its = Reading(simulated, name)
        yield from ((its, workload, settings) for workload, settings in its.scenario.workloads.items())


def risen(rates, total):
    """When so many nanoseconds of one a second have passed, by a clock whose rate rises for a second, then stays."""
    (_, first), (_, last) = rates
    wanted, slope = total / 1e9, last - first
    area = (first + last) / 2
    if wanted > area:
        return (1 + (wanted - area) / last) * 1e9
    return (sqrt(first**2 + 2 * slope * wanted) - first) / slope * 1e9


def arrivals(simulated):
    """Of single customers, of batches with their sizes, and at a rate that changes."""
    for its, name, workload in each_workload(simulated, "calls", "many"):
        come, load = nano(its.of(name, its.requests.arrived)), workload.arrivals
        gap = its.time({"exponential": 1.0}, "arrivals", name)
        events = accumulate(gap(number) for number in range(len(come)))
        times = [round(risen(load.rates, total) if load.kind == "profile" else total / load.rate) for total in events]
        if load.kind == "batch":
            chance, on = its.chance("batch", name), log(1 - 1 / load.size.mean)
            times = [time for number, time in enumerate(times) for _ in range(1 + floor(log(1 - chance(number)) / on))]
        yield come, [time for time in times if time < its.scenario.run_settings.duration * 1e9]


def keys(simulated):
    for its, name, workload in each_workload(simulated, "calls", "many"):
        chance, key = its.chance("key", name), workload.key
        weights = [1.0 if key.kind == "uniform" else 1 / (each + 1) ** key.s for each in range(key.keys)]
        below = [total / sum(weights) for total in accumulate(weights)]
        found = its.of(name, its.tables.request_keys).tolist()
        yield (
            found,
            [str(bisect_right(below, chance(number))) for number in range(len(found))],
        )  # fmt: skip


def starts(simulated):
    its = Reading(simulated, "elastic")
    lives, names = its.run.records.instances.columns(), list(its.scenario.services)
    for name, service in its.scenario.services.items():
        mine = (lives["service"] == names.index(name)) & (lives["ready"] >= 0) & (lives["born"] > 0)
        if service.is_elastic:
            init = ("init", service.function.init) if service.function else ("start", service.autoscale.start)
            took = its.time(init[1], init[0], name)
            yield (
                nano((lives["ready"] - lives["born"])[mine]),
                [took(each) for each in lives["instance"][mine].tolist()],
            )


def random_faults(simulated):
    its = Reading(simulated, "calls")
    known = {fault.kind for fault in its.scenario.faults if fault.mtbf}
    found = sorted((kind, what, *nano([time, end])) for time, kind, what, end in its.run.records.incidents
                   if kind in known)  # fmt: skip
    expected, met = [], []
    for fault in its.scenario.faults:
        if fault.mtbf is None:
            continue
        ordinal = met.count((fault.kind, fault.target))
        met.append((fault.kind, fault.target))
        up, down = (its.time(each, kind, ordinal, fault.kind, fault.subject)
                    for kind, each in (("mtbf", fault.mtbf), ("mttr", fault.mttr)))  # fmt: skip
        number, time = 0, up(0)
        while time < its.scenario.run_settings.duration * 1e9:
            expected.append((fault.kind, fault.subject, time, time + down(number)))
            time += down(number) + up(number + 1)
            number += 1
    yield found, sorted(expected)


def event_times(simulated):
    its = Reading(simulated, "elastic")
    delays = {name: its.time(each.delay, "event time", name) for name, each in its.scenario.workloads.items()}
    names, whose = list(its.scenario.workloads), its.tables.row_requests
    requests = [int(whose[event.row]) for event in its.run.records.events]
    come = nano(its.requests.arrived)
    yield (
        nano([event.at for event in its.run.records.events]),
        [come[each] - delays[names[its.requests.workload[each]]](int(its.requests.number[each])) for each in requests],
    )


def admissions(simulated):
    its = Reading(simulated, "elastic")
    refused = its.tables.rows["reason"][its.requests.row] == Reason.SHED
    for name, workload in its.scenario.workloads.items():
        chance, found = its.chance("door", name), its.of(name, refused).tolist()
        yield found, [not chance(number) < workload.admitted for number in range(len(found))]


def items(simulated):
    """How many lines each request has at the two steps of the front."""
    its = Reading(simulated, "items")
    messages, ends = its.tables.messages, its.requests.starts
    for ordinal in range(2):
        for code, name in enumerate(its.scenario.workloads):
            chance = its.chance("items", name, "front", 0, "publish", ordinal)
            routes = [number for number, (workload, step) in enumerate(its.tables.routes)
                      if workload == name and step.channel == "lines"]  # fmt: skip
            mine = messages["route"] == routes[1 - ordinal]  # a handler is built from its last step on
            found = np.bincount(messages["request"][mine], minlength=ends[code + 1] - ends[code])
            yield found.tolist(), [floor(4 * chance(number)) for number in range(len(found))]


IN_THE_RECORDS = {
    thoughts: ("thoughts", "first thoughts"), arrivals: ("arrivals", "sizes of batches"), keys: ("keys",),
    starts: ("inits of environments", "starts of instances"), random_faults: ("random faults",),
    event_times: ("times of events",), items: ("numbers of items",), admissions: ("who is let in",),
}  # fmt: skip
ELSEWHERE = {
    "steps": "test_same_customers", "error rates": "test_struck", "balancing": "test_struck",
    "back-off of attempts": "test_struck", "back-off of publishes": "test_struck", "latencies": "test_struck",
    "losses": "test_struck", "copies": "test_struck", "sticky partitioners": "test_struck",
    "replication": "tests/parts/log", "catching up": "tests/parts/log",
}  # fmt: skip


@pytest.mark.parametrize("of", IN_THE_RECORDS, ids=lambda of: of.__name__)
def test_each_draw_is_that_of_its_own_row(simulated, of):
    count = 0
    for found, expected in of(simulated):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            near = isinstance(one, int) and abs(one - other) <= 2  # nanoseconds: sums of floats
            assert near or one == other
        count += len(found)
    assert count > 20


def test_each_family_of_draws_is_compared_with_the_records():
    known = [family for families in IN_THE_RECORDS.values() for family in families]
    assert sorted([*known, *ELSEWHERE]) == sorted(FAMILIES)


# Real processes make the same draws, each from the luck that has travelled.


@pytest.mark.parametrize("name", ["calls", "letters"])
def test_a_process_of_the_testbed_has_the_luck_of_the_simulator(simulated, name):
    simulation, run = simulated[name]
    luck, streams = SharedDraws(Execution(RICH[name])), simulation.system.kernel.streams
    rows, places, attempts = run.tables.rows, luck.places, 0
    again = (rows["attempt"] > 1) & (rows["place"] >= 0) & (rows["verdict"] != Verdict.COPY)
    for row in np.flatnonzero(again).tolist():
        place, first = places[rows["place"][row]], int(rows["luck"][rows["first"][row]])
        mine = luck.of_attempt(luck.unpack(streams.of(first)), place, int(rows["attempt"][row]))
        assert luck.pack(mine) == streams.of(int(rows["luck"][row]))
        attempts += 1
    messages = run.tables.messages
    for message in np.flatnonzero(messages["origin"] < 0).tolist():
        mine, route = luck.unpack(streams.of(int(messages["luck"][message]))), int(messages["route"][message])
        about = luck.key(route, mine), luck.partition(route, mine)
        assert about == (messages["key"][message], messages["partition"][message])
    assert attempts > 10


def test_real_processes_send_each_attempt_where_the_balancer_of_the_simulator_does(simulated):
    simulation, run = simulated["calls"]
    luck, streams = SharedDraws(Execution(RICH["calls"])), simulation.system.kernel.streams
    rows, services, later = run.tables.rows, run.scenario.services, 0
    for row in np.flatnonzero(rows["worker"] >= 0).tolist():
        place = luck.places[rows["place"][row]]
        if services[place.service].balance:
            packed, instance = streams.of(int(rows["luck"][row])), int(rows["worker"][row]) // 20
            assert luck.process(place, packed) == processes_of(run.scenario, place.service)[instance]
            later += packed[1] > 0
    assert later > 30
