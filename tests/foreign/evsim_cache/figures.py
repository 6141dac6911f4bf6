"""What a cache adds to the figures of its service, and of the run."""

from evsim.figures import COST, MORE, RUN, Figure
from evsim.results.remarks import remarks
from evsim_cache.words import HIT, MISS

__all__ = ["FIGURES"]


def _count(run, rows, kind):
    """How many attempts have a remark of a kind, of those in `rows`."""
    return sum(each.kind == kind and bool(rows[each.row]) for each in remarks(run))


def hit_rate(run, rows):
    hits, misses = _count(run, rows, HIT), _count(run, rows, MISS)
    return hits / (hits + misses) if hits + misses else float("nan")


FIGURES = (
    Figure("cache_hits", "count", "how often a key was found in the cache",
           lambda at: _count(at.run, at.counted, HIT), MORE),
    Figure("cache_hit_rate", "share", "the share of look-ups that found the key",
           lambda at: hit_rate(at.run, at.counted), MORE),
    Figure("cache_hit_rate", "share", "the share of look-ups that found the key, in all services",
           lambda some: hit_rate(some.run, some.rows), MORE, (RUN,), COST),
)  # fmt: skip
