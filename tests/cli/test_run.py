"""``evsim run``: what it prints, saves and answers to the shell."""

import json

import pytest
from typer.testing import CliRunner

import evsim
from evsim.cli import app
from evsim.run import Run

SHORT = ("--set", "run.duration=20s", "--set", "run.warmup=2s")
KEYS = ["scenario", "seed", "summary", "services", "channels", "phases", "audit"]


def evsim_(*arguments):
    """What the command line answers: exit_code, stdout, stderr. Never a traceback."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_a_run_tells_what_was_felt_what_is_true_and_what_was_lost():
    result = evsim_("run", "registration-events", *SHORT)
    assert result.exit_code == 0
    for text in (
        "registration-events, seed 1: 20 s of arrivals, those of the first 2 s not counted",
        "What the customer feels", "What became true", "What was lost", "Services", "Channels",
        "customer-registered to database", "The books: balanced", "MEETS  effects missing at most 0: 0",
    ):  # fmt: skip
        assert text in result.stdout
    assert result.stderr == ""


def test_times_are_in_units_people_use():
    result = evsim_("run", "registration-events", *SHORT)
    line = next(line for line in result.stdout.splitlines() if line.startswith("  response"))
    assert line.split()[2] == "ms" and 5 < float(line.split()[1]) < 8


def test_json_has_the_figures_of_the_run_and_nothing_else():
    result = evsim_("run", "registration-events", *SHORT, "--seed", 3, "--json")
    data = json.loads(result.stdout, parse_constant=pytest.fail)
    assert list(data) == KEYS
    assert (data["scenario"], data["seed"], data["audit"]) == ("registration-events", 3, "balanced")
    run = evsim.load("registration-events").replace({"run.duration": "20s", "run.warmup": "2s"}).run(seed=3)
    assert {name: value for name, value in run.summary().items() if value == value} == {
        name: value for name, value in data["summary"].items() if value is not None
    }
    assert data["summary"]["response_p99.9"] is None
    assert list(data["services"]) == ["register", "database", "mailing-list"]
    assert list(data["channels"]["customer-registered"]) == ["database", "mailing-list"]
    assert data["channels"]["customer-registered"]["database"]["done"] == data["summary"]["requests"]


def test_a_seed_of_0_is_a_seed():
    said = evsim_("run", "registration-classic", *SHORT, "--set", "run.seed=5", "--seed", 0, "--json").stdout
    assert json.loads(said)["seed"] == 0


def test_the_same_seed_prints_the_same_and_another_seed_does_not():
    first, again, other = (evsim_("run", "registration-classic", *SHORT, "--seed", seed).stdout for seed in (7, 7, 8))
    assert first == again != other


def test_settings_are_changed_from_the_command_line():
    result = evsim_(
        "run", "registration-events", *SHORT, "--json",
        "--set", "services.database.handle.0.work={exponential: 10ms}", "--set", "run.seed=5",
    )  # fmt: skip
    data = json.loads(result.stdout)
    assert data["seed"] == 5
    assert 0.2 < data["services"]["database"]["utilisation"] < 0.3


def test_an_empty_value_takes_a_setting_away():
    assert evsim_("run", "registration-classic", *SHORT, "--set", "workloads.register-page.patience=").exit_code == 0


def test_a_missed_objective_is_exit_status_1():
    result = evsim_("run", "registration-classic", *SHORT, "--set", "objectives.response_mean=1ms")
    assert result.exit_code == 1
    assert "MISSES  response mean at most 1 ms: " in result.stdout


def test_a_missed_objective_leaves_the_json_clean():
    result = evsim_("run", "registration-classic", *SHORT, "--set", "objectives.response_mean=1ms", "--json")
    assert result.exit_code == 1
    assert list(json.loads(result.stdout)) == KEYS
    assert result.stderr.startswith("MISSES  response mean")


@pytest.mark.slow
def test_an_objective_inside_the_interval_is_not_decided_and_no_miss():
    short = evsim.load("registration-classic").replace({"run.duration": "20s", "run.warmup": "2s"})
    middle = evsim.replicate(short, n=3).summary()["response_mean"].mean
    result = evsim_("run", "registration-classic", *SHORT, "--runs", 3, "--set", f"objectives.response_mean={middle}")
    assert result.exit_code == 0
    assert "NOT DECIDED  response mean" in result.stdout


@pytest.mark.slow
def test_several_runs_have_intervals():
    result = evsim_("run", "registration-events", *SHORT, "--runs", 3)
    assert "3 runs, seeds 1 to 3" in result.stdout
    assert "±" in result.stdout or "+-" in result.stdout
    assert "The books: balanced in all runs" in result.stdout
    data = json.loads(evsim_("run", "registration-events", *SHORT, "--runs", 3, "--json").stdout)
    assert data["runs"] == data["summary"]["response_mean"]["n"] == 3
    assert data["summary"]["response_mean"]["low"] < data["summary"]["response_mean"]["mean"]


def test_warnings_are_shown_beside_the_results():
    result = evsim_("run", "registration-events", *SHORT, "--set", "services.database.workers=1")
    assert result.stderr.startswith("Warning: ")
    assert "Warning" not in result.stdout


def test_a_saved_scenario_repeats_the_run(tmp_path):
    folder = tmp_path / "results"
    result = evsim_("run", "registration-events", *SHORT, "--seed", 9, "--save", folder)
    assert result.exit_code == 0
    assert json.loads((folder / "summary.json").read_text())["seed"] == 9
    assert evsim_("run", folder / "scenario.yaml").stdout == result.stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(Run, "requests"), reason="runs have no frames yet")
def test_the_records_of_a_run_are_saved(tmp_path):
    evsim_("run", "registration-events", *SHORT, "--save", tmp_path)
    for name in ("requests", "spans", "ledger", "effects"):
        assert len((tmp_path / f"{name}.csv").read_text().splitlines()) > 500
    assert (tmp_path / "incidents.csv").exists()


def test_of_several_runs_a_row_each_is_saved(tmp_path):
    evsim_("run", "registration-events", *SHORT, "--runs", 3, "--save", tmp_path)
    assert len((tmp_path / "runs.csv").read_text().splitlines()) == 4


def test_a_run_without_a_customer_is_told_too():
    result = evsim_("run", "registration-events", "--set", "run.warmup=0s", "--set", "run.duration=1ms")
    assert result.exit_code == 0
    assert "NOT DECIDED  response p99" in result.stdout


def test_a_system_without_effects_and_channels_is_told_too(tmp_path):
    file = tmp_path / "desk.yaml"
    file.write_text(
        "name: desk\n"
        "workloads: {people: {target: desk, arrivals: {constant: 5/s}}}\n"
        "services: {desk: {handle: [{work: 2ms}]}}\n"
        "run: {duration: 10s}\n"
    )
    result = evsim_("run", file)
    assert result.exit_code == 0
    assert "response" in result.stdout and "completion mean" not in result.stdout and "Channels" not in result.stdout


@pytest.mark.slow
def test_summary_records_give_the_same_figures_and_no_records(tmp_path):
    full = json.loads(evsim_("run", "registration-events", *SHORT, "--json").stdout)["summary"]
    few = ("run", "registration-events", *SHORT, "--record", "summary")
    kept = json.loads(evsim_(*few, "--json", "--save", tmp_path / "kept").stdout)
    for name, value in kept["summary"].items():
        if value is not None:
            assert value == pytest.approx(full[name], rel=0.0021), name
    assert {name for name, value in kept["summary"].items() if value is None and full[name] is not None} == {
        "reordered", "retry_amplification",
    }  # fmt: skip
    assert sorted(file.name for file in (tmp_path / "kept").iterdir()) == ["scenario.yaml", "summary.json"]
    assert "a dash may be what they do not keep" in evsim_(*few, "--theory").stdout
    assert json.loads(evsim_(*few, "--runs", 2, "--json").stdout)["runs"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("registration-events", "--record", "sumary"), "must be full or summary, got 'sumary'"),
        (("registration-events", "--record", "summary", "--set", "objectives.reordered=0"),
         "objectives.reordered: follows from all records side by side, and summary records keep none; leave out"),
        (("leader-failover", "--record", "summary"), "summary records have no room for logs with replicas"),
    ],
)  # fmt: skip
def test_what_needs_full_records_is_refused(arguments, said):
    result = evsim_("run", *arguments)
    assert result.exit_code == 2 and said in " ".join(result.stderr.split())
