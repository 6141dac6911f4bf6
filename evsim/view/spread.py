"""Who does how much, and who waits although somebody is free: a bar for each instance, or partition of a log."""

from functools import partial

import numpy as np

from evsim.results.fairness import Freedom, rows_at, waiting
from evsim.view.designs import known_service
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import INK, LESSON, MIDDLE, count, seconds, short

__all__ = ["scene", "spread"]

BUSY, FREE = Look(MIDDLE, edge="#9c9ca1"), Look(INK, edge=INK)
MOST = 12  # bars; the others share one


def spread(run, service=None, ax=None):
    """Draw how long messages and calls waited, by who worked on them, and how much of that while a worker was free.

    service: its name; without it the one where most waiting was in vain. The bars are its instances, busiest first; of
    one instance that reads a log and has no other work, the log's partitions.
    """
    return scene(run, service).draw(ax)


def scene(run, service=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    service = _worst(run) if service is None else known_service(run, service)
    bars = _Bars(run, service)
    size = LESSON[0], LESSON[1] + 0.5
    if not bars.count.sum():
        later = " after the warm-up" if run.scenario.run_settings.warmup else ""
        return sentence("spread", f"Nobody came to {service}{later}.", size)
    frame = frame or Frame(1.18 * float(bars.wait.max()) or 1.0)
    text = bars.finding(run.services[service])
    return Scene(
        "spread", text, f"{text}. " + " ".join(bars.words()), size, frame,
        times(0.0, frame.right, "mean wait before the work"),
        names(len(bars.count) - 0.4, -0.6, tuple(enumerate(bars.labels()))), marks=tuple(bars.marks(frame.right)),
        legend=(("while all were busy", BUSY), ("while somebody was free", FREE)), again=partial(scene, run, service),
    )  # fmt: skip


def _worst(run):
    """The service at which most time was waited although somebody was free."""
    figures = run.services
    return max(figures, key=lambda name: np.nan_to_num(figures[name]["wait_behind_mean"]) * figures[name]["arrivals"])


class _Bars:
    """For each instance or partition: ``name``, ``count`` of what came, its ``share``, mean ``wait`` and ``behind``."""

    def __init__(self, run, service):
        self.service = service
        mine, held = rows_at(run, service)
        wait, behind, _ = waiting(run, mine, Freedom(run, service, held))
        counted = run.tables.row_cohort[mine] & ~np.isnan(wait)
        self.thing, group = _groups(run, service, np.flatnonzero(mine)[counted])
        size = int(group.max(initial=-1)) + 1
        self.count = np.bincount(group, minlength=size)
        self.wait = np.bincount(group, wait[counted], size) / np.maximum(self.count, 1)
        self.behind = np.bincount(group, behind[counted], size) / np.maximum(self.count, 1)
        self.name = [f"{self.thing} {number + (self.thing == 'instance')}" for number in range(size)]
        self.total = (self.count > 0).sum()
        order = np.argsort(-self.count, kind="stable")
        self._keep(order[self.count[order] > 0])
        self.share = self.count / max(self.count.sum(), 1)

    def _keep(self, order):
        """The first few, and the others as one."""
        first, rest = order[:MOST], order[MOST:]
        name, number = [self.name[each] for each in first], self.count
        for what in ("wait", "behind"):
            values = getattr(self, what)
            others = [np.average(values[rest], weights=number[rest])] if len(rest) else []
            setattr(self, what, np.concatenate([values[first], others]))
        self.count = np.concatenate([number[first], [number[rest].sum()] if len(rest) else []])
        self.name = name + ([count(len(rest), "other")] if len(rest) else [])

    def labels(self):
        return [f"{name}: {_percent(share)}" for name, share in zip(self.name, self.share, strict=True)]

    def marks(self, right):
        place = np.arange(len(self.count))
        busy = np.maximum(self.wait - self.behind, 0.0)
        parts = (
            ("while all were busy", 0 * busy, busy, BUSY),
            ("while somebody was free", busy, busy + self.behind, FREE),
        )
        for name, begin, end, look in parts:
            some = end > begin
            low, high = (place[some] - 0.31).tolist(), (place[some] + 0.31).tolist()
            yield Bars(name, begin[some].tolist(), end[some].tolist(), low, high, look)
        for at, wait in enumerate(self.wait.tolist()):
            yield Text(seconds(wait), wait + 0.01 * right, at, halo=False)

    def finding(self, figures):
        share = _percent(self.share[0]) if self.total > 1 else "all"
        busiest = f"the busiest of {count(int(self.total), self.thing)} has {share} of what comes"
        wait, behind = figures["wait_mean"], figures["wait_behind_mean"]
        if not wait > 0:
            return f"Nobody waits at {short(self.service)}; {busiest}"
        part = "None" if behind < wait / 1000 else _percent(min(behind / wait, 1.0))
        return f"{part} of the wait at {short(self.service)} passes while somebody is free; {busiest}"

    def words(self):
        for name, share, wait, behind in zip(self.name, self.share, self.wait, self.behind, strict=True):
            free = f", {seconds(float(behind))} of it while somebody was free" if behind > wait / 1000 else ""
            yield f"{name} has {_percent(share)} and a wait of {seconds(float(wait))}{free}."


def _percent(share):
    return f"{share:.1%}".replace("%", " %")


def _groups(run, service, rows):
    """What the bars are, and to which one each of some rows belongs."""
    columns, capacity, channels = run.tables.rows, run.tables.capacity[service], run.scenario.channels
    ways = {(place.is_delivery, place.source) for place in run.tables.places if place.service == service}
    from_a_log = len(ways) == 1 and all(delivers and channels[source].partitioned for delivers, source in ways)
    if capacity.count > 1 or not from_a_log:
        return "instance", capacity.instance_of(columns["worker"][rows])
    return "partition", run.tables.messages["partition"][columns["parent"][rows]]
