"""What an answer to an exercise may be: a scenario in which nothing but what is asked for was changed."""

from evsim.lesson.exercises import Refused
from evsim.scenario import Scenario

__all__ = ["changed", "down", "of"]

FREE = ("name", "about")  # whatever they say, the system is the same
MOST = 3  # changes that are named


def down(target):
    """The outage of the lessons."""
    return {"faults": [{"outage": target, "at": "8s", "for": "5s"}]}


def of(property_, *names):
    """A property of a run, of these effects or services."""
    return lambda run: property_(run, *names)


def changed(answer, base, *paths):
    """The answer, if it is `base` with nothing but these settings changed."""
    if not isinstance(answer, Scenario):
        raise Refused(f"give the scenario that .replace({{...}}) returns, not {answer!r}")
    more = [path for path in _differences(answer.to_dict(), base.to_dict()) if not _inside(path, (*FREE, *paths))]
    if more:
        those = ", ".join(more[:MOST]) + (" and more" if len(more) > MOST else "")
        raise Refused(f"something else was changed too: {those}; change only {' and '.join(paths)}")
    return answer


def _inside(path, paths):
    return any(path == each or path.startswith(f"{each}.") for each in paths)


def _differences(one, other, path=""):
    """The paths of settings in which two scenarios differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            below = f"{path}.{name}" if path else name
            yield from [below] if (name in one) != (name in other) else _differences(one[name], other[name], below)
    elif one != other:
        yield path
