"""Arrivals: the times at which the customers of an open workload come."""

from itertools import count

import numpy as np

from evsim.engine.random_streams import BLOCK
from evsim.scenario import Distribution
from evsim.scenario.arrival_trace import read_arrival_trace
from evsim.ticks import SECOND, ticks

__all__ = ["arrival_times", "arrival_trace", "expected_requests", "spliced"]


def arrival_trace(kernel, name):
    """(arrival times, keys) of a workload that replays a file, read once."""
    scenario = kernel.scenario
    arrivals = scenario.workloads[name].arrivals
    return kernel.shared(("arrival trace", name), lambda: read_arrival_trace(arrivals, scenario.folder))


def arrival_times(kernel, name, points=None):
    """Lists of arrival times (ticks), ascending and before the end of the run.

    points: (time, rate) of a workload whose rate changes, in place of what is written.
    """
    scenario = kernel.scenario
    arrivals, streams, end = scenario.workloads[name].arrivals, kernel.streams, ticks(scenario.run_settings.duration)
    if arrivals.from_file:
        stamps = np.rint(arrival_trace(kernel, name)[0] * SECOND)
        yield stamps[stamps < end].tolist()
        return
    if arrivals.at_once:
        at = ticks(arrivals.at)
        yield [at] * (arrivals.count if at < end else 0)
        return
    if arrivals.kind == "constant" and points is None:
        last = int(np.ceil(end * arrivals.rate / SECOND))
        for first in range(1, last + 1, BLOCK):
            times = np.rint(np.arange(first, min(first + BLOCK, last + 1)) * SECOND / arrivals.rate)
            yield times[times < end].tolist()
        return
    # One a second: what a profile needs is the same stream with its clock bent (exact).
    even = arrivals.stream == "constant"
    gaps = streams.draws(Distribution.read(1.0 if even else {"exponential": 1.0}), "arrivals", name)
    bent = arrivals.rates if arrivals.kind == "profile" else points
    clock = _steady(arrivals.rate) if bent is None else _profile(points or bent)
    sizes = _sizes(streams, name, arrivals.size) if arrivals.kind == "batch" else None
    total = 0.0
    for block in count():
        work = total + np.cumsum(gaps.block(block))
        total = float(work[-1])
        times = np.rint(clock(work))
        last = times[-1]
        there = times < end
        yield (times[there] if sizes is None else np.repeat(times[there], sizes(block)[there])).tolist()
        if not last < end:
            return


def spliced(points, others, time):
    """The points (time, rate) of a rate that is as some `points` say up to a time, and from then on as `others` say."""
    before, met = [point for point in points if point[0] < time], [point for point in points if point[0] >= time]
    past, after = [point for point in others if point[0] <= time], [point for point in others if point[0] > time]
    return (*before, (time, _rate(before, met, time)), (time, _rate(past, after, time)), *after)


def _rate(before, after, time):
    """The rate at a time on the line from the last point before it to the first one after it."""
    if not (before and after):
        return before[-1][1] if before else after[0][1]  # before the first and after the last point it is theirs
    (since, rate), (until, rate_then) = before[-1], after[0]
    return rate + (rate_then - rate) * (time - since) / (until - since)


def _sizes(streams, name, size):
    """A function from a block's number to the sizes of its batches."""
    if size.kind == "fixed":
        return lambda block: np.full(BLOCK, size.count)
    chances = streams.uniforms("batch", name)
    going_on = 1 - 1 / size.mean

    def sizes(block):
        chance = 1 - chances.block(block)  # in (0, 1]
        return 1 + np.floor(np.log(chance) / np.log(going_on)).astype(int) if going_on else np.ones(BLOCK, int)

    return sizes


def _steady(rate):
    return lambda work: work / rate  # which counts events in the unit of the clock


def _profile(points):
    """The inverse of the integral of a piecewise linear rate, in ticks; the last rate holds for ever."""
    times = np.array([ticks(time) for time, _ in points])
    rates = np.array([rate for _, rate in points], dtype=float)
    areas = np.concatenate([[0.0], np.cumsum(np.diff(times) * (rates[1:] + rates[:-1]) / 2)])
    lengths = np.diff(times)  # two points at one time are a jump: a piece without length or area
    slopes = np.append(np.divide(np.diff(rates), lengths, out=np.zeros_like(lengths), where=lengths > 0), 0.0)

    def clock(work):
        piece = np.searchsorted(areas, work, side="right") - 1
        rest, rate, slope = work - areas[piece], rates[piece], slopes[piece]
        with np.errstate(divide="ignore", invalid="ignore"):
            # The stable root of rate * t + slope * t**2 / 2 = rest.
            root = np.sqrt(np.maximum(rate * rate + 2 * slope * rest, 0.0))
            into = np.where(rest == 0, 0.0, 2 * rest / (rate + root))
        return times[piece] + into

    return clock


def expected_requests(kernel, name):
    """How many requests a workload is expected to make. A closed one: as many as users could think of."""
    scenario = kernel.scenario
    workload = scenario.workloads[name]
    arrivals, end = workload.arrivals, scenario.run_settings.duration
    if arrivals.from_file:
        return int((arrival_trace(kernel, name)[0] < end).sum())
    if arrivals.is_closed:
        service = scenario.services[workload.target]
        steps = () if callable(service.handle) else service.handle
        pace = arrivals.think.mean + sum(service.pace(step) * step.time.mean for step in steps if step.lasts)
        return arrivals.users * (end / pace if pace else 1.0)
    return arrivals.expected(end)
