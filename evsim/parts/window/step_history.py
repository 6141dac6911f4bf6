"""What windows had counted at each moment: the events of their steps, less those that a crash took."""

from functools import cached_property
from math import inf

import numpy as np

from evsim.parts.window.key_groups import instance_of_key
from evsim.ticks import SECOND, elapsed

__all__ = ["StepHistory", "histories", "history_of", "is_over"]


def histories(run):
    """The :class:`StepHistory` of each service with a window."""
    services = run.scenario.complete.services
    return [
        StepHistory(run, number, name, service.handle[-1].complete)
        for number, (name, service) in enumerate(services.items())
        if not callable(service.handle) and service.handle[-1].gathers
    ]


def history_of(run, service):
    """The history of a `service` with a window, of the first if that is None; None where no service has one."""
    found = histories(run)
    if not found or service is None:
        return found[0] if found else None
    for each in found:
        if each.name == service:
            return each
    raise ValueError(f"{service!r} has no window; there are {', '.join(each.name for each in found)}")


def is_over(end, mark, lateness=0.0):
    """Whether event time has come to the last moment before the end of a window, and its lateness."""
    return elapsed(end, mark) + lateness < 1.5 / SECOND


class StepHistory:
    """The window of one service, as the records have it. Events are numbered as they came to all windows of the run.

    ``events``: number -> :class:`evsim.results.records.Event`; ``panes``; ``watermarks``; ``resets``; ``pressed``.
    ``credit``: how many results its channel has room for, None where there is no limit.
    """

    def __init__(self, run, number, name, settings):
        records = run.records
        self.run, self.number, self.name, self.settings = run, number, name, settings
        self.events = {index: each for index, each in enumerate(records.events) if each.service == number}
        self.panes = [each for each in records.panes if each.service == number]
        self.watermarks = [each for each in records.watermarks if each[1] == number]
        self.checkpoints = [each for each in records.checkpoints if each[3] == number]
        self.resets = [each for each in records.resets if each[1] == number]
        self.pressed = [each for each in records.pressed if self._has(each[2])]
        channel = run.scenario.complete.channels[settings.to]
        self.credit = channel.max_length if channel.blocks else None
        self.instances = run.scenario.services[name].instances
        self._seen_by = [each[4] for each in records.checkpoints]

    def _has(self, row):
        tables = self.run.tables
        return tables.places[tables.rows["place"][row]].service == self.name

    def lost(self, number):
        """When a crash took an event; infinity if none did."""
        for time, _, checkpoint, seen in self.resets:
            if number < seen and (checkpoint < 0 or number >= self._seen_by[checkpoint]):
                return time
        return inf

    @cached_property
    def of_key(self):
        """(source of event time, key of the windows) -> columns of its events that were in time.

        Their numbers, rows, event times and values, and when each was `lost`.
        """
        keys = {}
        for number, event in self.events.items():
            if not event.late:
                keys.setdefault((self.clock_of(event), self.key_of(event.row)), []).append(
                    (number, event, self.lost(number))
                )
        return {
            key: (
                np.array([number for number, *_ in mine]), np.array([event.row for _, event, _ in mine]),
                np.array([event.at for _, event, _ in mine]), np.array([event.value for _, event, _ in mine]),
                np.array([lost for *_, lost in mine]),
            )
            for key, mine in keys.items()
        }  # fmt: skip

    def clock_of(self, event):
        """The source whose event time counts for an event; -1 - instance: that of all, at the one that has its key."""
        return event.source if self.settings.clock != "watermark" else -1 - self.instance_of(event.row)

    def instance_of(self, row):
        """The instance that has the windows of a row."""
        if self.instances == 1:
            return 0
        key = self.key_of(row)
        return instance_of_key(self.run.tables.key_names.get(key, str(key)), self.instances)

    def key_of(self, row):
        """The key whose windows a row belongs to; None where all have one."""
        if self.settings.by == "all":
            return None
        tables = self.run.tables
        place = tables.places[tables.rows["place"][row]]
        if place.is_delivery:
            return int(tables.messages["key"][tables.rows["parent"][row]])
        return int(tables.keys[place.workload](int(tables.rows["request"][row])))

    def of_pane(self, pane):
        """The rows and the values of the events that lay in the window of a pane when it was shown."""
        key = pane.source, None if self.settings.by == "all" else pane.key
        if key not in self.of_key:
            return np.empty(0, dtype=int), np.empty(0)
        number, row, at, value, lost = self.of_key[key]
        closed = self.settings.session is not None and self.settings.clock == "stream_time"
        inside = (elapsed(at, pane.start) >= 0) & (elapsed(at, pane.end) <= (0 if closed else -1 / SECOND))
        mine = inside & (number < pane.seen) & (lost > pane.time)
        return row[mine], value[mine]

    def windows_of(self, at):
        """(start, end) of the tumbling or sliding windows in which an event time lies."""
        settings = self.settings
        sizes = (settings.tumbling, settings.tumbling) if settings.tumbling else (
            settings.sliding.size, settings.sliding.every
        )  # fmt: skip
        at, first, size, every = (round(each * SECOND) for each in (at, settings.offset, *sizes))
        start = (at - first) // every * every + first
        while start + size > at:
            yield start / SECOND, (start + size) / SECOND
            start -= every
