"""A pipeline: programs that pipes join, when each of them ended, and with what exit status.

A program ends when it has read the end of its input: when those who write to it have ended and all is handled. One that
is called, or reads other channels too, waits for more and never ends. It ends early when it has taken all it wants, or
with a broken pipe, or when it crashes; statuses are those a shell tells.
"""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from math import isnan, nan

import numpy as np

from evsim.counting import digits
from evsim.results.endings import Outcome
from evsim.results.intervals import without_overlap
from evsim.scenario.channel_rules import may_write
from evsim.scenario.faults import KILLING

__all__ = ["Pipeline", "Stage"]

KILLED = 128 + 9  # a crash


@dataclass(frozen=True)
class Stage:
    """One program of a pipeline.

    It ``read`` and ``written`` so many messages, was ``blocked`` by full pipes for so many worker seconds, and
    ``ended`` (seconds; NaN: not yet) with the exit ``status`` (None: not yet): 0, 1 if any handling failed, 137 if
    it crashed, 141 if it wrote to a broken pipe.
    """

    name: str
    read: int
    written: int
    blocked: float
    ended: float
    status: int | None


class Pipeline(tuple):
    """The :class:`Stage` of each program on a pipe, writers before readers; prints as a table."""

    def __new__(cls, run):
        pipes = [name for name, channel in run.scenario.channels.items() if channel.breaks]
        if not pipes:
            raise ValueError(f"{run.scenario.name} has no pipes")
        return super().__new__(cls, _Stages(run, pipes))

    @property
    def statuses(self):
        """The exit status of each stage (PIPESTATUS of a shell)."""
        return [stage.status for stage in self]

    @property
    def status(self):
        """The exit status of the whole, as a shell tells it: that of its last stage."""
        return self[-1].status

    @property
    def pipefail(self):
        """The exit status under ``set -o pipefail``: that of the last stage that failed, or 0."""
        failed = [status for status in self.statuses if status != 0]
        return failed[-1] if failed else 0

    def __repr__(self):
        lines = ["stage                   read  written  blocked s    ended s  status"]
        for stage in self:
            ended = "" if isnan(stage.ended) else digits(stage.ended, 6)
            status = "" if stage.status is None else stage.status
            blocked = digits(stage.blocked)
            lines.append(f"{stage.name:<20} {stage.read:>7,} {stage.written:>8,} {blocked:>10} {ended:>10} {status:>7}")
        return "\n".join(lines)


class _Stages:
    """Works the stages out, upstream first."""

    def __init__(self, run, pipes):
        self.run, self.pipes = run, pipes
        rows, messages = run.tables.rows, run.tables.messages
        self.service_of = np.array([place.service for place in run.tables.places] + [""], dtype=object)
        self.worker_of = self.service_of[rows["place"]]
        self.channel_of = np.array([*run.scenario.channels, ""], dtype=object)[messages["channel"]]
        self.senders = run.tables.message_senders
        self.readers = {
            each.channel: name for name, service in run.scenario.services.items() for each in service.subscribe
        }
        services = run.scenario.services
        seen = {pipe: set(self.senders[self.channel_of == pipe]) for pipe in pipes}  # by Python handlers too
        written = {
            pipe: {
                name for name, service in services.items() if not callable(service.handle) and may_write(service, pipe)
            }
            for pipe in pipes
        }
        self.writers = {pipe: sorted(seen[pipe] | written[pipe]) for pipe in pipes}
        self.ended = {}

    def __iter__(self):
        before = {}  # reader -> writers, as keys: a set has no order
        for pipe in self.pipes:
            before.setdefault(self.readers[pipe], {}).update(dict.fromkeys(self.writers[pipe]))
        for name in TopologicalSorter(before).static_order():
            yield self._stage(name)

    def _stage(self, name):
        rows, messages = self.run.tables.rows, self.run.tables.messages
        written = (self.senders == name) & np.isin(self.channel_of, self.pipes)
        kept = written & ~np.isnan(messages["appended"])
        until = np.where(np.isnan(messages["appended"]), rows["ended"][messages["cause"]], messages["appended"])
        cause, published = messages["cause"][written], messages["published"][written]
        _, blocked = without_overlap(cause, published, until[written], (0.0, self.run.ended_at))
        its_pipes = [pipe for pipe in self.pipes if self.readers[pipe] == name]
        leased = np.flatnonzero((self.worker_of == name) & ~np.isnan(rows["leased"]))
        read = np.isin(self.channel_of[rows["parent"][leased]], its_pipes)
        ended, status = self._end(name, its_pipes)
        self.ended[name] = ended
        return Stage(name, int(read.sum()), int(kept.sum()), float(blocked.sum()), ended, status)

    def _end(self, name, its_pipes):
        """When a program ended, and its exit status."""
        run, rows = self.run, self.run.tables.rows
        for time, kind, target, detail in run.records.incidents:
            if kind == "ended" and target == name:
                return time, int(detail)
            if kind in KILLING and target.partition("/")[0] in (name, run.scenario.services[name].inside):
                return time, KILLED
        mine = self.worker_of == name
        sources = {(place.kind, place.source) for place in run.tables.places if place.service == name}
        waits_for_more = any(kind != "request" and source not in its_pipes for kind, source in sources)
        if (
            waits_for_more
            or run.ended_at < run.scenario.run_settings.duration
            or (rows["outcome"][mine] == Outcome.OPEN).any()
        ):
            return nan, None
        upstream = [self.ended[writer] for pipe in its_pipes for writer in self.writers[pipe]]
        ended = max([*upstream, *rows["ended"][mine].tolist()], default=0.0)
        if any(map(isnan, upstream)):
            return nan, None
        return float(ended), int((rows["outcome"][mine] == Outcome.FAILED).any())
