"""Files of times: one a line, or a column of a CSV file with a row a request. One is read again when it has changed."""

import re
from functools import lru_cache

import numpy as np

from . import units
from .arrival_trace import csv_column, csv_rows
from .textfile import read_lines, version, wrong

__all__ = ["named_unit", "read_row_times", "read_times"]


NAMED_UNIT = re.compile(r".*[_ (\[](ns|us|ms|s|min|h)[)\]]?\s*")


def named_unit(header):
    """The unit that a name ends with, as in ``duration_ms`` and ``took (ms)``; else an empty text: seconds."""
    return found[1] if (found := NAMED_UNIT.fullmatch(header)) else ""


def read_times(path, name):
    """The times in a file, one a line; a header and empty lines are skipped.

    Numbers are seconds, or in the unit that the header ends with: ``duration_ms``, ``took (ms)``.
    """
    return _read_times(path, version(path), name)


@lru_cache(maxsize=8)
def _read_times(path, _, name):
    times, unit = [], ""
    for number, line in enumerate(read_lines(path, name), start=1):
        text = line.strip()
        try:
            times += [units.time(text if text[-1].isalpha() else f"{text}{unit}")] if text else []
        except units.UnitError as error:
            if number == 1 and text[0] not in "0123456789.+-":  # a header is no time gone wrong
                unit = named_unit(text)
            elif any(sign in text for sign in ",;\t"):
                way_out = "write one a line, or say which column: evsim fit FILE --column NAME, work: {rows: FILE, ...}"
                raise wrong(name, "has several columns", text, way_out, number) from None
            else:
                raise wrong(name, error.rule, error.value, line=number) from None
    if not times:
        raise wrong(name, "holds no times", hint="write one a line")
    return times


def read_row_times(path, name, column, unit):
    """Seconds in a column, in the order of the rows; a number is in the unit, and ``12ms`` is what it says."""
    return _read_rows(path, version(path), name, column, unit)


@lru_cache(maxsize=8)
def _read_rows(path, _, name, column, unit):
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
