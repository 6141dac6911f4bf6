"""What a cache adds to the figures of its service."""

from evsim.results.figures import Figure
from evsim.results.remarks import remarks
from evsim_cache.words import HIT, MISS

__all__ = ["FIGURES"]


def _count(run, service, kind):
    """How many attempts of requests that count have a remark of a kind."""
    of_service = [each for each in remarks(run) if run.places[run.rows["place"][each.row]].service == service]
    return sum(each.kind == kind and bool(run.row_cohort[each.row]) for each in of_service)


def hit_rate(run, service):
    hits, misses = _count(run, service, HIT), _count(run, service, MISS)
    return hits / (hits + misses) if hits + misses else float("nan")


FIGURES = (
    Figure("cache_hits", "count", "how often a key was found in the cache", lambda run, name: _count(run, name, HIT)),
    Figure("cache_hit_rate", "share", "the share of look-ups that found the key", hit_rate),
)
