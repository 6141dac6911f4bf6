"""Workloads: when customers come, who they are, and how long they wait."""

import csv
from array import array
from datetime import datetime
from heapq import heappush
from itertools import chain as flatten
from itertools import count

import numpy as np

from evsim.engine.asking import Asking
from evsim.engine.environment import ARRIVAL
from evsim.engine.luck import BLOCK
from evsim.engine.refusal import refuse
from evsim.scenario import Distribution

__all__ = ["Keys", "Workload", "expected_requests", "read_stamps"]


class Workload:
    """The running counterpart of a scenario's workload: it makes the requests."""

    def __init__(self, system, name, settings, place):
        self.system, self.name, self.settings = system, name, settings
        self.duration = system.scenario.run.duration
        closed = settings.arrivals.kind == "closed"
        settled = self._think if closed else None  # an open workload does not care how a request ended
        self.edge = Asking(
            system, place, system.services[place.service], settled, settled, timeout=settings.patience
        )
        system.enter(place, self.edge)
        self.place = place
        if closed:
            self.arrive = self._arrive(None)
            self._start_users()
        else:
            times = flatten.from_iterable(self._blocks())
            self.arrive = self._arrive(times)
            for first in times:
                system.env.call_at(first, self.arrive, 0, ARRIVAL)
                break

    def _arrive(self, times):
        system = self.system
        rows, env, ask, number_of_place = system.records.rows, system.env, self.edge.ask, self.place.number
        new, places, luck, born = rows.new, rows.place, rows.luck, rows.born
        queue, next_key = env._queue, env.key_counter(ARRIVAL)

        def arrive(number):
            row = new()
            places[row] = number_of_place
            luck[row] = number
            born[row] = env._now
            if times is not None:
                for time in times:  # the next one
                    heappush(queue, (time, next_key(), arrive, number + 1))
                    break
            ask(row)

        arrive.part = self.name
        return arrive

    def _blocks(self):
        """Lists of arrival times (seconds), ascending and before the end of the run."""
        arrivals, luck, end = self.settings.arrivals, self.system.luck, self.duration
        if arrivals.kind == "csv":
            stamps, _ = self.system.stamps(self.name)
            yield stamps[stamps < end].tolist()
            return
        if arrivals.kind == "constant":
            last = int(np.ceil(end * arrivals.rate))
            for first in range(1, last + 1, BLOCK):
                times = np.arange(first, min(first + BLOCK, last + 1)) / arrivals.rate
                yield np.rint(times[times < end] * 1e9).__truediv__(1e9).tolist()
            return
        # Poisson at a rate of one: what a profile needs is the same stream with its clock bent (exact).
        gaps = luck.draws(Distribution.read({"exponential": 1.0}), "arrivals", self.name)
        clock = _steady(arrivals.rate) if arrivals.kind == "poisson" else _profile(arrivals.points)
        total = 0.0
        for block in count():
            work = total + np.cumsum(gaps.block(block))
            total = float(work[-1])
            times = np.rint(clock(work) * 1e9) / 1e9
            yield times[times < end].tolist()
            if not times[-1] < end:
                return

    # A closed loop: each user waits for an answer, thinks, and comes again.

    def _start_users(self):
        arrivals, luck = self.settings.arrivals, self.system.luck
        self._numbers = count().__next__
        self._thoughts = luck.draws(arrivals.think, "think", self.name)
        first = luck.draws(arrivals.think, "first think", self.name)
        for user in range(arrivals.users):
            self._come(first.of(user))

    def _think(self, row):
        self._come(self._thoughts.of(self.system.records.rows.luck[row]))

    def _come(self, delay):
        env = self.system.env
        if env._now + delay < self.duration:
            env.call_in(delay, self._arrive_next, None, ARRIVAL)

    def _arrive_next(self, _):
        self.arrive(self._numbers())


def expected_requests(system, name):
    """How many requests a workload is expected to make. A closed one: as many as users could think of."""
    scenario = system.scenario
    workload = scenario.workloads[name]
    arrivals, end = workload.arrivals, scenario.run.duration
    if arrivals.kind == "csv":
        return int((system.stamps(name)[0] < end).sum())
    if arrivals.kind == "closed":
        handle = scenario.services[workload.target].handle
        steps = () if callable(handle) else handle
        pace = arrivals.think.mean + sum(step.time.mean for step in steps if step.kind in ("work", "wait"))
        return arrivals.users * end / pace if pace else 0.0
    if arrivals.kind == "profile":
        pairs = zip(arrivals.points, (*arrivals.points[1:], (end, arrivals.points[-1][1])), strict=True)
        return sum(_area(*before, *after, end) for before, after in pairs)
    return arrivals.rate * end


def _area(start, rate, stop, rate_after, end):
    """Arrivals of a straight piece of a profile, cut at the end of the run."""
    if start >= end or stop <= start:
        return 0.0
    if stop > end:
        rate_after = rate + (rate_after - rate) * (end - start) / (stop - start)
    return (rate + rate_after) / 2 * (min(stop, end) - start)


def _steady(rate):
    return lambda work: work / rate


def _profile(points):
    """The inverse of the integral of a piecewise linear rate; the last rate holds for ever."""
    times = np.array([time for time, _ in points], dtype=float)
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


class Keys:
    """The key of each request of a workload: ``of(luck)``, the same for every attempt."""

    def __init__(self, system, name, settings):
        self._number_of = system.luck.of
        self.values = array("q")
        self.block = self._blocks(system, name, settings)

    def _blocks(self, system, name, settings):
        """A function from a block's number to the keys of its requests."""
        key, arrivals = settings.key, settings.arrivals
        if arrivals.kind == "csv" and arrivals.key is not None:
            names, codes = np.unique(system.stamps(name)[1], return_inverse=True)
            codes = system.reserve_keys(names) - codes
            return lambda number: codes[number * BLOCK : (number + 1) * BLOCK]
        if key is None:
            return lambda number: np.arange(number * BLOCK, (number + 1) * BLOCK)
        chances = system.luck.uniforms("key", name)
        if key.kind == "uniform":
            return lambda number: (chances.block(number) * key.keys).astype(int)
        weights = np.arange(1, key.keys + 1, dtype=float) ** -key.s
        bounds = np.cumsum(weights)[:-1] / weights.sum()
        return lambda number: np.searchsorted(bounds, chances.block(number), side="right")

    def of(self, luck):
        try:
            return self.values[luck]
        except IndexError:
            number, _ = self._number_of(luck)
            while len(self.values) <= number:
                self.values.extend(self.block(len(self.values) // BLOCK).tolist())
            return self.values[number]


def read_stamps(arrivals, folder):
    """Arrival times in seconds after the first stamp (times the scale), and the keys, of a CSV file."""
    path = folder / arrivals.file if folder is not None else arrivals.file
    where = f"arrivals.csv: {arrivals.file}"
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            for column in (arrivals.column, *([arrivals.key] if arrivals.key else [])):
                if column not in (reader.fieldnames or ()):
                    have = ", ".join(reader.fieldnames or ()) or "none: the file is empty"
                    raise refuse(where, f"there is no column {column!r}; the columns are {have}")
            stamps, keys, lines = [], [], []
            for record in reader:
                lines.append(reader.line_num)
                stamps.append(_stamp(record[arrivals.column], f"{where}, line {reader.line_num}"))
                keys.append(record[arrivals.key] if arrivals.key else "")
                if keys[-1] is None:
                    raise refuse(f"{where}, line {reader.line_num}", f"the row has no {arrivals.key}")
    except OSError as error:
        raise refuse(where, f"the file can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise refuse(where, "the file is not UTF-8 text") from None
    if not stamps:
        raise refuse(where, "the file has no rows; give it one row a request")
    times = np.array(stamps)
    late = np.flatnonzero(np.diff(times) < 0)
    if late.size:
        row = int(late[0]) + 1
        raise refuse(
            f"{where}, line {lines[row]}", "its time is before the line above; sort the file by time", stamps[row]
        )
    return np.rint((times - times[0]) * arrivals.scale * 1e9) / 1e9, keys


def _stamp(text, where):
    """Seconds of a number or an ISO 8601 time."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        try:
            value = datetime.fromisoformat(text).timestamp()
        except (TypeError, ValueError):
            raise refuse(where, "a time is a number of seconds or an ISO 8601 time", text) from None
    if not abs(value) < float("inf"):
        raise refuse(where, "a time must be finite", text)
    return value
