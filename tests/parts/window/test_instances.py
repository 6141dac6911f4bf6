"""Windows on several instances: the results are those of one, however many there are; a crash of one restores all."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evsim.parts.window.key_groups import instance_of_key, key_group, key_groups
from evsim.results.endings import Outcome
from evsim.scenario import Scenario, ScenarioError
from tests.books.holding import examples
from tests.parts.window.drawing import windows
from tests.truth.measuring import balanced

PARTITIONS = 4


def parallel(
    instances, step=None, work=0.005, faults=(), results="queue", board=0, duration=20, seed=3, commit="after"
):
    """Late customers of two kinds, twelve keys; each instance has a worker for each partition, so that none waits."""
    kind = {} if step and {"sliding", "session"} & step.keys() else {"tumbling": 2}
    step = {"to": "results", "out_of_order": 1, **kind, **(step or {})}
    near = {"target": "page", "arrivals": {"poisson": 10}, "key": {"uniform": 12}, "delay": {"exponential": 0.5}}
    return Scenario.from_dict({
        "name": "parallel",
        "workloads": {"near": near, "far": {**near, "arrivals": {"poisson": 4}, "delay": {"uniform": [0, 3]}}},
        "services": {
            "page": {"workers": 50, "handle": [{"publish": "events"}]},
            "counter": {"workers": PARTITIONS, "instances": instances, "handle": [{"work": work}, {"window": step}],
                        "subscribe": {"channel": "events", "commit": commit}},
            "board": {"subscribe": "results", "handle": [{"work": board}, {"effect": "shown"}]},
        },
        "channels": {"events": {"log": {"partitions": PARTITIONS}}, "results": results, "stragglers": "queue"},
        "faults": list(faults),
        "run": {"duration": duration, "seed": seed},
    })  # fmt: skip


def shown(run):
    """What each pane is about, says and is made of, and when it was shown."""
    return Counter((pane.time, pane.key, pane.start, pane.end, pane.kind, pane.value, pane.rows)
                   for pane in run.records.panes)  # fmt: skip


def events(run):
    return [(event.time, event.row, event.source, event.at, event.late) for event in run.records.events]


def owner_of(run, row, instances):
    """The instance that has the key of a row."""
    return instance_of_key(str(run.tables.messages["key"][run.tables.rows["parent"][row]]), instances)


def last(run):
    """(key, start) -> what was said of it last."""
    return {(pane.key, round(pane.start, 6)): pane.value for pane in run.records.panes}


@pytest.mark.slow
@examples(1, 15)
@given(
    windows().filter(lambda step: step["by"] == "key" and step["clock"] == "watermark" and not step["late_messages"]),
    st.sampled_from([0, 0.005, {"exponential": 0.02}]), st.integers(2, 7), st.integers(0, 9),
)  # fmt: skip
def test_the_results_of_any_number_of_instances_are_those_of_one(step, work, instances, seed):
    one = balanced(parallel(1, step, work, duration=6, seed=seed), seed)
    several = balanced(parallel(instances, step, work, duration=6, seed=seed), seed)
    assert shown(several) == shown(one) and events(several) == events(one)


@pytest.mark.parametrize("instances", [2, 3, 5])
def test_each_instance_has_the_keys_of_its_groups_and_a_watermark_of_its_own(instances):
    run = balanced(parallel(instances))
    texts = {pane.key: run.tables.key_names.get(pane.key, str(pane.key)) for pane in run.records.panes}
    assert all(pane.source == -1 - instance_of_key(texts[pane.key], instances) for pane in run.records.panes)
    marks = {}
    for _, _, clock, at, _ in run.records.watermarks:
        marks.setdefault(clock, []).append(at)
    assert set(marks) == {-1 - number for number in range(instances)}
    assert all(each == marks[-1] and each == sorted(each) for each in marks.values()), "all sources tell all of them"
    owners = Counter(owner_of(run, event.row, instances) for event in run.records.events)
    assert run.services["counter"]["busiest_instance"] == max(owners.values()) / owners.total() > 1 / instances


@pytest.mark.parametrize(("key", "groups", "of_two", "of_eight"), [("A", 104, 1, 6), ("B", 17, 0, 1)])
def test_keys_lie_where_flink_has_them(key, groups, of_two, of_eight):
    assert key_group(key, 128) == groups
    assert (instance_of_key(key, 2), instance_of_key(key, 8)) == (of_two, of_eight)


def test_groups_that_are_neighbours_lie_together_and_no_instance_is_without():
    for instances in (1, 3, 7, 100, 128):
        groups = key_groups(instances)
        owners = [group * instances // groups for group in range(groups)]
        assert owners == sorted(owners) and set(owners) == set(range(instances))
        assert max(Counter(owners).values()) - min(Counter(owners).values()) <= 1


CHECKPOINT = {"every": 4, "takes": 0.05}
ONE_CRASHES = {"crash": "counter/2", "at": 11.3, "for": 1}


@pytest.mark.parametrize("sink", ["at_once", "transactional"])
@pytest.mark.parametrize("before", [(), ({"outage": "counter/1", "at": 9, "for": 5},)])
def test_a_crash_of_one_instance_restores_all_of_them_and_each_message_counts_once(sink, before):
    step = {"checkpoint": {**CHECKPOINT, "sink": sink}, "lateness": 30}  # nothing is too late, in whatever order
    undisturbed = balanced(parallel(3, step, commit="checkpoint"))
    run = balanced(parallel(3, step, commit="checkpoint", faults=[*before, ONE_CRASHES]))
    assert last(run) == last(undisturbed) and len(last(run)) > 80
    assert [(time, checkpoint) for time, _, checkpoint, _ in run.records.resets] == [(11.3, 1)]
    history = {event.row: event for event in run.records.events}
    again = [row for row in history if run.tables.rows["attempt"][row] > 1]
    assert {owner_of(run, row, 3) for row in again} == {0, 1, 2}, "events of all instances come again"
    assert bool(run.records.copies) == (sink == "at_once")


def test_a_crash_of_one_instance_takes_the_work_of_all():
    run = balanced(parallel(3, {"checkpoint": CHECKPOINT}, work=0.3, commit="checkpoint", faults=[ONE_CRASHES]))
    rows = run.tables.rows
    crashed = rows["outcome"] == Outcome.CRASHED
    assert len(set((rows["worker"][crashed] // PARTITIONS).tolist())) > 1
    of_counter = [place.number for place in run.tables.places if place.service == "counter"]
    began = rows["started"][np.isin(rows["place"], of_counter)]
    assert not ((began > 11.3) & (began < 12.3)).any() and (began > 12.3).any()
    lives = run.tables.capacity["counter"]
    assert sorted(lives.ended[lives.ended >= 0].tolist()) == [11.3] * 3


def test_one_that_is_paused_holds_back_the_checkpoint_and_its_own_watermark_only():
    """Others go on until each partition has a message in hand for it, or it had one itself."""
    pause = {"pause": "counter/1", "at": 11.3, "for": 2.2}
    run = balanced(parallel(3, faults=[pause]))
    assert not any(clock == -1 and 11.3 < time < 13.5 for time, _, clock, *_ in run.records.watermarks)
    counted = Counter(owner_of(run, event.row, 3) for event in run.records.events if 11.3 < event.time < 13.5)
    assert counted[0] == 0 < counted[1] + counted[2]
    run = balanced(parallel(3, {"checkpoint": CHECKPOINT}, commit="checkpoint", faults=[pause]))
    waited = [aligned - began for began, aligned, *_ in run.records.checkpoints]
    assert waited[2] == pytest.approx(1.5, abs=0.05) and max(waited[:2]) < 0.1


@pytest.mark.parametrize("instances", [1, 3])
def test_each_instance_waits_for_credit_by_itself_and_what_they_send_is_the_same(instances):
    few = {"queue": {"max_length": 2, "overflow": "block"}}
    step = {"lateness": 30}
    free = balanced(parallel(instances, step))
    held = balanced(parallel(instances, step, results=few, board=0.04))
    assert last(held) == last(free)
    assert held.services["counter"]["backpressured"] > 0 == free.services["counter"]["backpressured"]


@pytest.mark.parametrize(
    ("instances", "groups"),
    [
        (1, 128),
        (85, 128),
        (86, 256),
        (170, 256),
        (171, 256),
        (172, 512),
        (341, 512),
        (342, 1024),
        (683, 1024),
        (1000, 2048),
    ],
)
def test_there_are_as_many_groups_as_the_next_power_of_two_from_one_and_a_half_times_the_instances(instances, groups):
    assert (
        key_groups(instances) == groups
    )  # Flink, KeyGroupRangeAssignment: roundUpToPowerOfTwo(p + p / 2), 128 at least


@pytest.mark.parametrize(
    ("step", "settings", "says"),
    [
        ({"by": "all"}, {}, "windows for all lie in the memory of one instance"),
        ({"clock": "stream_time"}, {}, "by stream time each partition has windows of its own"),
        ({"like": "kafka-streams"}, {}, "by stream time each partition has windows of its own"),
        ({}, {"autoscale": {"by": "concurrency", "target": 1}}, "which may not come and go"),
    ],
)
def test_instances_that_cannot_share_windows_are_refused_with_a_way_out(step, settings, says):
    with pytest.raises(ScenarioError, match=says):
        parallel(2, step).replace({f"services.counter.{name}": value for name, value in settings.items()})


@pytest.mark.parametrize(
    "setting",
    [{"session_timeout": 10}, {"rebalance": 3}, {"max_poll_interval": 60}, {"session_timeout": 9, "static": True}],
)
def test_partitions_whose_positions_come_with_checkpoints_have_no_members_that_leave(setting):
    scenario = parallel(2, {"checkpoint": CHECKPOINT}, commit="checkpoint")
    reading = {"channel": "events", "commit": "checkpoint", **setting}
    with pytest.raises(ScenarioError, match="partitions are shared out once and no member leaves, got .*; remove it"):
        scenario.replace({"services.counter.subscribe": reading})


def test_the_number_of_its_instances_does_not_change_while_it_runs_and_that_of_its_workers_does():
    scenario = parallel(2, {})
    for start in (scenario, scenario.replace({"services.counter.instances": 1})):
        with pytest.raises(ScenarioError, match="cannot change while the system runs.*there can change workers"):
            start.replace({"faults": [{"change": "services.counter.instances", "to": 3, "at": 1}]})
    assert scenario.replace({"faults": [{"change": "services.counter.workers", "to": 3, "at": 1}]}).run(seed=1).audit()
