"""Settings to try, and ways to break the cache that its audit must see."""

from evsim_cache.engine import Store

__all__ = ["MUTANTS", "SETTINGS"]

SETTINGS = {"cache": {"lookup": "1ms", "load": {"exponential": "40ms"}, "ttl": "5s"}}


def a_cache_forgets(patch):
    patch.setattr(Store, "put", lambda self, key, now: None)


def a_cache_never_forgets(patch):
    patch.setattr(Store, "has", lambda self, key, now, ttl: key in self.stored)


MUTANTS = {a_cache_forgets: "wrong about a key", a_cache_never_forgets: "wrong about a key"}
