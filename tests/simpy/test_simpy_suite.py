"""SimPy's own tests, documentation and examples, as they are in its source distribution, on evsim's clock.

What SimPy's own clock does not pass either is SimPy's affair. Real time is left out: its class is not ours.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as xml
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.missing import missing
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.ci

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NOT_RUN = ["tests/test_rt.py", "docs/topical_guides/real-time-simulations.rst", "docs/examples/code"]
EXAMPLES = "bank_renege carwash gas_station_refuel latency machine_shop movie_renege process_communication"

# What SimPy's clock passes and ours does not, and why.
DIFFERENT = {
    # expects `step` as the last frame of a traceback: our run loop calls no `step`
    "tests.test_exceptions::test_exception_chaining",
    # replaces `step`, and reads the fields of a heap entry
    "docs.topical_guides.monitoring.rst::monitoring.rst",
}


@pytest.fixture(scope="module")
def source(request):
    """SimPy's source distribution, of the version that is installed, unpacked and kept in pytest's cache."""
    name = f"simpy-{version('simpy')}"
    home = request.config.cache.mkdir("simpy")
    if not (home / name).exists():
        with tempfile.TemporaryDirectory(dir=home) as fresh:
            unpacked = unpack(download(name, Path(fresh)))
            os.replace(unpacked / name, home / name)
    return home / name


def download(name, folder):
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "simpy", "--dest", folder]
    done = subprocess.run([*command, name.replace("-", "==")], capture_output=True, text=True)
    found = list(folder.glob("*.tar.gz"))
    if not found:
        missing(f"the source distribution of {name} could not be had: {done.stderr.strip()[-300:]}")
    return found[0]


def unpack(archive):
    with tarfile.open(archive) as tar:
        # docs/conftest.py runs the examples on SimPy's clock, with insides of pytest that are gone
        members = [each for each in tar.getmembers() if not each.name.endswith("docs/conftest.py")]
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # new in 3.11.4
        tar.extractall(archive.parent, members)
    return archive.parent


def surroundings():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    path = os.pathsep.join([str(ROOT), str(HERE)])
    return kept | {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def outcomes(source, folder, clock):
    """test -> whether it passed, for SimPy's tests and the examples in its documentation."""
    report = folder / f"{clock}.xml"
    command = [sys.executable, "-m", "pytest", "-p", "clock_plugin", f"--clock={clock}"]
    command += ["-p", "no:cacheprovider", "-o", "addopts=", "--doctest-glob=*.rst", f"--junitxml={report}"]
    command += ["tests", "docs", "README.rst", *(f"--ignore={each}" for each in NOT_RUN)]
    done = subprocess.run(command, cwd=source, env=surroundings(), capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    cases = xml.parse(report).iter("testcase")
    return {f"{case.get('classname')}::{case.get('name')}": len(case) == 0 for case in cases}


def test_whatever_passes_on_simpys_clock_passes_on_ours_but_for_what_is_named(source, tmp_path):
    theirs, ours = (outcomes(source, tmp_path, clock) for clock in ("simpy", "evsim"))
    assert set(ours) == set(theirs)
    assert sum(theirs.values()) >= 150
    assert {name for name in theirs if theirs[name] and not ours[name]} == DIFFERENT


@pytest.mark.parametrize("name", mostly_at_night(EXAMPLES.split(), "bank_renege", "process_communication"))
def test_an_example_of_simpys_documentation_prints_what_simpy_recorded(source, name):
    code = source / "docs" / "examples" / "code"
    command = [sys.executable, HERE / "clock_plugin.py", code / f"{name}.py"]
    done = subprocess.run(command, env=surroundings(), capture_output=True, text=True, check=True)
    assert done.stdout == (code / f"{name}.out").read_text(encoding="utf-8")


def test_no_example_of_simpys_documentation_is_left_out(source):
    code = source / "docs" / "examples" / "code"
    assert sorted(file.stem for file in code.glob("*.out")) == EXAMPLES.split()
