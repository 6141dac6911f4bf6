"""How far event time has come: a watermark says that nothing that happened before it is expected any more."""

from math import inf

__all__ = ["Watermark"]


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
