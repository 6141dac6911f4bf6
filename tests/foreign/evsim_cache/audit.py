"""Recount of a cache: what was found had been loaded within its time to live."""

from evsim.results.remarks import remarks
from evsim.scenario.handlers import walk
from evsim_cache.words import HIT, LOADED, MISS

__all__ = ["CHECKS"]


def hits(books):
    """A key is found just when it was put there no longer than its time to live ago, for the same service."""
    run = books.run
    ttl = {
        name: step.ttl
        for name, service in run.scenario.services.items()
        for _, step, _ in walk(service.handle)
        if step.kind == "cache"
    }
    loaded = {}
    for remark in remarks(run):
        if remark.kind not in (HIT, MISS, LOADED):
            continue
        service = run.tables.places[books.rows["place"][remark.row]].service
        key = service, run.tables.request_keys[run.tables.row_requests[remark.row]]
        if remark.kind == LOADED:
            loaded[key] = remark.time
        else:
            there = key in loaded and remark.time < loaded[key] + ttl[service]
            books.demand([there == (remark.kind == HIT)], f"the cache of {service} was wrong about a key", [remark.row])


CHECKS = (hits,)
