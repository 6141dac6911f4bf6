"""A report takes a time that is said beforehand: it stops when it is told to, and says what it left out."""

import re
from importlib import import_module

import pytest

import evsim
from evsim.experiment.running import Interrupted
from evsim.reporting.effort import Effort
from evsim.reporting.loads import TIMES

EFFORT = Effort(whole=4.0, short=0.5, designs=2, faults=6, loads=2 * len(TIMES), searches=2, sides=40)
DESK = {
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "20/s"}}},
    "services": {"desk": {"handle": [{"work": {"exponential": "20ms"}}]}},
    "run": {"duration": "3s"},
    "objectives": {"response_mean": "9s"},
}


@pytest.fixture(scope="module")
def desk():
    return evsim.Scenario.from_dict(DESK)


def make(desk, **settings):
    return evsim.report(desk, n=2, jobs=1, progress=False, **settings)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def whole(desk, told):
    return make(desk, tell=told.append)


def test_a_budget_gives_the_most_runs_that_it_allows():
    for budget in (30, 60, 100, 200, 400):
        n = EFFORT.within(budget, 20, 2)
        assert 2 <= n <= 20 and (n == 2 or EFFORT.seconds(n, 2) <= budget)
        assert n == 20 or EFFORT.seconds(n + 1, 2) > budget
    assert EFFORT.within(0, 20, 2) == 2 and EFFORT.within(1e9, 20, 2) == 20


def test_it_is_said_beforehand_how_long_it_takes(told, whole):
    (sentence,) = told
    assert re.match(
        r"About \d+ (s|min): up to 2 runs for the verdicts, some \d+ for faults, inputs and loads\. ", sentence
    )
    of_two = EFFORT.told(20, 2)
    assert f"About {EFFORT.seconds(20, 2) / 60:.0f} min on 2 processes, or less where 10 runs of each" in of_two
    assert "up to 40 runs" in of_two and "up to 10" in EFFORT.told(5, 1)


def test_as_many_runs_are_made_as_are_said_where_none_is_left_out(desk, told, whole, monkeypatch):
    """Two of the whole and of the shorter ones, which are as long here; of two runs each input gets both."""
    from evsim.experiment import running

    made = []
    monkeypatch.setattr(
        running, "execute", lambda *given, execute=running.execute, **more: made.append(1) or execute(*given, **more)
    )
    make(desk)
    said = int(re.search(r"some (\d+) for", told[0])[1])
    assert len(made) == pytest.approx(2 + said, rel=0.1)


@pytest.mark.slow
def test_time_enough_changes_nothing(desk, whole):
    assert make(desk, budget="1h").html == whole.html


def test_what_has_not_begun_when_the_time_is_over_is_left_out_and_named(desk):
    page = make(desk, budget="1us")
    assert page.answer == ["desk meets the objective.", "Left out, as the time was over: faults, inputs and loads."]
    assert page.html.count("Left out") == 4 and "No input, changed alone" not in page.html
    with pytest.raises(evsim.ScenarioError, match="budget: must be a time such as"):
        make(desk, budget="5 minutes")


def interrupt(*_, **settings):
    raise KeyboardInterrupt


def test_an_interrupted_report_has_what_is_finished(desk, whole, monkeypatch):
    monkeypatch.setattr(import_module("evsim.reporting.report"), "sensitivity", interrupt)
    with pytest.raises(Interrupted) as stop:
        make(desk)
    page = stop.value.finished
    assert page.faults == whole.faults and not page.inputs
    assert page.answer[-1] == "Left out, as it was interrupted: inputs and loads."


@pytest.mark.parametrize("done", [0, 1])
def test_a_report_interrupted_in_its_first_runs_has_those_that_are_finished(desk, done, monkeypatch):
    from evsim.experiment.compare import pair_of

    reporting = import_module("evsim.reporting.report")
    monkeypatch.setattr(
        reporting, "pair_of", lambda designs, seed: pair_of(designs, seed) if seed <= done else interrupt()
    )
    told = []
    with pytest.raises(Interrupted) as stop:
        evsim.report(desk, n=9, jobs=1, progress=False, tell=told.append)
    page = stop.value.finished
    assert not told and (page is None) == (done == 0)
    if page:
        assert page.comparison.seeds == (1,) and "runs for the verdicts" in page.html
        assert page.answer[-1] == (
            "Left out, as it was interrupted: 8 of 9 runs for the verdicts, faults, inputs, loads and the highest load."
        )


def test_an_interrupted_verdict_is_that_of_the_runs_that_are_finished(desk, monkeypatch):
    from evsim.experiment.compare import pair_of

    monkeypatch.setattr(
        "evsim.experiment.sequential.pair_of",
        lambda designs, seed: pair_of(designs, seed) if seed < 5 else interrupt(),
    )
    with pytest.raises(Interrupted) as stop:
        evsim.report(desk, n=9, jobs=1, progress=False)
    page = stop.value.finished
    assert page.comparison.seeds == (1, 2, 3, 4)
    assert page.answer[-1].startswith("Left out, as it was interrupted: 5 of 9 runs for the verdicts, faults, inputs,")


def test_faults_that_have_all_their_runs_are_kept(desk, whole, monkeypatch):
    from evsim.reporting import breaking

    both = evsim.Scenario.from_dict(DESK | {"services": {**DESK["services"], "other": {"handle": [{"work": "1ms"}]}}})
    once = breaking._one
    monkeypatch.setattr(breaking, "_one", lambda *given: interrupt() if given[-1][0] == "other" else once(*given))
    with pytest.raises(Interrupted) as stop:
        make(both)
    page = stop.value.finished
    assert list(page.faults["rows"]) == ["desk is down"] and "Left out, but for the following" in page.html
