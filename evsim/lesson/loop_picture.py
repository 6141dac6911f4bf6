"""Whom an event loop works for: a row for each customer of a stretch of time."""

from functools import partial

import numpy as np

from evsim.parts.event_loop.figures import pieces_of
from evsim.parts.event_loop.words import OF_POOL
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, SOFT, count, seconds
from evsim.view.what_changed import Noticed

__all__ = ["whose_loop"]

SIZE = (8.0, 4.0)  # inches: a slider fits above it
LOOKS = {
    "waits for something else": Look("#d5d9e2"),
    "waits for the loop": Look(COLOURS["red"], opacity=0.55, hatch="//", edge=SOFT),
    "the loop works": Look(COLOURS["blue"]),
    "a thread of the pool works": Look(COLOURS["orange"]),
}
HALF = {"waits for something else": 0.12, "waits for the loop": 0.3}  # of a row; the others are 0.42


def whose_loop(run, start, length=0.2):
    """A picture of the customers who came within `length` seconds from `start` on, each in a row.

    It says when the event loop worked for them, when they waited for it, and when for something else. It is a
    :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene(run, start, length)


def _scene(run, start, length, frame=None):
    requests = run.tables.requests
    customers = np.flatnonzero((requests.arrived >= start) & (requests.arrived < start + length))
    if not len(customers):
        return sentence("whose loop", "Nobody came in this time.", SIZE)
    frame = frame or Frame(length, float(len(customers)))
    kinds = _kinds(run, customers, start, length)
    waits = [end - begin for begin, end, _ in _loop_waits(run, customers)]
    finding, together = f"Of {count(len(customers), 'customer')} nobody waits for the loop", ""
    if waits:
        finding = f"Of {count(len(customers), 'customer')} nobody waits longer than {seconds(max(waits))} for the loop"
        together = f" Together they wait {seconds(sum(waits))} for it."
    return Scene(
        "whose loop", finding, f"Customers who came within {seconds(length)}, each in a row. {finding}.{together}",
        SIZE, frame, times(0.0, frame.right, "time"),
        names(frame.top - 0.4, -0.7, (), "customers, each in a row"),
        marks=tuple(_bars(name, its) for name, its in kinds.items() if its),
        legend=tuple((name, LOOKS[name]) for name, its in kinds.items() if its),
        noticed={run.scenario.name: Noticed(run)}, again=partial(_scene, run, start, length),
    )  # fmt: skip


def _kinds(run, customers, start, length):
    """{what happens: (from, to, row of the picture) of each}, from `start` on, as far as the picture reaches."""
    requests = run.tables.requests
    found = {name: [] for name in LOOKS}
    for row, customer in enumerate(customers):
        told = _or_end(run, requests.answered[customer])
        found["waits for something else"].append((requests.arrived[customer], told, row))
    found["waits for the loop"] = _loop_waits(run, customers)
    for begin, end, lane, row in _pieces(run, customers, "began", "ended"):
        found["a thread of the pool works" if lane >= OF_POOL else "the loop works"].append((begin, end, row))
    inside = {name: [(a - start, min(b - start, length), row) for a, b, row in its]
              for name, its in found.items()}  # fmt: skip
    return {name: [each for each in its if each[0] < each[1]] for name, its in inside.items()}


def _loop_waits(run, customers):
    return [(begin, end, row) for begin, end, lane, row in _pieces(run, customers, "queued", "began")
            if end > begin and lane < OF_POOL]  # fmt: skip


def _pieces(run, customers, one, other):
    """(from, to, lane, row of the picture) of each piece of work for these customers."""
    rows = {int(customer): row for row, customer in enumerate(customers)}
    for name, service in run.scenario.services.items():
        if service.event_loop is not None:
            its = pieces_of(run, name)
            whose = run.tables.row_requests[its["row"].astype(int)]
            for each in np.flatnonzero(np.isin(whose, customers) & (its["lane"] >= 0)):
                yield its[one][each], _or_end(run, its[other][each]), its["lane"][each], rows[int(whose[each])]


def _or_end(run, time):
    """What is not over when the run ends lasts until then."""
    return run.ended_at if np.isnan(time) else time


def _bars(name, its):
    left, right, rows = (list(map(float, each)) for each in zip(*its, strict=True))
    half = HALF.get(name, 0.42)
    return Bars(name, left, right, [row - half for row in rows], [row + half for row in rows], LOOKS[name], words=name)
