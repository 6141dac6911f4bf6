"""An incident replayed: faults, scaling and load come when the timeline says, and each error is that of its figure."""

from pathlib import Path

import numpy as np
import pytest

import evsim
from evsim.figures import write_as
from tests.cli.test_run import evsim_

INCIDENT = Path(__file__).resolve().parents[1] / "data/incident"
SHOP, TIMELINE, OBSERVED = (INCIDENT / name for name in ("shop.yaml", "timeline.csv", "observed.csv"))
SMALL = {
    "name": "small",
    "workloads": {"page": {"target": "desk", "arrivals": {"constant": "10/s"}}},
    "services": {"desk": {"workers": 9, "handle": [{"work": "20ms"}]}},
    "run": {"duration": "20s"},
}


@pytest.fixture(scope="module")
def found():
    return evsim.replay(SHOP, TIMELINE, OBSERVED, n=3, jobs=1)


def small(
    folder,
    timeline,
    observed="time,requests\n0,1\n10s,1\n",
):
    (folder / "timeline.csv").write_text(timeline)
    (folder / "observed.csv").write_text(observed)
    return evsim.replay(evsim.Scenario.from_dict(SMALL), folder / "timeline.csv", folder / "observed.csv", n=2, jobs=1)


@pytest.mark.slow
def test_the_worked_example_is_off_by_what_its_table_says(found):
    """The mean over the stretches of |predicted - observed| / observed, worked out in a plain loop."""
    for figure, seen in found.observed.items():
        apart = [abs(found.predicted[figure][:, place].mean() - it) / it for place, it in enumerate(seen) if it > 0]
        assert found.error(figure) == pytest.approx(sum(apart) / len(apart))
    assert [row[0] for row in found.table()[1]] == ["requests", "errors", "response mean", "response p90"]
    assert found.error("response_mean") < 0.2 and found.error("requests") < 0.1


@pytest.mark.slow
def test_the_slow_payment_of_the_example_is_seen_at_its_time(found):
    said = found.predicted["response_mean"].mean(axis=0)
    assert said[4:8].min() > 1.5 * max(said[:4].max(), said[12:16].max())
    assert found.predicted["errors"].mean(axis=0)[16] > 200  # the outage, from 240 s on


def test_a_run_lasts_as_long_as_was_observed(tmp_path):
    """Ten requests a second, at random, whatever the length of the scenario's own run: of 20 s here."""
    observed = "time,requests\n0,300\n30s,300\n60s,300\n"
    found = small(tmp_path, "time,what,target,value\n40s,load,page,x3\n", observed)
    for expected, came in zip((300, 700, 900), found.predicted["requests"].T, strict=True):
        assert abs(came - expected).max() < 4 * expected**0.5


def test_what_is_not_left_to_chance_is_predicted_exactly(tmp_path):
    """Work of 20 ms, twice as long from 10 s to 15 s."""
    observed = "time,requests,response_mean\n0,99,20ms\n10,50,40ms\n15,50,20ms\n"
    found = small(tmp_path, "time,what,target,value,for,factor\n10s,slowdown,desk,,5s,2\n", observed)
    assert found.errors == pytest.approx({"requests": 0, "response_mean": 0}, abs=1e-12)
    assert found.within("response_mean") == (3, 3)


def test_a_load_of_twice_the_usual_doubles_those_who_come(tmp_path):
    """From 10 s on 200 are expected, and 14 more or less are one deviation."""
    found = small(tmp_path, "time,what,target,value\n10s,load,page,x2\n")
    assert abs(found.predicted["requests"][:, 1].mean() - 200) < 4 * (200 / 2) ** 0.5


def test_instances_come_when_the_timeline_says(tmp_path):
    found = small(tmp_path, "time,what,target,value\n8s,scale,desk,3\n")
    capacity = found.scenario.run().tables.capacity["desk"]
    assert [capacity.at(moment) for moment in (1.0, 15.0)] == [9, 27]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("5s,slwdown,desk,,2s", "timeline.csv, line 2: is no kind of fault, nor scale or load, got 'slwdown'; did you"),
        ("5s,outage,dsk,,2s", "timeline.csv, line 2: faults.0.outage: there is no"),
        ("soon,outage,desk,,2s", "timeline.csv, line 2: must be a time since the start"),
        ("5s,scale,desk,many,", "timeline.csv, line 2: value: must be a whole number"),
        ("5s,load,page,much,", "timeline.csv, line 2: value: must be a rate such as 80/s, or so many times the usual"),
        ("5s,load,nobody,x2,", "timeline.csv, line 2: the target is not in the scenario, got 'nobody'"),
        ("5s,outage,desk,,2s,9", "timeline.csv, line 2: the row has 6 fields, and the header 5"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_with_its_line(tmp_path, row, said):
    with pytest.raises(evsim.ScenarioError) as error:
        small(tmp_path, f"time,what,target,value,for\n{row}\n")
    assert str(error.value).startswith(said), str(error.value)


def test_what_was_observed_must_be_figures_in_the_order_of_time(tmp_path):
    for text, said in (
        ("time,respons_mean\n0,1\n1,1\n", "observed.csv, line 1: is no figure of a stretch of time"),
        ("time,requests\n5,1\n1,1\n", "observed.csv, line 3: its time is not after that of the line above"),
        ("time,response_mean\n0,fast\n1,1\n", "observed.csv, line 2: response_mean: must be a time"),
        ("time,requests\n0,1\n", "observed.csv: has one row"),
    ):
        with pytest.raises(evsim.ScenarioError) as error:
            small(tmp_path, "time,what\n", text)
        assert str(error.value).startswith(said) or "timeline" in str(error.value), str(error.value)


@pytest.mark.slow
def test_the_picture_and_the_command_say_the_same(found, tmp_path):
    picture = found.plot("response_p90")
    assert f"apart by {write_as('share', found.error('response_p90'))} on average" in picture.alt_text
    done = evsim_("replay", SHOP, "--timeline", TIMELINE, "--observed", OBSERVED, "--runs", 2, "--jobs", 1,
                  "--picture", tmp_path / "incident.png")  # fmt: skip
    assert done.exit_code == 0 and "What happened: 60 s: slowdown payment" in done.stdout
    assert (tmp_path / "incident.png").stat().st_size > 10_000
    assert np.isfinite(found.data["figures"]["response_p90"]["error"])


def test_a_fault_of_the_scenario_that_no_longer_fits_is_in_no_line_of_the_timeline(tmp_path):
    """A change of instances, where the timeline scales the service: refused, and no line is blamed."""
    (tmp_path / "t.csv").write_text("time,what,target,value\n5s,scale,desk,4\n")
    (tmp_path / "o.csv").write_text("time,requests\n0,1\n10s,1\n")
    changes = SMALL | {"faults": [{"change": "services.desk.instances", "to": 2, "at": "1s"}]}
    with pytest.raises(evsim.ScenarioError, match=r"^t\.csv: faults\.0\.change: "):
        evsim.replay(evsim.Scenario.from_dict(changes), tmp_path / "t.csv", tmp_path / "o.csv", n=2, jobs=1)
