"""Figures of runs that are finished, in one SQLite file: what is there is not run again."""

import hashlib
import json
import os
import sqlite3
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from evsim.registry import folders
from evsim.scenario.errors import Problem, ScenarioError
from evsim.scenario.files import inputs

__all__ = ["RunStore", "code", "design_key", "opened"]

APPLICATION = 0x65767369  # "evsi": in the header of our files, see `file(1)`
CREATE = """CREATE TABLE IF NOT EXISTS
runs (design TEXT, seed TEXT, figures TEXT, PRIMARY KEY (design, seed)) WITHOUT ROWID"""
EVSIM = Path(__file__).resolve().parents[1]
BUSY = 60.0  # seconds to wait for another program that writes


class RunStore:
    """(design, seed) -> the figures of that run, and (another key, seed) -> what else was measured of it.

    Each is written as a whole, and there when :meth:`put` or :meth:`keep` returns. Where it cannot be written any more,
    as on a full disk, a warning says so once, and the runs go on without it.
    """

    def __init__(self, path):
        self.path, self._may_write = Path(path), True
        if not self.path.absolute().parent.is_dir():
            raise self._refusal(f"there is no folder {self.path.absolute().parent}", "make it first")
        try:
            self._open()
        except sqlite3.OperationalError as error:
            raise self._refusal(f"cannot be opened: {error}", "name another file") from None
        except sqlite3.DatabaseError:
            raise self._refusal("is no store of runs", "name a new file, such as runs.sqlite") from None

    def _open(self):
        self._database = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None)
        (application,) = self._database.execute("PRAGMA application_id").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application not in (APPLICATION, 0) or (tables and not application):
            raise sqlite3.DatabaseError
        if not application:  # a store that is there is not written to, as its disk may be full
            self._database.execute(f"PRAGMA application_id = {APPLICATION}")
        self._database.execute(CREATE)

    def _refusal(self, rule, hint):
        return ScenarioError([Problem(str(self.path), rule, hint=hint)])

    def get(self, design, seed):
        """The figures, or None."""
        found = self.kept(design, seed)
        return found and _figures(found)

    def put(self, design, seed, figures):
        self.keep(design, seed, _plain(figures))

    def kept(self, key, seed):
        """What stands there, as JSON has it, or None."""
        asked = "SELECT figures FROM runs WHERE design = ? AND seed = ?"
        try:
            row = self._database.execute(asked, (key, str(seed))).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._refusal(f"cannot be read: {error}", "name another file") from None
        return row and json.loads(row[0])

    def keep(self, key, seed, data):
        values = key, str(seed), json.dumps(data, default=lambda number: number.item())
        if not self._may_write:
            return
        try:
            self._database.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", values)
        except sqlite3.DatabaseError as error:
            self._may_write = False
            warnings.warn(f"{self.path}: cannot be written any more: {error}; what follows is not kept", stacklevel=2)

    def __len__(self):
        return self._database.execute("SELECT count(*) FROM runs").fetchone()[0]

    def close(self):
        self._database.close()


@contextmanager
def opened(path):
    """The store at a path while it is needed; None without a path."""
    store = None if path is None else RunStore(path)
    try:
        yield store
    finally:
        if store is not None:
            store.close()


def design_key(scenario):
    """What a run depends on but its seed: the scenario, the files it names, and the code that runs it."""
    found = hashlib.sha256(scenario.to_yaml().encode())
    for file in inputs(scenario):
        found.update(_digest(file, os.stat(file).st_mtime_ns) if os.path.exists(file) else b"none")
    found.update(code().encode())
    return found.hexdigest()


@cache
def code():
    """A digest of the programs that make a run: evsim, the parts of others, and the library that draws."""
    import numpy

    found = hashlib.sha256(numpy.__version__.encode())
    for package in sorted({EVSIM, *map(_place, folders().values())}):
        for file in sorted(package.rglob("*.py")):
            found.update(str(file.relative_to(package)).encode())
            found.update(file.read_bytes())
    return found.hexdigest()


def _place(parts):
    from importlib import import_module

    (place, *_) = import_module(parts[0].package).__path__
    return Path(place)


@cache
def _digest(file, _):
    return hashlib.sha256(Path(file).read_bytes()).digest()


def _plain(figures):
    """Figures as JSON has them; the pairs that name channels are lists."""
    return figures | {"channels": [[*names, values] for names, values in figures["channels"].items()]}


def _figures(plain):
    channels = {(channel, service): values for channel, service, values in plain["channels"]}
    return plain | {"channels": channels, "warnings": tuple(plain["warnings"])}
