"""The kit in other environments: the lowest versions it allows, other Pythons, Binder's, conda's.

They need a network, and the Pythons to be here. The lowest versions are tried each time; the newest, which change
without us, Binder's and conda's, and its JupyterLab in a browser, only where EVSIM_NIGHTLY is set (fifteen minutes):

    EVSIM_NIGHTLY=1 python kit.py test tests/environment/test_elsewhere.py
"""

import re
import tomllib
from importlib.resources import files
from importlib.util import find_spec

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from tests.environment.elsewhere import ROOT, Environment, copy_of_repository
from tests.luck.test_same_customers import ELSEWHERE, TROUBLED, fingerprint, shop
from tests.support.nightly import NIGHTLY, nightly

pytestmark = pytest.mark.ci

PYTHON = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
LATER = ["3.12", "3.13", "3.14"]
MOST = ["evsim", "notebooks"]
MOST += [f"tests/{each}" for each in ("cli", "experiment", "lesson", "luck", "scenario", "simpy", "view")]
FEW = [
    "-m",
    "not slow and not ci",
    "evsim",
    "notebooks/03-event-driven-registration.ipynb",
    "tests/cli/test_commands.py",
]
FEW += ["tests/lesson/test_explore.py", "tests/view/test_sequence.py", "tests/experiment/test_replicate.py"]
FOR_LIBRARIES = MOST if NIGHTLY else FEW
FOR_FEW = {"hypothesis", "jsonschema", "nbval", "pytest"}  # of the extra for tests, whose other tools are no user's
FOR_PYTHON = ["evsim", "tests/cli", "tests/scenario"]
ON_PYPI = {
    "jupyterhub-base": "jupyterhub",
    "jupyterhub-singleuser": "jupyterhub",
    "matplotlib-base": "matplotlib",
}
NOT_ON_PYPI = {"python", "nodejs"}


@pytest.fixture
def make(tmp_path):
    """A function that makes an environment with a Python of some version beside a copy of the repository."""
    return lambda version: Environment(tmp_path, version, copy_of_repository(tmp_path))


@pytest.fixture(scope="module")
def ours():
    """The records of a run in this environment, as a hash."""
    return fingerprint(shop(**TROUBLED).run(seed=7))


def test_the_lowest_versions_that_pyproject_allows(make, ours):
    lowest = make("3.11")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    tools = [each for each in extras["test"] if NIGHTLY or Requirement(each).name in FOR_FEW]
    lowest.install("--resolution", "lowest-direct", "--editable", ".[lab]", *tools)
    assert lowest.python("-c", ELSEWHERE).split() == [ours]
    lowest.test(*FOR_LIBRARIES)


@nightly
@pytest.mark.parametrize("version", LATER)
def test_a_later_python_with_the_newest_versions(make, version, ours):
    later = make(version)
    later.install("--editable", ".", "hypothesis", "jsonschema", "pytest")
    assert later.python("-c", ELSEWHERE).split() == [ours]
    later.test(*FOR_PYTHON)


@nightly
@pytest.mark.parametrize("version", LATER)
def test_a_later_python_with_the_newest_versions_of_everything(make, version):
    later = make(version)
    later.install("--editable", ".[lab,test]")
    assert "passed" in later.test(*MOST)


@nightly
def test_what_environment_yml_promises(make):
    conda = make(PYTHON)
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"][:-1]
    conda.install(*filter(None, map(pip, lines)))
    before = conda.versions()
    conda.python("-m", "pip", "install", "--editable", ".")  # the last line
    assert conda.versions() == before, "conda's part has all that evsim needs"
    conda.install("nbval", "pytest")
    conda.test("notebooks")


@nightly
def test_binder(make, tmp_path):
    """Binder's own packages at repo2docker's versions, then what binder/ adds to them, as it does it."""
    if find_spec("repo2docker") is None:
        pytest.skip("jupyter-repo2docker is not installed")
    binder = make(PYTHON)
    pins = tmp_path / "pins.txt"
    names, locked = base_of_binder()
    pins.write_text("\n".join(locked), encoding="utf-8")
    binder.install("--constraint", pins, *names)
    before = binder.versions()
    binder.run("pip", "install", "--no-cache-dir", "-r", "binder/requirements.txt")
    after = binder.versions()
    assert before.items() <= after.items(), "the kit is content with what Binder has"
    binder.run("pip", "check")
    binder.run("binder/postBuild")
    unmoved = [f"{name}=={version}" for name, version in after.items()]
    binder.install("axe-playwright-python", "hypothesis", "nbval", "playwright", "pytest", *unmoved)
    said = binder.test("notebooks", *(["tests/browser"] if NIGHTLY else []))
    print(f"JupyterLab {after['jupyterlab']}: {said}")


def base_of_binder():
    """What repo2docker installs before it looks at us: names, and name==version for all that comes along."""
    conda = files("repo2docker") / "buildpacks/conda"
    asked = yaml.safe_load((conda / f"environment.py-{PYTHON}.yml").read_text(encoding="utf-8"))
    names = [Requirement(line).name for line in filter(None, map(pip, asked["dependencies"]))]
    locked = (conda / f"environment.py-{PYTHON}-linux-64.lock").read_text(encoding="utf-8")
    pairs = re.findall(r"^http.*/([a-z][^/]*)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)", locked, re.MULTILINE)
    return names, [f"{ON_PYPI.get(name, name)}=={version}" for name, version in pairs if is_version(version)]


def pip(line):
    """A line of conda's in pip's words; None for what pip does not have."""
    name, rest = re.match(r"([\w-]+)(.*)", line).groups()
    return None if name in NOT_ON_PYPI else ON_PYPI.get(name, name) + rest


def is_version(text):
    try:
        return bool(Version(text))
    except InvalidVersion:
        return False
