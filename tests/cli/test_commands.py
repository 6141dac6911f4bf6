"""The other commands, and how the command line behaves in a shell."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

import evsim
from evsim.cli import app
from evsim.scenario.presets import load_preset, preset_names
from tests.cli.test_bad_input import GOOD
from tests.cli.test_run import SHORT, evsim_

ROOT = Path(__file__).resolve().parents[2]


def test_list_shows_every_scenario_and_what_it_is_about():
    result = evsim_("list")
    assert result.exit_code == 0
    names = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert names == evsim.names()
    assert "A customer registers." in result.stdout


def test_list_shows_every_preset_and_what_it_is_about():
    result = evsim_("list", "--presets")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if not line.startswith(" ")] == preset_names()
    assert "rabbitmq" in preset_names() and " ".join(result.stdout.split()).count(load_preset("rabbitmq").about) == 1
    assert "evsim list --presets" in evsim_("show").stderr


@pytest.mark.slow
def test_show_prints_a_file_that_can_be_read_again():
    for name in evsim.names():
        result = evsim_("show", name)
        assert result.exit_code == 0
        assert evsim.Scenario.from_yaml(result.stdout) == evsim.load(name)


def test_show_prints_the_comments_of_a_file(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text("# mine\n" + GOOD, encoding="utf-8")
    assert evsim_("show", file).stdout == "# mine\n" + GOOD


def test_show_prints_a_preset_with_its_sources():
    result = evsim_("show", "--preset", "rabbitmq")
    assert result.exit_code == 0
    assert "product: RabbitMQ" in result.stdout and "https://" in result.stdout


def test_validate_says_ok(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(GOOD, encoding="utf-8")
    result = evsim_("validate", file, "registration-events")
    assert result.exit_code == 0
    assert result.stdout == f"{file}: ok\nregistration-events: ok\n"


def test_validate_lists_all_problems_at_once(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(GOOD.replace("target: desk", "target: dusk").replace("10s", "10 parsecs"), encoding="utf-8")
    good = tmp_path / "good.yaml"
    good.write_text(GOOD, encoding="utf-8")
    result = evsim_("validate", file, good)
    assert result.exit_code == 2
    assert f"{good}: ok" in result.stdout
    assert "parsecs" in result.stderr


def test_validate_shows_warnings():
    result = evsim_("validate", "registration-events", "--set", "services.database.workers=1")
    assert result.exit_code == 0
    assert "registration-events: ok\n  warning: " in result.stdout


@pytest.mark.slow
def test_schema_accepts_the_built_in_scenarios():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(evsim_("schema").stdout)
    validator = jsonschema.validators.validator_for(schema)(schema)
    for name in evsim.names():
        assert list(validator.iter_errors(evsim.load(name).to_dict())) == [], name
    assert list(validator.iter_errors({"name": "no-run"})), "a schema that accepts anything says nothing"


@pytest.mark.slow
def test_compare_shows_designs_side_by_side():
    result = evsim_("compare", "registration-classic", "registration-events", *SHORT, "--runs", 3)
    assert result.exit_code == 0
    for text in (
        "3 runs each, seeds 1 to 3",
        "no difference seen",
        "The same customer in both",
        "Objectives\n",
        "response p99 at most 200 ms",
    ):
        assert text in result.stdout


@pytest.mark.slow
def test_compare_answers_in_json():
    result = evsim_("compare", "registration-classic", "registration-events", *SHORT, "--runs", 3, "--json")
    data = json.loads(result.stdout, parse_constant=pytest.fail)
    assert data["designs"] == ["registration-classic", "registration-events"]
    assert data["seeds"] == [1, 2, 3]
    found = data["differences"]["registration-events"]["response_mean"]
    assert set(found) == {"mean", "low", "high", "n", "sd", "pairing", "verdict"}
    assert found["verdict"] == "less" and found["mean"] < 0
    assert data["customers"]["registration-events"]["response"]["n"] == 3


@pytest.mark.slow
def test_compare_sets_one_scenario_against_its_own_change():
    result = evsim_(
        "compare", "registration-events", "--runs", 2, "--json",
        "--set", "services.mailing-list.workers=4", "--set", "services.database.workers=3",
    )  # fmt: skip
    data = json.loads(result.stdout)
    assert data["designs"] == ["as it is", "services.mailing-list.workers=4, services.database.workers=3"]
    assert data["differences"][data["designs"][1]]["completion_mean"]["mean"] > 0


def test_compare_saves_the_comparison_and_the_designs(tmp_path):
    evsim_("compare", "registration-classic", "registration-events", *SHORT, "--runs", 2, "--save", tmp_path)
    assert "difference_low" in (tmp_path / "comparison.csv").read_text().splitlines()[0]
    assert json.loads((tmp_path / "comparison.json").read_text())["seeds"] == [1, 2]
    assert evsim.load(tmp_path / "design-2.yaml").name == "registration-events"


@pytest.mark.slow
@pytest.mark.parametrize("limit, status", [("30ms", 0), ("1ms", 1)])
def test_compare_exits_with_1_only_if_every_design_misses_an_objective(limit, status):
    result = evsim_(
        "compare", "registration-classic", "registration-events", *SHORT, "--runs", 2,
        "--set", f"objectives={{response_mean: {limit}}}", "--json",
    )  # fmt: skip
    assert result.exit_code == status
    assert result.stderr.count("MISSES") == 2 * status


def test_the_version_and_the_help_are_there():
    assert evsim_("--version").stdout == f"evsim {evsim.__version__}\n"
    text = evsim_("--help").stdout
    for command in ("run", "compare", "list", "show", "validate", "schema", "lab"):
        assert command in text


def test_the_help_begins_with_what_people_need_first_and_says_each_command_in_a_whole_sentence():
    listed = evsim_("--help").stdout.partition("Commands:\n")[2].splitlines()
    commands, sentences = zip(*(line.split(maxsplit=1) for line in listed), strict=True)
    assert commands[:2] == ("run", "compare") and set(commands) == set(typer.main.get_command(app).commands)
    assert [each for each in sentences if not each.endswith(".") or each.endswith("...")] == []


def shell(*arguments, **environment):
    command = [sys.executable, "-m", "evsim", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, **environment}
    )


@pytest.mark.slow
def test_python_m_evsim_runs_in_its_own_process_with_the_same_result():
    process = shell("run", "registration-events", *SHORT, PYTHONHASHSEED="5")
    stdout, stderr = process.communicate()
    assert process.returncode == 0 and stderr == b""
    assert stdout.decode().splitlines() == evsim_("run", "registration-events", *SHORT).stdout.splitlines()


@pytest.mark.slow
def test_bad_input_has_exit_status_2_in_a_shell_too():
    process = shell("run", "registration-event")
    stdout, stderr = process.communicate()
    assert process.returncode == 2 and stdout == b""
    assert stderr.startswith(b"Error: there is no built-in scenario registration-event;")
    assert stderr.count(b"\n") == 1


@pytest.mark.slow
def test_a_terminal_without_the_signs_gets_others():
    process = shell("run", "registration-events", *SHORT, "--runs", "2", PYTHONIOENCODING="ascii")
    stdout, stderr = process.communicate()
    assert process.returncode == 0 and stderr == b""
    assert b"+-" in stdout and stdout.isascii()


@pytest.mark.slow
def test_a_name_that_the_terminal_cannot_show_is_no_reason_to_fail(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text("# Kundschaft \u2603\n" + GOOD, encoding="utf-8")
    process = shell("show", str(file), PYTHONIOENCODING="ascii")
    stdout, stderr = process.communicate()
    assert process.returncode == 0 and stderr == b""
    assert stdout.startswith(b"# Kundschaft ?")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_has_seen_enough_is_no_error():
    process = shell("schema")  # longer than a pipe holds
    process.stdout.read(10)
    process.stdout.close()
    stderr = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 141
    assert stderr == b""


@pytest.mark.slow
def test_importing_evsim_imports_nothing_heavy():
    code = (
        "import sys, evsim\n"
        "assert set(evsim.__all__) <= set(dir(evsim))\n"
        "for name in ('numpy', 'pandas', 'matplotlib', 'pydantic', 'simpy', 'joblib', 'typer'):\n"
        "    assert name not in sys.modules, name\n"
        "evsim.load('registration-events').run().summary()\n"
        "for name in ('pandas', 'matplotlib', 'joblib', 'IPython'):\n"
        "    assert name not in sys.modules, name\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_plain_run_in_a_shell_imports_nothing_of_other_commands():
    command = [sys.executable, "-X", "importtime", "-m", "evsim", "run", "registration-events"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    used = ("judging", "rare", "replicate", "run_text", "running", "saving", "statistics", "text_tables", "workers")
    assert {each for each in imported if each.startswith("evsim.experiment.")} <= {
        f"evsim.experiment.{each}" for each in used
    }
    unused = {"pandas", "matplotlib", "joblib", "IPython", "tqdm", "jinja2"}
    if not version("numpy").startswith("1."):  # which imports all of itself
        unused.add("numpy.ma")
    assert not unused & imported


def test_every_public_name_is_there():
    for name in (*evsim.__all__, "__version__"):
        assert getattr(evsim, name) is getattr(evsim, name)
    with pytest.raises(AttributeError, match="'sweeep'"):
        evsim.sweeep


@pytest.mark.slow
def test_compare_judges_all_designs_by_the_objectives_given():
    result = evsim_("compare", "registration-classic", "registration-events", *SHORT, "--runs", 3,
                    "--objective", "response_mean=20ms")  # fmt: skip
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("response mean at most 20 ms")]
    assert line.index("MISSES") < line.index("MEETS")
    assert result.exit_code == 0


@pytest.mark.slow
def test_sweep_runs_all_combinations_and_keeps_them(tmp_path):
    workers, rate = "services.mailing-list.workers", "workloads.register-page.arrivals.poisson"
    asked = ["sweep", "registration-events", f"{workers}=1,5", f"{rate}=5/s,10/s", *SHORT, "--runs", 2,
             "--set", "objectives.completion_mean=300ms", "--store", tmp_path / "runs.sqlite"]  # fmt: skip
    first = evsim_(*asked, "--save", tmp_path / "sweep", "--metric", "completion_mean")
    assert first.exit_code == 0 and "4 points, 2 runs each" in first.stdout
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 9
    data = json.loads(evsim_(*asked, "--json").stdout, parse_constant=pytest.fail)
    assert [point["changes"][rate] for point in data["points"]] == ["5/s", "10/s"] * 2
    assert {each["verdict"] for each in data["points"][-1]["objectives"]} <= {"MEETS", "NOT DECIDED"}
    wrong = evsim_("sweep", "registration-events", workers)
    assert wrong.exit_code == 2 and "must look like PATH=V,V..." in wrong.stderr
    missed = evsim_("sweep", "registration-events", f"{workers}=1", *SHORT, "--runs", 2,
                    "--set", "objectives={completion_mean: 1ms}")  # fmt: skip
    assert missed.exit_code == 1 and "MISSES" in missed.stdout


@pytest.mark.slow
def test_run_puts_theory_beside_and_runs_on_until_it_is_precise_enough():
    asked = ["run", "registration-classic", "--theory", "--precision", "response_mean=20%", *SHORT]
    text = evsim_(*asked).stdout
    assert "Theory beside what was measured" in text and "M/M/2" in text and "10 runs, seeds 1 to 10" in text
    wrong = evsim_("run", "registration-classic", "--precision", "response_mean=soon")
    assert wrong.exit_code == 2 and "precision.response_mean: must be a fraction" in wrong.stderr


def test_fit_prints_what_to_write_and_draws_it(tmp_path):
    file, picture = tmp_path / "times.csv", tmp_path / "fit.png"
    file.write_text("seconds\n" + "12ms\n" * 30)
    result = evsim_("fit", file, "--picture", picture)
    assert result.exit_code == 0 and "as if from 12ms" in result.stdout and picture.stat().st_size > 1000
    assert evsim_("fit", tmp_path / "none.csv").exit_code == 2


@pytest.mark.slow
def test_report_writes_a_page_that_says_how_to_repeat_it(tmp_path):
    page = tmp_path / "page.html"
    asked = ["report", "registration-events", "--runs", 2, *SHORT, "--objective", "response_mean=1s", "-o", page]
    first = evsim_(*asked)
    assert first.exit_code == 0 and "registration-events meets the objective." in first.stdout
    repeat = "evsim report registration-events --runs 2 --seed 1 --set run.duration="
    assert repeat in page.read_text(encoding="utf-8") and "--objective response_mean=1s" in page.read_text(
        encoding="utf-8"
    )
    assert evsim_(*asked).exit_code == 2  # it is there already


def test_an_interrupted_report_writes_the_page_with_what_is_finished(tmp_path, monkeypatch):
    def interrupted(*_, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("evsim.reporting.report"), "breaks", interrupted)
    page = tmp_path / "page.html"
    result = evsim_("report", "registration-events", "--runs", 2, *SHORT, "-o", page, "-j", 1)
    assert result.exit_code == 130 and "only what was finished is in it" in result.stderr
    assert "Left out, as it was interrupted: faults, inputs and loads." in result.stdout
    assert re.match(r"About \d+ (s|min): up to 2 runs for the verdicts, ", result.stderr)
    assert "Left out, as it was interrupted" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_find_tells_the_fewest_workers_or_the_floor():
    short = ["--set", "run.duration=10s", "--set", "run.warmup=0", "--jobs", "1"]
    workers = "services.mailing-list.workers"
    found = evsim_("find", "registration-events", f"{workers}=1..8", "--objective", "completion_mean=1s", *short)
    assert found.exit_code == 0 and f"The smallest {workers} with which" in found.stdout
    floor = evsim_(
        "find", "registration-events", f"{workers}=7..8", "--objective", "completion_mean=1ms", *short, "--json"
    )
    data = json.loads(floor.stdout)
    assert floor.exit_code == 1 and data["value"] is None and "longest work is that of mailing-list" in data["answer"]
    wrong = evsim_("find", "registration-events", f"{workers}=8")
    assert wrong.exit_code == 2 and "must look like PATH=LOW..HIGH" in wrong.stderr


@pytest.mark.slow
def test_hunt_tells_the_story_writes_it_and_exits_with_1_if_somebody_is_found(tmp_path):
    page, file = tmp_path / "story.html", tmp_path / "story.yaml"
    asked = ("hunt", "registration-events", "clean", "--length", "1s", "--fault", "crash", "--place", "register")
    result = evsim_(*asked, "--player", page, "-o", file)
    assert (
        result.exit_code == 1 and "before reply of customer 0: customer 0 was told error, but all done" in result.stdout
    )
    assert evsim.load(file).faults[0].at_step.step == "reply" and "register crashed" in page.read_text(encoding="utf-8")
    data = json.loads(evsim_(*asked, "--json").stdout)
    assert data["story"]["fault"]["crash"] == "register" and data["story"]["customers"] == 1
    assert evsim_(*asked, "-o", file).exit_code == 2  # it is there already
    nobody = evsim_("hunt", "registration-classic", "kept", "--tries", 2, "--length", "1s")
    assert nobody.exit_code == 0 and nobody.stdout.startswith("Nobody was found in 2 runs for whom this fails: ")
