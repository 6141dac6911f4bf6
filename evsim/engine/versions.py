"""Optimistic concurrency: who writes what another one has changed since it was read has to begin again.

An effect that is read somewhere has a version for each key, which every effect of that name raises. An attempt that
read it remembers the version it saw; `if_unchanged` compares.
"""

from evsim.engine.keys import key_of_row
from evsim.results.records import Reason

__all__ = ["Versions", "if_unchanged", "raising", "read"]


class Versions:
    """Of one effect: how often it was made for each key, and what each attempt that read it saw of that."""

    def __init__(self):
        self.made = {}  # key -> how often
        self.seen = {}  # row of an attempt -> version

    def of(self, key):
        return self.made.get(key, 0)

    def rise(self, key):
        self.made[key] = self.of(key) + 1


def read(compiler, step, position, then, fail):
    versions, reads, env = compiler.system.versions[step.name], compiler.system.records.reads, compiler.env
    key_of, seen, name = key_of_row(compiler.system, compiler.place), versions.seen, step.name
    compiler.service.parallel.append(seen)  # so that a crash forgets what it kills

    def read(row):
        seen[row] = version = versions.of(key_of(row))
        reads.append((env._now, row, name, version))
        then(row)

    return read


def raising(system, place, name, effect):
    """The effect, which raises its version if anybody reads it."""
    if name not in system.versions:
        return effect
    rise, key_of = system.versions[name].rise, key_of_row(system, place)

    def raised(row):
        rise(key_of(row))
        effect(row)

    return raised


def if_unchanged(system, place, name, effect, fail):
    """`effect(row)` where nobody has changed what the attempt read, else ``fail(row, reason)``."""
    versions, key_of = system.versions[name], key_of_row(system, place)

    def effect_if_unchanged(row):
        if versions.seen.pop(row, None) == versions.of(key_of(row)):
            effect(row)
        else:
            fail(row, Reason.CONFLICT)

    return effect_if_unchanged
