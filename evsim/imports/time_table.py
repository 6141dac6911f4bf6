"""Tables of times: a row a request, with its time in the first column, or in one that is named so.

A column of names, ``count``, ``requests`` or ``invocations`` makes it a table of counts.
"""

import re

import numpy as np

from evsim.imports.measured import GUESSED_WORK, arrivals_of, arrivals_of_counts, busiest, time_setting
from evsim.imports.sketch import GUESSED
from evsim.scenario.arrival_trace import timestamp_of
from evsim.scenario.errors import ScenarioError
from evsim.scenario.foreign_files import cells_of, separator_of, time_column
from evsim.scenario.textfile import wrong

__all__ = ["read"]

COUNTS = ("count", "counts", "requests", "invocations", "hits")
TOOK = re.compile(r"(.*_)?(work|duration|latency|took|elapsed|response_time|service_time)(_s|_ms|_us|_seconds)?", re.I)
UNITS = {"_ms": 1e6, "_us": 1e3}
STATUS = re.compile(r"(http_|response_)?(status|code)(_code)?", re.I)
SINCE_1970 = ((1e17, "ns"), (1e14, "us"), (1e11, "ms"))  # a number from here on is in this unit: 1e11 s are 3,000 years


def read(text, name, sketch):
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    separator = separator_of(lines[0][1])
    rows = [(number, cells_of(line, separator)) for number, line in lines]
    if separator != ",":  # a decimal comma may be in it
        rows = [(number, [_with_point(cell) for cell in cells]) for number, cells in rows]
    place = time_column(rows[0][1]) or 0
    unit = _unit(rows, place)
    header = None if _nanoseconds(name, rows[0], place, unit) is not None else [cell.lower() for cell in rows[0][1]]
    read_rows = [(_nanoseconds(name, row, place, unit), row) for row in rows[header is not None :]]
    fine = [(moment, cells) for moment, (_, cells) in read_rows if moment is not None]
    if len(fine) < 2:
        raise wrong(name, "holds no two rows that have a time", line=rows[-1][0])
    bad = next((row[0] for moment, row in read_rows if moment is None), None)
    first = f"no time, the first is line {bad}"
    sketch.count(len(read_rows) - len(fine), "row", f"of {name} has {first}", f"of {name} have {first}")
    if header is None and len(rows[0][1]) > 1:
        sketch.note(f"columns of {name} have no names, and all but the first are left out: begin with time,took_ms")
    fine.sort(key=lambda each: each[0])
    moments = np.array([moment - fine[0][0] for moment, _ in fine], dtype=float) / 1e9
    counted = _column(header, lambda column: column in COUNTS)
    steps: list[tuple[dict, str]] = [({"work": GUESSED_WORK}, GUESSED)]
    if counted is not None:
        counts = [_number(cells, counted) or 0.0 for _, cells in fine]
        if not any(counts):
            raise wrong(name, "has a column of counts, and counts nobody", line=rows[1][0])
        apart = float(np.median(np.diff(moments))) or 60.0
        arrivals, words, length = arrivals_of_counts(counts, apart)
    else:
        begin, end, whole = busiest(moments)
        if not whole:
            sketch.note(f"the busiest {end - begin:,} of {len(moments):,} rows of {name} are taken")
        arrivals, words, length = arrivals_of(moments[begin:end])
        steps = _steps(header, [cells for _, cells in fine], name, sketch)
    sketch.loose = {
        "arrivals": (arrivals, f"measured: {name}", f"{words}, {name}" if words else ""),
        "steps": [*steps, ({"reply": "done"}, "")] if not sketch.loose else sketch.loose["steps"],
        "words": "the whole of what the requests go to, as one box", "notes": [],
    }  # fmt: skip
    sketch.duration = min(length, 86_400.0)


def _steps(header, rows, name, sketch):
    """Work and failures, where a column says how long a request took, or what was answered."""
    steps: list[tuple[dict, str]] = [({"work": GUESSED_WORK}, GUESSED)]
    took = _column(header, TOOK.fullmatch)
    if took is not None:
        unit = next((factor for end_of, factor in UNITS.items() if header[took].endswith(end_of)), 1e9)
        times = [number * unit for number in (_number(cells, took) for cells in rows) if number is not None]
        if any(times):
            if unit == 1e9 and not header[took].endswith(("_s", "_seconds")):
                sketch.note(
                    f"the column {header[took]} of {name} is taken for seconds; a name such as took_ms says the unit"
                )
            work, said = time_setting(times)
            steps = [({"work": work}, f"measured: {name}, column {header[took]}, {said}")]
        else:
            sketch.note(f"the column {header[took]} of {name} has no times that can be read, so the work is guessed")
    status = _column(header, STATUS.fullmatch)
    answers = [] if status is None else [_number(cells, status) for cells in rows]
    errors = sum(answer is not None and 500 <= answer < 600 for answer in answers)
    if errors:
        steps.append(({"fail": float(f"{errors / len(rows):.3g}")}, f"measured: {name}, answers 5xx"))
    return steps


def _column(header, fits):
    """The place of the first column whose name fits."""
    return next((place for place, column in enumerate(header or ()) if fits(column)), None)


def _with_point(cell):
    return cell.replace(",", ".") if re.fullmatch(r"\d+,\d+", cell) else cell


def _unit(rows, place):
    """The unit of times that are numbers: those since 1970 are often milliseconds, or finer."""
    numbers = [number for number in (_number(cells, place, 1e20) for _, cells in rows[:20]) if number is not None]
    return next((unit for least, unit in SINCE_1970 if numbers and max(numbers) >= least), "s")


def _nanoseconds(name, row, place, unit):
    line, cells = row
    try:
        _, stamp = timestamp_of(name, line, cells[place] if place < len(cells) else "", unit)
    except ScenarioError:
        return None
    return stamp


def _number(cells, place, most=1e12):
    try:
        number = float(cells[place])
    except (IndexError, ValueError):
        return None
    return number if 0 <= number < most else None
