"""Where guesses are kept between two visits of a notebook: a small JSON file beside it."""

import json
import os
from contextlib import suppress
from pathlib import Path

from evsim.whole import write_text

__all__ = ["Store"]

NAME = ".evsim-guesses.json"
ELSEWHERE = "EVSIM_GUESSES"  # a folder, in the environment: guesses are kept there, and nowhere else


class Store:
    """Entries (dicts) by name, in the first of some folders that can be written to.

    The folders are the one Python runs in, which for a notebook is its own, and the user's, unless the environment
    names another one. Nothing here fails: what can't be read is empty, and what can't be written is not kept.
    """

    def __init__(self, *folders):
        self.files = [Path(folder) / NAME for folder in folders or _folders()]

    def get(self, name):
        """The entry of this name; empty if there is none."""
        found = (_read(file).get(name) for file in self.files)
        return next((entry for entry in found if isinstance(entry, dict)), {})

    def put(self, name, entry):
        """Keep an entry in the first file that takes it; return whether one did."""
        return any(_write(file, _read(file) | {name: entry}) for file in self.files)

    def forget(self, name):
        for file in self.files:
            entries = _read(file)
            if entries.pop(name, None) is not None:
                _write(file, entries)


def _folders():
    if os.environ.get(ELSEWHERE):
        yield os.environ[ELSEWHERE]
        return
    with suppress(OSError):  # the folder is gone
        yield Path.cwd()
    with suppress(RuntimeError):  # a user without a home
        yield Path.home()


def _read(file):
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file, entries):
    try:
        write_text(file, json.dumps(entries, indent=1, ensure_ascii=False))
    except OSError:
        return False
    return True
