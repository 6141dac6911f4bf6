"""What lies in the repository: only what somebody has written or made for it."""

import subprocess
from pathlib import PurePosixPath

import pytest

from tests.house.source import ROOT

KINDS = {".py", ".yaml", ".yml", ".toml", ".md", ".ipynb", ".js", ".mjs", ".css", ".html", ".csv", ".json", ".txt",
         ".png", ".log", ".cff"}  # fmt: skip
NAMED = {".gitattributes", ".gitignore", "LICENSE", "METADATA", "postBuild", "py.typed", "run"}


def test_every_file_in_the_repository_is_of_a_known_kind():
    """What a program leaves in the folder in which it was started is of none."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    strange = [name for name in listed.splitlines() if not _is_known(PurePosixPath(name))]
    assert listed and strange == []


def _is_known(path):
    return path.name in NAMED or path.suffix in KINDS
