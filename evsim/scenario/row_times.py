"""A column of times in a CSV file with a row a request: how long each of them was worked on."""

from functools import lru_cache

import numpy as np

from . import units
from .arrival_trace import csv_column, csv_rows
from .textfile import version, wrong

__all__ = ["read_row_times"]


def read_row_times(path, name, column, unit):
    """Seconds in a column, in the order of the rows; a number is in the unit, and ``12ms`` is what it says."""
    return _read(path, version(path), name, column, unit)


@lru_cache(maxsize=8)
def _read(path, _, name, column, unit):
    """A file is read once, and again when it has changed."""
    rows = csv_rows(path, name)
    header = next((names for _, names in rows if any(names)), None)
    if header is None:
        raise wrong(name, "the file is empty", hint="give it a line of names, and then a row a request")
    place, found = csv_column(name, header, column), []
    for line, row in rows:
        if not any(row):
            continue
        text = row[place] if place < len(row) else ""
        try:
            found.append(units.time(text if text[-1:].isalpha() else f"{text}{unit}"))
        except units.UnitError as error:
            raise wrong(name, f"{column}: {error.rule}", text, line=line) from None
    if not found:
        raise wrong(name, "the file has no rows", hint="give it a row a request")
    times = np.array(found)
    times.flags.writeable = False
    return times
