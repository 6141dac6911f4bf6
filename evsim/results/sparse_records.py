"""Records that forget: what has ended and was counted is taken out while the run goes on.

Numbers of rows count on and never come again. A column is a mapping from the number of a row to its value, so that what
is gone leaves no gap; it is read and written like the array of a run with full records.
"""

import numpy as np

from evsim.results.records import BLANK, DTYPE, Records
from evsim.ticks import SECOND

__all__ = ["Excerpt", "SparseColumn", "SparseRecords", "SparseTable"]

MANY = 50_000  # new rows after which it is time to count


class SparseColumn(dict):
    """The values of a column by row; the blank where none was written."""

    __slots__ = ("blank",)

    def __init__(self, blank):
        super().__init__()
        self.blank = blank

    def __missing__(self, row):
        return self.blank


class SparseTable:
    """Columns that grow together, as those of a :class:`evsim.results.records.Table`, and forget rows.

    anchor: a column that is written for every row. ``full``: what is called when there are many new rows.
    """

    def __init__(self, columns, anchor):
        self.types, self._anchor, self.full = dict(columns), anchor, None
        for name, kind in columns.items():
            setattr(self, name, SparseColumn(BLANK[kind]))
        self.new = self._numbers().__next__

    def _numbers(self):
        made = 0
        while True:
            yield from range(made, made + MANY)
            made += MANY
            if self.full is not None:
                self.full()

    @property
    def numbers(self):
        """The numbers of the rows that are there, in order."""
        return np.sort(np.fromiter(getattr(self, self._anchor), dtype=np.int64))

    def chosen(self, which):
        """The numbers of the rows for which the array `which` is true, in order."""
        return self.numbers[which]

    def written(self, name):
        """The number after that of the last row that is there."""
        return next(reversed(getattr(self, name)), -1) + 1

    def column(self, name, numbers=None):
        """The values of the rows that are there, in the order of :attr:`numbers`."""
        numbers = self.numbers if numbers is None else numbers
        column, kind = getattr(self, name), DTYPE[self.types[name]]
        values = np.full(len(numbers), column.blank, dtype=kind)
        written = np.fromiter(column, dtype=np.int64, count=len(column))
        values[np.searchsorted(numbers, written)] = _array(column.values(), kind)
        return values

    def columns(self):
        """All columns as NumPy arrays, with the ``number`` of each row."""
        numbers = self.numbers
        return {name: self.column(name, numbers) for name in self.types} | {"number": numbers}

    def keep(self, numbers):
        """Forget all rows but these."""
        for name in self.types:
            column = getattr(self, name)
            kept = [(number, column[number]) for number in numbers if number in column]
            column.clear()
            column.update(kept)


class SparseRecords(Records):
    """Records whose large tables are sparse."""

    def __init__(self):
        super().__init__()
        for name in self.tables:
            if name != "instances":
                anchor = {"rows": "born", "messages": "published"}.get(name, "row")
                setattr(self, name, SparseTable(getattr(self, name).types, anchor))


def _array(values, kind):
    if kind == np.int8:
        return np.frombuffer(bytes(values), dtype=kind)  # of enumerations many times faster than numpy.fromiter
    return np.fromiter(values, dtype=kind, count=len(values))


class Excerpt:
    """Some rows of a table with columns of these `types`, numbered from 0."""

    def __init__(self, types, columns):
        self.types, self._columns = types, {name: columns[name] for name in types}

    def close(self):
        """Turn times into seconds."""
        for name, kind in self.types.items():
            if kind == "d":
                self._columns[name] = self._columns[name] / SECOND

    def column(self, name):
        return self._columns[name]

    def columns(self):
        return dict(self._columns)
