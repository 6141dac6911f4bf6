"""A mutant is tried: it is put into a process of its own, and snapshots are taken until one says otherwise."""

import hashlib
import importlib
import importlib.abc
import importlib.machinery
import os
import resource
import signal
import sys
from functools import cache
from typing import NamedTuple

from tests.snapshots.blind.importing import ROOT
from tests.snapshots.kept import LETTERS, SNAPSHOTS, kept
from tests.snapshots.mutants.swapping import CannotSwap, swap

__all__ = ["Outcome", "every_module", "tried"]

PATIENCE = 60  # seconds of processor for a snapshot, and ten times as many of a clock: one that does not end
MEMORY = 8 * 2**30  # bytes


class Outcome(NamedTuple):
    noticed_by: str  # nothing: no snapshot
    taken: int  # snapshots


class TooLong(BaseException):
    """No handler of evsim is to catch it."""


def every_module():
    """Import all of evsim, so that a function is there when it is to get other code."""
    for path in sorted((ROOT / "evsim").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not name.endswith(("__main__", "__init__")):
            try:
                importlib.import_module(name)
            except ImportError:  # what needs a library that is not here
                pass


def tried(mutant, names):
    """What comes of a mutant, in this process, which is good for nothing else afterwards."""
    _with_limits()
    _with_patience()
    try:
        its = _put(mutant)
        for taken, name in enumerate(names, start=1):
            _with_patience()
            what = _otherwise(its, name)
            if what:
                return Outcome(f"{name}: {what}", taken)
    except (Exception, SystemExit, TooLong) as error:
        return Outcome(f"{type(error).__name__}: {str(error)[:80]}", 0)
    return Outcome("", len(names))


def _with_limits():
    def too_long(*_):
        raise TooLong(f"no end within {PATIENCE} s")

    signal.signal(signal.SIGPROF, too_long)
    signal.signal(signal.SIGALRM, too_long)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _with_patience():
    """From now on for so long."""
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, 1)
    signal.setitimer(signal.ITIMER_REAL, 10 * PATIENCE, 1)


def _put(mutant):
    """The snapshots, as they are taken with the mutant."""
    tree = mutant.tree
    try:
        swap(mutant.file, tree)
        return SNAPSHOTS
    except CannotSwap:
        return _imported_anew(mutant.file, tree)


def _otherwise(snapshots, name):
    """The first text that is another one, is new or is missing."""
    before = _kept()[name]
    said = set()
    for what, text in snapshots[name]():
        said.add(what)
        if before.get(what) != hashlib.sha256(text.encode()).hexdigest()[:LETTERS]:
            return what
    return next((what for what in before if what not in said), "")


@cache
def _kept():
    return kept()


class OneFile(importlib.abc.MetaPathFinder):
    """Finds one module with another tree."""

    def __init__(self, path, tree):
        self.path, self.tree = path, tree

    def find_spec(self, fullname, path, target=None):
        spec = importlib.machinery.PathFinder.find_spec(fullname, path) if fullname.startswith("evsim") else None
        if spec and spec.origin == self.path:
            spec.loader = _OneFileLoader(fullname, spec.origin)
            spec.loader.tree = self.tree
            return spec
        return None


class _OneFileLoader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        return compile(self.tree, self.path, "exec", dont_inherit=True)


def _imported_anew(file, tree):
    for name in [name for name in sys.modules if name.partition(".")[0] in ("evsim", "tests")]:
        del sys.modules[name]
    sys.meta_path.insert(0, OneFile(str(ROOT / file), tree))
    return importlib.import_module("tests.snapshots.kept").SNAPSHOTS
