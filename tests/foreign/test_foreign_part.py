"""Packages of somebody else add parts, without a change in evsim; docs/add-a-part.md tells how one does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evsim.registry import parts

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def test_without_the_packages_there_are_no_such_parts():
    assert not {"cache", "flapping", "on_demand", "toll"}.intersection(part.word for part in parts())


def test_with_the_packages_there_are_and_everything_works():
    path = os.pathsep.join([str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")])
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *options, *sorted(HERE.glob("check_*.py"))]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
