"""Many runs of one scenario: the same results in any order and in any process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import evsim
from evsim.experiment import running
from evsim.experiment.replicate import Replications
from evsim.experiment.run_text import none_seen
from evsim.experiment.running import START_UP, Interrupted, _worth, in_order, seeds_from

SMALL = {"run.duration": "8s", "run.warmup": "1s"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scenario():
    return evsim.load("registration-events").replace(SMALL)


@pytest.fixture(scope="module")
def five(scenario):
    return evsim.replicate(scenario, n=5, jobs=1)


def test_the_seeds_begin_with_the_scenarios_own(scenario, five):
    assert five.seeds == (1, 2, 3, 4, 5)
    assert repr(evsim.replicate(scenario, n=2, seed=4, jobs=1).runs) == repr(five.runs[3:])


def test_each_run_is_the_run_of_its_seed(scenario, five):
    alone = scenario.run(seed=3)
    assert repr(five.runs[2]["summary"]) == repr(alone.summary())
    assert repr(five.runs[2]["services"]) == repr(alone.services)
    assert repr(five.runs[2]["channels"]) == repr(alone.channels)


def test_a_figure_that_no_run_has_asks_for_no_more_runs(scenario):
    short = scenario.replace({"run.duration": "1s", "run.warmup": 0})
    done = evsim.replicate(short, 2, precision={"response_p99.9": "1%"}, jobs=1)
    assert len(done.runs) == 2
    assert "response p99.9: no run has it; a percentile of so few customers needs a longer run" in done.warnings


def test_few_runs_of_a_figure_that_may_be_skewed_are_warned_of(scenario, five):
    promised = scenario.replace({"objectives": {"response_mean": 0.2, "effects_missing": 0}})
    few = [text for text in Replications(promised, five.runs).warnings if "too few to see" in text]
    assert few == [
        "5 runs are too few to see whether response mean is skewed; of a skewed figure a 95 % interval of so few "
        "covers some 89 %: take 10 or more"
    ]  # effects missing is 0 in all runs, so its interval is right
    assert not any("skewed" in text for text in Replications(promised, five.runs[:1]).warnings)


def test_runs_that_are_few_for_so_skewed_a_figure_are_warned_of(scenario, five):
    values = [0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 3.0]
    skewed = [five.runs[0] | {"seed": 1 + n, "summary": {"response_p99": value}} for n, value in enumerate(values)]
    (text,) = (text for text in Replications(scenario, skewed).warnings if "skewed" in text)
    assert text == (
        "response p99: 12 runs are few for a figure so skewed, and its interval covers less than 95 %; some 297 runs "
        "would do"
    )


@pytest.mark.slow
def test_the_order_of_the_runs_changes_nothing(scenario, five):
    backwards = [evsim.replicate(scenario, n=1, seed=seed).runs[0] for seed in (5, 4, 3, 2, 1)]
    assert repr(backwards[::-1]) == repr(five.runs)


@pytest.mark.slow
def test_several_processes_give_the_same_results(scenario, five):
    assert repr(evsim.replicate(scenario, n=5, jobs=2).runs) == repr(five.runs)


@pytest.mark.slow
def test_a_fresh_process_with_another_hash_seed_gives_the_same_results(five):
    code = f"""
import evsim
print(repr(evsim.replicate(evsim.load("registration-events").replace({SMALL!r}), n=5, jobs=1).runs))
"""
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    )
    assert done.stdout.strip() == repr(five.runs)


def test_means_have_intervals_over_the_runs(five):
    values = [run["summary"]["completion_mean"] for run in five.runs]
    found = five.summary()["completion_mean"]
    assert found.mean == pytest.approx(sum(values) / 5)
    assert found.low < found.mean < found.high and found.n == 5
    assert five.services["database"]["utilisation"].n == 5
    assert five.channels["customer-registered", "database"]["done"].mean == pytest.approx(
        five.summary()["requests"].mean
    )


def test_the_frame_has_a_row_a_seed(five):
    assert list(five.frame.index) == [1, 2, 3, 4, 5]
    assert set(five.runs[0]["summary"]) < set(five.frame.columns)
    assert five.frame["response_mean"].mean() == pytest.approx(five.summary()["response_mean"].mean)


def test_the_text_and_the_page_show_the_same_figures(five):
    for text in ("response mean", "completion p99", "effects missing", "seeds 1 to 5"):
        assert text in str(five)
        assert text in five._repr_html_()


def test_names_cannot_break_the_page(five):
    evil = five.scenario.replace({"name": "a-b"})
    object.__setattr__(evil, "name", "<script>")
    assert "<script>" not in Replications(evil, five.runs)._repr_html_()


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": 2.5}, {"n": True}, {"seed": -1}, {"seed": 1.5}, {"jobs": 0}])
def test_wrong_numbers_are_refused_by_name(scenario, wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}="):
        evsim.replicate(scenario, **wrong)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_says_in_which_run_it_happened(jobs):
    stubborn = evsim.load("registration-classic").replace(
        {
            "services.mailing-list.workers": 1,
            "services.register.handle.2.call.retry": {"attempts": 50},
            "run.max_rows": 10_000,
        }
    )
    with pytest.raises(evsim.SimulationError) as caught:
        evsim.replicate(stubborn, n=1 + jobs, jobs=jobs)
    assert any("registration-classic with seed" in note for note in caught.value.__notes__)


def test_little_work_stays_in_this_process():
    assert _worth(START_UP / 2) == 1
    assert in_order(lambda _: os.getpid(), range(3)) == [os.getpid()] * 3


def test_much_work_takes_all_cores():
    from joblib import cpu_count

    assert _worth(100 * START_UP) == cpu_count()


def test_what_a_warm_run_costs_decides(monkeypatch):
    """The first run also imports and reads; on a busy machine all take longer, and cost no more."""
    clock = [0.0]

    def task(seed):
        clock[0] += 0.9 * START_UP if seed == 0 else START_UP / 20
        return os.getpid()

    monkeypatch.setattr(running, "process_time", lambda: clock[0])
    monkeypatch.setattr(running, "spread", lambda task, seeds, jobs: ["elsewhere"] * len(seeds))
    assert in_order(task, range(20)) == [os.getpid()] * 20
    assert in_order(task, range(200)) == [os.getpid()] * 2 + ["elsewhere"] * 198


def test_a_long_first_run_is_not_followed_by_another_one_here(monkeypatch):
    clock = [0.0]

    def task(_):
        clock[0] += 3 * START_UP
        return "here"

    monkeypatch.setattr(running, "process_time", lambda: clock[0])
    monkeypatch.setattr(running, "spread", lambda task, seeds, jobs: ["elsewhere"] * len(seeds))
    assert in_order(task, range(4)) == ["here"] + ["elsewhere"] * 3


@pytest.mark.slow
def test_workers_use_one_thread_each():
    limits = in_order(lambda _: os.environ.get("OMP_NUM_THREADS"), range(2), jobs=2)
    assert limits == ["1", "1"]


@pytest.mark.slow
def test_results_come_in_the_order_of_the_seeds():
    assert in_order(lambda seed: seed, range(9, 0, -1), jobs=2) == list(range(9, 0, -1))


def test_nothing_is_printed_where_nobody_watches(scenario, capfd):
    evsim.replicate(scenario, n=2)
    evsim.replicate(scenario, n=2, progress=False)
    assert capfd.readouterr() == ("", "")


def test_a_bar_is_shown_when_asked_for(scenario, capfd):
    evsim.replicate(scenario, n=2, jobs=1, progress=True)
    assert "run" in capfd.readouterr().err


def test_seeds_follow_one_another(scenario):
    assert seeds_from(scenario, 3, seed=10**20) == (10**20, 10**20 + 1, 10**20 + 2)


def test_a_text_stands_before_the_bar_of_progress(monkeypatch):
    """Seen where somebody watches: as the work is long, and the stream a terminal."""
    bars = []

    class Bar:
        def __init__(self, **settings):
            bars.append((settings["desc"], settings["disable"], settings["delay"]))

        __enter__ = update = __exit__ = lambda self, *_: self

    monkeypatch.setattr("tqdm.tqdm", Bar)
    for progress in (None, True, False, "2 of 5, faults"):
        assert in_order(abs, [-1], 1, progress) == [1]
    assert bars == [(None, None, 1.0), (None, False, 0.0), (None, True, 0.0), ("2 of 5, faults", None, 1.0)]


def test_one_is_singular_in_what_experiments_say():
    """One run, one point, one customer."""
    desk = evsim.Scenario.from_dict({
        "name": "desk", "workloads": {"people": {"target": "desk", "arrivals": {"constant": "1/s"}}},
        "services": {"desk": {"handle": [{"work": "9ms"}]}}, "run": {"duration": "1.5s"},
    })  # fmt: skip
    once, rates = {"n": 1, "jobs": 1}, {"workloads.people.arrivals.constant": ["1/s"]}
    alone = evsim.replicate(desk, **once)
    assert repr(alone) == "<1 run of desk, seed 1>" and str(alone).startswith("desk: 1 run, seed 1\n")
    assert "A count of 0 in 1 run: at most" in none_seen(alone.summary()["requests"])
    assert repr(desk.run()) == "<Run of desk, seed 1: 1 request>"
    swept = evsim.sweep(desk, rates, **once)
    assert ": 1 point, 1 run>" in repr(swept) and str(swept).startswith("desk: 1 point, 1 run each\n")
    both = str(evsim.compare(desk, desk, labels=["one", "other"], **once))
    assert both.startswith("one and other: 1 run each, seed 1\n")
    assert [str(Interrupted(done, asked, None)) for done, asked in ((0, 1), (1, 9), (2, 9))] == [
        "none of 1 run is finished",
        "1 of 9 runs is finished: sys.last_value.finished has it",
        "2 of 9 runs are finished: sys.last_value.finished has them",
    ]
