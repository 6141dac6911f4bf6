"""Recount of messages: how many obligations each makes, and what stands where in a channel."""

import numpy as np

from evsim.registry import part
from evsim.results.audit.dead_letters import refused_letters
from evsim.results.codes import among
from evsim.results.endings import Fate

__all__ = ["CHECKS", "obligations"]


def deliveries(books):
    """A message that is kept is one obligation for each group of a log or service on a bus, and one in a queue.

    What is sent to one handler of a bus, or finds no service there at all, is one too, and so is what leads nowhere
    from an exchange; what is not kept is none, but for a dead letter that was refused, of which nobody else is told.
    """
    messages, rows = books.messages, books.rows
    is_delivery = (books.kinds == "delivery") & (rows["first"] < 0)
    is_delivery[books.run.records.replays] = False
    per_message = np.bincount(rows["parent"][is_delivery], minlength=len(messages["published"]))
    names = list(books.run.scenario.channels)
    kept = ~np.isnan(messages["appended"])
    expected = np.zeros(len(kept), dtype=int)
    for code, name in enumerate(names):
        here = kept & (messages["channel"] == code)
        expected[here] = obligations(books.run, name)[here]
    expected += refused_letters(books.run)
    books.demand(per_message == expected, "a message was copied wrongly", messages["cause"])
    for code, name in enumerate(names):
        mine = np.flatnonzero(kept & (messages["channel"] == code) & (messages["fate"] != Fate.TRUNCATED))
        partition, offset = messages["partition"][mine], messages["offset"][mine]
        order = np.lexsort((messages["appended"][mine], offset, partition))
        partition, offset = partition[order], offset[order]
        begins = np.r_[True, partition[1:] != partition[:-1]] if len(mine) else np.empty(0, bool)
        follows = np.where(begins, offset == 0, np.diff(offset, prepend=-1) == 1) if len(mine) else begins
        books.demand(follows, f"offsets of {name} are not 0, 1, 2 ...", messages["cause"][mine][order])


def clocks(books):
    """A message is kept once it has left, and is handed on, and known to be kept, no sooner."""
    messages, rows = books.messages, books.rows
    for earlier, later in (
        ("published", "sent"), ("published", "appended"), ("sent", "appended"), ("published", "acknowledged"),
        ("appended", "acknowledged"),
    ):  # fmt: skip
        wrong = messages[later] < messages[earlier]
        books.demand(~wrong, f"a message was {later} before it was {earlier}; its publisher", messages["cause"])
    taken = among(messages["fate"], (Fate.OPEN, Fate.TRUNCATED, Fate.ABORTED)) | np.isnan(messages["appended"])
    books.demand(taken, "a message is kept that was not taken; its publisher", messages["cause"])
    brought = np.flatnonzero(books.kinds == "delivery")
    soon = rows["born"][brought] < messages["appended"][rows["parent"][brought]]
    books.demand(~soon, "a delivery began before its message was kept", brought)


def obligations(run, name):
    """For each message: how many obligations it makes if a channel keeps it."""
    return part(run.scenario.channels[name].kind).module("audit").obligations(run, name)


CHECKS = (clocks, deliveries)
