"""What a queue adds to the figures of a channel: what lies ready in it, and what its consumers have in hand."""

import numpy as np

from evsim.figures import CHANNEL, Figure
from evsim.results.endings import Verdict
from evsim.results.intervals import highest, inside

__all__ = ["FIGURES"]


def _attempts(its):
    """Row numbers of the attempts at the messages of a queue, those that nobody has yet among them."""
    tables = its.run.tables
    is_delivery = np.array([place.is_delivery for place in tables.places] + [True])[tables.rows["place"]]
    rows = np.flatnonzero(is_delivery & (tables.rows["verdict"] != Verdict.COPY))
    return rows[tables.messages["channel"][tables.rows["parent"][rows]] == its.number]


def _ready(its):
    """When each attempt was ready, and when it was handed out or taken out of the queue."""
    rows, mine = its.run.tables.rows, _attempts(its)
    return rows["ready"][mine], np.fmin(rows["leased"], rows["ended"])[mine], its.window


def _in_hand(its):
    """When each attempt of a consumer was handed out, and when the queue heard of its end."""
    tables, mine = its.run.tables, _attempts(its)
    theirs = np.array([place.service == its.service for place in tables.places] + [False])
    mine = mine[theirs[tables.rows["place"][mine]] & ~np.isnan(tables.rows["leased"][mine])]
    return tables.rows["leased"][mine], tables.rows["settled"][mine], its.window


def _mean(spans, its):
    return float(inside(*spans(its)).sum() / its.run.tables.window)


FIGURES = (
    Figure("ready_mean", "count",
           "messages of the queue that lay there and might be handed out, to whichever consumer, on average",
           lambda its: _mean(_ready, its), where=(CHANNEL,)),
    Figure("ready_max", "count", "the most messages that lay ready in the queue at one time of the window",
           lambda its: highest(*_ready(its)), where=(CHANNEL,), shown=(), adds="not"),
    Figure("unacknowledged_mean", "count",
           "messages that the service had been handed and that the queue had not heard the end of, on average",
           lambda its: _mean(_in_hand, its), where=(CHANNEL,)),
    Figure("unacknowledged_max", "count",
           "the most messages that the service had in hand at one time of the window",
           lambda its: highest(*_in_hand(its)), where=(CHANNEL,), shown=(), adds="not"),
)  # fmt: skip
