"""The wheel: what somebody gets who installs evsim without this folder."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.ci

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 120  # s for a command
LESSONS = [*(ROOT / "notebooks").glob("*.ipynb"), ROOT / "notebooks/glossary.md"]


def run(*command, **options):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    options = {"env": environment, "encoding": "utf-8", "timeout": LIMIT, **options}
    done = subprocess.run(list(map(str, command)), capture_output=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if find_spec("pip") is None:
        pytest.skip("pip is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    here = ["--no-build-isolation"] if find_spec("hatchling") else []  # else pip fetches hatchling
    run(sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", *here, "--wheel-dir", folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory):
    """The folder of commands of a new environment with the wheel; all else comes from this one's packages."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    place = {"base": str(folder), "platbase": str(folder)}
    borrowed = "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    Path(sysconfig.get_path("purelib", "venv", place), "borrowed.pth").write_text(borrowed, encoding="utf-8")
    commands = Path(sysconfig.get_path("scripts", "venv", place))
    python = commands / ("python.exe" if os.name == "nt" else "python")
    only_this = ("--no-deps", "--no-index", "--ignore-installed")
    run(sys.executable, "-m", "pip", "--python", python, "install", *only_this, wheel)
    return commands


def test_the_wheel_holds_the_package_its_scenarios_and_the_lessons_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "evsim").rglob("*") if path.is_file()}
    kept = {name for name in kept if "__pycache__" not in name}
    kept |= {f"evsim/lessons/{path.name}" for path in LESSONS}
    assert {name for name in names if ".dist-info/" not in name} == kept
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_kit_runs_a_scenario_outside_this_folder(scripts, tmp_path):
    arguments = ("run", "registration-events", "--json")
    said = run(scripts / "evsim", *arguments, cwd=tmp_path)
    assert json.loads(said)["summary"]["completed"] > 0
    assert said == run(sys.executable, "-m", "evsim", *arguments, cwd=ROOT)


def test_the_installed_kit_is_not_the_one_of_this_folder(scripts, tmp_path):
    place = Path(run(scripts / "python", "-c", "import evsim; print(evsim.__file__)", cwd=tmp_path).strip())
    assert place.is_relative_to(scripts.parent) and ROOT not in place.parents


def test_the_installed_kit_puts_the_lessons_into_a_folder(scripts, tmp_path):
    said = run(scripts / "evsim", "lab", "--no-open", cwd=tmp_path)
    assert str(tmp_path / "evsim-lessons") in said
    for path in LESSONS:
        assert path.read_bytes() == (tmp_path / "evsim-lessons" / path.name).read_bytes()


def test_the_first_lesson_runs_from_the_installed_kit(scripts, tmp_path):
    run(scripts / "evsim", "lab", "--no-open", cwd=tmp_path)
    lesson = json.loads((tmp_path / "evsim-lessons/00-press-register.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in lesson["cells"] if cell["cell_type"] == "code"]
    program = "\n".join(cells) + "\nimport evsim; print(evsim.__file__)"
    place = run(scripts / "python", "-c", program, cwd=tmp_path / "evsim-lessons").splitlines()[-1]
    assert Path(place).is_relative_to(scripts.parent)
