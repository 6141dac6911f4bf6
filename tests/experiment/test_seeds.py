"""Which seeds an experiment gives to its runs: those from the first one on, each once, and the same to all designs."""

from collections import defaultdict
from importlib import import_module

import pytest

import evsim
from evsim.experiment.compare import pair_of
from evsim.experiment.sequential import until_decided
from evsim.reporting.loads import against_load
from evsim.testbed.prediction import LivePrediction

running = import_module("evsim.experiment.running")
FIRST, OWN = 7, 3  # the seed that is asked for, and the scenario's own
WORKERS = "services.desk.workers"


def desk(workers=2, objectives=None):
    return evsim.Scenario.from_dict({
        "name": "desk",
        "workloads": {"callers": {"target": "desk", "arrivals": {"poisson": "20/s"}}},
        "services": {"desk": {"workers": workers, "handle": [{"work": {"exponential": "60ms"}}, {"effect": "row"}]}},
        "objectives": objectives or {},
        "run": {"duration": "3s", "seed": OWN},
    })  # fmt: skip


@pytest.fixture
def seeds(monkeypatch):
    """The seeds of the runs of each design, in their order."""
    found, execute = defaultdict(list), running.execute

    def noted(scenario, seed=None, **more):
        found[scenario.to_yaml()].append(seed)
        return execute(scenario, seed=seed, **more)

    monkeypatch.setattr(running, "execute", noted)
    return found


def decided(seed, jobs):
    designs = desk(2, {"response_mean": "100ms"}), desk(3, {"response_mean": "100ms"})
    return until_decided(designs, ("two", "three"), running.seeds_from(designs[0], 25, seed), jobs=jobs)


def decided_with_some_made(seed, jobs):
    designs = desk(2, {"response_mean": "100ms"}), desk(3, {"response_mean": "100ms"})
    asked = running.seeds_from(designs[0], 25, seed)
    made = [pair_of(designs, each) for each in asked[:3]]
    return until_decided(designs, ("two", "three"), asked, made, jobs=jobs)


MORE = {"response_mean": "3%"}
EXPERIMENTS = {  # what is run -> how often a design is run at least, and the one that is run most
    "replicate": (lambda **at: evsim.replicate(desk(), n=3, **at), 3, 3),
    "replicate to a precision": (lambda **at: evsim.replicate(desk(), n=3, precision=MORE, max_runs=9, **at), 9, 9),
    "compare": (lambda **at: evsim.compare(desk(), desk(3), desk(4), n=3, **at), 3, 3),
    "compare until decided": (decided, 20, 20),
    "compare until decided, with some made": (decided_with_some_made, 20, 20),
    "sweep": (lambda **at: evsim.sweep(desk(), {WORKERS: [1, 2, 3]}, n=3, **at), 3, 3),
    "sensitivity": (lambda **at: evsim.sensitivity(desk(), "response_mean", n=2, **at), 2, 2),
    "sensitivity, screened": (lambda **at: evsim.sensitivity(desk(), "response_mean", n=5, screen=3, **at), 5, 5),
    "find": (lambda **at: evsim.find(desk(), WORKERS, (1, 4), {"response_mean": "90ms"}, max_runs=16, **at), 8, 16),
    "break even": (lambda **at: evsim.break_even(
        desk(), desk().replace({"name": "the-same"}), WORKERS, (2, 3), "response_mean", max_runs=16, **at), 16, 16),
    "best": (lambda **at: evsim.best(desk(), desk(3), metric="response_mean", within="2ms", max_runs=14, **at), 14, 14),
    "hysteresis": (lambda **at: evsim.hysteresis(desk(), [10, 20], hold="2s", n=3, **at), 3, 3),
    "a report's loads": (lambda jobs, seed: against_load(desk(), "response_mean", 2, seed, jobs=jobs), 2, 2),
    "warm-up": (lambda **at: evsim.warm_up(desk(), n=3, **at), 3, 3),
}  # fmt: skip


SEEDS = [(name, FIRST) for name in EXPERIMENTS] + [(name, seed) for name in ("replicate", "best") for seed in (0, None)]


@pytest.mark.parametrize(("name", "first"), SEEDS)
def test_each_design_is_run_once_with_each_seed_from_the_first_one_on(seeds, name, first):
    experiment, fewest, most = EXPERIMENTS[name]
    experiment(seed=first, jobs=1)
    numbers = [len(each) for each in seeds.values()]
    assert (min(numbers), max(numbers)) == (fewest, most)
    begin = OWN if first is None else first
    assert all(each == list(range(begin, begin + len(each))) for each in seeds.values())


@pytest.mark.slow
def test_all_that_a_report_tries_has_the_seeds_of_the_report(seeds):
    short = desk(2, {"response_mean": "90ms"}).replace({"run.duration": "500ms"})
    evsim.report(short, short.replace({"name": "three", WORKERS: 3}), n=4, seed=FIRST, jobs=1)
    assert len(seeds) > 20  # loads, and inputs
    for each in seeds.values():
        assert set(each) == set(range(FIRST, FIRST + len(set(each))))


def test_a_hunt_tries_each_fault_with_the_customers_of_its_seed(seeds):
    hunt = evsim.hunt(desk(), promise=lambda run: iter(()), tries=25, seed=FIRST)
    tried = [(seed, evsim.Scenario.from_yaml(written)) for written, each in seeds.items() for seed in each]
    assert hunt.runs == len(tried) == 25
    well = [seed for seed, scenario in tried if not scenario.faults]
    assert well == sorted({seed for seed, _ in tried}) == list(range(FIRST, FIRST + len(well)))
    customers, moments = {}, {}
    for seed, scenario in tried:
        for fault in scenario.faults:
            if fault.at_step is None:
                moments.setdefault(seed, set()).add(fault.at)
            else:
                customers.setdefault(seed, set()).add(fault.at_step.request)
    for found in (customers, moments):
        assert all(len(each) == 1 for each in found.values())
        assert len(set(map(min, found.values()))) == len(found) > 1


def test_other_customers_are_none_of_the_run_that_they_are_compared_with(seeds):
    run = desk().run(seed=FIRST)
    LivePrediction(run, desk(), runs=4, jobs=1)
    assert list(seeds.values()) == [[FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4]]
