"""Instances that come and go with the load: when they come, how many, and what it costs."""

import numpy as np
import pytest

import evsim
from evsim.scenario import ScenarioError
from tests.truth.measuring import balanced
from tests.truth.systems import poisson, system


def server(arrivals, work="1s", duration=60, faults=(), **settings):
    """A service that is asked."""
    service = {"handle": [{"work": work}, {"effect": "row"}], "autoscale": settings}
    customers = {"customers": {"target": "server", "arrivals": arrivals}}
    return system({"server": service}, customers, duration, 0, faults=list(faults))


def reader(channel, arrivals, duration=60, faults=(), **settings):
    """A service that reads a channel."""
    subscription = settings.pop("subscribe", {})
    services = {
        "front": {"workers": 100, "handle": [{"publish": "jobs"}, {"reply": "yes"}]},
        "server": {"autoscale": settings, "subscribe": {"channel": "jobs", **subscription},
                   "handle": [{"work": "500ms"}, {"effect": "job"}]},
    }  # fmt: skip
    customers = {"customers": {"target": "front", "arrivals": arrivals}}
    return system(services, customers, duration, 0, channels={"jobs": channel}, faults=list(faults))


def lives(run):
    capacity = run.tables.capacity["server"]
    return np.round([capacity.born, capacity.ready, capacity.ended], 6).T.tolist()


def decided(run):
    """(time, how many there were, how many there should be), where that changed."""
    return [(time, number, wanted) for time, _, _, number, wanted in run.records.decisions if wanted != number]


def test_instances_come_for_a_burst_after_their_start_and_go_when_it_is_done():
    burst = {"burst": {"count": 12, "at": 1}}
    run = balanced(server(burst, by="concurrency", target=4, every="2s", start="3s", most=5))
    assert decided(run) == [(2, 1, 3), (6, 3, 2), (8, 2, 1)], "11 left at 2 s, 8 at 5 s, 5 at 6 s, 2 at 8 s"
    assert lives(run)[1][:2] == lives(run)[2][:2] == [2, 5]
    assert run.tables.capacity["server"].instances([1, 4.9, 5, 7, 9]).tolist() == [1, 1, 3, 2, 1]


def test_more_than_may_be_are_never_called_up_and_fewer_than_must_be_never_left():
    run = balanced(server({"burst": {"count": 100, "at": 1}}, by="length", target=1, every="1s", least=2, most=5))
    assert run.services["server"]["instances_max"] == 5
    counts = run.tables.capacity["server"].instances(np.arange(0.5, 59))
    assert counts[0] == counts[-1] == 2 and counts.max() == 5


def test_a_schedule_needs_no_load():
    schedule = [{"at": "10s", "instances": 4}, {"at": "40s", "instances": 2}]
    run = balanced(server(poisson(1), "10ms", by="schedule", schedule=schedule, every="1s"))
    assert run.tables.capacity["server"].instances([5, 15, 45]).tolist() == [1, 4, 2]


def test_a_schedule_is_kept_to_the_moment_however_seldom_it_is_decided():
    schedule = [{"at": "2s", "instances": 3}, {"at": "17s", "instances": 6}, {"at": "31s", "instances": 1}]
    run = balanced(server(poisson(1), "10ms", by="schedule", schedule=schedule, every="15s", start="4s"))
    assert decided(run) == [(2, 1, 3), (17, 3, 6), (31, 6, 1)]
    assert run.tables.capacity["server"].instances([5.9, 6, 20.9, 21, 30.9]).tolist() == [1, 3, 3, 6, 6]


def test_what_those_still_do_who_have_to_go_makes_no_utilisation_of_more_than_all():
    """26 and 12: with what they still do, more were at work at times than there were workers."""
    settings = {"by": "utilisation", "target": 0.5, "every": "1s", "start": "0s", "most": 8, "down_after": 0}
    for seed in (26, 12):
        run = server(poisson(3), {"uniform": [0, 4]}, **settings).run(seed=seed)
        assert run.audit()
        assert all(now <= there for _, _, (now, _), there, _ in run.records.decisions)


def test_utilisation_settles_where_it_should_be():
    settings = {"by": "utilisation", "target": 0.5, "every": "5s", "window": "5s", "down_after": "60s", "most": 50}
    run = balanced(server(poisson(8), {"exponential": 1}, 600, **settings))
    counts = run.tables.capacity["server"].instances(np.arange(200, 600))
    assert 14 <= counts.mean() <= 26, "8 at work on average are half of 16, and the largest number wanted counts"


def test_a_short_memory_thrashes_and_a_long_one_costs_instances():
    def figures(down_after):
        settings = {"by": "lag", "target": 5, "every": "5s", "start": "10s", "down_after": down_after, "most": 20}
        return balanced(reader("queue", poisson(6), 300, **settings)).services["server"]

    short, long = figures(0), figures("120s")
    assert short["turns"] > 4 * long["turns"] and short["instances_mean"] < long["instances_mean"]


def test_it_scales_to_zero_and_a_message_calls_the_first_one_up():
    arrivals = {"burst": {"count": 1, "at": 20}}
    run = balanced(reader("queue", arrivals, least=0, by="lag", target=5, every="5s", start="2s"))
    assert run.tables.capacity["server"].instances([1, 21, 23]).tolist() == [0, 0, 1]
    assert run.summary()["effects_missing"] == 0


@pytest.mark.parametrize("by", ["lag", "length", "concurrency", "utilisation"])
def test_who_was_called_up_from_zero_stays_as_long_as_any_other_and_counts_as_a_change(by):
    """All is done 700 ms after the message came, long before the next look; it was wanted at 21 s, and stays 20 s."""
    settings = {"least": 0, "by": by, "target": 5, "every": "5s", "start": "200ms", "down_after": "20s"}
    run = balanced(reader("queue", {"burst": {"count": 1, "at": 21}}, **settings))
    assert lives(run) == [[21, 21.2, 45]] and decided(run) == [(21, 0, 1), (45, 1, 0)]
    figures = run.services["server"]
    assert (figures["scalings"], figures["turns"]) == (2, 1)


@pytest.mark.parametrize(("at", "seen"), [(21, 30), (30, 30), (31, 60)])
def test_who_polls_sees_what_waits_at_the_next_look_and_decides_nothing_before(at, seen):
    """The rule, asked each 7 s, would call up four; it does not before the first one was called up."""
    settings = {"least": 0, "by": "lag", "target": 5, "every": "7s", "start": "2s", "polling_interval": "30s"}
    run = balanced(reader("queue", {"burst": {"count": 20, "at": at}}, duration=120, **settings))
    assert decided(run)[0] == (seen, 0, 1) and lives(run)[0][:2] == [seen, seen + 2]
    assert [time for time, _, wanted in decided(run) if wanted > 1] == [seen + 7 - seen % 7]
    assert run.summary()["effects_missing"] == 0


def test_keda_wakes_half_of_its_polling_interval_after_a_message_on_average():
    """Messages far from each other come at any moment of 30 s: 15 s, with a standard deviation of 30 / sqrt(12)."""
    settings = {"like": "keda-sqs", "down_after": 0, "every": "15s", "start": 0}
    run = reader("queue", {"poisson": "0.002/s"}, duration=200_000, **settings).run(seed=1)
    waits = np.array([born - run.tables.rows["born"][run.tables.rows["leased"] >= 0] for born, *_ in lives(run)])
    first = np.where(waits >= 0, waits, np.inf).min(axis=1)
    assert len(first) > 250 and first.max() <= 30
    assert first.mean() == pytest.approx(15, abs=3.5 * 30 / np.sqrt(12 * len(first)))


def test_from_zero_a_schedule_calls_one_up_too():
    schedule = [{"at": "40s", "instances": 2}]
    run = balanced(reader("queue", {"burst": {"count": 1, "at": 21}}, least=0, by="schedule", schedule=schedule))
    assert [wanted for _, _, wanted in decided(run)] == [1, 0, 2] and run.summary()["effects_missing"] == 0


def test_a_log_has_no_more_consumers_than_partitions_but_for_one_and_pays_the_rebalance():
    settings = {"like": "keda-kafka", "by": "lag", "every": "5s", "down_after": 0, "up": [], "least": 1}
    log = {"log": {"partitions": 4}}
    run = balanced(reader(log, poisson(12), 100, **settings, subscribe={"assignor": "range"}))
    assert run.services["server"]["instances_max"] in (4, 5)
    assert (run.incidents["kind"] == "rebalance").sum() >= len(decided(run))
    idle = balanced(
        reader(log, poisson(12), 100, **settings | {"idle_consumers": True}, subscribe={"assignor": "range"})
    )
    assert idle.services["server"]["instances_max"] > 5


def test_knative_panics_in_a_burst_and_is_calm_a_minute_later():
    settings = {"like": "knative-kpa", "by": "concurrency", "target": 5, "start": "1s", "most": 40, "least": 1}
    run = balanced(server({"burst": {"count": 100, "at": 10}}, "5s", 120, **settings))
    at = {time: wanted for time, _, _, _, wanted in run.records.decisions}
    assert at[12] >= 5 and max(at.values()) >= 15 and at[118] == 1
    assert all(at[time] >= at[time - 2] for time in np.arange(14, 60, 2)), "in panic the number never falls"


@pytest.mark.parametrize(
    "fault", [{"crash": "server"}, {"crash": "server/1"}, {"outage": "server"}, {"pause": "server"}]
)
@pytest.mark.parametrize("channel", ["queue", {"log": {"partitions": 3}}])
def test_who_crashes_is_replaced_and_all_is_done_in_the_end(fault, channel):
    settings = {"by": "lag", "target": 5, "every": "2s", "start": "500ms", "most": 5}
    run = balanced(reader(channel, poisson(4), 30, faults=[fault | {"at": "10s", "for": "3s"}], **settings))
    assert run.summary()["effects_missing"] == 0


def test_a_fault_of_an_instance_that_is_not_there_strikes_nobody_and_the_run_says_so():
    """One has always been there; it crashes, and its number is not given again; a ninth never comes."""
    faults = [{"crash": f"server/{number}", "at": at, "for": 1} for number, at in ((1, 20), (1, 40), (9, 50))]
    run = balanced(server(poisson(2), "100ms", by="length", target=5, faults=faults))
    assert [(each[:26], "struck nobody" in each) for each in run.warnings] == [
        ("faults.1: server/1 was not", True), ("faults.2: server/9 was not", True)
    ]  # fmt: skip
    assert "at 40 s" in run.warnings[0] and (run.tables.capacity["server"].number == [0, 1]).all()
    again = [{"crash": "server/1", "mtbf": "10s", "mttr": "1s"}]
    (said,) = balanced(server(poisson(2), "100ms", by="length", target=5, faults=again)).warnings
    assert "server/1 was not there 4 of 5 times" in said, "and there the first time"
    assert not balanced(server(poisson(2), "100ms", by="length", target=5, faults=faults[:1])).warnings


def test_both_paths_agree():
    one = reader("queue", poisson(6), 60, by="lag", target=5, every="3s", start={"exponential": 2})
    run, again = one.run(seed=1), one.run(seed=1, guarded=True)
    assert run.records.decisions == again.records.decisions and len(decided(run)) > 3
    for name, column in run.records.rows.columns().items():
        assert np.array_equal(column, again.records.rows.column(name), equal_nan=True), name


@pytest.mark.parametrize(("settings", "says"), [
    ({"instances": 2, "autoscale": {"by": "length", "target": 1}}, "is not fixed"),
    ({"autoscale": {"by": "length"}}, "write how much length"),
    ({"autoscale": {"by": "lag", "target": 1}}, "reads no channel"),
    ({"autoscale": {"by": "schedule"}}, "is needed"),
    ({"autoscale": {"by": "length", "target": 1, "least": 20}}, "there may be 10 instances"),
    ({"function": {}, "autoscale": {"by": "length", "target": 1}}, "a function has its own way"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(settings, says):
    people = {"customers": {"target": "server", "arrivals": {"constant": 1}}}
    with pytest.raises(ScenarioError, match=says):
        system({"server": {"handle": [{"work": 1}], **settings}}, people, 9)


# The scenario.


@pytest.mark.slow
def test_the_scenario_thrashes_at_its_load_and_has_too_few_at_four_times_it():
    def at(times):
        scenario = evsim.load("autoscale-by-lag")
        return balanced(scenario.replace({"workloads.people.arrivals.poisson": 20 * times}))

    calm, busy = at(1), at(4)
    assert all(calm.summary()[name] <= limit for name, limit in calm.scenario.objectives.items())
    assert calm.services["resizer"]["turns"] >= 4
    assert busy.summary()["completion_p99"] > 25 and busy.services["resizer"]["instances_mean"] > 3.8
