"""Changes: settings that are others from a moment on, what a scenario may become by them, and what never changes."""

from itertools import combinations

from .errors import Problem, ScenarioError
from .part import Part, Tagged

__all__ = ["AS_BY_DEFAULT", "become", "changeable", "changes", "may_become", "problems", "static_ages", "with_others"]


MOST_AT_RANDOM = 4
AS_BY_DEFAULT = object()  # what a setting becomes that is left out


def changes(scenario):
    """The faults of a scenario that change a setting."""
    return [fault for fault in scenario.faults if fault.does.changes]


def become(scenario, in_force):
    """The scenario without its changes, but for the values of those `in_force`: of one setting, the last."""
    in_force = tuple(in_force)
    if in_force not in scenario.ages:
        others = [fault for fault in scenario.faults if not fault.does.changes]
        values = {fault.target: AS_BY_DEFAULT if fault.to is None else fault.to for fault in in_force}
        scenario.ages[in_force] = scenario.replace({"faults": others, **values})
    return scenario.ages[in_force]


def static_ages(scenario):
    """(since when, the changes in force then) in order of time, of changes with a written time."""
    written = [fault for fault in changes(scenario) if fault.at is not None]
    ends = {fault.at + fault.duration for fault in written if fault.duration is not None}
    for moment in sorted({fault.at for fault in written} | ends):
        there = [fault for fault in written if fault.at <= moment < (fault.at + (fault.duration or float("inf")))]
        yield moment, sorted(there, key=lambda fault: fault.at)


def _at_once(scenario):
    """Changes that may be in force at one moment: none, each alone, those written so, and random ones beside them."""
    alone = [(each,) for each in changes(scenario)]
    written = dict.fromkeys(((), *alone, *(tuple(there) for _, there in static_ages(scenario))))
    at_random = _at_random(scenario)
    beside = [some for count in range(len(at_random) + 1) for some in combinations(at_random, count)]
    return list(
        dict.fromkeys((*there, *(each for each in some if each not in there)) for some in beside for there in written)
    )


def _at_random(scenario):
    return list(dict.fromkeys(each for each in changes(scenario) if each.at is None))


def may_become(scenario):
    """What a scenario may be while it runs, the first as it is written."""
    return [become(scenario, there) for there in _at_once(scenario)]


def with_others(complete, scenario):
    """A `complete` scenario whose services know what changes may make of them."""
    if not changes(scenario):
        return complete
    ages = [each.complete for each in may_become(scenario)[1:]]
    services = {
        name: service.beside(dict.fromkeys(age.services[name] for age in ages if age.services[name] != service))
        for name, service in complete.services.items()
    }
    return complete.model_copy(update={"services": services})


def problems(scenario):
    """What is wrong with the changes of a scenario, each by itself and all that are in force at one moment."""
    found = []
    for number, fault in enumerate(scenario.faults):
        if fault.does.changes:
            found += _alone(scenario, number, fault)
    if found:
        return found
    many = _at_random(scenario)
    if len(many) > MOST_AT_RANDOM:
        path = ("faults", scenario.faults.index(many[-1]), many[-1].kind)
        rule = f"any of the changes that come at random may be in force together, so there are {MOST_AT_RANDOM} at most"
        return [Problem(path, rule, len(many), hint="write at for some of them")]
    for there in _at_once(scenario):
        if len(there) > 1:
            number = scenario.faults.index(there[-1])
            found = found or _refused(scenario, number, there)
    return found


def _alone(scenario, number, fault):
    refused = _refused(scenario, number, (fault,))
    if refused:
        return refused
    before, after = become(scenario, ()), become(scenario, (fault,))
    fixed = [why for why in _hindrances(before.complete, after.complete) if why]
    if not fixed:
        return []
    section, name, *_ = fault.target.split(".")
    can = [path for path in changeable(before, fault.target) if f"{section}.{name}.{path}" != fault.target]
    hint = f"of {fault.place} there can change {', '.join(can)}" if can else "write it for the whole run"
    return [Problem(("faults", number, fault.kind), fixed[0], fault.target, hint=hint)]


def _refused(scenario, number, there):
    """The problems that a scenario has as soon as some changes are in force."""
    fault = there[-1]
    try:
        become(scenario, there)
    except ScenarioError as error:
        path = ("faults", number, fault.kind)
        return [Problem(path, f"then {each.path}: {each.rule}", each.value, hint=each.hint) for each in error.problems]
    return []


def _hindrances(old, new):
    """Of each outermost setting in which two pieces of a scenario differ: why it cannot change, or None if it can."""
    if old == new:
        return
    if isinstance(old, Part) and type(old) is type(new):
        for name in type(old).model_fields:
            one, other = getattr(old, name), getattr(new, name)
            if one != other and name in old.may_change:
                yield old.hinders(name, other)
            else:
                yield from _hindrances(one, other)
    elif isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name in old:
            yield from _hindrances(old[name], new[name])
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _hindrances(one, other)
    else:
        yield "cannot change while the system runs"


def changeable(scenario, path):
    """What may change of the service, channel or workload of a path, as paths within it."""
    section, _, rest = path.partition(".")
    things = getattr(scenario, section, None)
    thing = things.get(rest.partition(".")[0]) if isinstance(things, dict) else None
    return list(_written_paths(thing, _kind(thing))) if thing is not None else []


def _written_paths(part, path):
    for name, field in type(part).model_fields.items():
        here = () if isinstance(part, Tagged) and part.settings() == [name] else (field.alias or name,)
        value = getattr(part, name)
        if name in part.may_change:
            yield ".".join(map(str, (*path, *here)))
        elif isinstance(value, Part):
            yield from _written_paths(value, (*path, *here, *_kind(value)))
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                if isinstance(each, Part):
                    yield from _written_paths(each, (*path, *here, number, *_kind(each)))


def _kind(part):
    return (part.kind,) if isinstance(part, Tagged) else ()
