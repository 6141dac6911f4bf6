"""Recount of buses: one obligation for each who listens, and each is handed over at once or lost."""

import numpy as np

from evsim.results.endings import Verdict

__all__ = ["CHECKS", "obligations"]


def obligations(run, name):
    """For each message: how many it makes. One that is sent, or that finds no service there at all, makes one."""
    services = run.scenario.services.values()
    listeners = sum(each.channel == name for service in services for each in service.subscribe)
    of_step = np.array(
        [1 if step.kind == "send" else max(listeners, 1) for _, step in run.tables.routes] or [0], dtype=int
    )
    return of_step[run.tables.messages["route"]]


def handed_over(books):
    """Nothing waits on a bus, and nothing is sent twice: what is born is on its way, or lost, at that moment."""
    rows, messages = books.rows, books.messages
    buses = np.array([channel.direct for channel in books.run.scenario.channels.values()] + [False])
    mine = np.flatnonzero((books.kinds == "delivery") & (rows["verdict"] != Verdict.COPY))
    mine = mine[buses[messages["channel"][rows["parent"][mine]]]]
    born, leased = rows["born"][mine], rows["leased"][mine]
    lost = np.isnan(leased) & (rows["settled"][mine] == born)
    books.demand(lost | (leased == born), "a bus kept a message back", mine)
    books.demand(rows["first"][mine] < 0, "a bus sent a message twice", mine)


CHECKS = (handed_over,)
