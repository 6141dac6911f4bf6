"""Records that forget: what has ended and was counted is taken out while the run goes on, and its rows serve again.

A column is an array, as in a run with full records, and as long as the rows that are there at one time. So the number
of a row says nothing of its age: who asks which of some rows came first asks for their ``age``.
"""

from array import array
from functools import lru_cache
from itertools import chain
from operator import length_hint

import numpy as np

from evsim.results.records import Records
from evsim.results.table import BLANK, DTYPE, Table, column_of
from evsim.ticks import SECOND

__all__ = ["Excerpt", "RecycledRecords", "RecycledTable"]

MANY = 50_000  # new rows after which it is time to count
FIRST = 4096  # smaller numbers are met everywhere: a row that had one would seem to be held


class RecycledTable(Table):
    """Columns that grow together, and whose rows are used again. ``full``: what is called when many of them are new.

    age: a function of a row: how many there had been before it. It is never closed nor kept: results are made of
    excerpts (:class:`Excerpt`).
    """

    def __init__(self, columns):
        self.types, self.full = dict(columns), None
        for name, kind in columns.items():
            setattr(self, name, column_of(kind))
        self._ages = array("q")
        self.age = self._ages.__getitem__
        self._extend(FIRST)
        nothing = np.arange(0)
        self._kept = nothing  # rows that were there when others were forgotten, oldest first
        self._turns, self._left = [], iter(())  # numbers handed out since then; those of the last turn that are left
        self._free = nothing  # numbers that may be handed out
        self._made, self._new = 0, 0
        self.new = chain.from_iterable(self._next_turns())

    def _next_turns(self):
        """Numbers of rows, some at a time, for which there is room by then."""
        while True:
            if self._new >= MANY and self.full is not None:
                self._new = 0
                self.full()
            if not len(self._free):
                self._free = np.arange(self.room, self.room + MANY // 25)
                self._extend(len(self._free))
            turn, self._free = self._free[:MANY], self._free[MANY:]
            np.frombuffer(self._ages, dtype=np.int64)[turn] = np.arange(self._made, self._made + len(turn))
            self._turns.append(turn)
            self._made += len(turn)
            self._new += len(turn)
            self._left = iter(turn.tolist())
            yield self._left

    def _extend(self, count):
        self._ages.extend(_blanks("q", count))
        for name, kind in self.types.items():
            getattr(self, name).extend(_blanks(kind, count))

    @property
    def room(self):
        """How long the columns are."""
        return len(self._ages)

    @property
    def made(self):
        """How many rows there ever were."""
        return self._made - length_hint(self._left)

    def written(self, name):
        """How many rows there ever were."""
        return self.made

    @property
    def numbers(self):
        """The numbers of the rows that are there, oldest first."""
        every = np.concatenate([self._kept, *self._turns])
        return every[: len(every) - length_hint(self._left)]

    def ages(self, numbers):
        """The ages of some rows."""
        return np.frombuffer(self._ages, dtype=np.int64)[numbers]

    def column(self, name):
        """One column as a NumPy array: a view, blank where there is no row."""
        return np.frombuffer(getattr(self, name), dtype=DTYPE[self.types[name]])

    def keep(self, numbers):
        """Forget all rows but these, oldest first."""
        last = self._turns[-1] if self._turns else numbers[:0]
        waiting = last[len(last) - length_hint(self._left) :]
        for name, kind in self.types.items():
            column = self.column(name)
            kept = column[numbers]
            column[:] = BLANK[kind]
            column[numbers] = kept
        free = np.ones(self.room, dtype=bool)
        free[:FIRST] = free[numbers] = free[waiting] = False
        self._kept, self._turns, self._free, self._new = numbers, [waiting], np.flatnonzero(free), 0


@lru_cache
def _blanks(kind, count):
    return column_of(kind, [BLANK[kind]]) * count


class RecycledRecords(Records):
    """Records whose large tables are recycled."""

    def __init__(self):
        super().__init__()
        for name in self.tables:
            if name != "instances":
                setattr(self, name, RecycledTable(getattr(self, name).types))


class Excerpt:
    """Some rows of a table with columns of these `types`, numbered from 0."""

    def __init__(self, types, columns):
        self.types, self._columns = types, {name: columns[name] for name in types}

    def close(self):
        """Turn times into seconds."""
        for name, kind in self.types.items():
            if kind == "d":
                self._columns[name] /= SECOND

    def column(self, name):
        return self._columns[name]

    def columns(self):
        return dict(self._columns)
