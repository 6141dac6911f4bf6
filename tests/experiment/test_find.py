"""Searches: the smallest or largest value that meets the objectives, and where two designs are equal."""

from functools import partial
from importlib import import_module

import numpy as np
import pytest

import evsim
from evsim.experiment.search import Search, candidates
from evsim.scenario import ScenarioError
from evsim.scenario.units import number_of
from evsim.theory import mmc
from tests.support.nightly import nightly

find = import_module("evsim.experiment.find")  # the package has a function of that name
TRIALS = 200
LIMIT = 10.0

QUEUE = {
    "name": "counter",
    "workloads": {"callers": {"target": "desk", "arrivals": {"poisson": "40/s"}}},
    "services": {"desk": {"workers": 6, "handle": [{"work": {"exponential": "100ms"}}]}},
    "run": {"duration": "30s", "warmup": "5s", "seed": 3},
}


@pytest.fixture(scope="module")
def queue():
    return evsim.Scenario.from_dict(QUEUE)


def noisy_search(trial, true, max_runs=256):
    """A search for the smallest x from 1 to 40 whose mean 10 + (true - 0.5 - x) is at most 10, seen through noise."""

    def observe(value, seed):
        noise = np.random.default_rng((trial, seed)).normal(0, 1)
        return {"summary": {"response_mean": LIMIT + (true - 0.5 - value) + noise}}

    def judge(seen, error):
        return find._meets({"response_mean": LIMIT}, seen, error)

    scenario = evsim.Scenario.from_dict(QUEUE)
    search = Search(
        list(range(1, 41)),
        lambda value: (partial(observe, value), None),
        judge,
        scenario,
        0.05,
        max_runs,
        None,
        1,
        False,
    )
    search.run()
    return search.tried


@pytest.mark.slow
def test_a_search_is_right_in_at_least_95_of_100_trials():
    """As promised with an error of 5 %; what is shared among all looks is on the safe side, so most often all are."""
    good = undecided = 0
    for trial in range(TRIALS):
        true = 2 + trial % 38
        tried = noisy_search(trial, true)
        meets = min(value for value, each in tried.items() if each.verdict)
        misses = max((value for value, each in tried.items() if each.verdict is False), default=0)
        undecided += any(each.verdict is None for each in tried.values())
        good += misses < true <= meets
    assert good >= TRIALS * 0.95 and undecided < TRIALS * 0.05


@nightly
@pytest.mark.slow
def test_a_search_among_runs_is_right_in_at_least_95_of_100_trials(queue):
    """6 to 9 workers are the fewest, at 75 % of their time; the limit lies between what they and one less give."""
    good = 0
    for trial in range(TRIALS):
        true = 6 + trial % 4
        rate = 7.5 * true
        limit = 0.1 + (mmc(rate, 10, true).wait_mean + mmc(rate, 10, true - 1).wait_mean) / 2
        scenario = queue.replace({"workloads.callers.arrivals.poisson": f"{rate}/s", "run.duration": "20s"})
        found = evsim.find(scenario, "services.desk.workers", (4, 10), {"response_mean": limit}, seed=1000 * trial,
                           jobs=1, max_runs=128)  # fmt: skip
        good += (found.misses, found.value) == (true - 1, true)
    assert good >= TRIALS * 0.95


def test_what_too_few_runs_cannot_decide_is_left_open():
    """One value is 0.5 from the limit, and 8 runs have an interval of several: it is rarely decided."""
    tried = noisy_search(1, 20, max_runs=8)
    assert any(each.verdict is None for each in tried.values())
    assert all(each.runs == 8 for each in tried.values())
    false = [value for value, each in tried.items() if each.verdict is False]
    assert max(false) < 20 <= min(value for value, each in tried.items() if each.verdict)


@pytest.mark.slow
def test_the_fewest_workers_are_those_of_erlang_c(queue):
    """40 callers a second, 10/s a worker: the limit lies halfway between what 5 and 6 workers give."""
    responses = {workers: 0.1 + mmc(40, 10, workers).wait_mean for workers in (5, 6, 7)}
    limit = (responses[5] + responses[6]) / 2
    found = evsim.find(queue, "services.desk.workers", (4, 20), {"response_mean": limit}, jobs=1, max_runs=64)
    assert (found.misses, found.value) == (5, 6)
    assert "The smallest services.desk.workers with which counter meets its objectives: 6." in str(found)


@pytest.mark.slow
def test_the_largest_load_is_searched_from_above(queue):
    search = evsim.find(
        queue, "workloads.callers.arrivals.poisson", ("30/s", "58/s"), {"response_mean": "150ms"}, "largest",
        precision=0.2, jobs=1, max_runs=32,
    )  # fmt: skip
    load, above = (float(text.removesuffix("/s")) for text in (search.value, search.misses))
    assert 0.1 + mmc(load, 10, 6).wait_mean < 0.15 < 0.1 + mmc(above, 10, 6).wait_mean
    other = evsim.find(queue, "services.desk.workers", (5, 6), {"response_mean": "130ms"}, "largest", jobs=1)
    assert other.value is None and "search for the smallest" in other.answer


@pytest.mark.slow
def test_when_no_number_of_workers_suffices_the_longest_work_is_named(queue):
    found = evsim.find(queue, "services.desk.workers", (6, 9), {"response_mean": "50ms"}, jobs=1)
    (floor,) = found.floors
    assert found.value is None and floor.left.low > 0.05
    assert floor.left.mean == pytest.approx(0.1, abs=4 * floor.left.standard_error)
    assert floor.parts["desk"].mean == pytest.approx(0.1, abs=4 * floor.left.standard_error)
    assert "no number of them suffices. The longest work is that of desk" in found.answer


def test_what_other_services_do_is_not_a_service_s_own_work():
    """50 ms of the desk's 60 ms pass in two calls at once, of 30 and 50 ms: its own work is 10 ms."""
    steps = [{"work": "10ms"}, {"parallel": [{"call": "post"}, {"call": "bank"}]}]
    services = {
        "desk": {"handle": steps},
        "post": {"handle": [{"work": "30ms"}]},
        "bank": {"handle": [{"work": "50ms"}]},
    }
    scenario = evsim.Scenario.from_dict(QUEUE | {"services": services}).replace({
        "workloads.callers.arrivals": {"constant": "5/s"}, "run.duration": "20s", "run.warmup": 0,
        "objectives": {"response_mean": "1ms"},
    })  # fmt: skip
    (floor,) = find.floor_of(
        scenario, find._meets(scenario.objectives, [{"summary": {"response_mean": 1.0}}] * 8, 0.01)[1], [1, 2]
    )
    assert {name: round(each.mean, 9) for name, each in floor.parts.items()} == {
        "bank": 0.05,
        "post": 0.03,
        "desk": 0.01,
    }
    assert list(floor.parts) == ["bank", "post", "desk"] and floor.left.mean == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("kind", "setting", "left"),
    [("work", {"event_loop": True}, 25), ("blocking", {"event_loop": {"pool": 1}}, 25), ("work", {"cores": 1}, 35)],
    ids=["loop", "pool", "cores"],
)
def test_the_longest_work_is_without_the_wait_for_a_loop_a_thread_or_a_core(kind, setting, left):
    """Three customers at once, of 10 and 5 ms: ready after 15, 25 and 35 ms, or after 35 each if they share a core."""
    service = {"workers": 100, "handle": [{kind: "10ms"}, {"wait": "5ms"}], **setting}
    scenario = evsim.Scenario.from_dict(QUEUE | {"services": {"desk": service}}).replace({
        "workloads.callers.arrivals": {"burst": 3}, "run.duration": "1s", "run.warmup": 0,
        "objectives": {"response_mean": "1ms"},
    })  # fmt: skip
    judgements = find._meets(scenario.objectives, [{"summary": {"response_mean": 1.0}}] * 8, 0.01)[1]
    (floor,) = find.floor_of(scenario, judgements, [1])
    assert floor.left.mean == pytest.approx(left / 1000) and floor.parts["desk"].mean == pytest.approx(0.015)


@pytest.mark.parametrize(
    ("branches", "own"),
    [([{"work": "10ms"}], 15), ([{"call": "bank"}], 5), ([{"call": "bank"}, {"work": "20ms"}], 25)],
    ids=["one waits for the other", "a call beside it", "a call and work beside it"],
)
def test_of_branches_side_by_side_no_work_is_taken_off_that_others_wait_beside(branches, own):
    """5 ms on a loop, and more beside it: what waits for the loop, or the bank, takes nothing off its work."""
    steps = [{"parallel": [[{"work": "5ms"}], *([each] for each in branches)]}]
    services = {"desk": {"workers": 9, "handle": steps, "event_loop": True}, "bank": {"handle": [{"work": "50ms"}]}}
    scenario = evsim.Scenario.from_dict(QUEUE | {"services": services}).replace({
        "workloads.callers.arrivals": {"constant": "5/s"}, "run.duration": "1s", "run.warmup": 0,
        "objectives": {"response_mean": "1ms"},
    })  # fmt: skip
    judgements = find._meets(scenario.objectives, [{"summary": {"response_mean": 1.0}}] * 8, 0.01)[1]
    (floor,) = find.floor_of(scenario, judgements, [1])
    assert floor.parts["desk"].mean == pytest.approx(own / 1000)


def test_a_percentile_of_too_few_customers_stops_the_search_at_once(queue):
    few = queue.replace({"run.duration": "1s", "run.warmup": 0})
    found = evsim.find(few, "services.desk.workers", (6, 9), {"response_p99.9": "500ms"}, jobs=1)
    assert found.value is None and [each.runs for each in found.tried.values()] == [8]
    assert "too few to tell" in str(found)
    assert "Response p99.9: a run has too few customers for it, and a longer one is needed." in found.answer
    assert "(1 value tried, 8 runs;" in found.answer


@pytest.mark.slow
def test_a_count_of_none_is_no_proof_of_never(queue):
    found = evsim.find(queue, "services.desk.workers", (6, 9), {"errors": 0}, jobs=1)
    assert found.value == 6 and "Errors: 0 in 8 runs; at most 37.5 % of runs have more." in found.answer


def test_a_share_of_all_is_no_proof_of_always(queue):
    short = queue.replace({"run.duration": "5s", "run.warmup": 0})
    found = evsim.find(short, "services.desk.workers", (6, 7), {"availability": "99%"}, jobs=1)
    assert found.value == 6 and "Availability: 100 % in 8 runs; at most 37.5 % of runs have less." in found.answer


@pytest.mark.slow
def test_two_designs_are_equal_between_two_neighbours(queue):
    """A desk with one worker against one with a fixed 60 ms more and no queue: equal where M/M/1's wait is 60 ms."""
    one = queue.replace({"services.desk.workers": 1, "services.desk.handle.0.work.exponential": "20ms"})
    many = queue.replace(
        {
            "services.desk.workers": 50,
            "services.desk.handle": [{"work": {"exponential": "20ms"}}, {"wait": "30ms"}],
        }
    )
    found = evsim.break_even(
        many,
        one,
        "workloads.callers.arrivals.poisson",
        ("20/s", "40/s"),
        "response_mean",
        precision=0.3,
        jobs=1,
        max_runs=16,
    )
    below, above = (float(text.removesuffix("/s")) for text in (found.last, found.first))
    wait = {load: mmc(load, 50, 1).wait_mean for load in (below, above)}
    assert wait[below] < 0.03 < wait[above]
    what = "counter (2) is below counter (1) up to workloads.callers.arrivals.poisson"
    assert f"{what} {found.last}" in found.answer, "designs of one name are told apart"


def test_nobody_is_sent_beyond_the_fewest_there_may_be(queue):
    calm = queue.replace({"workloads.callers.arrivals": {"constant": "1/s"}, "run.duration": "10s", "run.warmup": 0})
    for first, beyond in ((1, False), (2, True)):
        found = evsim.find(calm, "services.desk.workers", (first, 4), {"response_mean": "1s"}, jobs=1)
        assert (found.value, "look beyond it" in found.answer) == (first, beyond)


def test_ranges_are_whole_numbers_or_quantities_of_one_unit():
    assert list(candidates((1, 4), 0.01)) == [1, 2, 3, 4]
    steps = candidates(("10/s", "20/s"), 0.1)
    assert (steps[0], steps[-1]) == ("10/s", "20/s")
    numbers = [float(step.removesuffix("/s")) for step in steps]
    assert max(after / before for before, after in zip(numbers, numbers[1:], strict=False)) <= 1.1 + 1e-5
    assert candidates(("1", "64"), 0.01) == range(1, 65)
    near = candidates((0.999999, 1.000001), 1e-6)
    assert near[0] == 0.999999 and near[-1] == 1.000001 and sorted(set(near)) == near
    assert candidates((0.0, 0.5), 0.25) == [0.0, 0.125, 0.25, 0.375, 0.5]


def test_the_ends_of_a_range_may_have_different_units_of_one_quantity():
    for between, first, last in (
        (("1ms", "1s"), "1ms", "1000ms"), (("30/min", "2/s"), "30/min", "120/min"), (("1kB", "1MB"), "1kB", "1000kB"),
        (("0.5s", "600ms"), "0.5s", "0.6s"), ((0, "10ms"), "0ms", "10ms"),
    ):  # fmt: skip
        values = candidates(between, 0.1)
        assert (values[0], values[-1]) == (first, last), between
        read = [number_of(value)[0] for value in values]
        assert read == sorted(set(read)) and len(read) > 1


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"between": (4, 4)}, "between: must begin with the smaller value, 0 or more, got .4 to 4."),
        ({"between": ("1s", "2ms")}, "between: must begin with the smaller value"),
        ({"between": ("1s", "2/s")}, "between: must be two quantities of one kind"),
        ({"between": ("1", "2s")}, "write a unit at both"),
        ({"between": 7}, "between: must be a first and a last value"),
        ({"want": "best"}, 'want: must be "smallest" or "largest"'),
        ({"error": 0}, "error: must be a probability"),
        ({"max_runs": 3}, "max_runs: must be a whole number of runs, 8 or more"),
        ({"path": "services.desk.wokers"}, "did you mean workers"),
        ({"objectives": {}}, "objectives: there is nothing to meet"),
        ({"precision": 2}, "precision: must be a share"),
    ],
)
def test_bad_input_is_refused_before_the_first_run(queue, changes, said):
    arguments = {"path": "services.desk.workers", "between": (4, 8), "objectives": {"response_mean": "1s"}} | changes
    with pytest.raises(ScenarioError, match=said):
        evsim.find(queue, **arguments)


@pytest.mark.parametrize(
    "after, said", [(8, "sys.last_value.finished has what is finished"), (7, "nothing is finished")]
)
def test_an_interrupted_search_keeps_what_is_decided(queue, monkeypatch, after, said):
    asked = []

    def once(*arguments):
        if len(asked) == after:
            raise KeyboardInterrupt
        asked.append(arguments)
        return {"summary": {"response_mean": 0.1}}

    monkeypatch.setattr(find, "_run", once)
    with pytest.raises(KeyboardInterrupt) as caught:
        evsim.find(queue, "services.desk.workers", (6, 9), {"response_mean": "1s"}, jobs=1)
    assert str(caught.value) == f"interrupted: {said}"
    if after == 8:
        assert caught.value.finished.value == 9 and caught.value.done == 8
    else:
        assert caught.value.finished is None


def test_beyond_the_range_is_beyond_its_end(queue):
    calm = queue.replace({"workloads.callers.arrivals": {"constant": "1/s"}, "run.duration": "10s", "run.warmup": 0})
    for want, place in (("smallest", "first"), ("largest", "last")):
        found = evsim.find(calm, "services.desk.workers", (2, 4), {"response_mean": "1s"}, want=want, jobs=1)
        assert f"It is the {place} value of the range" in found.answer


@pytest.mark.slow
def test_what_a_store_has_is_not_run_again(queue, tmp_path, monkeypatch):
    asked, run = [], find._run
    monkeypatch.setattr(find, "_run", lambda *arguments: asked.append(arguments) or run(*arguments))
    short, search = queue.replace({"run.duration": "6s"}), ("services.desk.workers", (4, 9), {"response_mean": "1s"})
    settings = {"max_runs": 8, "jobs": 1, "progress": False}
    alone = evsim.find(short, *search, **settings)
    asked.clear()
    first = evsim.find(short, *search, store=tmp_path / "runs.sqlite", **settings)
    again = evsim.find(short, *search, store=tmp_path / "runs.sqlite", **settings)
    assert str(first) == str(again) == str(alone) and len(asked) == alone.runs
