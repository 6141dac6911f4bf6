"""Picture D, *arrived, told, done*: cumulative counts against time.

The vertical gap between two lines is a backlog, the horizontal gap one customer's wait, the area between them
Little's law.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from evsim.counting import digits
from evsim.registry import modules
from evsim.scenario.faults import FAULT_KINDS
from evsim.scenario.offered_load import arrival_rates, holding_times
from evsim.view.scene.axes import Frame, counts, times
from evsim.view.scene.bands import bands, faults_told, sentence
from evsim.view.scene.marks import End, Line, Look, Steps, Text, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import ARRIVED, DECLINED, ERROR, INK, LESSON, TOLD, FaultBand, effect_marks, faults, seconds
from evsim.view.what_changed import Noticed

__all__ = ["PREDICTED", "WIDTHS", "Recovery", "catch_ups", "flow", "lines_of", "scene"]

MOST_EFFECTS = 6
HEIGHTS = 0.2, 0.04, 0.36, 0.5  # where the arithmetic may stand, as a share of the height
MOST_POINTS = 3000  # of a line; the points drawn are exact
WIDTHS = {"arrived": 7.0, "told yes": 3.6}  # lines that often lie under others: wider, so that they are seen
PREDICTED = Look(INK, "o", (1, 1.6))


def flow(run, ax=None):
    """Draw how many arrived, were told and came true, against time (s); return the axes.

    An effect counts when it happens to a customer for the first time. Where an outage leaves a backlog to a
    consumer, its catch-up is predicted by backlog / (capacity - rate), and dotted.
    """
    return scene(run).draw(ax)


def scene(run, frame=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    requests = run.tables.requests
    until = min(run.scenario.run_settings.duration, run.ended_at)
    if not len(requests.row):
        return sentence("flow", f"Nobody arrived within {seconds(until)}.")
    lines = lines_of(run)
    frame = frame or Frame(max(until, *(times[-1] for _, times, _ in lines if len(times))), 1.04 * len(requests.row))
    looks = {name: look_of(mark, WIDTHS.get(name, 2.0)) for name, _, mark in lines}
    marks = [Steps(name, *_steps(its, frame.right), looks[name], f"{len(its):,} {name}") for name, its, _ in lines]
    ends = [End(len(its), f"{len(its):,} {name}", looks[name]) for name, its, _ in lines]
    low = 0.0
    for part in [each for each in modules("picture") if hasattr(each, "BELOW")]:
        more, named, depth = part.BELOW(run, frame.top)
        marks, ends, low = [*more, *marks], [*ends, *named], min(low, depth)
    found = catch_ups(run)
    finding = _finding(run, found)
    left_out = len(_effects(run)) - MOST_EFFECTS
    some = f"; the {MOST_EFFECTS} slowest effects, {left_out} left out" if left_out > 0 else ""
    total = ", ".join(f"{len(its):,} {name}" for name, its, _ in lines)
    alt = f"Counts of customers against time, from 0 to {seconds(frame.right)}. {finding}. At the end: {total}."
    alt += faults_told(run, frame.right) + "".join(f" Catch-up: {each.arithmetic}." for each in found)
    return Scene(
        "flow", finding, alt, LESSON, frame,
        times(0.0, frame.right, note=some), counts(low, frame.top, "customers"),
        bands(run, frame.right), (*marks, *_predicted(found, frame.right)), tuple(ends),
        noticed={run.scenario.name: Noticed(run)}, again=partial(scene, run),
    )  # fmt: skip


def lines_of(run):
    """(name, sorted times, mark) of each line, first of all who arrived."""
    requests = run.tables.requests
    told = run.outcomes
    lines = [("arrived", requests.arrived, ARRIVED), ("told yes", told.told_at[told.yes], TOLD)]
    effects = _effects(run)
    # The slowest are the ones to see, where there are too many.
    late = [-np.sum(np.nan_to_num(times, nan=run.ended_at) - requests.arrived) for _, times, _ in effects]
    lines += [effects[number] for number in sorted(np.argsort(late, kind="stable")[:MOST_EFFECTS])]
    lines += [(name, told.told_at[who], mark) for name, who, mark in
              (("told no", told.no, DECLINED), ("told error", told.error, ERROR)) if who.any()]  # fmt: skip
    return [(name, np.sort(times[~np.isnan(times)]), mark) for name, times, mark in lines]


def _effects(run):
    """(name, when each customer has it first, mark) of each effect that anybody has, or is to have."""
    requests, marks = run.tables.requests, effect_marks(run)
    rows = {name: number for number, name in enumerate(run.tables.effect_names)}
    seen = (~np.isnan(requests.first_time) | requests.is_due).any(axis=1)
    return [
        (name, requests.first_time[rows[name]], mark)
        for name, mark in marks.items()
        if name in rows and seen[rows[name]]
    ]


def _steps(times, right) -> tuple[list, list]:
    """A cumulative count up to each time, thinned to points that lie on it."""
    number = np.arange(len(times))
    stride = -(-len(times) // MOST_POINTS) or 1
    chosen = np.unique(np.r_[number[::stride], number[-1:]])
    return np.r_[0.0, times[chosen], right].tolist(), np.r_[0, chosen + 1, len(times)].tolist()


def _finding(run, found):
    """What the picture shows, in a sentence computed from the records."""
    requests = run.tables.requests
    number = len(requests.row)
    answers, good = run.outcomes, run.outcomes.yes
    if good.all():
        who = "The only customer was" if number == 1 else f"All {number:,} were"
        told = f"{who} told yes, within {seconds(requests.response.max())}"
    else:
        groups = [(answers.no, "no"), (answers.error, "an error"), (answers.nothing, "nothing yet")]
        others = [(int(who.sum()), what) for who, what in groups]
        some = f"{good.sum():,}" if good.any() else "None"
        told = f"{some} of {number:,} {'were' if good.sum() > 1 else 'was'} told yes"
        told += "".join(f", {many:,} {what}" for many, what in others if many)
    if found:
        return f"{told}; {max(found, key=lambda each: each.waiting).words}"
    until = min(run.scenario.run_settings.duration, run.ended_at)
    late = number - int((requests.answered <= until).sum())
    if late > max(10, 0.05 * number):
        return f"{told}; {late:,} waited for their answer when the arrivals ended"
    if not requests.due.any():
        return told
    missing = int((requests.present < requests.due).sum())
    if missing:
        return f"{told}; for {missing:,} not all was done{'' if run.tables.complete else ' yet'}"
    lag = np.nanmax(requests.consistency_lag, initial=0.0)
    return f"{told}; all was done {f'at most {seconds(lag)} later' if lag > 0 else 'by then'}"


# Catching up.


@dataclass(frozen=True)
class Recovery:
    """How a consumer works off what piled up during a fault, by arithmetic and as it was. Times in seconds.

    At `end` (of the fault) `waiting` messages waited for `service`, which had made `done` of its effect; from
    then on `rate` messages come a second and `capacity` can be done. `took`: NaN where it was not seen.
    """

    fault: FaultBand
    service: str
    end: float
    waiting: int
    done: int
    rate: float
    capacity: float
    took: float

    @property
    def predicted(self):
        """Seconds from the end of the fault until nothing waits, were arrivals to go on."""
        return self.waiting / (self.capacity - self.rate) if self.capacity > self.rate else float("inf")

    @property
    def arithmetic(self):
        """The prediction, worked out."""
        if self.capacity <= self.rate:
            return f"{_rate(self.rate)} come and {_rate(self.capacity)} can be done a second: it never ends"
        difference = f"({_rate(self.capacity)} \N{MINUS SIGN} {_rate(self.rate)})/s"
        return f"{self.waiting:,} waiting / {difference} = {seconds(self.predicted)}"

    @property
    def words(self):
        """What came of it."""
        lasted = f"{self.fault.words} for {seconds(self.fault.end - self.fault.start)}"
        seen = f"caught up in {seconds(self.took)}" if self.took == self.took else "not seen to catch up"
        predicted = seconds(self.predicted) if self.capacity > self.rate else "never while customers come"
        return f"{lasted}: {self.waiting:,} waited, {seen} (predicted: {predicted})"


def _rate(value):
    return f"{value:,.0f}" if value >= 100 else digits(value, 3)


def catch_ups(run):
    """The :class:`Recovery` after each fault of a consumer that leaves a backlog and can be worked out before.

    It can where customers come at a constant rate, and the service has one subscription and is not called.
    """
    scenario = run.scenario
    if not all(each.arrivals.steady for each in scenario.workloads.values()):
        return []
    rates, times = arrival_rates(scenario), holding_times(scenario)
    found = [(fault, FAULT_KINDS[fault.kind]) for fault in faults(run)]
    stops = [fault for fault, does in found if does.down or does.freezes or does.slows]
    found = []
    for number, fault in enumerate(stops):
        name = fault.target.partition("/")[0]
        at_once = _at_once(run, name, fault.end)
        if not (at_once and rates[name] > 0 and times[name] > 0 and fault.end < run.ended_at):
            continue
        capacity = at_once / times[name]
        each = _catch_up(run, fault, name, rates[name], capacity, at_once)
        again = [later.start for later in stops[number + 1 :] if later.target == fault.target]
        undisturbed = not again or again[0] >= each.end + min(each.predicted, run.ended_at)
        if each.waiting > 3 + 2 * at_once and undisturbed:
            found.append(each)
    return found


def _at_once(run, name, time):
    """How many messages a service can work at once at a time, if they are all its work; else 0."""
    ways = {(place.kind, place.source) for place in run.tables.places if place.service == name}
    if len(ways) != 1 or next(iter(ways))[0] != "delivery":
        return 0
    channel = run.scenario.channels[next(iter(ways))[1]]
    workers = run.tables.capacity[name].at(time)
    shared = any(each.is_shared for each in run.scenario.services[name].subscribe)
    if channel.partitioned and not shared:
        return min(workers, channel.partitions_at_last)
    alone = sum(next(iter(ways))[1] == place.source for place in run.tables.places if place.is_delivery) == 1
    return workers if alone else 0


def _catch_up(run, fault, name, rate, capacity, at_once):
    ledger, end = run.tables.deliveries, fault.end
    channel = list(run.scenario.channels).index(run.scenario.services[name].subscribe[0].channel)
    mine = [code for code, (_, service) in enumerate(ledger.names) if service == name]
    its = np.isin(ledger.subscriber, mine) | ((ledger.subscriber < 0) & (ledger.channel == channel))
    born, settled = np.sort(ledger.born[its]), np.sort(ledger.settled[its])
    settled = settled[~np.isnan(settled)]
    after = settled[settled >= end]
    left = np.searchsorted(born, after, "right") - np.searchsorted(settled, after, "right")
    free = after[left <= at_once]
    effects = run.tables.effects
    made = [code for code, place in enumerate(run.tables.places) if place.service == name]
    by_it = np.isin(run.tables.rows["place"][effects["row"]], made) & (effects["time"] <= end)
    return Recovery(
        fault=fault, service=name, end=end, rate=rate, capacity=capacity, done=int(by_it.sum()),
        waiting=int(np.searchsorted(born, end, "right") - np.searchsorted(settled, end, "right")),
        took=float(free[0] - end) if len(free) else float("nan"),
    )  # fmt: skip


def _predicted(found, right):
    """The predicted catch-ups from the ends of the faults on, and the arithmetic of the longest."""
    for each in found:
        if each.capacity > each.rate:
            time = min(each.predicted, right - each.end)
            x, y = (each.end, each.end + time), (each.done, each.done + each.capacity * time)
            yield Line("", x, y, PREDICTED, words=f"predicted catch-up: {each.arithmetic}")
    if found:
        longest = max(found, key=lambda each: each.waiting)
        words = f"predicted catch-up:\n{longest.arithmetic}"
        yield Text(words, 0.995, 0.0, side="right", level="bottom", across=True, free=HEIGHTS)
