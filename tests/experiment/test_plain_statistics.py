"""What decides how many runs there are, and what they show, is worked out a second time from made-up numbers."""

import math
from random import Random
from statistics import mean, stdev

import numpy as np
import pytest

from evsim.experiment import distribution_fit
from evsim.experiment.distribution_fit import fit
from evsim.experiment.find import _meets
from evsim.experiment.floor import _own_times
from evsim.experiment.replicate import _more
from evsim.experiment.statistics import t_quantile
from evsim.experiment.warm_up import WarmUp
from tests.books.holding import holds, run_of
from tests.figures.averages import union
from tests.figures.crowded import crowded_systems
from tests.figures.plain import Plain


def runs_of(*columns):
    names = ("response_p99", "lost", "availability")
    return [{"summary": dict(zip(names, values, strict=False))} for values in zip(*columns, strict=True)]


@pytest.mark.parametrize(("objectives", "error"), [(1, 0.05), (1, 0.002), (2, 0.05), (3, 0.01)])
def test_each_objective_of_a_search_has_its_share_of_the_error(objectives, error):
    """Each end of its interval is as far from the mean as leaves out that share: a hair on either side decides."""
    random = Random(7)
    values = [random.gauss(100, 5) for _ in range(12)]
    half = t_quantile(1 - error / objectives, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    others = {"lost": 1e9, "availability": 0.0}
    for limit, verdict in ((half, True), (-half, False)):
        for side in (1, -1):
            asked = {"response_p99": mean(values) + limit + side * 1e-6}
            asked |= dict(list(others.items())[: objectives - 1])
            found, _ = _meets(asked, runs_of(values, [0.0] * 12, [1.0] * 12), error)
            assert found is (verdict if (side > 0) == verdict else None)


@pytest.mark.parametrize("seed", range(6))
def test_so_many_runs_are_added_as_the_widest_interval_needs(seed):
    """Half an interval goes with the root of the number; three times the runs at most, and a tenth more at least."""
    random, count = Random(seed), 10 * (seed + 1)
    columns = [[random.gauss(100, spread) for _ in range(count)] for spread in (4, 9)]
    shares = {"response_p99": random.choice([0.001, 0.01, 0.03]), "lost": random.choice([0.02, 0.03, 0.5])}
    need = 0
    for values, share in zip(columns, shares.values(), strict=True):
        half = t_quantile(0.975, count - 1) * stdev(values) / math.sqrt(count)
        if half > share * mean(values):
            wanted = count * min(3, (half / (share * mean(values))) ** 2)
            need = max(need, math.ceil(wanted) - count, math.ceil(count / 10))
    assert _more(runs_of(*columns), shares, 10_000) == need
    assert _more(runs_of(*columns), shares, count + 1) == min(need, 1)


@pytest.mark.slow
def test_many_times_are_judged_by_fewer_samples_as_if_by_all(monkeypatch):
    """The distance of a smaller sample is larger by the root of the sizes."""
    times = np.random.default_rng(3).gamma(1.15, 0.1, 800)
    of_all = {each.name: each.as_far for each in fit(times).candidates}
    monkeypatch.setattr(distribution_fit, "MOST_TRIED", 100)
    of_some = {each.name: each.as_far for each in fit(times).candidates}
    assert of_some == pytest.approx(of_all, abs=0.2)
    assert 0.1 < of_all["weibull"] < 1 and of_all["exponential"] < 0.05


def test_the_mean_after_a_warm_up_is_that_after_its_cut():
    series = np.array([9.0] * 50 + [1.0] * 50 + [3.0] * 100)
    found = WarmUp("shop", "response", 5, written=10.0, cut=50.0, piece=1.0, series=series)
    assert str(found).endswith(f"The mean response after it: {(50 * 1 + 100 * 3) / 150:.3g} s.")


@pytest.mark.slow
@holds(0.1, crowded_systems(), of=40)
def test_the_own_time_of_a_handling_is_that_in_which_no_call_of_it_is_out_and_it_waits_for_no_loop_or_core(scenario):
    run = run_of(scenario)
    plain = Plain(run)
    away = {}
    for row in plain.rows:
        if row.kind == "call" and row.settled is not None:
            away.setdefault(row.parent, []).append((row.born, row.settled))
    for began, ended, queued, alone, _, _, row in run.records.pieces:
        away.setdefault(row, []).append((queued, began))
        if alone >= 0 and ended > began + alone:
            away[row].append((began + alone, ended))
    expected = {name: [] for name in scenario.services}
    for row in plain.rows:
        if row.service and row.counted and row.started is not None and row.ended is not None:
            out = union(away.get(row.number, []), 0.0, math.inf)
            expected[row.service].append(row.ended - row.started - out)
    for name, times in _own_times(run).items():
        assert times.tolist() == pytest.approx(expected[name], abs=1e-9), name
