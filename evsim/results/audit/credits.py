"""Credits: every worker and every prefetch credit is at home or held by exactly one open attempt."""

import numpy as np

from evsim.results.batches import followers, leaders
from evsim.results.codes import among
from evsim.results.endings import Outcome, Verdict

__all__ = ["CHECKS"]


def workers(books):
    """Nobody works for two at once."""
    rows = books.rows
    ran = np.flatnonzero(~np.isnan(rows["started"]) & ~followers(books.run))
    services = {name: code for code, name in enumerate(books.run.scenario.services)}
    service = np.array([services[place.service] for place in books.run.tables.places])[rows["place"][ran]]
    end = np.where(np.isnan(rows["ended"][ran]), np.inf, rows["ended"][ran])
    order = np.lexsort((ran, end, rows["started"][ran], rows["worker"][ran], service))
    ran, service = ran[order], service[order]
    same = (service[1:] == service[:-1]) & (rows["worker"][ran][1:] == rows["worker"][ran][:-1])
    end = np.where(np.isnan(rows["ended"][ran]), np.inf, rows["ended"][ran])
    books.demand(~same | (rows["started"][ran][1:] >= end[:-1]), "a worker held two at once", ran[1:])


def lives(books):
    """Who works is there, from the beginning of the work to its end."""
    rows, run = books.rows, books.run
    held = ~np.isnan(rows["started"]) & ~followers(run)
    services = np.array([place.service for place in run.tables.places] + [""])[rows["place"]]
    for name, capacity in run.tables.capacity.items():
        in_order = (
            ~(capacity.ready < capacity.born) & ~(capacity.ended < capacity.ready) & ~(capacity.ended < capacity.born)
        )
        if not in_order.all():
            books.refuse(f"an instance of {name} was ready before it was asked for, or gone before")
        mine = np.flatnonzero(held & (services == name))
        there = capacity.covers(rows["worker"][mine], rows["started"][mine], rows["ended"][mine])
        books.demand(there, f"a worker of {name} worked while its instance was not there", mine)


def credits(books):
    rows, inventory = books.rows, books.run.tables.inventory
    held_rows = (rows["outcome"] == Outcome.OPEN) & ~np.isnan(rows["started"])
    held_rows = np.flatnonzero(held_rows & ~followers(books.run))
    service_of = [place.service for place in books.run.tables.places]
    held = {name: [] for name in books.run.scenario.services}
    for row in held_rows.tolist():
        held[service_of[rows["place"][row]]].append(int(rows["worker"][row]))
    for name, capacity in books.run.tables.capacity.items():
        going = [worker for worker in held[name] if worker % capacity.width >= capacity.staffed[-1][1]]
        every = sorted([*capacity.workers_at_last(), *going])
        absent = set(inventory["absent"][name]).intersection(every) - set(held[name])
        home = sorted([*inventory["free"][name], *held[name], *absent])
        if home != every:
            books.refuse(
                f"workers of {name}: free {inventory['free'][name]}, held {sorted(held[name])}, "
                f"absent {inventory['absent'][name]} do not make up all {len(every)}"
            )
    overdue, settling = (np.array(inventory[each], dtype=int) for each in ("overdue", "settling"))
    ended = overdue[(rows["outcome"][overdue] != Outcome.OPEN) & ~np.isin(overdue, settling)]
    books.demand(np.zeros(len(ended), bool), "a credit is held for a lease and a work that have ended", ended)
    lead = leaders(books.run)
    for (channel, service), (credit, full) in inventory["credit"].items():
        mine = [
            p.number for p in books.run.tables.places if (p.kind, p.source, p.service) == ("delivery", channel, service)
        ]
        overdue = np.zeros(len(rows["place"]), dtype=bool)
        overdue[inventory["overdue"]] = True
        leased = among(rows["place"], mine) & ~np.isnan(rows["leased"])
        ended = among(rows["verdict"], (Verdict.REVOKED, Verdict.GIVEN_BACK, Verdict.DEAD))
        leased &= (rows["verdict"] == Verdict.OPEN) | (overdue & ended)
        leased[inventory["unattended"]] = False
        leases = len(set(lead[leased].tolist()))
        if credit + leases != full:
            books.refuse(f"{service} has {credit} credits of {channel} and holds {leases}; that does not make {full}")


CHECKS = (workers, lives, credits)
