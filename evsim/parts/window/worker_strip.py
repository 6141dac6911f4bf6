"""The workers of a window as a strip: what they had in hand, and when that waited for credit; and its checkpoints."""

from functools import partial

import numpy as np

from evsim.parts.window.step_history import history_of
from evsim.results.intervals import inside
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import bands, sentence
from evsim.view.scene.marks import Bars, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, ERROR, LESSON, count, seconds, short

__all__ = ["backpressure", "scene"]

MOST_LANES, MOST_BARS = 12, 1500  # bars of a kind
IDLE = Look("#f4f4f6", edge="#8a8a90")
# Bars without a line around: some are as narrow as that would be.
BUSY, WAITS = (Look(colour, edge=colour, width=0) for colour in (COLOURS["blue"], ERROR.colour))
BARRIERS, STORED = Look("#ffffff", edge="#5b5b60", hatch="///"), Look("#5b5b60", edge="#5b5b60")
KEY = {"a message in hand": BUSY, "waits for credit": WAITS, "idle": IDLE}
KEPT = {"barriers on their way": BARRIERS, "stored": STORED}


def backpressure(run, ax=None, service=None, begin=0.0, end=None):
    """Draw what the workers of a window did between two times (s), and how long its checkpoints took.

    service: its name; without it the first one with a window.
    """
    return scene(run, service, begin, end).draw(ax)


def scene(run, service=None, begin=0.0, end=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    history = history_of(run, service)
    if history is None:
        return sentence(
            "backpressure", "No service has a window; write window: {to: results, tumbling: 10s} as a last step."
        )
    end = run.ended_at if end is None else end
    if not 0 <= begin < end:
        raise ValueError(f"from {begin!r} to {end!r} s there is no time; begin must lie before end, at 0 or later")
    strip = WorkerStrip(run, history, begin, end)
    frame = frame or Frame(end, left=begin)
    text, lanes = strip.finding(), strip.lanes
    return Scene(
        "backpressure", text, f"{text}. {strip.words()}", (LESSON[0], 2.2 + 0.36 * len(lanes)), frame,
        times(frame.left, frame.right, note=strip.note()),
        names(len(lanes) - 0.4, -1.0, [*enumerate(lanes)]),
        bands(run, frame.right), tuple(strip.marks(frame)),
        legend=tuple({**KEY, **(KEPT if strip.checkpoints else {})}.items()),
        again=partial(scene, run, service, begin, end),
    )  # fmt: skip


class WorkerStrip:
    """The workers of one window between two times, and its checkpoints in that time."""

    def __init__(self, run, history, begin, end):
        self.run, self.history, self.begin, self.end = run, history, begin, end
        rows, places = run.tables.rows, run.tables.places
        mine = np.array([place.service == history.name for place in places] + [False])[rows["place"]]
        self.rows = np.flatnonzero(mine & (rows["worker"] >= 0) & (rows["started"] < end) & ~(rows["ended"] < begin))
        there = history.instances * run.scenario.services[history.name].workers
        self.workers, self.left_out = list(range(min(there, MOST_LANES))), max(0, there - MOST_LANES)
        self.checkpoints = [each for each in history.checkpoints if each[0] < end and not each[2] < begin]
        width = run.scenario.services[history.name].workers
        self.lanes = [f"instance {worker // width + 1}, worker {worker % width + 1}" for worker in self.workers]
        self.lanes += ["checkpoints"] if self.checkpoints else []
        self.bars = list(self._kinds())
        too_many = [np.sort(left)[MOST_BARS] for _, left, *_ in self.bars if len(left) > MOST_BARS]
        self.shown_until = float(min(too_many, default=end))

    def note(self):
        """What is not in the picture, if anything."""
        said = [f"{count(self.left_out, 'worker')} left out"] if self.left_out else []
        said += [f"shown until {seconds(self.shown_until)}"] if self.shown_until < self.end else []
        return "; " + ", ".join(said) if said else ""

    def marks(self, frame):
        lines, until = range(len(self.workers)), min(frame.right, self.shown_until)  # later, nobody is said to be idle
        yield Bars("idle", [frame.left] * len(lines), [until] * len(lines), [line - 0.3 for line in lines],
                   [line + 0.3 for line in lines], IDLE)  # fmt: skip
        for name, left, right, line, look in self.bars:
            some = left < self.shown_until
            if some.any():
                left, right, line = left[some], np.minimum(right[some], self.shown_until), line[some]
                yield Bars(name, left.tolist(), right.tolist(), (line - 0.3).tolist(), (line + 0.3).tolist(), look)

    def _kinds(self):
        """(name, left, right, line, look) of each kind of bars."""
        rows = self.run.tables.rows
        began, ended, row = (np.array(self.history.pressed).reshape(-1, 3)).T
        worker = rows["worker"][row.astype(int)]
        shown = self.rows[np.isin(rows["worker"][self.rows], self.workers)]
        yield self._bars("a message in hand", rows["started"][shown], rows["ended"][shown],
                         rows["worker"][shown], BUSY)  # fmt: skip
        mine = np.isin(worker, self.workers) & (began < self.end) & ~(ended < self.begin)
        yield self._bars("waits for credit", began[mine], ended[mine], worker[mine], WAITS)
        if self.checkpoints:
            line = np.full(len(self.checkpoints), len(self.workers))
            starts, aligned, taken = np.array([each[:3] for each in self.checkpoints]).T
            yield self._bars("barriers on their way", starts, aligned, line, BARRIERS)
            safe = ~np.isnan(aligned)
            yield self._bars("stored", aligned[safe], taken[safe], line[safe], STORED)

    def _bars(self, name, left, right, line, look):
        left, right = np.maximum(left, self.begin), np.fmin(np.where(np.isnan(right), self.end, right), self.end)
        some = right > left
        return name, left[some], right[some], line[some], look

    def _shares(self):
        """The shares of the workers' time in which they waited for credit, and in which they had something in hand."""
        window, rows = (self.begin, self.end), self.run.tables.rows
        there = self.run.tables.capacity[self.history.name].worker_time(window)
        began, ended, _ = np.array(self.history.pressed).reshape(-1, 3).T
        held = inside(rows["started"][self.rows], rows["ended"][self.rows], window).sum()
        return inside(began, ended, window).sum() / there, held / there

    def finding(self):
        waits, held = self._shares()
        of = f"{waits:.0%} back-pressured, {held - waits:.0%} busy, {1 - held:.0%} idle".replace("%", " %")
        done = [taken - began for began, _, taken, *_ in self.checkpoints if not np.isnan(taken)]
        more = f"; a checkpoint takes {seconds(float(np.mean(done)))}" if done else ""
        return f"The workers of {short(self.history.name)} are {of}{more}"

    def words(self):
        spans = [(began, self.run.ended_at if np.isnan(ended) else ended) for began, ended, _ in self.history.pressed]
        waited = [ended - began for began, ended in spans if began < self.end and ended > self.begin]
        if not waited:
            return "Nothing waits for credit."
        return f"{count(len(waited), 'message')} waited for credit, for up to {seconds(float(max(waited)))}."
