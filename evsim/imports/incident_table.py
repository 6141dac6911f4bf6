"""Tables of an incident: rows of a CSV file by the names of their columns, each with its line."""

import csv
from datetime import datetime

from evsim.scenario.arrival_trace import timestamp_of
from evsim.scenario.errors import ScenarioError, suggest
from evsim.scenario.textfile import read_lines, wrong
from evsim.scenario.units import UnitError, time

__all__ = ["read_table", "seconds_of"]

MOST = 100_000  # rows


def read_table(path, needed):
    """[(line, {column: text})] of a CSV file that has the ``needed`` columns; empty cells are left out."""
    rows, header = [], None
    for number, line in enumerate(read_lines(path, path.name), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
        except csv.Error as error:
            raise wrong(path.name, f"is not CSV: {error}", line=number) from None
        if header is None:
            header = [cell.lower() for cell in cells]
            for column in needed:
                if column not in header:
                    hint = suggest(column, header)
                    raise wrong(path.name, f"there is no column {column!r}", hint=hint, line=number)
            continue
        if len(cells) > len(header):
            rule = f"the row has {len(cells)} fields, and the header {len(header)}"
            raise wrong(path.name, rule, hint="a comma inside a field needs quotes", line=number)
        rows.append((number, {column: cell for column, cell in zip(header, cells) if cell}))
        if len(rows) > MOST:
            raise wrong(path.name, f"has more than {MOST:,} rows", line=number)
    if not rows:
        raise wrong(path.name, "has no rows")
    return rows


def seconds_of(path, line, text, begin=None):
    """(seconds, moment of day) of a time: since the start of the run (``90``, ``90s``, ``1.5 min``), or a moment.

    ``begin``: the moment that is the start of the run; None: this one.
    """
    try:
        return time(text), begin
    except UnitError:
        pass
    try:
        datetime.fromisoformat(text)
        _, moment = timestamp_of(path.name, line, text)
    except (ValueError, ScenarioError):
        rule = "must be a time since the start, such as 90s, or a moment, such as 2026-03-02T09:00:00Z"
        raise wrong(path.name, rule, text, line=line) from None
    begin = moment if begin is None else begin
    if moment < begin:
        raise wrong(path.name, "is before the first row of what was observed", text, line=line)
    return (moment - begin) / 1e9, begin
