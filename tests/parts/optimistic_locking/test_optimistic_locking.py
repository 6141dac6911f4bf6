"""Optimistic concurrency: many who want to change one row, and how they wait before they try again."""

from functools import cache

import numpy as np
import pytest

from evsim.lesson.rivals import WAITS, contention, measured, rivals
from evsim.results.endings import Reason
from evsim.scenario import ScenarioError
from tests.support.cases import expected
from tests.support.nightly import NIGHTLY, nightly
from tests.truth.measuring import checked
from tests.truth.systems import caller, consumers, system

pytestmark = pytest.mark.slow

NAMES = dict(zip(("None", "Exponential", "EqualJitter", "FullJitter", "Decorr"), WAITS.values(), strict=True))
TRIALS = {10: 50, 20: 25, 50: 10, 100: 5, 150: 3, 190: 2}
COUNTS = [10, 100, *(pytest.param(count, marks=nightly) for count in (20, 50, 150, 190))]
THEIR_TRIALS = 1600


@cache
def trials(count, name):
    """(writes, milliseconds until the last client knows) of each trial."""
    scenario = rivals(count, NAMES[name])
    return np.array([_trial(scenario, seed) for seed in range(_number_of_trials(count))])


def _number_of_trials(count):
    return TRIALS[count] if NIGHTLY else TRIALS[count] // 2


def _trial(scenario, seed):
    run = scenario.run(seed=seed)
    if seed == 0:
        run.audit()
    assert (run.tables.requests.times_done == 1).all()
    writes, seconds = measured(run)
    assert writes == len(run.tables.effects["row"]) + int((run.tables.rows["reason"] == Reason.CONFLICT).sum())
    return writes, 1000 * seconds


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", COUNTS)
def test_calls_and_time_are_those_of_the_blogs_own_program(count, name):
    """Within four standard errors of both means; how far one trial lies from another, their own 1,600 trials say."""
    theirs = expected(f"AWS-OCC-{count}")[name]
    for ours, what, error in zip(_means(count, name), ("calls", "time_ms"), _errors(count, name), strict=True):
        assert abs(ours - theirs[what]) < 4 * np.hypot(error, theirs[what.removesuffix("_ms") + "_se"]), what


def _means(count, name):
    return trials(count, name).mean(axis=0)


def _errors(count, name):
    """The standard errors of our means."""
    theirs = expected(f"AWS-OCC-{count}")[name]
    return np.array([theirs["calls_se"], theirs["time_se"]]) * np.sqrt(THEIR_TRIALS / _number_of_trials(count))


@pytest.mark.parametrize(
    "claim, column, above, count",
    [
        ('calls Exponential/FullJitter (blog: "reduced our call count by more than half")', 0, "Exponential", 100),
        ("time Exponential/FullJitter", 1, "Exponential", 100),
        ("calls None/FullJitter", 0, "None", 100),
        ("calls Equal/Full", 0, "EqualJitter", 100),
        ("calls Decorr/Full", 0, "Decorr", 100),
        ("time Decorr/Full", 1, "Decorr", 100),
        ("time None/Full", 1, "None", 100),
        pytest.param("calls Equal/Full at N=190 (order flips)", 0, "EqualJitter", 190, marks=nightly),
    ],
)
def test_what_the_blog_found_is_found(claim, column, above, count):
    ours = _means(count, above)[column] / _means(count, "FullJitter")[column]
    shares = [_errors(count, name)[column] / _means(count, name)[column] for name in (above, "FullJitter")]
    # The case's own figure is a ratio of means with the errors of 1,600 trials, far below ours.
    assert abs(ours / expected("AWS-OCC-claims")[claim] - 1) < 4 * np.hypot(*shares)


def test_jitter_halves_the_calls_and_costs_hardly_any_time():
    assert _means(100, "FullJitter")[0] < _means(100, "Exponential")[0] / 2
    assert _means(100, "FullJitter")[1] < _means(100, "Exponential")[1] / 10


def test_the_picture_shows_what_the_runs_found():
    figure = contention(clients=(5, 10), seeds=range(2))
    calls, time = figure.axes
    assert [line.get_label() for line in calls.get_lines()] == list(WAITS)
    for ax, column in ((calls, 0), (time, 1)):
        drawn = {line.get_label(): line.get_ydata()[-1] for line in ax.get_lines()}
        mean = np.mean([measured(rivals(10, WAITS["full jitter"]).run(seed=seed))[column] for seed in range(2)])
        assert drawn["full jitter"] == pytest.approx(mean)
        assert f": {min(drawn, key=drawn.get)};" in ax.get_title(loc="left").replace("\n", " ")


def test_without_a_condition_the_last_one_wins_and_the_others_are_lost():
    """Two read the same row and both write it: with a condition the second one is told, without it nobody is."""
    careful = rivals(20, "0s")
    careless = careful.replace({"services.database.handle.3.effect.if_unchanged": False})
    told, blind = careful.run(seed=1), careless.run(seed=1)
    told.audit(), blind.audit()
    assert told.summary()["retries"] > 50 and blind.summary()["retries"] == 0
    seen = {}
    for _, row, _, version in blind.records.reads:
        seen.setdefault(version, []).append(row)
    assert max(map(len, seen.values())) > 1  # they wrote from the same version


def test_rows_of_different_keys_are_in_nobodys_way():
    many = rivals(20, "0s").replace({"workloads.clients.key": None})
    assert many.run(seed=1).summary()["retries"] == 0


def test_a_message_that_finds_its_row_changed_is_handed_out_again():
    handle = [{"read": "row"}, {"work": {"exponential": 0.05}}, {"effect": {"name": "row", "if_unchanged": True}}]
    retry = {"attempts": 1000, "backoff": {"full_jitter": {"base": "50ms"}}}
    scenario = consumers("queue", handle, {"constant": 20}, 20, warmup=0, key={"uniform": 1}, workers=10,
                         subscribe={"retry": retry})  # fmt: skip
    run = scenario.run(seed=1)
    assert run.audit()
    assert run.summary()["retries"] > 100 and run.summary()["effects_missing"] == run.summary()["dead"] == 0


def test_a_crash_forgets_what_was_read():
    handle = [{"read": "row"}, {"work": 0.2}, {"effect": {"name": "row", "if_unchanged": True}}]
    faults = [{"crash": "worker", "at": 5.1, "for": 1}]
    log = {"log": {"partitions": 1}}
    scenario = consumers(log, handle, {"constant": 2}, 10, warmup=0, key={"uniform": 1}, faults=faults)
    run = scenario.run(seed=1)
    assert run.audit() and run.summary()["effects_missing"] == run.summary()["effects_repeated"] == 0


def test_what_cannot_be_a_condition_is_refused_in_plain_words():
    write = {"effect": {"name": "row", "if_unchanged": True}}
    for handle in ([write], [write, {"read": "row"}], [{"read": "row"}, write, write]):
        with pytest.raises(ScenarioError, match="has not read row before, or not since it wrote it.*put `read: row`"):
            caller({}, handle, 10)
    with pytest.raises(ScenarioError, match="a batch of messages"):
        consumers({"log": {"partitions": 2}}, [{"read": "row"}, write], {"constant": 1}, 10, subscribe={"batch": 5})


def test_a_python_handler_reads_and_finds_what_was_changed_meanwhile():
    def handle(ctx):
        ctx.read("total")
        yield from ctx.work("150ms")
        ctx.effect("total", if_unchanged=True)

    customers = {"target": "page", "arrivals": {"burst": {"count": 2, "at": 0}}, "key": {"uniform": 1}}
    run = checked(system({"page": {"workers": 2, "handle": handle}}, {"customers": customers}, 1, 0.0), 1)
    assert run.spans.reason.tolist()[:2] == ["none", "conflict"] and len(run.effects) == 1
