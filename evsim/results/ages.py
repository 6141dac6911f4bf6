"""The ages of a run: from when on which settings were in force, as its records tell of changes."""

from evsim.scenario.changes import become, changes

__all__ = ["ages"]


def ages(run):
    """(since when, the scenario that was in force then) in order of time; the first is the scenario as written."""
    scenario, moments, there = run.scenario, {}, []
    if not changes(scenario):
        return [(0.0, scenario)]
    kinds = {fault.kind for fault in changes(scenario)}
    for time, kind, path, end in run.records.incidents:
        if kind in kinds:
            there.append((end, _fault(scenario, path, time, [fault for _, fault in there])))
        elif kind.removeprefix("end of ") in kinds:
            there.remove(next(each for each in there if each[0] == time and each[1].target == path))
        else:
            continue
        moments[time] = tuple(fault for _, fault in there)  # all that begins and ends then does so at once
    known = {each: become(scenario, each) for each in dict.fromkeys(moments.values())}
    return [(0.0, scenario), *((time, known[each]) for time, each in moments.items())]


def _fault(scenario, path, time, there):
    """The change that began at a time: one that is written for it and not `there` yet, or one that comes at random."""
    mine = [fault for fault in changes(scenario) if fault.target == path and not any(fault is each for each in there)]
    return next((fault for fault in mine if fault.at == time), None) or next(f for f in mine if f.mtbf is not None)
