"""The smallest system: what can be left out of one, so that what it shows is still to be seen?"""

from evsim.scenario import Scenario, ScenarioError

__all__ = ["smallest"]


def smallest(scenario, shows):
    """The system without all that can be left out, one thing after the other, as long as it ``shows(system)`` the same.

    Settings that are left out have their default.
    """
    found, before = scenario.to_dict(), None
    while found != before:
        before = found
        for path in _paths(found):  # the large parts first
            less = _without(found, path)
            if less is not None and _can_be(less) and shows(Scenario.from_dict(less)):
                found = less
    return Scenario.from_dict(found)


def _can_be(described):
    try:
        return Scenario.from_dict(described)
    except ScenarioError:
        return None


def _paths(node):
    """The ways to all that lies in plain data, the shortest first."""
    level = [((), node)]
    while level:
        yield from (path for path, _ in level if path)
        level = [((*path, key), inner) for path, each in level for key, inner in _inside(each)]


def _inside(node):
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node))[::-1] if isinstance(node, list) else []


def _without(node, path):
    """Plain data without what lies at the end of a path; None if nothing does."""
    key, *rest = path
    if key in dict(_inside(node)):
        inner = _without(node[key], rest) if rest else None
        if rest and inner is None:
            return None
        items = list(_inside(node))
        kept = [(name, inner if name == key else each) for name, each in items if rest or name != key]
        return dict(kept) if isinstance(node, dict) else [each for _, each in kept[::-1]]
    return None
