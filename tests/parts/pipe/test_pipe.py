"""Pipes: bounded buffers between programs, as measured in Unix and as theory has them."""

import numpy as np
import pytest

from evsim.results.endings import Fate, Outcome
from evsim.scenario import Scenario, ScenarioError
from tests.support.cases import case, expected
from tests.support.nightly import nightly
from tests.support.statistics import agrees, mean_and_error
from tests.truth.systems import system


def pipeline(works, records=None, pipes=None, duration=10_000, arrivals=None, first=None, last=None, faults=()):
    """Stages `a`, `b` ... joined by pipes: `a` gets all `records` at once, the last leaves the effect `done`.

    pipes: the settings of each. first: further settings of the publish steps; last: of the last subscription.
    """
    names = "abcdefgh"[: len(works)]
    services, channels = {}, {}
    for number, (name, work) in enumerate(zip(names, works)):
        end = number == len(works) - 1
        step = {"effect": "done"} if end else {"publish": {"channel": f"pipe-{number}", **(first or {})}}
        services[name] = {"handle": [{"work": work}, step]}
        if number:
            channels[f"pipe-{number - 1}"] = {"pipe": (pipes or [{"capacity": 10_000}] * len(works))[number - 1]}
            services[name]["subscribe"] = {"channel": f"pipe-{number - 1}", **((last or {}) if end else {})}
    customers = {"target": "a", "arrivals": arrivals or {"burst": {"count": records}}}
    return system(services, {"lines": customers}, duration, 0, channels=channels, faults=list(faults))


def balanced(scenario, seed=1):
    run = scenario.run(seed=seed)
    run.audit()
    return run


# How much fits, and how long it takes.


def test_a_pipeline_takes_as_long_as_its_slowest_stage_and_the_others_once():
    parameters = case("PIPE-makespan")["parameters"]
    run = balanced(pipeline(parameters["stages"], parameters["N"]))
    assert run.pipeline[-1].ended == pytest.approx(expected("PIPE-makespan", "makespan"), rel=1e-9)
    alone = parameters["N"] * sum(parameters["stages"])
    assert alone == pytest.approx(expected("PIPE-makespan", "sequential"))


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 100, 1000, 1024, 4096])
def test_a_pipe_holds_as_many_bytes_as_linux_lets_a_writer_write(size):
    """Nobody reads: what fits, fits."""
    scenario = pipeline(
        [0, 0], 70_000 // size + 10, [{"like": "linux"}], 10, first={"size": size}, faults=[{"outage": "b", "at": 0}]
    ).replace({"run.drain_limit": 0})
    run = balanced(scenario)
    kept = int((run.tables.messages["appended"] >= 0).sum())
    assert kept * size == expected("PIPE-capacity", f"{size}-byte writes")


def test_a_full_pipe_can_be_written_to_again_when_a_whole_page_has_been_read():
    """Records of a kilobyte: four make a page."""
    run = balanced(pipeline([0, 0.01], 200, [{"like": "linux"}], first={"size": 1024}))
    entered = np.sort(run.tables.messages["appended"])
    at_once, later = entered[entered == 0], entered[entered > 0]
    page = expected("PIPE-capacity", "bytes that must be read before a full pipe is writable again")
    assert len(at_once) * 1024 == 65536 + 1024  # what fits, and the one that the reader has in hand
    groups = np.unique(later, return_counts=True)[1]
    assert (groups[:-1] * 1024 == page).all()


def test_a_fast_writer_is_ahead_of_a_slow_reader_by_what_the_pipe_holds():
    run = balanced(pipeline([0, 0.01], 200, [{"like": "linux"}], first={"size": 1024}))
    writer, reader = run.pipeline
    assert writer.ended == pytest.approx(expected("PIPE-runahead", "ideal writer done"), rel=0.05)
    assert writer.ended == pytest.approx(expected("PIPE-runahead", "writer done at ~s"), rel=0.05)
    assert reader.ended == pytest.approx(expected("PIPE-runahead", "reader done at ~s"), rel=0.05)


def test_the_gap_between_written_and_read_is_never_wider_than_the_pipe():
    run = balanced(pipeline([{"exponential": 0.01}, {"exponential": 0.02}], 500, [{"capacity": 7}]))
    rows = run.tables.rows
    deliveries = np.array([place.kind == "delivery" for place in run.tables.places])[rows["place"]]
    written, read = run.tables.messages["appended"], rows["leased"][deliveries]
    times = np.r_[written, read]
    changes = np.r_[np.ones(len(written)), -np.ones(len(read))]
    levels = np.cumsum(changes[np.lexsort((changes > 0, times))])
    assert levels.max() == 7


def test_a_longer_pipe_makes_nothing_faster_but_its_writer():
    ended = {
        capacity: [stage.ended for stage in balanced(pipeline([0.001, 0.02], 300, [{"capacity": capacity}])).pipeline]
        for capacity in (1, 10, 1000)
    }
    assert ended[1][1] == pytest.approx(ended[10][1]) and ended[1][1] == pytest.approx(ended[1000][1])
    assert ended[1][0] > ended[10][0] > ended[1000][0]


# Blocking after service.


@pytest.mark.slow
@pytest.mark.parametrize("label", [
    pytest.param(label, marks=() if label in ("k=2,B=0", "k=2,B=10", "k=3,B=1") else nightly)
    for label in case("BLOCKING-tandem")["expected"]
])  # fmt: skip
def test_stages_that_block_each_other_pass_on_as_much_as_theory_says(label):
    stages, room = (int(part.split("=")[1]) for part in label.split(","))
    records, rates = 4000, []
    for seed in range(20):
        run = pipeline([{"exponential": 1}] * stages, records, [{"capacity": room}] * (stages - 1)).run(seed=seed)
        done = np.sort(run.tables.effects["time"])
        middle = done[records // 10 : 9 * records // 10]
        rates.append((len(middle) - 1) / (middle[-1] - middle[0]))
    assert agrees(rates, expected("BLOCKING-tandem", label))


@pytest.mark.slow
@pytest.mark.parametrize("low, high, label, error", [
    (3, 5, "U(3,5): 300 trials here", "SE"),
    pytest.param(3.5, 4.5, "U(3.5,4.5): 300 trials here", "SE2", marks=nightly),
])  # fmt: skip
def test_a_conveyor_belt_loses_as_many_parts_an_hour_as_in_another_program(low, high, label, error):
    work = {"uniform": [low, high]}
    belt = pipeline([work] * 3, pipes=[{"capacity": 3}] * 2, duration=4200, arrivals={"constant": 0.25})
    belt = belt.replace({"services.a.limit": 3, "run.warmup": 600})
    lost, own_error = mean_and_error([belt.run(seed=seed).summary()["rejected"] for seed in range(100)])
    assert abs(lost - expected("CIW-belt", label)) < 3 * np.hypot(own_error, expected("CIW-belt", error))


def test_a_small_message_waits_behind_a_large_one_for_which_there_is_no_room_yet():
    """Of 130 bytes 90 are taken. A message of 60 waits, and so does one of 30 that came after it."""
    both = {"parallel": {"branches": [[{"publish": {"channel": "pipe", "size": size}}] for size in ("60B", "30B")]}}
    comes = {f"w{at}": {"target": "cat", "arrivals": {"burst": {"count": 1, "at": at}}} for at in (0, 1)}
    run = Scenario.from_dict({
        "name": "line", "workloads": comes,
        "services": {"cat": {"workers": 9, "handle": [both]}, "wc": {"subscribe": "pipe", "handle": [{"work": 1}]}},
        "channels": {"pipe": {"pipe": {"bytes": 130}}}, "faults": [{"outage": "wc", "at": 0, "for": 5}],
        "run": {"duration": 20},
    }).run()  # fmt: skip
    assert run.audit()
    large, small = run.tables.messages["appended"][2:].tolist()
    assert 5 <= large <= small


# How programs end.


def test_a_reader_that_has_enough_ends_and_its_writer_dies_of_the_broken_pipe():
    run = balanced(pipeline([0.001, 0.001], 1000, [{"capacity": 5}], 10, last={"take": 1}))
    assert run.pipeline.statuses == expected("PIPE-status", "yes | head -n1 PIPESTATUS")
    assert run.pipeline.status == 0 and run.pipeline.pipefail == expected("PIPE-status", "pipefail yes|head")
    assert run.pipeline[-1].read == 1


def test_a_reader_that_has_enough_ends_when_the_last_of_what_it_took_is_handled():
    """It has two workers, whose lines are in hand at the same time: 0 s to 2 s, and 0.5 s to 2.5 s."""
    reader = {"workers": 2, "subscribe": {"channel": "pipe", "take": 2}, "handle": [{"work": 2}, {"effect": "line"}]}
    writers = {f"w{number}": {"target": "cat", "arrivals": {"burst": {"count": 1, "at": at}}}
               for number, at in enumerate((0, 0.5))}  # fmt: skip
    run = Scenario.from_dict({
        "name": "head", "workloads": writers,
        "services": {"cat": {"workers": 2, "handle": [{"publish": "pipe"}]}, "head": reader},
        "channels": {"pipe": {"pipe": {"capacity": 5}}}, "run": {"duration": 10},
    }).run()  # fmt: skip
    assert run.audit()
    assert run.effects.time.tolist() == [2, 2.5]


def test_a_stage_that_fails_is_told_by_its_own_status_and_by_that_of_the_whole_only_under_pipefail():
    scenario = pipeline([0.001, 0.001], 10, [{"capacity": 5}], 10)
    failing = scenario.replace({"services.a.handle": [{"work": 0.001}, {"fail": 1}, {"publish": "pipe-0"}]})
    run = balanced(failing)
    assert run.pipeline.statuses == [1, 0]
    assert run.pipeline.status == expected("PIPE-status", "false | true")
    assert run.pipeline.pipefail == expected("PIPE-status", "set -o pipefail; false | true")


def test_the_end_of_the_input_flows_down_and_everybody_ends_well():
    run = balanced(pipeline([0.001, 0.02, 0.003], 50, [{"capacity": 2}] * 2))
    assert run.pipeline.statuses == [0, 0, 0]
    ends = [stage.ended for stage in run.pipeline]
    assert ends == sorted(ends) and ends[-1] == pytest.approx(0.001 + 50 * 0.02 + 0.003)


def test_what_lies_in_a_pipe_is_lost_with_its_reader_and_who_waited_to_write_writes_nothing():
    run = balanced(pipeline([0.001, 1], 100, [{"capacity": 5}], 10, faults=[{"crash": "b", "at": 0.5, "for": 1}]))
    states = run.ledger.state.value_counts()
    assert states["lost"] == 6  # five in the pipe, one in hand
    rows, messages = run.tables.rows, run.tables.messages
    assert (messages["fate"] == Fate.WITHDRAWN).sum() + (messages["fate"] == Fate.BROKEN).sum() == 1
    assert (rows["outcome"] == Outcome.CRASHED).any()
    assert run.pipeline.statuses == [141, 137]


def test_a_blocked_writer_is_busy_and_the_figure_says_for_how_long():
    run = balanced(pipeline([0.001, 0.01], 200, [{"capacity": 3}], 10))
    writer, _ = run.pipeline
    assert writer.blocked == pytest.approx(writer.ended - 200 * 0.001)
    assert run.services["a"]["blocked"] == pytest.approx(writer.blocked / 10)
    assert run.services["b"]["blocked"] == 0
    assert run.channels["pipe-0", "b"]["blocked_max"] == pytest.approx(0.009)


# Bad input.


@pytest.mark.parametrize("changes, says", [
    ({"channels.pipe-0": {"pipe": {}}}, "must say how much it holds"),
    ({"channels.pipe-0": {"pipe": {"capacity": 3, "page": 10}}}, "counts bytes, and capacity counts messages"),
    ({"channels.pipe-0": {"pipe": {"bytes": 100}}}, "needs a size: pipe-0 counts bytes"),
    ({"services.a.instances": 2}, "services.a.instances: a pipe joins single programs, and a is on pipe-0, got 2"),
    ({"services.a.autoscale": {"by": "length", "target": 1, "most": 1}}, "services.a.autoscale: a pipe joins single"),
    ({"services.b.subscribe": []}, "a pipe has one reader, and nobody reads it"),
    ({"services.c": {"handle": [{"work": 1}], "subscribe": "pipe-0"}}, "a pipe has one reader, and b and c read it"),
    ({"services.a.handle": [{"publish": {"channel": "pipe-0", "acks": 0}}]}, "who writes waits until there is room"),
    ({"services.a.handle": [{"publish": {"channel": "pipe-0", "size": "100B"}}]}, "does not count bytes"),
    ({"faults": [{"outage": "pipe-0", "at": 1}]}, "which knows no outage"),
])  # fmt: skip
def test_what_no_pipe_can_do_is_refused_in_words(changes, says):
    with pytest.raises(ScenarioError, match=says):
        pipeline([0, 0], 10).replace(changes)


def test_programs_that_write_to_one_pipe_stand_in_the_order_of_their_names():
    writers = ["echo", "alpha", "delta", "bravo", "charlie", "foxtrot"]
    services = {name: {"handle": [{"publish": "lines"}]} for name in writers}
    services["cat"] = {"subscribe": "lines", "handle": [{"effect": "line"}]}
    burst = {"burst": {"count": 1}}
    customers = {f"user-of-{name}": {"target": name, "arrivals": burst} for name in writers}
    run = balanced(system(services, customers, 10, 0, channels={"lines": {"pipe": 10}}))
    assert [stage.name for stage in run.pipeline] == [*sorted(writers), "cat"]
