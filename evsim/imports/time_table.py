"""Tables of times: a row a request, with its time in the first column, with or without a line of names.

A column of names, ``count``, ``requests`` or ``invocations`` makes it a table of counts.
"""

import csv
import re

import numpy as np

from evsim.imports.measured import GUESSED_WORK, arrivals_of, arrivals_of_counts, busiest, time_setting
from evsim.imports.sketch import GUESSED
from evsim.scenario.arrival_trace import stamp_of
from evsim.scenario.errors import ScenarioError
from evsim.scenario.textfile import wrong

__all__ = ["read"]

COUNTS = ("count", "counts", "requests", "invocations", "hits")
TOOK = re.compile(r"(.*_)?(work|duration|latency|took|elapsed|response_time|service_time)(_s|_ms|_us|_seconds)?", re.I)
UNITS = {"_ms": 1e6, "_us": 1e3}
SEPARATORS = (",", ";", "\t")


def read(text, name, sketch):
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    separator = max(SEPARATORS, key=lines[0][1].count)
    rows = [(number, [cell.strip() for cell in _cells(line, separator)]) for number, line in lines]
    header = None if _nanoseconds(name, rows[0]) is not None else [cell.lower() for cell in rows[0][1]]
    read_rows = [(_nanoseconds(name, row), row[1]) for row in rows[header is not None :]]
    fine = [(moment, cells) for moment, cells in read_rows if moment is not None]
    if len(fine) < 2:
        raise wrong(name, "holds no two rows that begin with a time", line=rows[-1][0])
    bad = next((row[0] for row in rows[header is not None :] if _nanoseconds(name, row) is None), None)
    sketch.count(len(read_rows) - len(fine), "row", f"of {name} does not begin with a time, the first is line {bad}")
    fine.sort(key=lambda each: each[0])
    first = fine[0][0]
    moments = np.array([moment - first for moment, _ in fine], dtype=float) / 1e9
    counted = header and next((place for place, column in enumerate(header) if column in COUNTS and place), None)
    steps = [({"work": GUESSED_WORK}, GUESSED)]
    if counted:
        counts = [_number(cells, counted) or 0.0 for _, cells in fine]
        apart = float(np.median(np.diff(moments))) or 60.0
        arrivals, words, length = arrivals_of_counts(counts, apart)
    else:
        begin, end, whole = busiest(moments)
        if not whole:
            sketch.note(f"the busiest {end - begin:,} of {len(moments):,} rows of {name} are taken")
        arrivals, words, length = arrivals_of(moments[begin:end])
        place = next((place for place, column in enumerate(header or ()) if TOOK.fullmatch(column)), None)
        if header and place:
            unit = next((factor for end_of, factor in UNITS.items() if header[place].endswith(end_of)), 1e9)
            took = [number * unit for number in (_number(cells, place) for _, cells in fine) if number is not None]
            work, said = time_setting(took)
            steps = [({"work": work}, f"measured: {name}, column {header[place]}, {said}")]
    sketch.loose = {
        "arrivals": (arrivals, f"measured: {name}", f"{words}, {name}" if words else ""),
        "steps": [*steps, ({"reply": "done"}, "")] if not sketch.loose else sketch.loose["steps"],
        "words": "the whole of what the requests go to, as one box", "notes": [],
    }  # fmt: skip
    sketch.duration = min(length, 86_400.0)


def _cells(line, separator):
    try:
        return next(csv.reader([line], delimiter=separator), [""])
    except csv.Error:
        return [""]


def _nanoseconds(name, row):
    try:
        return stamp_of(name, row[0], row[1][0])[1]
    except ScenarioError:
        return None


def _number(cells, place):
    try:
        number = float(cells[place])
    except (IndexError, ValueError):
        return None
    return number if 0 <= number < 1e12 else None
