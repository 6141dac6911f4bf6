"""An effect that is read somewhere has a version for each key, which every effect of that name raises. An attempt that
read it remembers the version it saw; `if_unchanged` compares.
"""

from evsim.engine.effect_policy import EffectPolicy
from evsim.engine.keys import key_of_row
from evsim.results.endings import Reason

__all__ = ["Versions", "build"]


class Versions(EffectPolicy):
    """Of one effect: how often it was made for each key, and what each attempt that read it saw of that."""

    def __init__(self, kernel, name):
        super().__init__(kernel, name)
        self.raised = {}  # key -> how often
        self.seen = {}  # row of an attempt -> version

    def of(self, key):
        return self.raised.get(key, 0)

    def rise(self, key):
        self.raised[key] = self.of(key) + 1

    def made(self, place, effect):
        key_of = key_of_row(self.kernel, place)

        def raised(row):
            self.rise(key_of(row))
            effect(row)

        return raised

    def condition(self, place, effect, fail):
        key_of = key_of_row(self.kernel, place)

        def effect_if_unchanged(row):
            if self.seen.pop(row, None) == self.of(key_of(row)):
                effect(row)
            else:
                fail(row, Reason.CONFLICT)

        return effect_if_unchanged


def read(compiler, step, position, then, fail):
    versions, reads, env = compiler.effects.policy(step.name, step.watches), compiler.kernel.records.reads, compiler.env
    key_of, seen, name = key_of_row(compiler.kernel, compiler.place), versions.seen, step.name
    compiler.service.volatile.append(seen)  # so that a crash forgets what it kills

    def read(row):
        seen[row] = version = versions.of(key_of(row))
        reads.append((env._now, row, name, version))
        then(row)

    return read


build = {"read": read, "if_unchanged": Versions}
