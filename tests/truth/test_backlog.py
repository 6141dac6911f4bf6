"""Backlogs that grow and drain: overload, outage, bottleneck. With constant times they are exact."""

import numpy as np
import pytest

from tests.support.cases import case, expected
from tests.support.nightly import by_day
from tests.support.statistics import agrees
from tests.truth.measuring import checked, measure, rows_of
from tests.truth.systems import consumers, exponential, pipeline, station, timed


def there(run, service, time):
    """How many are in a service at a time."""
    mine = rows_of(run, service)
    return int(((run.tables.rows["ready"][mine] <= time) & (run.tables.rows["ended"][mine] > time)).sum())


def first_empty(run, service, after):
    """When a service is first empty after a time (for arrivals and departures that never meet)."""
    mine = rows_of(run, service)
    left = np.sort(run.tables.rows["ended"][mine])
    came = np.sort(run.tables.rows["ready"][mine])
    left = left[left > after]
    present = np.searchsorted(came, left, side="right") - np.searchsorted(
        np.sort(run.tables.rows["ended"][mine]), left, side="right"
    )
    return left[np.flatnonzero(present == 0)[0]]


def test_an_overload_by_the_clock_leaves_the_backlog_of_the_fluid(tmp_path):
    """D/D/1: 12 a second for 100 s, then 5 a second; 10 a second are served."""
    truth = expected("OVERLOAD-fluid")
    stamps = np.concatenate([np.arange(1200) / 12, 100 + np.arange(300) / 5])
    run = checked(timed("100ms", stamps, tmp_path, warmup=0))
    assert there(run, "server", 100 - 1e-3) == pytest.approx(truth["backlog at 100 s"], abs=2)
    drained = first_empty(run, "server", 100) - 100
    assert drained == pytest.approx(truth["drain time after"], rel=0.02)
    assert run.tables.rows["started"][1199] - run.tables.rows["ready"][1199] == pytest.approx(
        truth["delay of the last message that arrived in the overload"], rel=0.01
    )


@pytest.mark.slow
def test_an_overload_by_chance_leaves_about_the_backlog_of_the_fluid():
    """The queue begins empty and can't be shorter: that adds r / (1 - r) = 5 messages, with r = 10 / 12."""
    truth = expected("OVERLOAD-fluid")
    profile = {"profile": [[0, 12], [100, 12], [100, 5]]}
    scenario = station(exponential(0.1), 12, 2400, 0).replace({"workloads.customers.arrivals": profile})

    def figures(run):
        ready = run.tables.rows["ready"][rows_of(run, "server")]
        return {
            "backlog": there(run, "server", 100), "drained": first_empty(run, "server", 100) - 100,
            "in the overload": (ready < 100).sum(), "after it": (ready >= 100).sum(),
        }  # fmt: skip

    found = measure("OVERLOAD", scenario, figures, by_day(80), shorter=1)
    assert agrees(found["in the overload"], 1200, notices=0.025)
    assert agrees(found["after it"], 500, notices=0.05)
    assert agrees(found["backlog"], truth["backlog at 100 s"] + 5, notices=0.2)
    assert agrees(found["drained"], truth["drain time after"] + 1, notices=0.25)


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["queue", "log"])
def test_a_consumer_that_was_away_catches_up_at_the_rate_it_has_to_spare(channel):
    p, truth = case("OUTAGE-catchup")["parameters"], expected("OUTAGE-catchup")
    away, rate = p["outage"], p["lam"]
    outage = {"outage": "worker", "at": 10, "for": away}
    scenario = consumers(channel, [{"work": 1 / p["mu"]}], {"constant": rate}, 230, 0, faults=[outage])
    run = checked(scenario, conserving=False)
    back, mine = 10 + away, rows_of(run, "worker")
    born, started, ended = (run.tables.rows[name][mine] for name in ("born", "started", "ended"))
    figures = run.channels["events", "worker"]
    assert figures["lag_max"] == pytest.approx(truth["peak lag"], abs=2)
    assert figures["age_max"] == pytest.approx(truth["max message age at restart"], abs=0.05)
    waiting = started - born > 2 / p["mu"]
    assert started[waiting].max() - back == pytest.approx(truth["catch-up time"], abs=1)
    for since in (0, 30, 60, 90, 119):
        reading = np.flatnonzero((started <= back + since) & (ended > back + since))
        age = back + since - born[reading]
        assert age == pytest.approx([away - since / 2], abs=0.05)  # "60 - t/2 ... linear to 0 at 120 s"
    assert len(ended) == run.summary()["requests"] == 22_999
    assert figures["done"] == len(ended) and figures["lost"] == 0


def test_the_slowest_stage_sets_the_throughput_and_holds_the_backlog():
    """Stages of 120, 80 and 200 a second, offered 100."""
    truth, duration = expected("BOTTLENECK"), 60
    scenario = pipeline([1 / 120, 1 / 80, 1 / 200], {"constant": 100}, duration, 0)
    run = checked(scenario)
    done = run.tables.rows["ended"][rows_of(run, "stage-3")]
    assert ((done >= 10) & (done < duration)).sum() / (duration - 10) == pytest.approx(truth["throughput"], rel=0.001)
    growth = [(there(run, f"stage-{n}", 59.999) - there(run, f"stage-{n}", 9.999)) / 50 for n in (1, 2, 3)]
    assert growth[1] == pytest.approx(truth["backlog growth per s at stage 2"], rel=0.01)
    assert growth[0] == growth[2] == truth["growth at stages 1,3"]
