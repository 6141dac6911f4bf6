"""Recount of transactions: readers see what a handling published if it was committed, from then on, and in order."""

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import Fate, Verdict

__all__ = ["CHECKS"]


def transactions(books):
    run, rows, messages = books.run, books.rows, books.messages
    places = [place.number for place in run.tables.places if place.is_delivery and place.step.is_atomic]
    if not places:
        return
    shown = np.full(len(messages["cause"]), np.nan)
    for time, message in run.records.shown:
        shown[message] = time
    able = np.array([channel.transactional for channel in run.scenario.channels.values()] + [False])
    kept = able[messages["channel"]] & ~np.isnan(messages["appended"])
    inside = kept & (messages["origin"] < 0) & among(rows["place"][messages["cause"]], places)
    inside &= np.array([step.relayed_by is None for _, step in run.tables.routes] + [False])[messages["route"]]
    verdict, settled = rows["verdict"][messages["cause"]], rows["settled"][messages["cause"]]
    lost = messages["fate"] == Fate.TRUNCATED
    seen, aborted = ~np.isnan(shown) & ~lost, messages["fate"] == Fate.ABORTED
    committed = (verdict == Verdict.DONE) & ~(shown < settled)
    books.demand(~(inside & seen) | committed, "readers saw what was not committed", messages["cause"])
    over = (verdict != Verdict.OPEN) & (verdict != Verdict.DONE)
    what = "a message was thrown away whose transaction did not fail"
    books.demand(~aborted | (inside & over), what, messages["cause"])
    _in_order(books, shown, kept & seen)
    _hidden(books, inside & (verdict == Verdict.OPEN))


def _in_order(books, shown, mine):
    messages, mine = books.messages, np.flatnonzero(mine)
    # Offsets are given again after a loss, so the order is that of the append.
    order = mine[np.lexsort((messages["offset"][mine], messages["appended"][mine], messages["partition"][mine],
                             messages["channel"][mine]))]  # fmt: skip
    same = np.diff(messages["channel"][order]) == 0
    same &= np.diff(messages["partition"][order]) == 0
    books.demand(~same | (np.diff(shown[order]) >= 0), "a partition was shown out of order", order[1:])


def _hidden(books, is_open):
    """What is hidden for ever lies behind something whose transaction is open."""
    messages, channels = books.messages, list(books.run.scenario.channels.values())
    hidden, first = books.run.tables.inventory["hidden"], {}
    for message in sorted(hidden, key=lambda each: (messages["appended"][each], messages["offset"][each])):
        if not channels[messages["channel"][message]].replicated:
            first.setdefault((messages["channel"][message], messages["partition"][message]), message)
    heads = np.array(list(first.values()), dtype=int)  # type: ignore[type-var]
    books.demand(is_open[heads], "a message is hidden, and no transaction is open", messages["cause"][heads])


CHECKS = (transactions,)
