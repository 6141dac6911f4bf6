"""Customers who come in batches, or at even distances that change."""

from zlib import crc32

import numpy as np
import pytest

from evsim.engine.arrival_times import spliced
from evsim.results.endings import Outcome
from tests.support.cases import case, expected
from tests.support.nightly import nightly
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import measure
from tests.truth.systems import exponential, system


def batches(rate, size, work, duration):
    customers = {"target": "server", "arrivals": {"batch": {"rate": rate, "size": size}}}
    return system({"server": {"handle": [{"work": work}]}}, {"customers": customers}, duration)


def means(run):
    figures = run.services["server"]
    return {"W": figures["sojourn_mean"], "L": figures["in_system_mean"], "rho": figures["utilisation"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "duration"),
    [("BATCH-fixed5", 5, 15_000), pytest.param("BATCH-geom", {"geometric": 5}, 25_000, marks=nightly)],
)
def test_customers_who_come_together_wait_for_each_other(name, size, duration):
    p = case(name)["parameters"]
    found = measure(name, batches(p["batch_rate"], size, exponential(1 / p["mu"]), duration), means)
    for figure in {"W", "L", "rho"} & set(expected(name)):
        assert agrees(found[figure], expected(name, figure)), figure


@pytest.mark.slow
def test_the_same_load_in_single_file_waits_a_third_as_long():
    found = measure("BATCH-single", batches(8, 1, exponential(0.1), 5_000), means)
    assert agrees(found["W"], expected("BATCH-fixed5", "W if same load arrived singly"))


def test_batches_come_at_the_moments_of_single_customers_and_have_their_sizes():
    def arrivals(size):
        run = batches(2, size, 0.001, 700).run(seed=4)
        return np.unique(run.tables.rows["born"], return_counts=True)

    single, _ = arrivals(1)
    moments, sizes = arrivals(3)
    assert moments.tolist() == single.tolist() and set(sizes.tolist()) == {3}
    moments, sizes = arrivals({"geometric": 4})
    assert moments.tolist() == single.tolist()
    assert agrees(sizes, 4, notices=0.15)
    assert proportion_agrees(int((sizes == 1).sum()), len(sizes), 0.25)
    assert set(arrivals({"geometric": 1})[1].tolist()) == {1}


STAGES = [(0, 9), (20, 20), (30, 9), (60, 7), (75, 5), (90, 3)]  # of HAPPYSIM-metastable


def stages():
    """A rate that jumps: two points at each jump."""
    points = [[0, STAGES[0][1]]]
    for (_, before), (time, rate) in zip(STAGES, STAGES[1:], strict=False):
        points += [[time, before], [time, rate]]
    return {"profile": {"points": points, "gaps": "constant"}}


def at_once(arrivals, duration):
    """Customers who are served in no time."""
    customers = {"target": "server", "arrivals": arrivals}
    return system({"server": {"handle": [{"work": 0}]}}, {"customers": customers}, duration, 0)


def test_even_arrivals_follow_a_profile_to_the_customer():
    run = at_once(stages(), 100.0001).run()
    born = run.tables.rows["born"]
    assert len(born) == expected("HAPPYSIM-metastable", "external requests")
    edges = [time for time, _ in STAGES] + [100]
    pieces = list(zip(edges, edges[1:], strict=False))
    counts = [int(((born > one + 1e-6) & (born <= other + 1e-6)).sum()) for one, other in pieces]
    assert counts == [rate * (other - one) for (one, rate), other in zip(STAGES, edges[1:], strict=False)]
    assert np.allclose(np.diff(born[born < 20]), 1 / 9)


def test_a_ramp_of_even_arrivals_has_the_area_below_it():
    arrivals = {"profile": {"points": [[0, 0], [10, 20]], "gaps": "constant"}}
    run = at_once(arrivals, 10).run()
    number = np.arange(1, len(run.tables.rows["born"]) + 1)
    assert len(number) == 99  # the hundredth comes at the very end
    assert np.allclose(run.tables.rows["born"], np.sqrt(number))  # t^2 by the time t


def test_the_load_of_a_profile_is_that_of_each_rate():
    once, twice = {"profile": [[0, 3], [40, 9], [40, 1]]}, {"profile": [[0, 6], [40, 18], [40, 2]]}
    loaded = at_once(once, 60).replace({"workloads.customers.arrivals.profile.load": 2})
    written = at_once(once, 60).replace(
        {f"workloads.customers.arrivals.profile.{number}.1": 2 * rate for number, rate in enumerate((3, 9, 1))}
    )
    born = [each.run(seed=4).tables.rows["born"].tolist() for each in (loaded, written, at_once(twice, 60))]
    assert born[0] == born[1] == born[2] and 420 < len(born[0]) < 620
    arrivals = loaded.workloads["customers"].arrivals
    assert arrivals.expected(60) == 2 * (6 * 40 + 20) == arrivals.mean_rate(60) * 60


@pytest.mark.slow
def test_clients_that_try_again_at_once_keep_a_server_down_for_good():
    """Abandoned work is done all the same, and each request is asked five times: so says another program, too."""
    call = {"service": "server", "timeout": 0.5, "retry": {"attempts": 5}}
    services = {
        "clients": {"workers": 10_000, "handle": [{"call": call}]},
        "server": {"handle": [{"work": exponential(0.1)}]},
    }
    customers = {"target": "clients", "arrivals": stages()}
    scenario = system(services, {"customers": customers}, 100.0001, 0)
    for seed in range(5):
        run = scenario.run(seed=crc32(b"HAPPYSIM") + seed)
        rows = run.tables.rows
        asked = np.array([place.kind == "call" for place in run.tables.places])[rows["place"]]
        requests = expected("HAPPYSIM-metastable", "external requests")
        assert 4.5 <= asked.sum() / requests <= 4.95
        late = asked & (rows["ready"] <= 95) & ~(rows["ended"] <= 95)
        assert late.sum() > 2500  # the line at 95 s, long after the load fell below what the server can do
        answered = rows["settled"][~asked & (rows["outcome"] == Outcome.OK)]
        assert not (answered > 40).any()


@pytest.mark.parametrize("time", [0.0, 0.5, 1.0, 2.5, 3.0, 4.0, 9.0])
def test_a_rate_that_changes_is_the_old_one_up_to_the_moment_and_the_new_one_from_then_on(time):
    """Between two points it is on the line, before the first and after the last one it is theirs."""
    old, new = ((0.0, 1.0), (1.0, 4.0), (3.0, 2.0)), ((0.0, 5.0), (2.0, 9.0), (4.0, 1.0))
    moments = [each for each in np.arange(0, 10, 0.125) if each != time]
    found = np.interp(moments, *zip(*spliced(old, new, time), strict=True))
    expected = [np.interp(each, *zip(*(old if each < time else new), strict=True)) for each in moments]
    assert found == pytest.approx(expected)
