"""Inventory: what the records call open must lie somewhere, once: in a store, an inbox or under way."""

import numpy as np

from evsim.results.endings import Outcome, Verdict

__all__ = ["CHECKS"]


def inventory(books):
    rows, inventory = books.rows, books.run.tables.inventory
    open_ = np.flatnonzero((rows["outcome"] == Outcome.OPEN) & np.isnan(rows["started"]))
    found = np.sort(np.array([*inventory["ready"], *inventory["waiting"], *inventory["travelling"]], dtype=int))
    twice = found[1:][found[1:] == found[:-1]]
    books.demand(np.zeros(len(twice), bool), "found in two places at once", twice)
    for only, what in (
        (_without(open_, found), "open in the records and nowhere to be found"),
        (_without(found, open_), "found at the end and not open in the records"),
    ):
        books.demand(np.zeros(len(only), bool), what, only)
    unsettled = np.flatnonzero((rows["verdict"] == Verdict.OPEN) & (rows["outcome"] != Outcome.OPEN))
    forgotten = _without(unsettled, inventory["settling"])
    books.demand(np.zeros(len(forgotten), bool), "its work has ended and nobody will ever hear of it", forgotten)
    still = (rows["outcome"] == Outcome.OPEN) | (rows["verdict"] == Verdict.OPEN)
    books.demand(~(still & books.run.tables.complete), "it is open, and nothing is said to be")
    messages = books.messages
    homeless = np.flatnonzero(np.isnan(messages["appended"]) & (messages["fate"] == 0))
    vanished = _without(homeless, inventory["messages"])
    what = "a message is neither kept nor lost nor refused nor under way; its publisher"
    books.demand(np.zeros(len(vanished), bool), what, messages["cause"][vanished])


def _without(some, others):
    return some[~np.isin(some, np.array(others, dtype=int))]


CHECKS = (inventory,)
