"""Counts a minute of a day, a row a function, in the form of the Azure Functions trace: one box a function.

Source: Shahrad et al., Serverless in the wild (USENIX ATC 2020), files ``invocations_per_function``: HashOwner,
HashApp, HashFunction, Trigger, and 1440 counts.
"""

import numpy as np

from evsim.imports.measured import GUESSED_WORK, LONGEST_RUN, arrivals_of_counts
from evsim.imports.sketch import GUESSED, slug
from evsim.scenario.textfile import wrong

__all__ = ["read"]

BEFORE = 4  # columns before the counts
MOST = 8  # functions of their own; the others are taken together
MINUTE = 60.0
MOST_CALLS = 1e9  # in a minute


def read(text, name, sketch):
    header, *lines = text.splitlines()
    width = header.count(",") + 1
    rows, unread, first_unread = [], 0, None
    for number, line in enumerate(lines, 2):
        cells = line.split(",")
        try:
            counts = np.array(cells[BEFORE:], dtype=float)
        except ValueError:
            counts = np.array([])
        if len(cells) == width and len(counts) and (counts >= 0).all() and (counts <= MOST_CALLS).all():
            rows.append((cells[2], cells[3], counts))
        elif line.strip():
            unread, first_unread = unread + 1, first_unread or number
    if not sum(counts.sum() for *_, counts in rows):
        raise wrong(name, "holds no row of counts a minute that can be read", line=first_unread)
    sketch.count(unread, "row", f"of {name} could not be read, the first is line {first_unread}")
    rows.sort(key=lambda row: -row[2].sum())
    first, last = _busiest(sum(counts for *_, counts in rows))
    if last - first < width - BEFORE:
        which = f"minute {last} of {{}} is" if last - first == 1 else f"minutes {first + 1} to {last} of {{}} are"
        sketch.note(f"{which.format(width - BEFORE)} taken, the busiest that a run can hold")
    kept = rows[:MOST]
    if len(rows) > MOST:
        kept.append(("others", "", np.sum([counts for *_, counts in rows[MOST:]], axis=0)))
        sketch.note(f"{len(rows) - MOST:,} functions that are called less often are one box, others")
    length = 0.0
    for function, trigger, counts in kept:
        taken = counts[first:last]
        if not taken.sum():
            continue
        arrivals, words, length = arrivals_of_counts(taken, MINUTE)
        box = slug(f"{trigger}-{function[:8]}" if trigger else function)
        sketch.handle(box, [({"work": GUESSED_WORK}, GUESSED)], 1)
        sketch.workloads[slug(f"callers-of-{box}")] = box, arrivals, f"measured: {name}", f"{words}, {name}"
    sketch.duration = min(length, 86_400.0)


def _busiest(counts):
    """(first, last) minute of the longest busy stretch with as many calls as a run holds."""
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    minutes = len(counts)
    while minutes > 1:
        apart = sums[minutes:] - sums[:-minutes]
        first = int(np.argmax(apart))
        if apart[first] <= LONGEST_RUN:
            return first, first + minutes
        minutes //= 2
    first = int(np.argmax(counts))
    return first, first + 1
