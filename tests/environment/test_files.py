"""environment.yml and binder/ say what pyproject.toml says, in words that conda and repo2docker understand.

What stays untested is conda's own solving: it needs conda and its channel.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from binder import build

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_LINES = [each for each in ENVIRONMENT["dependencies"] if isinstance(each, str)]
PYTHON = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")

# The newest on conda-forge when last looked at, November 2026; our floors must not be above them.
SEEN_ON_CONDA_FORGE = {"ipywidgets": "8.1.8", "jupyterlab": "4.5.6", "simpy": "4.1.1"}
NO_RATTLER = "py-rattler, which has conda's grammar, is not installed"


def wanted():
    """Specifiers by name, as pyproject.toml has them for the kit and its notebooks."""
    lines = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each.specifier for each in requirements}


def promised():
    """Specifiers by name, as environment.yml has them; matplotlib-base is pip's matplotlib."""
    pairs = [re.fullmatch(r"([a-z0-9-]+)(.*)", line).groups() for line in CONDA_LINES]
    return {name.removesuffix("-base"): text for name, text in pairs}


def test_the_files_are_fresh(capsys):
    assert build.main(check=True) == 0, capsys.readouterr().out


def test_a_new_requirement_makes_the_files_stale():
    project = {**PROJECT, "dependencies": [*PROJECT["dependencies"], "networkx>=3.2"]}
    assert "  - networkx>=3.2\n" in build.files(project)["environment.yml"]
    assert build.files(project)["environment.yml"] != build.files(PROJECT)["environment.yml"]


def test_a_requirement_that_conda_cannot_say_is_refused():
    for line in ["tqdm>=4; sys_platform == 'linux'", "dask[array]>=2025.1", "evsim @ file:///somewhere"]:
        with pytest.raises(ValueError, match="conda has no word for"):
            build.conda(line)


def test_environment_yml_has_the_names_and_specifiers_of_pyproject():
    conda = promised()
    assert conda.pop("python") == f"={PYTHON}" and conda.pop("pip") == ""
    assert {name: SpecifierSet(text) for name, text in conda.items()} == wanted()


def test_environment_yml_takes_all_from_conda_forge_and_evsim_from_this_folder():
    assert ENVIRONMENT["name"] == PROJECT["name"]
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}


def test_the_python_of_both_is_one_that_evsim_supports():
    assert Version(PYTHON) in SpecifierSet(PROJECT["requires-python"])


def test_no_floor_is_above_what_conda_forge_has():
    for name, seen in SEEN_ON_CONDA_FORGE.items():
        assert Version(seen) in wanted()[name], f"{name}{wanted()[name]}, but conda-forge had {seen}"


@pytest.mark.parametrize("line", CONDA_LINES)
def test_conda_understands_every_line(line):
    rattler = pytest.importorskip("rattler", reason=NO_RATTLER)
    spec = rattler.MatchSpec(line, strict=True)
    assert line.startswith(spec.name.normalized)
    if line == f"python={PYTHON}":
        assert str(spec.version) == f"{PYTHON}.*"


def test_conda_grammar_would_find_a_mistake():
    rattler = pytest.importorskip("rattler", reason=NO_RATTLER)
    for line in ["simpy=>4.1", "pandas===2.2", "jupyterlab[lab]>=4"]:
        with pytest.raises(Exception, match="unable to parse|invalid"):
            rattler.MatchSpec(line, strict=True)


def test_binder_installs_the_kit_with_the_extra_of_the_notebooks():
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-e .[lab]"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mark")
def test_binder_may_run_post_build():
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    assert (ROOT / "binder/postBuild").read_bytes().startswith(b"#!/bin/sh\n")


@pytest.mark.slow
def test_repo2docker_makes_of_it_what_we_mean():
    pytest.importorskip("repo2docker", reason="jupyter-repo2docker is not installed")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    dockerfile = done.stdout + done.stderr
    assert done.returncode == 0, dockerfile
    assert f"Building conda environment for python={PYTHON}\n" in dockerfile
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    copied = dockerfile.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    assert copied < dockerfile.index("pip install"), "-e . needs the repository to be there"
