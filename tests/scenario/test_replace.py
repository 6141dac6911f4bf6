import pickle
from pathlib import Path

import pytest

from evsim.scenario import Scenario, ScenarioError, load

RICH = (Path(__file__).parent / "rich.yaml").read_text()


@pytest.fixture(scope="module")
def rich():
    return Scenario.from_yaml(RICH)


@pytest.fixture(scope="module")
def events():
    return load("registration-events")


def test_what_is_written_reads_back_the_same(rich):
    assert Scenario.from_dict(rich.to_dict()) == rich
    assert Scenario.from_yaml(rich.to_yaml()) == rich
    assert rich.replace({}) == rich


def test_a_scenario_is_hashable_and_can_be_pickled(rich):
    again = pickle.loads(pickle.dumps(rich))
    assert again == rich and hash(again) == hash(rich)
    assert again.services["front"].handle == rich.services["front"].handle


def test_the_folder_is_kept_and_is_no_part_of_equality(tmp_path):
    text = RICH.replace("past: {target: front, arrivals: {csv: a.csv, column: when, key: client, scale: 0.1}}", "")
    here, there = Scenario.from_yaml(text), Scenario.from_yaml(text, folder=tmp_path)
    assert here == there and here.to_dict() == there.to_dict() and here.folder is None
    assert there.replace({"run.seed": 2}).folder == tmp_path == pickle.loads(pickle.dumps(there)).folder


def test_a_scenario_cannot_be_changed(rich):
    with pytest.raises(AttributeError, match="immutable"):
        rich.name = "poor"
    with pytest.raises(AttributeError, match="immutable"):
        rich.services["front"].workers = 3
    with pytest.raises(AttributeError, match="colour cannot be set: a scenario is immutable"):
        rich.colour = "blue"
    for change in (
        lambda: rich.services.update(x=1),
        lambda: rich.services.pop("front"),
        lambda: rich.channels.clear(),
    ):
        with pytest.raises(TypeError, match="immutable"):
            change()
    with pytest.raises(TypeError):
        rich.workloads["x"] = None


def test_replace_makes_a_new_scenario_and_leaves_the_old(events):
    more = events.replace({"services.mailing-list.workers": 16})
    assert (events.services["mailing-list"].workers, more.services["mailing-list"].workers) == (5, 16)
    assert more.replace({"services.mailing-list.workers": 5}) == events


@pytest.mark.parametrize(
    "path, value, found",
    [
        (
            "services.register.handle.0.work",
            "5ms",
            lambda s: s.services["register"].handle[0].time.value == 0.005,
        ),
        (
            "workloads.register-page.arrivals.poisson",
            "100/s",
            lambda s: s.workloads["register-page"].arrivals.rate == 100,
        ),
        (
            "workloads.register-page.arrivals",
            {"constant": "1/s"},
            lambda s: s.workloads["register-page"].arrivals.kind == "constant",
        ),
        ("workloads.register-page.patience", "5s", lambda s: s.workloads["register-page"].patience == 5),
        (
            "services.database.handle.0.work.exponential",
            "30ms",
            lambda s: s.services["database"].handle[0].time.mean == 0.03,
        ),
        (
            "services.mailing-list.handle.0.work.lognormal.cv",
            2,
            lambda s: s.services["mailing-list"].handle[0].time.cv == 2,
        ),
        ("services.database.instances", 2, lambda s: s.services["database"].instances == 2),
        (
            "services.database.subscribe.retry.attempts",
            7,
            lambda s: s.services["database"].subscribe[0].retry.attempts == 7,
        ),
        (
            "services.database.subscribe.0.group",
            "rows",
            lambda s: s.services["database"].subscribe[0].group == "rows",
        ),
        (
            "services.register.handle.1.publish.retry.attempts",
            3,
            lambda s: s.services["register"].handle[1].retry.attempts == 3,
        ),
        (
            "channels.customer-registered.log.partitions",
            8,
            lambda s: s.channels["customer-registered"].partitions == 8,
        ),
        (
            "channels.customer-registered",
            {"queue": {}},
            lambda s: s.channels["customer-registered"].kind == "queue",
        ),
        ("network.latency", "5ms", lambda s: s.network.latency.value == 0.005),
        (
            "network.links.wire",
            {"between": ["register", "database"], "loss": "50%"},
            lambda s: s.network.links["wire"].loss == 0.5,
        ),
        ("run.seed", 9, lambda s: s.run_settings.seed == 9),
        ("run.drain_limit", "5s", lambda s: s.run_settings.drain_limit == 5),
        ("faults.0", {"outage": "database", "at": "20s", "for": "10s"}, lambda s: s.faults[0].duration == 10),
        ("faults", [{"outage": "database", "at": "20s"}], lambda s: s.faults[0].target == "database"),
        ("objectives.response_p99.9", "1s", lambda s: s.objectives["response_p99.9"] == 1),
        (
            "services.audit",
            {"subscribe": "customer-registered", "handle": [{"work": "1ms"}]},
            lambda s: "audit" in s.services,
        ),
        ("name", "other", lambda s: s.name == "other"),
    ],
)
def test_replace_reaches_every_setting(events, path, value, found):
    assert found(events.replace({path: value}))


def test_replace_reaches_into_branches(rich):
    changed = rich.replace(
        {
            "services.front.handle.3.parallel.1.0.work": "9ms",
            "services.front.handle.4.parallel.until": "all",
            "services.front.handle.3.parallel.0": {"work": "3ms"},
        }
    )
    both, either = changed.services["front"].handle[3:5]
    assert both.branches[1][0].time.value == 0.009 and both.branches[0][0].time.value == 0.003 and either.until == "all"


def test_several_paths_are_replaced_at_once(events):
    changed = events.replace({"run.duration": "20s", "run.warmup": "10s"})
    assert (changed.run_settings.duration, changed.run_settings.warmup) == (20, 10)


@pytest.mark.parametrize(
    "path, said",
    [
        ("services.regster.workers", "services.regster: no such setting; did you mean register?"),
        ("services.register.workrs", "services.register.workrs: unknown setting; did you mean workers?"),
        ("service.register.workers", "service: no such setting; did you mean services?"),
        ("services.register.handle.9.work", "no such entry: services.register.handle is a list of 3"),
        ("services.register.handle.first", "no such entry: services.register.handle is a list of 3"),
        (
            "services.register.handle.0.work.exponential",
            "services.register.handle.0.work is '2ms'; replace services.register.handle.0.work",
        ),
        ("run.sed", "run.sed: unknown setting; did you mean seed?"),
        ("settings.seed", "settings: no such setting"),
        ("", "unknown setting"),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest_name(events, path, said):
    with pytest.raises(ScenarioError) as caught:
        events.replace({path: 3})
    assert said in str(caught.value)


def test_what_is_put_in_is_copied_and_stays_as_it_was(events):
    channels = {"customer-registered": {"log": {"partitions": 8}}}
    other = events.replace({"channels": channels, "channels.customer-registered.log.partitions": 2})
    assert other.channels["customer-registered"].partitions == 2
    assert channels == {"customer-registered": {"log": {"partitions": 8}}}


def test_a_replaced_value_is_checked_as_in_a_file(events):
    with pytest.raises(ScenarioError, match="services.database.workers: must be at least 1, got 0"):
        events.replace({"services.database.workers": 0})
    with pytest.raises(ScenarioError, match="there is no service nobody"):
        events.replace({"workloads.register-page.target": "nobody"})


def test_the_settings_of_the_run_have_a_name_of_their_own_in_python(events):
    settings = events.run_settings
    assert (settings.duration, settings.warmup, settings.seed, settings.drain_limit) == (60, 5, 1, None)


def test_the_written_form_is_short(events):
    assert events.to_dict()["services"]["register"] == {
        "workers": 32,
        "handle": [{"work": "2ms"}, {"publish": "customer-registered"}, {"reply": "registered"}],
    }


def test_what_is_replaced_as_a_whole_takes_what_was_said_of_its_parts_with_it():
    """A shorter list has no entry of which the origin of a step could be said; what is said of others stays."""
    data = {
        "name": "desk",
        "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "1/s"}}},
        "services": {"desk": {"handle": [{"work": "1ms"}, {"work": "2ms"}]}},
        "run": {"duration": "1s"},
        "origins": {
            "services.desk.handle": "guessed",
            "services.desk.handle.1": "measured: a watch",
            "workloads": "guessed",
        },
    }
    desk = Scenario.from_dict(data)
    shorter = desk.replace({"services.desk.handle": [{"work": "3ms"}]})
    assert shorter.origins == {"services.desk.handle": "guessed", "workloads": "guessed"}
    assert desk.replace({"services.desk.handle.1.work": "3ms"}).origins == desk.origins
    data["services"]["desk"]["handle"].pop()
    with pytest.raises(ScenarioError, match=r"handle\.1: no such entry.*take this line out"):
        Scenario.from_dict(data)
