"""Folding: requests that have come to their end are counted and forgotten while the run goes on.

A request is folded as a whole: when every attempt and message of it has ended, and nothing in the running system holds
the number of one of them: no timer, no answer under way, no store.
"""

import numpy as np

from evsim.engine.cut import Cut
from evsim.engine.environment import OBSERVER
from evsim.engine.held_numbers import held_numbers
from evsim.engine.refusal import refuse
from evsim.results.remarks import sentences
from evsim.results.table import TooManyRows

__all__ = ["Folding"]

MOST_LEFT = 250_000  # rows of requests that go on
# Lists of the records that speak of rows, and what makes them.
SPEAK_OF_ROWS = {
    "batches": "batches", "call_items": "calls for items", "copies": "messages that come twice", "events": "windows",
    "panes": "windows", "pieces": "event loops and shared cores", "polls": "polls of many messages",
    "reads": "optimistic locking", "removals": "logs that remove messages", "replays": "groups that read again",
    "shown": "logs with replicas or transactions", "uncommitted": "groups that read uncommitted",
}  # fmt: skip


class Folding:
    """Gives what has ended to ``count(excerpt)``: what results are made of, of those requests alone.

    until: the moment (s) up to which clocks are read.
    """

    def __init__(self, system, until, count):
        self.system, self.kernel, self.until, self.count = system, system.kernel, until, count
        subscriptions = [each for service in self.kernel.scenario.services.values() for each in service.subscribe]
        if any(each.replay or each.joins is not None for each in subscriptions):
            raise _refusal("groups that join later or read again")
        for table in (self.kernel.records.rows, self.kernel.records.effects):
            table.full = self._fold_soon

    def _fold_soon(self):
        self.kernel.env.call_in(0, self.fold, None, OBSERVER)

    def fold(self, _=None):
        """Count what has ended, and forget it."""
        self._check()
        cut = Cut(self.kernel)
        # What gives out new numbers has more of them, which nobody holds yet.
        givers = [getattr(self.kernel.records, name).new for name in self.kernel.records.tables]
        ended = cut.ended(held_numbers(self.system, self.kernel.env._queue, but=givers))
        if ended.any():
            self.count(cut.excerpt(ended, self.until))
            cut.forget(ended)
        left = int((~ended[cut.of_row]).sum())
        if left > MOST_LEFT:
            raise TooManyRows(left)

    def rest(self, inventory, still_open):
        """What is left at the end, as an excerpt, with the inventory of it."""
        self._check()
        cut = Cut(self.kernel)
        return cut.excerpt(np.ones(len(cut.requests), dtype=bool), self.until, inventory, still_open)

    def _check(self):
        records = self.kernel.records
        for name, what in SPEAK_OF_ROWS.items():
            if getattr(records, name):
                raise _refusal(what)
        remarks = [kind for _, kind, *_ in records.incidents if kind in sentences()]
        if remarks:
            raise _refusal(f"what is noted of single attempts ({sentences()[remarks[0]]})")


def _refusal(what):
    return refuse(
        "record", f"summary records have no room for {what}", "summary", hint="take full records and a shorter run"
    )
