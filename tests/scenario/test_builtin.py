import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from evsim.scenario import Scenario, ScenarioError, load, names
from evsim.scenario.handlers import walk
from evsim.scenario.offered_load import arrival_rates, holding_times
from evsim.scenario.reading import read
from evsim.scenario.routing import dead_letters

TWINS = [f"registration-{design}" for design in ("monolith", "classic", "parallel", "hybrid", "events")]
LESSONS = [  # each is healthy, and breaks at two to four times its load
    "autoscale-by-lag", "blocked-event-loop", "checkpoint-and-crash", "cold-start-burst", "hot-partition",
    "leader-failover", "metastable", "poison-message", "prefetch-unfair", "rebalance-storm",
    "registration-serverless", "registrations-per-minute", "replay-history", "saga-choreographed",
    "saga-orchestrated", "serverless-or-always-on", "share-group", "slow-consumer", "topic-exchange", "unix-pipe",
    "vertx-bus",
]  # fmt: skip


def text_of(name):
    return (files("evsim") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def written(name):
    return read(text_of(name))[0]


def differences(one, other, path=()):
    """The paths at which two trees of plain data differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [".".join(path)]
    keys = [*one, *(key for key in other if key not in one)]
    missing = object()
    return [each for key in keys for each in differences(one.get(key, missing), other.get(key, missing), (*path, key))]


def test_the_built_in_scenarios_are_these():
    assert names() == sorted([*TWINS, *LESSONS, "two-producers-four-consumers"])


@pytest.mark.parametrize("name", names())
def test_what_is_not_by_default_is_what_is_written_out(name):
    scenario = load(name)
    parts = [scenario, *scenario.services.values(), *scenario.channels.values(), *scenario.workloads.values()]
    parts += [each for service in scenario.services.values() for each in service.subscribe]
    for each in parts:
        assert each.not_by_default() == list(each.model_dump(by_alias=True, exclude_defaults=True))


def called_after_failures(scenario):
    steps = [entry for service in scenario.services.values() for entry in walk(service.handle)]
    return {step.service for path, step, _ in steps if step.kind == "call" and "on_error" in path}


def results_of_windows(scenario):
    """Channels that get a message now and then, of which nobody knows beforehand how many."""
    entries = [entry for service in scenario.services.values() for entry in walk(service.handle)]
    return {
        step.channel for path, step, _ in entries if step.gathers or (step.hands_over and "late_messages" in path)
    }  # fmt: skip


@pytest.mark.parametrize("name", names())
def test_a_built_in_scenario_is_sound_healthy_and_tells_what_it_shows(name):
    scenario = load(name)
    assert scenario.name == name and scenario.about and text_of(name).startswith("# ")
    assert scenario.warnings() == [] and scenario.faults == ()
    rates, times = arrival_rates(scenario), holding_times(scenario)
    letters = {name for channel in scenario.channels for name in dead_letters(scenario, channel)}
    for service, settings in scenario.services.items():
        # Nobody reckons with dead letters, nor with what follows a call that fails.
        expected = not {each.channel for each in settings.subscribe} & letters
        expected &= service not in called_after_failures(scenario)
        expected &= not {each.channel for each in settings.subscribe} & results_of_windows(scenario)
        assert (rates[service] * times[service] > 0) == expected
        assert rates[service] * times[service] < 0.7 * settings.most_instances * settings.workers


@pytest.mark.parametrize("name", names())
def test_a_built_in_scenario_survives_being_written(name):
    scenario = load(name)
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario == Scenario.from_dict(scenario.to_dict())


def test_classic_and_events_differ_in_wiring_only():
    assert differences(written("registration-classic"), written("registration-events")) == [
        "name",
        "about",
        "services.register.handle",
        "services.database.subscribe",
        "services.mailing-list.subscribe",
        "channels",
    ]
    classic, events = (written(name)["services"]["register"]["handle"] for name in TWINS[1::3])
    assert classic[0] == events[0] and classic[-1] == events[-1]
    assert [next(iter(step)) for step in classic[1:-1]] == ["call", "call"]
    assert [next(iter(step)) for step in events[1:-1]] == ["publish"]


@pytest.mark.parametrize("twin", TWINS)
def test_no_step_of_the_database_and_the_mailing_list_changes_but_for_the_outbox(twin):
    ours, events = load(twin), load("registration-events")
    for service in ("database", "mailing-list"):
        steps = ours.services[service].handle
        assert [step for step in steps if step.kind != "publish"] == list(events.services[service].handle)
        outbox = (twin, service) == ("registration-hybrid", "database")
        assert len(steps) == len(events.services[service].handle) + outbox
        assert ours.services[service].workers == events.services[service].workers
    assert ours.workloads == events.workloads and ours.network == events.network
    assert ours.run_settings == events.run_settings and ours.objectives == events.objectives


@pytest.mark.parametrize("twin", TWINS)
def test_the_twins_call_with_a_timeout_of_a_second_and_no_retries(twin):
    steps = load(twin).services["register"].handle
    branches = [branch[0] for step in steps if step.kind == "parallel" for branch in step.branches]
    for call in (step for step in [*steps, *branches] if step.kind == "call"):
        assert call.timeout == 1.0 and call.retry is None


def test_the_monolith_is_one_program():
    services = load("registration-monolith").services
    assert [services[name].inside for name in ("register", "database", "mailing-list")] == [
        None,
        "register",
        "register",
    ]


def test_the_flagship_has_its_parameters():
    services = load("registration-events").services
    work = {name: service.handle[0].time for name, service in services.items()}
    assert {name: service.workers for name, service in services.items()} == {
        "register": 32,
        "database": 2,
        "mailing-list": 5,
    }
    assert work["register"].value == 0.002
    assert (work["database"].kind, work["database"].mean) == ("exponential", 0.02)
    assert (work["mailing-list"].kind, work["mailing-list"].mean, work["mailing-list"].cv) == (
        "lognormal",
        0.06,
        1,
    )


def test_two_producers_feed_four_consumers_of_which_two_compete():
    scenario = load("two-producers-four-consumers")
    publishers = [
        service for service in scenario.services.values() if any(step.kind == "publish" for step in service.handle)
    ]
    consumers = {name: service for name, service in scenario.services.items() if service.subscribe}
    assert len(scenario.workloads) == len(publishers) == 2
    assert sum(service.instances for service in consumers.values()) == 4
    assert {service.subscribe[0].group: service.instances for service in consumers.values()} == {
        "database": 2,
        "mailing-list": 1,
        "statistics": 1,
    }


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(
        ScenarioError, match="no built-in scenario registration-event; did you mean registration-events?"
    ):
        load("registration-event")


def test_a_file_is_loaded_by_its_path_and_knows_its_folder(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + text_of("registration-events").encode())
    assert load(file) == load(str(file)) == load("registration-events")
    assert load(file).folder == tmp_path


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ScenarioError, match="mine.yaml: is not a text in UTF-8"):
        load(tmp_path / "mine.yaml")
    with pytest.raises(ScenarioError, match="cannot be read.*did you mean mine.yaml?"):
        load(tmp_path / "mien.yaml")


@pytest.fixture(scope="module")
def schema():
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    written = Scenario.schema()
    validator.check_schema(written)
    return validator(written)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_the_schema_accepts_the_built_in_scenarios(schema, name):
    assert list(schema.iter_errors(written(name))) == []
    assert list(schema.iter_errors(load(name).to_dict())) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "path, value",
    [
        (("services", "register", "workrs"), 3),
        (("services", "register", "workers"), 0),
        (("run", "duration"), "long"),
        (("services", "register", "handle"), [{"wrok": "2ms"}]),
        (("services", "register", "handle"), [{"work": "2 parsecs"}]),
        (("channels", "customer-registered"), {"log": {"partition": 3}}),
        (("services", "Big"), {"handle": [{"work": 1}]}),
        (("faults",), [{"outge": "database", "at": 1}]),
        (("objectives", "respons"), 3),
        (("network", "loss"), 2),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(schema, path, value):
    data = load("registration-events").to_dict()
    node = data
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert not schema.is_valid(data)
    with pytest.raises(ScenarioError):
        Scenario.from_dict(data)


@pytest.mark.slow
def test_the_schema_accepts_what_the_reader_accepts(schema):
    rich = (Path(__file__).parent / "rich.yaml").read_text()
    assert list(schema.iter_errors(read(rich)[0])) == []
    assert list(schema.iter_errors(Scenario.from_yaml(rich).to_dict())) == []


@pytest.mark.slow
def test_importing_the_scenario_package_stays_light():
    heavy = "pandas matplotlib scipy IPython ipywidgets joblib simpy evsim.engine"
    program = f"""if True:
        import sys, evsim.scenario.model
        from evsim.scenario.part import Part
        print(*(set({heavy.split()}) & set(sys.modules)))
        kinds = [Part]
        for each in kinds:  # pydantic builds each when it is first used; one build for all is a third of it
            kinds += each.__subclasses__()
        built = lambda: [each.__name__ for each in kinds if each.__pydantic_complete__]
        print(built())
        evsim.load("registration-events").run()
        print(built())"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["", "[]", "['Scenario']"]
