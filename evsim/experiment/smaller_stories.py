"""Stories that are smaller than one that was found: fewer customers, a fault that is earlier or shorter."""

from evsim.scenario.units import time

__all__ = ["smaller"]

LESS = 0.9  # of a length, or it is not worth a run
SHORTEST, SOONEST = 0.01, 0.001  # s: of a fault, and when it may come


def smaller(scenario, story):
    """(changes, fault) of each story that is smaller in one way than `story`, the largest step first."""
    fault, duration = story.fault, scenario.run_settings.duration
    for length in _lengths(story, duration):
        if length < LESS * duration and _before(fault, length):
            yield {"run.duration": length, "faults": _kept(scenario, length)}, fault
    if scenario.faults and fault is not None:
        yield {"faults": []}, fault
    for other in _milder(fault) if fault else ():
        yield {}, other


def _lengths(story, duration):
    """Until its customer has come, until the one has at whom the fault strikes, or for half the time."""
    found = {_arrival(story.results, story.customer, story.workload)}
    if story.fault and "at_step" in story.fault:
        step = story.fault["at_step"]
        found.add(max(*found, _arrival(story.results, step["request"], step["workload"])))
    return *sorted(time + SOONEST for time in found), duration / 2, duration * 0.75


def _arrival(run, number, workload):
    requests = run.tables.requests
    of = requests.workloads.index(workload) if workload else 0
    (place,) = ((requests.number == number) & (requests.workload == of)).nonzero()[0].tolist()
    return float(requests.arrived[place])


def _before(fault, length):
    return fault is None or "at" not in fault or time(fault["at"]) < length


def _kept(scenario, length):
    return [each for each in scenario.to_dict().get("faults", ()) if "at" not in each or time(each["at"]) < length]


def _milder(fault):
    """The fault earlier, for an earlier customer, and shorter."""
    if "at_step" in fault:
        number = fault["at_step"]["request"]
        for earlier in sorted({0, number // 2, number - 1} & set(range(number))):
            yield {**fault, "at_step": {**fault["at_step"], "request": earlier}}
    elif time(fault["at"]) >= SOONEST:
        yield {**fault, "at": 0}
        yield {**fault, "at": round(time(fault["at"]) / 2, 6)}
    lasts = time(fault["for"])
    if lasts >= 2 * SHORTEST:
        yield {**fault, "for": round(lasts / 2, 6)}
