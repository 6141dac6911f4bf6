"""The busiest stretch of a run: loads, and the highest one that holds, are measured there."""

import math

from evsim.counting import digits, listed
from evsim.scenario.arrivals import Profile
from evsim.scenario.files import rows_before
from evsim.scenario.units import write_time

__all__ = ["busiest"]

PLACES = 400  # where a stretch is tried to begin
MORE = 1.02  # times as many customers as in the first stretch: with fewer that one is as good


def busiest(whole, shorter):
    """(the ``shorter`` designs at their busiest stretch, what is said of that), of the ``whole`` ones.

    A profile of rates begins there. A file of arrivals, or faults at their moments, cannot: the page says what is
    missed.
    """
    moved, said = {}, {}
    for name, design in shorter.items():
        begin, times = _place(whole[name], design.run_settings)
        movable = not whole[name].faults and all(
            isinstance(each.arrivals, Profile) or each.arrivals.customers_per_second is not None
            for each in design.workloads.values()
        )
        moved[name] = _from(design, begin) if times > MORE and movable else design
        if times > MORE:
            said.setdefault((begin, float(f"{times:.3g}"), movable), []).append(name)
    return moved, [_words(names, shorter[names[0]].run_settings, *what) for what, names in said.items()]


def _words(names, run, begin, times, moved):
    length, at = write_time(run.duration), write_time(begin)
    nobody = math.isinf(times)
    if moved:
        more = (
            "nobody comes in the first." if nobody else f"{digits(times)} times as many customers come as in the first."
        )
        return f"For loads of {listed(names)}, instead, the busiest {length}, from {at} on: {more}"
    if nobody:
        return (
            f"In the first {length} of {listed(names)}, which loads are of, nobody comes: they say nothing of the "
            f"others. The busiest {length} begins at {at}."
        )
    return (
        f"In the busiest {length} of {listed(names)}, from {at} on, {digits(times)} times as many customers come as in "
        f"the first, which loads are of: divide the highest load by {digits(times)}."
    )


def _place(whole, run):
    """(when the busiest stretch of a run's length begins, how many times the customers of the first one it has)."""
    last = whole.run_settings.duration - run.duration
    if last <= 0:
        return 0.0, 1.0

    def come(begin):
        return sum(_come(whole, each.arrivals, begin + run.warmup, begin + run.duration) for each in _open(whole))

    turns = [time for each in _open(whole) for time, _ in each.arrivals.rates]
    tried = [last * place / PLACES for place in range(PLACES + 1)]
    tried += [time for turn in turns for time in (turn, turn - run.duration) if 0 < time < last]
    busy = max(sorted(tried), key=lambda each: round(come(each), 6))
    begin = min(last, float(f"{busy:.4g}"))
    first = come(0.0)
    return begin, come(begin) / first if first else math.inf


def _open(design):
    return [each for each in design.workloads.values() if not each.arrivals.is_closed]


def _come(design, arrivals, begin, end):
    if arrivals.from_file:
        return rows_before(design, arrivals, end) - rows_before(design, arrivals, begin)
    return arrivals.expected(end) - arrivals.expected(begin)


def _from(design, begin):
    """A design whose profiles of rates begin at a moment."""
    changes = {
        f"workloads.{name}.arrivals.profile.points": _later(workload.arrivals.points, begin)
        for name, workload in design.workloads.items()
        if isinstance(workload.arrivals, Profile)
    }
    return design.replace(changes)


def _later(points, begin):
    """Points of a profile from a moment on."""
    before = [point for point in points if point[0] <= begin]
    after = [point for point in points if point[0] > begin]
    (start, rate), (stop, then) = before[-1], (after or before[-1:])[0]
    now = rate if stop <= start else rate + (then - rate) * (begin - start) / (stop - start)
    return [[0.0, now], *([time - begin, each] for time, each in after)]
