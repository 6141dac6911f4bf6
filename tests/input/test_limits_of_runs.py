"""How large a run may be that a file's reader cannot know: exactly so large, and one step beyond."""

import pytest

from evsim.engine.environment import SimulationError
from evsim.run import Simulation
from evsim.scenario import Scenario, ScenarioError


def line(steps, arrivals=1, **run):
    """Services one after another, each of which hands on what its steps say: a channel between any two."""
    names = [f"s{number}" for number in range(len(steps))]
    services = {name: {"handle": its} for name, its in zip(names, steps, strict=True)}
    for name in names[1:]:
        services[name]["subscribe"] = f"to-{name}"
    return Scenario.from_dict({
        "name": "line",
        "workloads": {"people": {"target": "s0", "arrivals": {"burst": arrivals}}},
        "services": services,
        "channels": {f"to-{name}": "queue" for name in names[1:]},
        "run": {"duration": 10, "warmup": 0, **run},
    })  # fmt: skip


def hands_on(number, items):
    return [{"publish": {"channel": f"to-s{number}", "items": items}}]


@pytest.mark.parametrize(("most", "fits"), [(1000, True), (1001, False)])
def test_a_run_may_make_as_many_attempts_as_may_be_kept_and_no_more(most, fits):
    """Requests that lead to nothing: as many attempts as there are of them."""
    scenario = line([[{"work": 0}, {"effect": "row"}]], arrivals=most, max_rows=1000)
    if fits:
        assert len(scenario.run().tables.rows["born"]) == most
    else:
        with pytest.raises(ScenarioError, match="run.max_rows: the run would make about 1,001 attempts"):
            scenario.run()


@pytest.mark.parametrize("most", [2, 10])
def test_retries_that_nobody_could_expect_may_make_as_many_attempts_as_may_be_kept(most):
    """One customer, whose call fails so often."""
    scenario = Scenario.from_dict({
        "name": "again", "workloads": {"page": {"target": "front", "arrivals": {"burst": 1}}},
        "services": {"front": {"handle": [{"call": {"service": "back", "retry": {"attempts": most}}}]},
                     "back": {"handle": [{"fail": 1.0}]}},
        "run": {"duration": 10},
    })  # fmt: skip
    run = scenario.replace({"run.max_rows": most + 1}).run()
    assert run.audit() and len(run.tables.rows["born"]) == most + 1
    with pytest.raises(SimulationError, match=f"run.max_rows: there were more than {most} attempts by"):
        scenario.replace({"run.max_rows": most}).run()


@pytest.mark.parametrize(
    ("burst", "hint"), [(400, "make run.duration about 6s, lower the rate"), (1001, "let fewer come at once")]
)
def test_a_shorter_run_is_proposed_where_one_has_room_for_what_comes_at_once(burst, hint):
    scenario = line([[{"work": 0}]], arrivals=burst, max_rows=1000)
    scenario = scenario.replace({"workloads.others": {"target": "s0", "arrivals": {"constant": "100/s"}}})
    with pytest.raises(ScenarioError, match=hint):
        scenario.run()
    if "duration" in hint:
        assert len(scenario.replace({"run.duration": 6}).run().tables.rows["born"]) == 999  # the first comes at 10 ms


@pytest.mark.slow
@pytest.mark.parametrize(("last", "fits"), [(10, True), (11, False)])
def test_a_thousand_items_of_one_request_may_come_to_a_service(last, fits):
    steps = [hands_on(1, 10), hands_on(2, 10), hands_on(3, last), [{"effect": "row"}]]
    if fits:
        assert len(line(steps).run().tables.effects["time"]) == 1000
    else:
        with pytest.raises(ScenarioError, match="services.s3: 1,100 items of one request may come to it, and it may"):
            line(steps).run()


def test_a_message_may_go_through_a_service_a_thousand_times():
    """And is stopped as it comes the next time: it goes on for ever, but for one in ten thousand millions."""
    again = [{"work": "1ms"}, {"maybe": {"probability": 1 - 1e-10, "then": [{"publish": "to-s1"}]}}]
    simulation = Simulation(line([[{"publish": "to-s1"}], again]))
    with pytest.raises(SimulationError, match="s1: a message went through it more than 1000 times"):
        simulation.run()
    rounds = simulation.system.kernel.records.rows.column("round")
    started = simulation.system.kernel.records.rows.column("started")
    assert rounds[started >= 0].max() == 1000 and (started >= 0).sum() == 1001, "the request, and a thousand handlings"
