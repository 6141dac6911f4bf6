"""The files by which other people's tools open the project say what those tools understand."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for

from binder.build import PYTHON
from tests.support.missing import missing
from tests.support.nightly import mostly_at_night

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = ROOT / ".github/workflows/tests.yml"
CITATION = ROOT / "CITATION.cff"
HOOKS = ROOT / ".pre-commit-config.yaml"
NAMES_OF_HOOKS = [hook["id"] for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"][0]["hooks"]]
PAGES = ("CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md")


@pytest.mark.parametrize(
    "schema, path, right, wrong",
    [
        ("vendor/github-workflows", WORKFLOW, "runs-on: ubuntu-latest", "run-on: ubuntu-latest"),
        ("custom/github-workflows-require-timeout", WORKFLOW, "timeout-minutes: 90", "name: whole"),
        ("vendor/citation-file-format", CITATION, "type: software", "type: programme"),
    ],
)
def test_the_schema_of_its_tool_takes_the_file_and_would_find_a_mistake(schema, path, right, wrong):
    package = pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    place = Path(package.__file__).parent / f"builtin_schemas/{schema}.json"
    rules = json.loads(place.read_text(encoding="utf-8"))
    validator = validator_for(rules)(rules)
    text = path.read_text(encoding="utf-8")
    assert [each.message for each in validator.iter_errors(read(text))] == []
    assert right in text and not validator.is_valid(read(text.replace(right, wrong)))


def read(text):
    """YAML as these tools read it: a day is text, and `on` is a word."""
    data = yaml.safe_load(text)
    if True in data:
        data["on"] = data.pop(True)
    return json.loads(json.dumps(data, default=str))


def test_hosted_tests_run_on_three_systems_and_on_the_pythons_that_pyproject_names():
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["quick"]["strategy"]["matrix"]
    assert [each.partition("-")[0] for each in matrix["system"]] == ["ubuntu", "macos", "windows"]
    named = [each.rpartition(" :: ")[2] for each in PROJECT["classifiers"] if ":: Python :: 3." in each]
    assert matrix["python"] == named and len(named) == 4
    assert PROJECT["requires-python"] == f">={named[0]}"
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert "bash .ci/run" in commands
    for command in commands:
        program = command.split()[1]
        assert (ROOT / program).exists(), command


def test_the_citation_is_of_this_kit():
    cited = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert set(cited["keywords"]) == set(PROJECT["keywords"])
    assert [each["name"] for each in cited["authors"]] == [each["name"] for each in PROJECT["authors"]]


@pytest.mark.slow
@pytest.mark.parametrize("hook", mostly_at_night(NAMES_OF_HOOKS, "environments"))
def test_a_hook_of_pre_commit_passes_on_all_files_and_needs_no_network(tmp_path, hook):
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode:
        missing("this is no checkout of git")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "pre_commit", "run", hook, "--all-files", "--config", str(HOOKS)]
    variables = os.environ | {"PRE_COMMIT_HOME": str(tmp_path), "PATH": path}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and done.stdout.rstrip().endswith("Passed"), done.stdout + done.stderr


def test_a_dev_container_has_the_python_and_the_steps_of_binder():
    """What else may stand in the file was held against the schema of its specification by hand."""
    told = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert told["image"] == f"python:{PYTHON}"
    assert "'.[lab]'" in told["onCreateCommand"]
    assert os.access(ROOT / told["postCreateCommand"], os.X_OK) or os.name == "nt"
    for name in told["customizations"]["codespaces"]["openFiles"]:
        assert (ROOT / name).is_file()


@pytest.mark.parametrize("page", PAGES)
def test_links_tests_and_commands_of_a_page_for_contributors_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
    for name in re.findall(r"`((?:tests|docs|\.github|notebooks)/[^`]+)`", text):
        assert (ROOT / name).exists(), name
    for module in re.findall(r"python -m ([a-z.]+)", text):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module
