"""Stamps: the arrival times and keys of real requests, read from a CSV file.

A file is read as a whole or refused. Times are numbers, or ISO 8601; without a zone they are UTC.
"""

import csv
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import numpy as np

from evsim.counting import count

from .errors import suggest
from .textfile import read_lines, version, wrong

__all__ = ["csv_column", "csv_rows", "read_arrival_trace", "timestamp_of"]

UNITS = {"s": 9, "ms": 6, "us": 3, "ns": 0}  # a unit is ten to so many nanoseconds
LATEST = 10**20  # nanoseconds after 1970: the year 5138; a number above it is in another unit
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LONGEST = 64  # characters of a time
NOT_FINITE = ("nan", "inf", "infinity")
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
KINDS = {"number": "a number", "zone": "an ISO 8601 time with a zone", "no zone": "an ISO 8601 time without a zone"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_arrival_trace(arrivals, folder):
    """Arrival times in seconds after the first stamp (times the scale), and the keys, of a CSV file."""
    path = Path(arrivals.file) if folder is None else folder / arrivals.file
    return _read(path, version(path), arrivals)


@lru_cache(maxsize=8)
def _read(path, _, arrivals):
    """A file is read once, and again when it has changed."""
    name = arrivals.file
    rows = csv_rows(path, name)
    header = next((names for _, names in rows if any(names)), None)
    if header is None:
        raise wrong(name, "the file is empty", hint="give it a line of names, and then a row a request")
    column = csv_column(name, header, arrivals.column)
    key = None if arrivals.key is None else csv_column(name, header, arrivals.key)
    lines, stamps, keys, first = [], [], [], None
    for line, row in rows:
        if not any(row):
            continue  # an empty line means nothing
        if len(row) != len(header):
            missing = header[len(row)] if len(row) < len(header) else None
            rule = f"the row has {count(len(row), 'field')}, and the header {len(header)}"
            raise wrong(
                name, rule, hint=f"it has no {missing}" if missing else "a comma inside a field needs quotes", line=line
            )
        kind, stamp = timestamp_of(name, line, row[column], arrivals.unit)
        first = first or (kind, line)
        if kind != first[0]:
            raise wrong(
                name,
                f"is {KINDS[kind]}, and that in line {first[1]} is {KINDS[first[0]]}",
                row[column],
                "write all of them in one way",
                line,
            )
        lines.append(line)
        stamps.append(stamp)
        keys.append("" if key is None else row[key])
        if key is not None and not keys[-1]:
            raise wrong(
                name, f"the row has no {arrivals.key}", hint="write a key in each row, or leave key out", line=line
            )
    if not stamps:
        raise wrong(name, "the file has no rows", hint="give it a row a request")
    if first is not None and first[0] != "number" and arrivals.unit != "s":
        raise wrong(name, f"has ISO 8601 times, which are not in {arrivals.unit}", hint="leave unit out")
    if arrivals.sort:
        order = sorted(range(len(stamps)), key=stamps.__getitem__)
        stamps, keys = [stamps[row] for row in order], [keys[row] for row in order]
    else:
        _in_order(name, lines, stamps)
    after_first = np.array([stamp - stamps[0] for stamp in stamps], dtype=float)
    times = np.rint(after_first * arrivals.scale) / 1e9
    times.flags.writeable = False
    return times, tuple(keys)


def csv_rows(path, name):
    """(line, fields) of each row; a row is one line."""
    reader, line = csv.reader(read_lines(path, name), strict=True, skipinitialspace=True), 0
    unclosed = "a quote is opened and not closed in this line"
    try:
        for row in reader:
            line += 1
            if reader.line_num != line:
                raise wrong(name, unclosed, hint="a row is one line", line=line)
            yield line, [field.strip() for field in row]
    except csv.Error as error:
        line += 1
        if reader.line_num != line or "end of data" in str(error):
            raise wrong(name, unclosed, hint="a row is one line", line=line) from None
        if "limit" in str(error):
            rule = f"a field is longer than {csv.field_size_limit():,} characters"
            raise wrong(name, rule, hint="take that column out", line=line) from None
        raise wrong(name, f"is not CSV: {error}", line=line) from None


def csv_column(name, header, wanted):
    """The place of a column."""
    if header.count(wanted) == 1:
        return header.index(wanted)
    if wanted in header:
        raise wrong(name, f"{header.count(wanted)} columns are named {wanted!r}", hint="give each a name of its own")
    rule = f"there is no column {wanted!r}; the columns are {', '.join(header)}"
    hint = suggest(wanted, header) if len(header) > 1 else None
    for sign, word in SEPARATORS.items():
        if len(header) == 1 and sign in header[0]:
            hint = f"they are separated by {word}: save the file with commas"
    if any(NUMBER.fullmatch(each) for each in header):
        hint = "the first line must name the columns"
    raise wrong(name, rule, hint=hint)


def timestamp_of(name, line, text, unit="s"):
    """(kind, nanoseconds) of a number or an ISO 8601 time."""
    if len(text) <= LONGEST and NUMBER.fullmatch(text):
        number = Decimal(text)
        nanoseconds = number.scaleb(UNITS[unit])
        if abs(nanoseconds) >= LATEST:
            smaller = next((each for each, power in UNITS.items() if abs(number.scaleb(power)) < LATEST), None)
            raise wrong(
                name,
                f"in {unit} this is far from now",
                text,
                f"write unit: {smaller}" if smaller else "a time is a number of seconds",
                line,
            )
        return "number", int(nanoseconds.to_integral_value())
    if text.lower().lstrip("+-") in NOT_FINITE:
        raise wrong(name, "a time must be finite", text, line=line)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(name, "a time is a number of seconds or an ISO 8601 time", text, line=line) from None
    kind = "no zone" if moment.tzinfo is None else "zone"
    since = (moment.replace(tzinfo=UTC) if kind == "no zone" else moment) - EPOCH
    return kind, ((since.days * 86400 + since.seconds) * 10**6 + since.microseconds) * 1000


def _in_order(name, lines, stamps):
    late = [row for row in range(1, len(stamps)) if stamps[row] < stamps[row - 1]]
    if late:
        rule = "its time is before the line above"
        rule += f", and so in {len(late):,} of {len(stamps):,} rows" if len(late) > 1 else ""
        raise wrong(name, rule, hint="sort the file by time, or write sort: true", line=lines[late[0]])
