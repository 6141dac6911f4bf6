"""Instances over time: a strip for each that there ever was, with what it was doing: starting, warm, busy, gone."""

from functools import partial

import numpy as np

from evsim.results.batches import followers
from evsim.view.designs import known_service
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import bands, faults_told, sentence
from evsim.view.scene.marks import Bars, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, FILL, INK, LESSON, PAPER, count, seconds, short

__all__ = ["instances", "scene"]

MOST = 16  # strips; the others are left out
FINE = 1000  # what lies nearer together than this part of the picture is one piece of it
LOOKS = {
    "starting": Look(PAPER, edge=INK, hatch="..."),
    "warm": Look(FILL, edge="#8a8a90"),
    "busy": Look(COLOURS["blue"]),
}
KEY = LOOKS | {"busy": Look(COLOURS["blue"], edge=COLOURS["blue"])}


def instances(run, service=None, ax=None):
    """Draw when each instance of a service was starting, warm or busy; where its strip ends it is gone.

    service: its name; without it the one that had most instances. An instance is busy while a worker of it is held.
    """
    return scene(run, service).draw(ax)


def scene(run, service=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    service = _with_most(run) if service is None else known_service(run, service)
    lives = Lives(run, service)
    if not len(lives.numbers):
        return sentence("instances", f"There was never an instance of {service}.")
    frame = frame or Frame(run.ended_at)
    left_out = len(lives.numbers) - len(lives.shown)
    text = lives.finding()
    return Scene(
        "instances", text, f"{text}.{faults_told(run)} " + " ".join(lives.words()),
        (LESSON[0], min(max(3.2, 2.0 + 0.32 * len(lives.shown)), 6.5)), frame,
        times(0.0, frame.right, note=f"; {count(left_out, 'instance')} left out" if left_out else ""),
        names(len(lives.shown) - 0.4, -1.0, [(line, f"{service}/{each + 1}") for line, each in enumerate(lives.shown)]),
        bands(run, frame.right), tuple(lives.marks(frame.right)), legend=tuple(KEY.items()),
        again=partial(scene, run, service),
    )  # fmt: skip


def _with_most(run):
    """The service of which there were most instances in all; the first of those."""
    return max(run.tables.capacity, key=lambda name: run.tables.capacity[name].count)


class Lives:
    """The lives of the instances of a service: ``numbers`` of all, and of those that are ``shown``.

    ``starting``, ``there`` and ``busy``: number -> spans (start, end) in order.
    """

    def __init__(self, run, service):
        self.run, self.service, self.capacity = run, service, run.tables.capacity[service]
        self.end = run.ended_at
        self.numbers = np.unique(self.capacity.number).tolist()
        self.shown = self.numbers[:MOST]
        self.starting = {number: [] for number in self.numbers}
        self.there = {number: [] for number in self.numbers}
        lives = (self.capacity.number, self.capacity.born, self.capacity.ready, self.capacity.ended)
        for number, born, ready, ended in zip(*map(np.ndarray.tolist, lives), strict=True):
            ended = self.end if ended != ended else ended
            begins = ended if ready != ready else ready  # it was gone before it could work
            self.starting[number].append((born, begins))
            self.there[number].append((begins, ended))
        self.busy = self._busy()

    def _busy(self):
        """When at least one worker of each instance was held."""
        rows, places = self.run.tables.rows, self.run.tables.places
        mine = np.array([place.service == self.service for place in places] + [False])[rows["place"]]
        mine = np.flatnonzero(mine & ~np.isnan(rows["started"]) & ~followers(self.run))
        mine = mine[np.argsort(rows["started"][mine], kind="stable")]
        until = np.where(np.isnan(rows["ended"][mine]), self.end, rows["ended"][mine])
        found = {number: [] for number in self.numbers}
        instance = self.capacity.instance_of(rows["worker"][mine])
        for number, start, end in zip(instance.tolist(), rows["started"][mine].tolist(), until.tolist(), strict=True):
            its = found[number]
            if its and start <= its[-1][1]:
                its[-1] = its[-1][0], max(end, its[-1][1])
            elif end > start:
                its.append((start, end))
        return found

    def marks(self, right):
        for name, of in (("starting", self.starting), ("warm", self.there), ("busy", self.busy)):
            spans = [(*span, line) for line, each in enumerate(self.shown) for span in _near(of[each], right / FINE)]
            spans = [span for span in spans if span[1] > span[0]]
            if spans:
                left, end, line = (list(each) for each in zip(*spans, strict=True))
                low, high = [each - 0.3 for each in line], [each + 0.3 for each in line]
                yield Bars(name, left, end, low, high, LOOKS[name])

    def of(self, spans):
        """Seconds of all some spans."""
        return sum(end - start for its in spans.values() for start, end in its)

    def finding(self):
        there, busy = self.of(self.there), self.of(self.busy)
        its = "its" if len(self.numbers) == 1 else "their"
        share = f"busy for {busy / there:.0%} of {its} time".replace("%", " %") if there else "never ready"
        most = count(self.capacity.most, "instance")
        of_all = f", of {len(self.numbers):,} in all" if len(self.numbers) > self.capacity.most else ""
        return f"{short(self.service)} had {most} at most at a time{of_all}, {share}"

    def words(self):
        for number in self.shown:
            starting, there, busy = (sum(end - start for start, end in of[number])
                                     for of in (self.starting, self.there, self.busy))  # fmt: skip
            began = f"{seconds(starting)} starting, " if starting else ""
            yield f"{self.service}/{number + 1}: {began}{seconds(there)} there, {seconds(busy)} of it busy."


def _near(spans, gap):
    """Spans with those as one between which there is less than a gap; what is shorter than it keeps its length."""
    found = []
    for start, end in spans:
        if found and start - found[-1][1] < gap and len(spans) > FINE // 10:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found
