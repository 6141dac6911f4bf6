"""Reports on arrivals from a file, and on runs that are long."""

import re

import pytest

import evsim
from evsim.reporting.busiest import busiest
from evsim.reporting.excerpts import CUSTOMERS, excerpts
from evsim.reporting.loads import against_load, holds_up_to

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """20 customers a second from a file, and a clerk who serves 40."""
    folder = tmp_path_factory.mktemp("shop")
    rows = "\n".join(f"{number * 0.05:.2f}" for number in range(400))
    (folder / "times.csv").write_text(f"time\n{rows}\n")
    return evsim.Scenario.from_dict({
        "name": "counter",
        "workloads": {"people": {"target": "clerk", "arrivals": {"csv": "times.csv", "column": "time"}}},
        "services": {"clerk": {"handle": [{"work": "25ms"}]}},
        "run": {"duration": "20s"},
        "objectives": {"response_mean": "26ms"},
    }, folder=folder)  # fmt: skip


def test_the_highest_load_of_a_file_is_found(counter):
    said = holds_up_to(counter, 8, jobs=1, progress=False)
    scale = float(said.partition("meets its objectives: ")[2].partition(".\n")[0].split()[0].rstrip("."))
    times = float(said.partition("That is ")[2].split()[0])
    assert times == pytest.approx(1 / scale, rel=0.01)
    assert 0.96 * 2 < times <= 2, said  # found to 3 %; at twice the load customers come as fast as they are served


def test_a_file_has_a_picture_of_its_load(counter):
    points = against_load(counter, "response_mean", 2, jobs=1, progress=False)
    assert [times for times, _ in points] == [0.5, 0.75, 1, 1.25, 1.5, 2]
    assert [each.mean for _, each in points] == pytest.approx([0.025] * 6)
    doubled = counter.replace({"services.clerk.handle": [{"work": "50ms"}]})
    points = dict(against_load(doubled, "response_mean", 2, jobs=1, progress=False))
    assert points[1].mean == pytest.approx(0.05) and points[1.25].mean > 0.4


def test_the_highest_load_of_a_profile_is_found_and_it_is_one_input(counter):
    """As `evsim new` makes one of an access log; at twice the load 40 a second come at most, as many as are served."""
    arrivals = {"profile": {"points": [[0, 16], [10, 20], [20, 16]], "gaps": "constant"}}
    day = counter.replace({"workloads.people.arrivals": arrivals})
    path = "workloads.people.arrivals.profile.load"
    assert path in holds_up_to(day, 8, jobs=1, progress=False)
    points = against_load(day, "response_mean", 2, jobs=1, progress=False)
    assert [each.mean for _, each in points] == pytest.approx([0.025] * 6, abs=5e-4)
    assert [each for each in evsim.experiment.sensitivity.inputs_of(day) if each.startswith("workloads")] == [path]
    known = evsim.sensitivity(day, "response_mean", paths=[path], by=0.9, n=2, jobs=1, progress=False)
    assert [bar.path for bar in known.bars] == [path] and known.bars[0].higher == 1.9


def test_long_runs_are_cut_for_what_takes_many_of_them(counter):
    long = counter.replace({
        "workloads.people.arrivals": {"poisson": 200}, "services.clerk.workers": 20,
        "run.duration": "200s", "run.warmup": "10s",
        "faults": [{"outage": "clerk", "at": "12s", "for": "1s"}, {"outage": "clerk", "at": "150s", "for": "1s"}],
    })  # fmt: skip
    customers = long.run(seed=1).summary()["requests"]
    shorter, said = excerpts({"long": long}, customers)
    assert len(shorter["long"].faults) == 1 and "goes wrong after 20" in said and "2,000 of 37,7" in said
    counted = shorter["long"].run(seed=1).summary()["requests"]
    assert counted == pytest.approx(CUSTOMERS, abs=4 * CUSTOMERS**0.5)
    assert excerpts({"long": long}, 2 * CUSTOMERS) == ({"long": long}, "")


def test_the_highest_load_is_that_of_the_busiest_stretch_wherever_it_comes(counter):
    """20 customers a second, 60 in a late stretch: of a clerk who serves 40, two thirds of the load are held."""
    points = [[0, 20], [300, 20], [300, 60], [360, 60], [360, 20]]
    whole = counter.replace({
        "workloads.people.arrivals": {"profile": {"points": points, "gaps": "constant"}}, "run.duration": "500s"
    })  # fmt: skip
    short = whole.replace({"run.duration": "20s"})
    moved, (said,) = busiest({"day": whole}, {"day": short})
    assert said == (
        "For loads of day, instead, the busiest 20s, from 300s on: 3 times as many customers come as in the first."
    )
    assert moved["day"].workloads["people"].arrivals.rates[0] == (0, 60) and moved["day"].run(seed=1).summary()[
        "requests"
    ] == pytest.approx(1200, abs=1)
    held = holds_up_to(moved["day"], 8, jobs=1, progress=False).partition("meets its objectives: ")[2]
    assert 0.96 * 2 / 3 < float(held.split()[0].rstrip(".")) <= 2 / 3
    missed = holds_up_to(short, 8, jobs=1, progress=False).partition("meets its objectives: ")[2]
    assert float(missed.split()[0].rstrip(".")) > 1.9  # what the first stretch would say


def test_where_nobody_comes_in_the_first_stretch_it_says_so(counter):
    points = [[0, 0], [300, 0], [300, 60], [360, 60], [360, 0]]
    quiet = {"profile": {"points": points, "gaps": "constant"}}
    whole = counter.replace({"workloads.people.arrivals": quiet, "run.duration": "500s"})
    moved, (said,) = busiest({"day": whole}, {"day": whole.replace({"run.duration": "20s"})})
    assert said == "For loads of day, instead, the busiest 20s, from 300s on: nobody comes in the first."
    assert moved["day"].run(seed=1).summary()["requests"] == pytest.approx(1200, abs=1)
    down = {"faults": [{"outage": "clerk", "at": "310s", "for": "1s"}]}
    short = whole.replace(down | {"run.duration": "20s", "faults": []})
    kept, (said,) = busiest({"day": whole.replace(down)}, {"day": short})
    assert kept["day"] is short and said == (
        "In the first 20s of day, which loads are of, nobody comes: they say nothing of the others. "
        "The busiest 20s begins at 300s."
    )


def test_of_a_stretch_those_count_who_come_after_its_warm_up(counter):
    """A minute with 60 customers a second; of a minute's run only the last two thirds count: they lie in it."""
    points = [[0, 20], [300, 20], [300, 60], [360, 60], [360, 20]]
    whole = counter.replace({
        "workloads.people.arrivals": {"profile": {"points": points, "gaps": "constant"}}, "run.duration": "600s",
        "run.warmup": "20s",
    })  # fmt: skip
    _, (said,) = busiest({"day": whole}, {"day": whole.replace({"run.duration": "60s"})})
    begin, times = re.search(r"the busiest 60s, from ([0-9.]+)s on: ([0-9.]+) times", said).groups()
    assert 280 <= float(begin) <= 300 and times == "3"


def test_where_the_busiest_stretch_cannot_be_taken_the_page_says_what_is_missed(counter, tmp_path):
    times = [*range(100), *(100 + number / 4 for number in range(200))]
    (tmp_path / "times.csv").write_text("time\n" + "\n".join(map(str, times)))
    arrivals = {"csv": "times.csv", "column": "time"}
    changes = {"workloads": {"people": {"target": "clerk", "arrivals": arrivals}}, "run": {"duration": "150s"}}
    whole = evsim.Scenario.from_dict(counter.to_dict() | changes, folder=tmp_path)
    short = whole.replace({"run.duration": "20s"})
    moved, (said,) = busiest({"shop": whole}, {"shop": short})
    assert moved["shop"] is short and ", from " in said and said.endswith("divide the highest load by 4.")
    steady = counter.replace({"workloads.people.arrivals": {"poisson": "20/s"}})
    assert busiest({"a": steady}, {"a": steady.replace({"run.duration": "5s"})})[1] == []
