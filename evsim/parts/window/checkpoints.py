"""Checkpoints: what windows remember, and how far each partition was read, kept as of one moment.

A barrier stands behind what is in hand of each partition when a checkpoint begins. It has come when that work has
ended; the checkpoint is *aligned* when all have, and then it is taken. Messages behind a barrier wait until then, so
that the state has all that lies before the barriers and nothing else.
"""

from copy import deepcopy
from typing import Any

from evsim.parts.window.words import HELD
from evsim.ticks import ticks

__all__ = ["Checkpoints"]

NOT_YET = float("nan")


class Checkpoints:
    """The checkpoints of one step. `step`: what has the ``state``, and takes what was held.

    ahead: rows that lie before a barrier which has not come. held: rows behind one. kept: the last state that is safe.
    results: panes that wait for the next checkpoint.
    """

    def __init__(self, step, settings):
        self.step, self.every, self.takes = step, ticks(settings.every), ticks(settings.takes)
        self.exact = settings.mode == "exactly_once"
        self.transactional = settings.sink == "transactional"
        self.ahead: Any = None
        self.held, self.results = [], []
        self.entry: Any = None  # of the checkpoint that is under way
        self.number, self.kept, self.safe = -1, None, -1
        self.counts = {}  # cursor -> how many of its messages lie before the barrier
        step.later(self.every, self.begin)

    @property
    def groups(self):
        return self.step.service.groups

    def begin(self):
        """The barriers leave."""
        self.step.later(self.every, self.begin)
        if self.entry is not None or not self.step.service.is_up:
            return
        records, now = self.step.kernel.records, self.step.kernel.env._now
        self.entry = [now, NOT_YET, NOT_YET, self.step.service.number, -1]
        self.number = len(records.checkpoints)
        records.checkpoints.append(self.entry)
        for group in self.groups:
            group.on_free = self._came
        cursors = [cursor for group in self.groups for cursor in group.cursors]
        self.ahead = {cursor.holder for cursor in cursors if cursor.holder is not None}
        self.counts = {id(each): len(each.done) + (each.holder is not None) for each in cursors}
        self._align()

    def holds(self, row):
        """Whether a row has to wait, as it lies behind a barrier."""
        if self.entry is None or row in self.ahead or not (self.exact or self.entry[1] >= 0):
            return False
        self.step.remark(HELD, row)
        self.held.append(row)
        return True

    def _came(self, row):
        """A row holds its partition no longer."""
        self.ahead.discard(row)
        self._align()

    def _align(self):
        """What is in hand has ended: the barriers go through each instance, behind results that wait for credit."""
        if not self.ahead:
            for group in self.groups:
                group.on_free = None
            self.step.when_all_are_through(self._aligned)

    def _aligned(self):
        self.entry[1], self.entry[4] = self.step.kernel.env._now, len(self.step.kernel.records.events)
        self.step.later(self.takes, self._taken)

    def _taken(self):
        """The checkpoint is safe: results may leave, and it is committed how far partitions were read."""
        results, self.results = self.results, []
        for pane in results:
            self.step.outlet_of(pane[1]).show(pane)
        self.kept, self.safe = deepcopy((self.step.state, self.step.waiting_results())), self.number
        self.entry[2], self.entry = self.step.kernel.env._now, None
        for group in self.groups:
            for cursor in group.cursors:
                group.commit(cursor, None if self.exact else min(self.counts.get(id(cursor), 0), len(cursor.done)))
        held, self.held = self.held, []
        for row in held:
            self.step.enter(row)

    def crash(self):
        """What is under way is lost; what was kept last: the state and the results that waited then, or None.

        Of a transactional sink those results were safe with it: what has not left yet still does, and nothing twice.
        """
        waiting = self.step.waiting_results()
        self.ahead, self.held, self.results, self.entry = None, [], [], None
        for group in self.groups:
            group.on_free = None
        self.step.later(self.every, self.begin)
        if self.kept is None:
            return None
        state, results = deepcopy(self.kept)
        return state, waiting if self.transactional else results
