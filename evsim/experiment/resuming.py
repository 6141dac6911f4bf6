"""Runs that a store keeps as they finish: what is there is not run again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evsim.experiment.run_store import design_key
from evsim.experiment.running import as_finished, in_order, keeping
from evsim.experiment.workers import spread

__all__ = ["Pairs", "as_kept", "kept_figures", "in_order_kept", "kept_plain", "runs_in", "seen_in"]


@dataclass(frozen=True)
class Kept:
    """What is kept of each item under an ``address``: an item -> (key, seed). read, write: of a store, how."""

    read: Callable[..., Any]
    write: Callable[..., None]
    address: Callable[[Any], tuple]

    def get(self, item):
        return self.read(*self.address(item))

    def put(self, item, result):
        self.write(*self.address(item), result)


def kept_figures(store, address):
    """:class:`Kept` figures of runs in a store."""
    return Kept(store.get, store.put, address)


def kept_plain(store, address):
    """:class:`Kept` results that JSON can hold, in a store."""
    return Kept(store.kept, store.keep, address)


class Pairs:
    """What :func:`evsim.experiment.compare.pair_of` shows of some designs, by seed."""

    def __init__(self, store, designs):
        self._store, self._keys = store, [design_key(design) for design in designs]
        self._together = f"pairs {' '.join(self._keys)}"

    def get(self, seed):
        figures = [self._store.get(key, seed) for key in self._keys]
        pairs = self._store.kept(self._together, seed)
        return None if pairs is None or None in figures else (figures, pairs)

    def put(self, seed, result):
        figures, pairs = result
        for key, each in zip(self._keys, figures, strict=True):
            self._store.put(key, seed, each)
        self._store.keep(self._together, seed, pairs)


def runs_in(store, design):
    """The figures that a store has of a design's runs, by seed; None without a store."""
    if store is None:
        return None
    key = design_key(design)
    return kept_figures(store, lambda seed: (key, seed))


def seen_in(store, design, what):
    """What a store has of a design, by seed, that is no figures of its runs but ``what`` is said; None without one."""
    if store is None:
        return None
    key = f"{what} {design_key(design)}"
    return kept_plain(store, lambda seed: (key, seed))


def as_kept(task, items, kept, jobs=None, progress=None, elsewhere=spread):
    """(item, task(item)) of each item: of those that are ``kept``, then of the others as soon as they are finished.

    kept: its ``get(item)`` gives what it has, or None, and ``put(item, result)`` takes what is new; None for nothing.
    The other arguments as for :func:`evsim.experiment.running.as_finished`.
    """
    missing = []
    for item in items:
        result = None if kept is None else kept.get(item)
        if result is None:
            missing.append(item)
        else:
            yield item, result
    for item, result in as_finished(task, missing, jobs, progress, elsewhere):
        if kept is not None:
            kept.put(item, result)
        yield item, result


def in_order_kept(task, items, kept, jobs=None, progress=None):
    """``[task(item) for item in items]`` with what is ``kept``; an interrupt keeps the first of them up to a gap."""
    if kept is None:
        return in_order(task, items, jobs, progress)
    done: dict = {}
    with keeping(len(items), lambda: _begun([done.get(item) for item in items])):
        for item, result in as_kept(task, items, kept, jobs, progress):
            done[item] = result
    return [done[item] for item in items]


def _begun(results):
    """(how many, which of them): up to the first that is missing."""
    begun = results[: results.index(None)] if None in results else results
    return len(begun), begun or None
