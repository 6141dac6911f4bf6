"""Service that slows down the more is done at once: the universal scalability law, and what follows from it."""

import numpy as np
import pytest

from evsim import theory
from tests.support.cases import case
from tests.support.statistics import agrees
from tests.truth.measuring import checked, measure
from tests.truth.systems import closed, station, system, timed


@pytest.mark.parametrize("number", [1, 8, 16, 32, 44, 64, 128])
def test_so_many_workers_that_never_rest_do_what_the_universal_scalability_law_says(number):
    """Each of N users comes again at once: N pieces of work at a time, the last to start has N - 1 beside it."""
    fields = case("USL")
    p = fields["parameters"]
    law = {name: p[name] for name in ("sigma", "kappa")}
    scenario = closed(number, 0.0, 0.01, 20, workers=number, contention=law)
    run = scenario.run(seed=1)
    rows = run.tables.rows
    alone = 1 / 0.01
    settled = (rows["started"] > 5) & (rows["started"] < 15)
    times = (rows["ended"] - rows["started"])[settled]
    expected = fields["expected"][f"C({number})"]
    assert times == pytest.approx(0.01 * number / expected, rel=1e-6)
    assert settled.sum() / 10 == pytest.approx(expected * alone, rel=2 * number / settled.sum())


def test_each_piece_of_work_takes_what_those_beside_it_at_its_start_make_of_it(tmp_path):
    stamps = np.cumsum(np.random.default_rng(1).exponential(0.02, 2000))
    law = {"sigma": 0.2, "kappa": 0.05}
    run = checked(timed(0.05, stamps, tmp_path, warmup=0, workers=8, contention=law))
    started, ended = run.tables.rows["started"], run.tables.rows["ended"]
    times = np.sort(started)
    beside = np.array([((started <= now) & (ended > now)).sum() for now in times[:500]])
    order = np.argsort(started, kind="stable")[:500]
    expected = 0.05 * (1 + 0.2 * (beside - 1) + 0.05 * beside * (beside - 1))
    assert (ended - started)[order] == pytest.approx(expected, rel=1e-6)
    assert set(beside) >= {1, 2, 8}


def test_instances_do_not_slow_each_other_down_and_waiting_slows_nobody_down():
    def longest(handle, **settings):
        server = {"handle": handle, "contention": {"sigma": 0.5}, **settings}
        page = {"target": "server", "arrivals": {"burst": {"count": 4}}}
        run = checked(system({"server": server}, {"page": page}, 10, 0))
        return (run.tables.rows["ended"] - run.tables.rows["started"]).max()

    assert longest([{"work": 1}], workers=4) == pytest.approx(1 + 0.5 * 3)
    assert longest([{"work": 1}], instances=4) == 1
    assert longest([{"work": 1}], instances=2, workers=2) == pytest.approx(1 + 0.5)
    assert longest([{"wait": 1}], workers=4) == 1
    assert longest([{"parallel": [{"work": 1}, {"work": 1}]}], instances=4) == pytest.approx(1 + 0.5)


def test_a_slowdown_multiplies_on_top_and_a_crash_forgets_what_it_kills():
    faults = [{"slowdown": "server", "factor": 2, "at": 0, "for": 1}, {"crash": "server", "at": 5, "for": 1}]
    server = {"handle": [{"work": 1}], "workers": 4, "contention": {"sigma": 0.5}}
    moments = {"early": 0.5, "doomed": 4.5, "late": 8}
    bursts = {name: {"target": "server", "arrivals": {"burst": {"count": 2, "at": at}}} for name, at in moments.items()}
    run = system({"server": server}, bursts, 20, 0, faults=faults).run(seed=1)
    run.audit()
    rows = run.tables.rows
    assert (rows["ended"] - rows["started"])[rows["outcome"] == 1].tolist() == pytest.approx([2, 3, 1, 1.5])


@pytest.mark.slow
def test_with_room_for_all_the_number_at_once_settles_where_littles_law_puts_it():
    """Brooker's server: 1 s and 0.01 s for each piece of work in hand, itself included, at 40 a second."""
    expected = case("BROOKER-collapse")["expected"]["healthy concurrency lam/(1-.01 lam)"]
    server = {"workers": 1000, "contention": {"sigma": 0.01 / 1.01}}
    found = measure("contended", station(1.01, 40, 20_000, **server), lambda run: run.services["server"], 10)
    assert theory.contended(40, 1.01, 0.01 / 1.01).at_once == pytest.approx(expected)
    assert agrees(found["in_system_mean"], expected, notices=0.05)
