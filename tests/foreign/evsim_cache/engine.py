"""How a cache runs: one store for all instances of a service, beside them, so that a crash of one empties nothing."""

from evsim.engine.environment import ANSWER
from evsim.engine.keys import key_of_row
from evsim.ticks import ticks
from evsim_cache.words import HIT, LOADED, MISS

__all__ = ["Store", "build"]


class Store:
    """When each key was put there last."""

    def __init__(self):
        self.stored = {}

    def has(self, key, now, ttl):
        return key in self.stored and now < self.stored[key] + ttl

    def put(self, key, now):
        self.stored[key] = now


def build(compiler, step, position, then, fail):
    """The function of a row that looks its key up, loads it if need be, and goes on with ``then(row)``."""
    store = compiler.shared(("cache", step), Store)
    env, key_of = compiler.env, key_of_row(compiler.kernel, compiler.place)
    lookup, ttl = ticks(step.lookup), ticks(step.ttl)
    load = compiler.draws(step.load, step, position)

    def look_up(row):
        env.call_in(lookup, looked_up, row, ANSWER)

    def looked_up(row):
        if store.has(key_of(row), env._now, ttl):
            compiler.remark(HIT, row)
            then(row)
        else:
            compiler.remark(MISS, row)
            env.call_in(load(row), loaded, row, ANSWER)

    def loaded(row):
        store.put(key_of(row), env._now)
        compiler.remark(LOADED, row)
        then(row)

    compiler.carries(looked_up)
    compiler.carries(loaded)
    return look_up
