"""Pollers over time: how many messages they may have in hand, how many they have, and how many are at work."""

from functools import partial

import numpy as np

from evsim.parts.pollers.audit import numbers_of, ways
from evsim.results.endings import Verdict
from evsim.view.scene.axes import Frame, counts, times
from evsim.view.scene.bands import bands, faults_told, sentence
from evsim.view.scene.marks import End, Look, Steps
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, LESSON, seconds, short

__all__ = ["PICTURES", "pollers", "scene"]

POINTS = 1000  # of a line
LOOKS = {
    "pollers may have": Look(INK, width=2.5),
    "in hand": Look(COLOURS["blue"]),
    "at work": Look(COLOURS["orange"], dash=(5, 1.5)),
}


def pollers(run, channel=None, ax=None, service=None):
    """Draw how many messages the pollers of a channel may have in hand, have, and how many are at work.

    channel: its name; without it the first one that is read by pollers. service: whose they are, where several
    functions read it; without it the first one.
    """
    return scene(run, channel, service).draw(ax)


def scene(run, channel=None, service=None, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    polled = list(ways(run))
    if not polled:
        return sentence("pollers", "No channel is read by pollers; write pollers: true into a subscription.")
    chosen = next((way for way in polled if channel in (None, way[0]) and service in (None, way[1])), None)
    if chosen is None:
        wanted = repr(channel) if service is None else f"{channel!r} for {service!r}"
        there = ", ".join(f"{name} for {whose}" for name, whose, _ in polled)
        raise ValueError(f"{wanted} is not read by pollers; there are {there}")
    lines = _lines(run, *chosen)
    top = max(float(y.max(initial=1)) for _, y in lines.values())
    frame = frame or Frame(run.ended_at, top)
    text = _finding(chosen[1], lines)
    marks = tuple(_steps(name, x, y, frame) for name, (x, y) in lines.items())
    ends = tuple(End(mark.y[-1], short(mark.name), mark.look) for mark in marks)
    return Scene(
        "pollers", text, f"{text}.{faults_told(run)} " + " ".join(mark.words for mark in marks), LESSON, frame,
        times(0.0, frame.right), counts(-0.012 * frame.top, 1.06 * frame.top, "messages").with_grid(),
        bands(run, frame.right), marks, ends, again=partial(scene, run, *chosen[:2]),
    )  # fmt: skip


def _lines(run, channel, service, settings):
    """name -> (times, counts from then on)."""
    at, numbers = numbers_of(run, channel, service)
    rows = run.tables.rows
    ways = [(place.source, place.service) == (channel, service) for place in run.tables.places]
    mine = np.flatnonzero(np.array([*ways, False])[rows["place"]] & (rows["verdict"] != Verdict.COPY))
    gone = np.fmin(rows["settled"], rows["ended"])
    return {
        "pollers may have": (at, np.array([settings.in_hand(number) for number in numbers.tolist()])),
        "in hand": _level(rows["leased"][mine], gone[mine]),
        "at work": _level(rows["started"][mine], rows["ended"][mine]),
    }


def _level(begins, ends):
    """(times, how many are there from then on)."""
    begins, ends = begins[~np.isnan(begins)], ends[~np.isnan(ends) & ~np.isnan(begins)]
    times = np.unique(np.r_[0.0, begins, ends])
    level = np.searchsorted(np.sort(begins), times, "right") - np.searchsorted(np.sort(ends), times, "right")
    return times, level


def _steps(name, x, y, frame):
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS)).astype(int))
    words = f"{name}: {y[0]:,} at first, {y.max():,} at most, {y[-1]:,} at last."
    return Steps(name, [*x[chosen].tolist(), frame.right], [*y[chosen].tolist(), int(y[-1])], LOOKS[name], words)


def _finding(service, lines):
    at, may = lines["pollers may have"]
    work, top = int(lines["at work"][1].max(initial=0)), int(np.argmax(may))
    busy = f"{work:,} at work" if work else "nothing at work"
    if may[top] == may[0]:
        return f"The trigger of {short(service)} had room for {may[0]:,} at a time, with up to {busy}"
    grew = f"from {may[0]:,} to {may[top]:,} in {seconds(float(at[top]))}"
    return f"The trigger of {short(service)} grew {grew}, with up to {busy}"


PICTURES = {"pollers": pollers}  # run.plot.pollers()
