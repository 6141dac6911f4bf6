"""Event time: when something happened, and how far it has come.

A watermark says that nothing that happened before it is expected any more.
"""

from math import inf

from evsim.engine.attempts import obligation

__all__ = ["EventTimes", "Watermark"]


class Watermark:
    """The latest event time of each source, less `bound` and one unit; of all sources, that of the slowest.

    Times are whole units. A source is *idle* when it is said to be: then it holds nobody back, until its next event.
    Where all are idle, the furthest counts. It never goes back.
    """

    def __init__(self, bound, sources=()):
        self.bound, self.now = bound, -inf
        self.latest = dict.fromkeys(sources, -inf)
        self.idle = set()

    def saw(self, source, time):
        """A source has shown an event."""
        self.latest[source] = max(time, self.latest.get(source, -inf))
        self.idle.discard(source)

    def of(self, source):
        """How far event time has come at one source."""
        return self.latest[source] - self.bound - 1

    def advance(self):
        """How far it has come now."""
        awake = [time for source, time in self.latest.items() if source not in self.idle]
        slowest = min(awake) if awake else max(self.latest.values(), default=-inf)
        self.now = max(self.now, slowest - self.bound - 1)
        return self.now


class EventTimes:
    """When what a row brings happened: when its customer came, less the delay of the workload; a result at its end."""

    def __init__(self, kernel):
        self.places, self.rows, self.messages = kernel.graph.places, kernel.records.rows, kernel.records.messages
        self.of_results = {}  # message -> the last moment of its window
        workloads, draws = kernel.scenario.workloads, kernel.streams.draws
        self.delays = {
            name: draws(each.delay, "event time", name) for name, each in workloads.items() if each.delay is not None
        }

    def of(self, row):
        rows, places = self.rows, self.places
        while not (place := places[rows.place[row]]).is_request:
            row = rows.parent[row]
            if place.is_delivery:
                if row in self.of_results:
                    return self.of_results[row]
                row = self.messages.cause[row]
        first = obligation(rows, row)
        delay = self.delays.get(place.workload)
        return rows.born[first] - (0.0 if delay is None else delay.of(rows.luck[first]))
