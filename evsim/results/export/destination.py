"""Writing JSON a line for each entry of one long list, so that a large export is never one large text."""

import json

__all__ = ["compact", "write_list"]


def compact(data):
    """JSON text without blanks."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write_list(path, entries, before="[", after="]"):
    """Write `entries` to a file as a JSON list between two texts."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(before)
        for number, entry in enumerate(entries):
            file.write((",\n" if number else "\n") + compact(entry))
        file.write(f"\n{after}\n")
