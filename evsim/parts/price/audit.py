"""Recount of bills: each time that was paid for, added up one by one."""

from math import ceil

import numpy as np

from evsim.parts.function.words import COLD
from evsim.parts.price.bill import use
from evsim.results.remarks import remarks
from evsim.ticks import SECOND

__all__ = ["CHECKS"]

ROUNDING = 1e-9  # relative, of sums


def bills(books):
    """What is paid for is what ran: so many requests, and each of their times, rounded up, with its init."""
    run, rows = books.run, books.rows
    cold = {each.row for each in remarks(run) if each.kind == COLD}
    for name, service in run.scenario.complete.services.items():
        if service.price is None:
            continue
        mine = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
        used = use(run, name, mine)
        ran = np.flatnonzero(mine & ~np.isnan(rows["started"]) & ~np.isnan(rows["ended"])).tolist()
        if used.requests != len(ran):
            books.refuse(f"{name} is billed for {used.requests} requests, and worked on {len(ran)}")
        if service.function is None:
            continue
        lives = run.tables.capacity[name]
        life_of = {number: life for life, number in enumerate(lives.number.tolist())}
        step, total = round(service.price.step * SECOND), 0
        for row in ran:
            time = round(rows["ended"][row] * SECOND) - round(rows["started"][row] * SECOND)
            if service.price.init and row in cold:
                life = life_of[int(lives.instance_of(rows["worker"][row]))]
                time += round(lives.ready[life] * SECOND) - round(lives.born[life] * SECOND)
            total += ceil(time / step) * step
        paid, gib = used.gb_seconds + used.provisioned_work, service.function.memory / 2**30
        if abs(paid - total / SECOND * gib) > ROUNDING * paid:
            books.refuse(f"{name} is billed for {paid:.9g} GB-seconds, and worked {total / SECOND * gib:.9g}")


CHECKS = (bills,)
