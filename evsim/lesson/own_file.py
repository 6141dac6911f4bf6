"""Errors about a file of one's own: they name the file, the line and the whole path."""

from contextlib import contextmanager
from dataclasses import replace

from evsim.scenario import ScenarioError

__all__ = ["inside", "of_file"]


@contextmanager
def inside(*path):
    """Errors about what stands at a path begin with it; those of another file stay as they are."""
    try:
        yield
    except ScenarioError as error:
        raise _again(error, lambda problem: replace(problem, path=_joined(*path, problem.path))) from None


@contextmanager
def of_file(source, place):
    """Errors about what a file holds name it, and the line; place: knows the lines."""
    try:
        yield
    except ScenarioError as error:
        raise _again(error, lambda problem: replace(problem, line=_line(place, problem.path)), source) from None


def _again(error, changed, source=None):
    return error if error.source else ScenarioError([changed(problem) for problem in error.problems], source)


def _joined(*path):
    return ".".join(str(step) for step in path if step != "")


def _line(place, path):
    return place.line_of([int(step) if step.isdigit() else step for step in str(path).split(".")])
