"""Journals: what each process of the testbed writes down as it happens, one JSON list a line.

An entry is ``[time, kind, ...]``; the time is that of the machine's monotonic clock, in nanoseconds, which all
processes share. A line reaches the operating system before the process goes on, so that a kill loses none.
"""

import json
from pathlib import Path
from time import monotonic_ns

from evsim.testbed.process_names import file_name

__all__ = ["Journal", "read_journals"]


class Journal:
    """The journal of one life of a process: ``note(kind, ...)`` writes an entry and returns its time."""

    def __init__(self, folder, process, life):
        self._file = (Path(folder) / f"{file_name(process)}.{life}.jsonl").open("ab", buffering=0)

    def note(self, kind, *what):
        time = monotonic_ns()
        self._file.write(json.dumps([time, kind, *what], separators=(",", ":")).encode() + b"\n")
        return time

    def close(self):
        self._file.close()


def read_journals(folder, process=None):
    """``(process, time, kind, *what)`` of all entries (or those of one process), in the order of their times.

    A last line that a kill has cut is not there.
    """
    entries = []
    for path in sorted(Path(folder).glob("*.jsonl" if process is None else f"{file_name(process)}.*.jsonl")):
        name = path.name.split(".")[0].replace("~", "/")
        lines = path.read_bytes().split(b"\n")[:-1]
        entries += [(name, *json.loads(line)) for line in lines]
    return sorted(entries, key=lambda entry: entry[1])
