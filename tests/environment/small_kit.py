"""A kit with nothing to fetch: the real kit.py beside a package of one file, which builds itself without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

try:
    import pwd
except ImportError:  # Windows
    pwd = None

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 120  # s for a command

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "evsim"
version = "1"
dependencies = [{dependencies}]
optional-dependencies = {{ lab = [] }}
"""

BACKEND = """\
import os
import zipfile

METADATA = "Metadata-Version: 2.1\\nName: evsim\\nVersion: 1\\nProvides-Extra: lab\\n{requires}"
WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "evsim-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("evsim.pth", os.getcwd())
        wheel.writestr("evsim-1.dist-info/METADATA", METADATA)
        wheel.writestr("evsim-1.dist-info/WHEEL", WHEEL)
        wheel.writestr("evsim-1.dist-info/RECORD", "")
    return name
"""

MAIN = """\
import os, shutil, sys
if "lab" in sys.argv:  # as evsim lab
    folder = sys.argv[-1]
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "00-first.ipynb"), "w").close()
print("evsim runs with", *sys.argv[1:])
"""


def make(folder, *needs):
    """Write the small kit; `needs`: what must be fetched, as in pyproject.toml."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "kit.py", folder)
    (folder / "evsim").mkdir()
    (folder / "evsim/__main__.py").write_text(MAIN, encoding="utf-8")
    need(folder, *needs)
    return folder


def need(folder, *needs):
    """Change what the small kit needs."""
    quoted = ", ".join(f'"{each}"' for each in needs)
    (folder / "pyproject.toml").write_text(PYPROJECT.format(dependencies=quoted), encoding="utf-8")
    requires = "".join(f"Requires-Dist: {each}\\n" for each in needs)
    (folder / "backend.py").write_text(BACKEND.replace("{requires}", requires), encoding="utf-8")


def start(folder, *command, user=None, python=sys.executable, **variables):
    """kit.py as a process, with a pip that looks nowhere but where the variables say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    return subprocess.Popen(
        [python, str(folder / "kit.py"), *(command or ("evsim", "here"))],
        env=kept | {"PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        user=user,
    )


def run(folder, *command, **options):
    """(exit status, what it printed, what it told)."""
    process = start(folder, *command, **options)
    printed, told = process.communicate(timeout=LIMIT)
    return process.returncode, printed, told


def stranger():
    """(id, Python) of a user who may not write what we make; for all but a superuser that is ourselves."""
    if os.geteuid():
        return None, sys.executable
    others = [shutil.which(f"python3{minor}", path="/usr/bin") for minor in ("", ".11", ".12", ".13", ".14")]
    check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in filter(None, others):  # ours may lie in a folder of the superuser
        if subprocess.run([python, "-c", check], capture_output=True).returncode == 0:
            return pwd.getpwnam("nobody").pw_uid, python
    pytest.skip("no other user here has a Python")
