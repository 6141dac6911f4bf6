"""What is said names the mistake, and nothing that is none."""

import pytest

import evsim
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.errors import suggest


@pytest.mark.parametrize("step", ["wrok: 2ms", "window: 2ms", "work: fast", "call: {timeout: 1s}"])
def test_a_mistake_in_the_only_step_is_one_problem(complaint, step):
    said = complaint("      - work: {exponential: 5ms}\n      - effect: customer row", f"      - {step}")
    assert len(said.splitlines()) == 1 and "must hold at least 1" not in said


def test_an_empty_handler_still_is_one(complaint):
    said = complaint("    handle:\n      - work: {exponential: 5ms}\n      - effect: customer row", "    handle: []")
    assert "services.database.handle: must hold at least 1" in said


def test_only_a_near_name_is_offered_and_a_foreign_word_is_translated():
    steps = ["call", "effect", "maybe", "publish", "reply", "undo", "wait", "work"]
    assert "undo?" not in suggest("window", steps)
    assert suggest("normal", ["constant", "exponential", "lognormal"]) == "here that is lognormal"
    assert suggest("sleep", steps) == "here that is wait"
    assert suggest("wrok", steps) == "did you mean work?"


@pytest.mark.parametrize(
    ("objective", "value", "said"),
    [
        ("availability", 99.9, "must be between 0 and 1 (or 0% and 100%), got 99.9; write 99.9%"),
        ("response_p99", "5%", "must be a time such as 10ms, 1.5s or 2 min, got '5%'"),
        ("goodput", "5ms", "must be a rate such as 50/s or 3/min, got '5ms'"),
        ("errors", "5/s", "must be a number, got '5/s'"),
    ],
)
def test_an_objective_has_the_unit_of_its_figure(complaint, objective, value, said):
    assert said in complaint("run:", f"objectives: {{{objective}: {value}, respons_p99: 1s}}\nrun:")


def test_a_written_objective_has_its_unit():
    scenario = evsim.load("registration-events").replace({"objectives": {"response_p99": 0.2, "goodput": 5}})
    assert scenario.to_dict()["objectives"] == {"response_p99": "200ms", "goodput": "5/s"}


@pytest.mark.parametrize("name", ["a.YML", "mine.yaml.txt", "notes.txt"])
def test_a_name_with_a_dot_is_a_file(tmp_path, monkeypatch, name, small):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        evsim.load(name)
    (tmp_path / name).write_text(small, encoding="utf-8")
    assert evsim.load(name).name == "small"


def test_a_file_in_another_encoding_has_a_way_out(tmp_path, small):
    file = tmp_path / "small.yaml"
    file.write_text(small, encoding="utf-16")
    with pytest.raises(ScenarioError, match="is a text in UTF-16; save it as UTF-8"):
        evsim.load(file)


def test_model_validate_says_what_from_dict_says():
    said = []
    for read in (Scenario.from_dict, Scenario.model_validate):
        with pytest.raises(ScenarioError) as caught:
            read({"name": "x", "run": {"duration": "soon"}})
        said.append(str(caught.value))
    assert said[0] == said[1] and "workloads: is required" in said[0]


def test_a_name_that_nobody_knows_leads_to_the_list():
    with pytest.raises(ScenarioError, match="`evsim list` in a terminal"):
        evsim.load("qqqq")


def test_a_message_of_a_lingering_producer_comes_with_its_batch(changed):
    scenario = changed("{log: {partitions: 4}}", "{log: {partitions: 4, linger: 5ms}}")
    trace = str(scenario.replace({"run.duration": "1s"}).run().trace(0))
    assert "sent with its batch" in trace and "outbox" not in trace
