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


@pytest.mark.parametrize("written", ["64KiB", "1.5kB"])
def test_a_size_that_a_rule_refuses_is_said_as_it_was_written(written):
    design = evsim.load("registration-events").to_dict()
    kind = next(iter(design["channels"]["customer-registered"]))
    settings = {"price": {"stored": written}}
    with pytest.raises(ScenarioError, match=f"price.stored: .*got '{written}'"):
        Scenario.from_dict(design | {"channels": {"customer-registered": {kind: settings}}})


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


CONSUMERS = """\
name: consumers
workloads: {page: {target: front, arrivals: {constant: 10/s}, patience: 1s}}
services:
  front: {handle: [{publish: tasks}]}
  worker: {workers: 24, subscribe: {channel: tasks, prefetch: 1}, handle: [{work: 500ms}]}
channels: {tasks: queue}
objectives: {completion_p99: 1s}
run: {duration: 10s, drain_limit: 0s}
"""


def test_prefetch_is_for_an_instance():
    scenario = Scenario.from_yaml(CONSUMERS)
    idle, judged, slow = scenario.warnings()
    assert idle.startswith("services.worker: 23 of the 24 workers of an instance can never work")
    assert slow.startswith("services.worker: 10/s of 500ms each keep 5 workers busy, and at work are 1: its queue")
    assert judged.startswith("objectives.completion_p99: no step leaves an effect")
    run = scenario.run()
    assert run.tables.rows["worker"].max() < 24 and run.services["worker"]["utilisation"] < 1 / 24 + 0.01
    enough = scenario.replace({"services.worker.subscribe.0.prefetch": 24})
    assert not any("prefetch" in each for each in enough.warnings())


def test_what_is_open_at_the_end_is_where_the_warning_says():
    run = Scenario.from_yaml(CONSUMERS).run()
    (said,) = [each for each in run.warnings if "still open" in each]
    assert "customers without an answer are pending in the summary, messages in the figures of their channel" in said
    assert run.summary()["pending"] == 0 and run.channels["tasks", "worker"]["pending"] > 50


def test_a_worker_that_waits_for_an_answer_is_held():
    back = "  back: {workers: 50, handle: [{work: 300ms}]}\nchannels:"
    calls = CONSUMERS.replace("{publish: tasks}", "{call: back}").replace("channels:", back)
    said = "services.front: 10/s of 300ms each keep 3 workers busy, and it has 1"
    assert said in "\n".join(Scenario.from_yaml(calls).warnings())


def test_the_report_says_why_there_is_no_completion(tmp_path):
    from tests.cli.test_run import evsim_

    file = tmp_path / "consumers.yaml"
    file.write_text(CONSUMERS, encoding="utf-8")
    assert "Nobody was due an effect, so there is no completion" in evsim_("run", file).stdout
    assert "No step left an effect" not in evsim_("run", "slow-consumer", "--set", "run.duration=5s").stdout
