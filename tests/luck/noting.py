"""Notes of every draw of a run: the purpose of each stream of numbers, and which of its numbers were read."""

from array import array
from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from evsim.engine import random_streams as module
from evsim.engine.random_streams import LATER, Draws, RandomStreams

__all__ = ["Notes", "noted"]


class Notes:
    """``purposes``: one of each stream that was made. ``reads``: (purpose, number, chain) -> how often."""

    def __init__(self):
        self.purposes, self.reads = [], Counter()
        self._purpose_of = {}

    def made(self, purpose, key):
        self.purposes.append(purpose)
        self._purpose_of[tuple(map(int, key))] = purpose

    def purpose_of(self, key):
        return self._purpose_of[tuple(map(int, key))]


class _Values(array):
    """The numbers of first attempts: who reads one is noted."""

    def __getitem__(self, luck):
        value = super().__getitem__(luck)
        self.note(luck, 0)
        return value


@contextmanager
def noted():
    """:class:`Notes` of all that is drawn inside."""
    notes, key = Notes(), RandomStreams.key

    class NotedDraws(Draws):
        __slots__ = ("_note",)

        def __init__(self, luck, key, distribution):
            super().__init__(luck, key, distribution)
            purpose = notes.purpose_of(key)
            self._note = lambda number, chain: notes.reads.update([(purpose, number, chain)])
            values = _Values(self.values.typecode)
            values.note, self.values = self._note, values

        def again(self, number, chain):
            self._note(number, chain)
            return super().again(number, chain)

        def missing(self, luck):
            """A retry key is drawn for without :meth:`again`."""
            if luck >= LATER and not self._distribution.by_row:
                self._note(*self._retry_keys[luck - LATER])
            return super().missing(luck)

    def noted_key(self, *purpose):
        found = key(self, *purpose)
        notes.made(purpose, found)
        return found

    with patch.object(module, "Draws", NotedDraws), patch.object(RandomStreams, "key", noted_key):
        yield notes
