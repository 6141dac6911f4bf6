"""Recount of changes: from the moment on, no more instances and workers begin anything than there are to be."""

import numpy as np

from evsim.counting import count

__all__ = ["CHECKS"]


def staff(books):
    rows = books.rows
    services = np.array([place.service for place in books.run.tables.places] + [""])[rows["place"]]
    for name, service in books.run.scenario.complete.services.items():
        capacity = books.run.tables.capacity[name]
        for age in books.ages if service.is_staffed else ():
            begun = np.flatnonzero((services == name) & age.has(rows["started"]))
            worker, now = rows["worker"][begun], age.scenario.services[name]
            books.demand(worker % capacity.width < now.workers, f"a worker of {name} began that nobody is", begun)
            there = len(np.unique(capacity.instance_of(worker)))
            books.demand(
                [there <= now.instances], f"{count(there, 'instance')} of {name} began work, and it has {now.instances}"
            )


CHECKS = (staff,)
