"""What linter and type checker say: nothing."""

import os
import subprocess
import sys

import pytest
from mypy import api

from tests.house.source import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_has_nothing_to_say(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_rooms_that_are_checked_fit(monkeypatch):
    monkeypatch.chdir(ROOT)
    fresh = ["--cache-dir", os.devnull] if "CI" in os.environ else []  # what is kept there nobody reads
    said, trouble, status = api.run(fresh)
    assert status == 0, said + trouble
