"""A package of somebody else adds a part, without a change in evsim; docs/add-a-part.md tells how."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evsim.registry import parts

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def test_without_the_package_there_is_no_such_part():
    assert "cache" not in [part.word for part in parts()]


def test_with_the_package_there_is_one_and_everything_works():
    path = os.pathsep.join([str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")])
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *options, HERE / "check_cache.py"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
