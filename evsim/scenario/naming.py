"""Names in a scenario: of what kind each is, and what is wrong with one that leads nowhere."""

from .errors import Problem, suggest

__all__ = ["ends", "kinds", "missing"]


def kinds(scenario):
    """(kind, the names of that kind) of all that has a name."""
    return (
        ("workload", scenario.workloads),
        ("service", scenario.services),
        ("channel", scenario.channels),
        ("link", scenario.network.links),
    )


def missing(scenario, path, name, kind):
    """The problem with a name that should be a `kind` and is not."""
    of = dict(kinds(scenario))
    for other, names in of.items():
        if name in names:
            return Problem(path, f"must be a {kind}, but {name} is a {other}", hint=suggest(name, of[kind]))
    return Problem(path, f"there is no {kind} {name}", hint=suggest(name, of[kind]))


def ends(scenario, path, between):
    """What is wrong with the two ends of a link."""
    places = {**scenario.workloads, **scenario.services, **scenario.channels}
    for end, place in enumerate(between):
        nowhere = getattr(scenario.channels.get(place), "nowhere", None)
        if place not in places:
            yield Problem(
                (*path, end), f"there is no workload, service or channel {place}", hint=suggest(place, places)
            )
        elif nowhere:
            rule, hint = nowhere
            yield Problem((*path, end), f"{place} {rule}", hint=hint)
    if between[0] == between[1]:
        yield Problem(path, "a link needs two different ends")
    elif not set(between) & set(scenario.services):
        yield Problem(path, "one end of a link must be a service")
    elif len({getattr(scenario.services.get(name), "inside", None) or name for name in between}) == 1:
        yield Problem(path, f"{' and '.join(between)} run in one program: no network lies between them")
