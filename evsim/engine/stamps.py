"""Stamps: the arrival times and keys of real requests, read from a CSV file."""

import csv
from datetime import datetime

import numpy as np

from evsim.engine.refusal import refuse

__all__ = ["read_stamps"]


def read_stamps(arrivals, folder):
    """Arrival times in seconds after the first stamp (times the scale), and the keys, of a CSV file."""
    path = folder / arrivals.file if folder is not None else arrivals.file
    where = f"arrivals.csv: {arrivals.file}"
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            for column in (arrivals.column, *([arrivals.key] if arrivals.key else [])):
                if column not in (reader.fieldnames or ()):
                    have = ", ".join(reader.fieldnames or ()) or "none: the file is empty"
                    raise refuse(where, f"there is no column {column!r}; the columns are {have}")
            stamps, keys, lines = [], [], []
            for record in reader:
                lines.append(reader.line_num)
                stamps.append(_stamp(record[arrivals.column], f"{where}, line {reader.line_num}"))
                keys.append(record[arrivals.key] if arrivals.key else "")
                if keys[-1] is None:
                    raise refuse(f"{where}, line {reader.line_num}", f"the row has no {arrivals.key}")
    except OSError as error:
        raise refuse(where, f"the file can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise refuse(where, "the file is not UTF-8 text") from None
    if not stamps:
        raise refuse(where, "the file has no rows; give it one row a request")
    times = np.array(stamps)
    late = np.flatnonzero(np.diff(times) < 0)
    if late.size:
        row = int(late[0]) + 1
        raise refuse(
            f"{where}, line {lines[row]}", "its time is before the line above; sort the file by time", stamps[row]
        )
    return np.rint((times - times[0]) * arrivals.scale * 1e9) / 1e9, keys


def _stamp(text, where):
    """Seconds of a number or an ISO 8601 time."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        try:
            value = datetime.fromisoformat(text).timestamp()
        except (TypeError, ValueError):
            raise refuse(where, "a time is a number of seconds or an ISO 8601 time", text) from None
    if not abs(value) < float("inf"):
        raise refuse(where, "a time must be finite", text)
    return value
