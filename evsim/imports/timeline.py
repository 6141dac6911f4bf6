"""A timeline of an incident: faults, how many instances there were, and the load, each from a time on.

Columns: ``time``, ``what`` (a kind of fault, ``scale`` or ``load``), ``target`` (a service, a channel, a workload),
``value`` (how many instances; a rate, or so many times the usual: ``x2``), ``for`` (how long a fault lasts). Another
column is a setting of the faults in it, such as ``factor`` of a slowdown.
"""

from evsim.imports.incident_table import read_table, seconds_of
from evsim.scenario.errors import ScenarioError, suggest
from evsim.scenario.faults import FAULTS
from evsim.scenario.textfile import wrong
from evsim.scenario.units import UnitError, rate, whole

__all__ = ["with_timeline"]

COLUMNS = ("time", "what", "target", "value")
KNOWN = (*FAULTS, "scale", "load")
EVERY = "1s"  # how often a schedule of instances is looked at


def with_timeline(scenario, path, begin=None):
    """(scenario with what the timeline says, (seconds, words) of each row)."""
    told, faults, lines, scales, loads = [], [], [], {}, {}
    for line, row in read_table(path, ("time", "what")):
        at, begin = seconds_of(path, line, row.get("time", ""), begin)
        what = row.get("what", "").lower().replace(" ", "_")
        if what not in KNOWN:
            raise wrong(
                path.name, "is no kind of fault, nor scale or load", row.get("what"), suggest(what, KNOWN), line
            )
        if what == "scale":
            scales.setdefault(_target(scenario.services, path, line, row), []).append((at, _number(path, line, row)))
        elif what == "load":
            loads.setdefault(_target(scenario.workloads, path, line, row), []).append((at, line, row))
        else:
            faults.append(_fault(at, what, row))
            lines.append(line)
        told.append((at, " ".join(filter(None, (what.replace("_", " "), row.get("target"), row.get("value"))))))
    changes: dict = {}
    for service, steps in scales.items():
        changes |= _scaled(scenario, service, steps)
    for workload, steps in loads.items():
        changes[f"workloads.{workload}.arrivals"] = _loaded(scenario, workload, steps, path)
    if faults:
        changes["faults"] = [*scenario.to_dict().get("faults", []), *faults]
    try:
        return scenario.replace(changes), _in_order(told)
    except ScenarioError as error:
        raise _with_lines(error, lines, len(scenario.faults), path) from None


def _with_lines(error, lines, before, path):
    """The error about a fault, with the line that it is in; one of the scenario's own is in none."""
    problem = error.problems[0]
    kind, _, rest = problem.path.partition(".")
    number = rest.partition(".")[0]
    of_timeline = kind == "faults" and number.isdigit() and int(number) >= before
    line = lines[int(number) - before] if of_timeline else None
    return wrong(path.name, f"{problem.path}: {problem.rule}", problem.value, problem.hint, line)


def _target(known, path, line, row):
    name = row.get("target")
    if name is None and len(known) == 1:
        return next(iter(known))
    if name not in known:
        rule = "names no target" if name is None else "the target is not in the scenario"
        raise wrong(path.name, rule, name, suggest(name or "", known), line)
    return name


def _number(path, line, row):
    try:
        number = whole(row.get("value", ""))
    except UnitError as error:
        raise wrong(
            path.name, f"value: {error.rule}", row.get("value", ""), "how many instances there were", line
        ) from None
    if not 0 < number <= 1000:
        raise wrong(path.name, "value: must be from 1 to 1,000 instances", number, line=line)
    return number


def _fault(at, what, row):
    target = row.get("target", "")
    places = [each.strip() for each in target.split("-") if each.strip()] if " - " in target else target
    more = {name: text for name, text in row.items() if name not in COLUMNS}
    return {what: places, "at": at, **more}


def _in_order(steps):
    """By their time; of two at one time the later line holds."""
    return sorted(steps, key=lambda each: each[0])


def _scaled(scenario, service, steps):
    """A schedule that begins with as many instances as the scenario has."""
    first = scenario.services[service].instances
    schedule = [{"at": 0.0, "instances": first}, *({"at": at, "instances": count} for at, count in _in_order(steps))]
    settings = {
        "by": "schedule", "every": EVERY, "least": min(each["instances"] for each in schedule),
        "most": max(each["instances"] for each in schedule), "schedule": schedule,
    }  # fmt: skip
    return {f"services.{service}.instances": 1, f"services.{service}.autoscale": settings}


def _loaded(scenario, workload, steps, path):
    """A rate that jumps, from the usual one."""
    usual = scenario.workloads[workload].arrivals.customers_per_second
    if usual is None:
        rule, hint = f"workloads.{workload} has no rate of its own to change", "leave the load out of the timeline"
        raise wrong(path.name, rule, hint=hint, line=steps[0][1])
    points, now = [[0.0, usual]], usual
    for at, line, row in _in_order(steps):
        points += [[at, now], [at, now := _rate(path, line, row.get("value", ""), usual)]]
    return {"profile": points}


def _rate(path, line, text, usual):
    try:
        return float(text[1:]) * usual if text[:1] == "x" else rate(text)
    except (UnitError, ValueError):
        rule = "value: must be a rate such as 80/s, or so many times the usual, such as x2"
        raise wrong(path.name, rule, text, line=line) from None
