"""What an answer to an exercise may be: a design in which nothing but what is asked for was changed."""

from collections.abc import Mapping
from difflib import get_close_matches

from evsim.counting import digits, listed
from evsim.lesson.endless import ending
from evsim.lesson.exercises import Refused
from evsim.scenario import Scenario
from evsim.scenario.handlers import all_steps

__all__ = ["changed", "down", "keeps_steps", "of"]

FREE = ("name", "about")  # whatever they say, the system is the same
MOST = 3  # changes that are named
ALIKE = 0.95  # as alike as a path and the same one with a letter too few or two


def down(target):
    """The outage of the lessons."""
    return {"faults": [{"outage": target, "at": "8s", "for": "5s"}]}


def of(property_, *names):
    """A property of a run, of these effects or services."""
    return lambda run: property_(run, *names)


def changed(answer, base, *paths):
    """The design of an answer: `base` with nothing but these settings changed.

    An answer is a dict of changes, as ``replace`` takes it, the scenario that ``replace`` returns or, where one
    setting may change, its value: a list of steps, or a handler in Python.
    """
    if len(paths) == 1 and (isinstance(answer, list) or callable(answer)):
        answer = {paths[0]: answer}
    if isinstance(answer, Mapping):
        _only([path for path in map(str, answer) if not _inside(path, (*FREE, *paths))], paths)
        answer = base.replace(dict(answer))
    if not isinstance(answer, Scenario):
        what = "a list of steps" if len(paths) == 1 and paths[0].endswith(".handle") else f"a dict with {listed(paths)}"
        raise Refused(f"give {what}, not {answer!r}")
    more = [path for path in _differences(answer.to_dict(), base.to_dict()) if not _inside(path, (*FREE, *paths))]
    _only(more, paths)
    _as_much_work(answer, base)
    in_python = {name: each.handle for name, each in answer.services.items() if callable(each.handle)}
    return answer.replace({f"services.{name}.handle": ending(handle) for name, handle in in_python.items()})


def keeps_steps(design, name, steps):
    """Refuse a design whose service of this name has other steps: a work, and the effect that comes of it."""
    service = design.to_dict()["services"].get(name)
    if service is None:
        raise Refused(f"there is no service {name} in it")
    if service["handle"] != steps:
        raise Refused(f"keep the two steps of {name} as they are: its work, and its {steps[-1]['effect']}")


def _only(more, paths):
    if more:
        those = ", ".join(more[:MOST]) + (" and more" if len(more) > MOST else "")
        near = get_close_matches(more[0], paths, n=1, cutoff=ALIKE)
        meant = f"; did you mean {near[0]}?" if near else f"; change only {listed(paths)}"
        raise Refused(f"something else was changed too: {those}{meant}")


def _as_much_work(answer, base):
    """What a service works for each customer is part of the task, and not to be left out."""
    for name, service in base.services.items():
        if not callable(answer.services[name].handle):
            need, has = (1000 * _work(each) for each in (service, answer.services[name]))
            if abs(has - need) > 1e-6:
                raise Refused(
                    f"{name} has {digits(need)} ms of work for each customer, and in your steps {digits(has)} ms"
                )


def _work(service):
    return sum(step.time.mean for step in all_steps(service.handle) if step.kind == "work")


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
