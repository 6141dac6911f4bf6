"""Depth: what happens at one instant is a chain of functions that call each other, as deep in Python as it is long.

Python breaks such a chain at its recursion limit, which is there to stop programs that would never end. A scenario's
chains do end, and its steps tell how long they may be: so the limit is raised as far as they need it. Their links are
calls from Python to Python, which take memory and nothing of the machine's own stack.
"""

import sys
from contextlib import contextmanager

from evsim.scenario.handlers import all_steps

__all__ = ["building", "roomy", "running"]

_TO_BUILD, _TO_RUN = 20, 60  # the most calls that one step puts on top of what came before it


@contextmanager
def roomy(depth):
    """Room on Python's stack for `depth` calls more than usual."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(usual + depth)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def building(scenario):
    """How deep a system of this scenario may be to build, and to look at: its longest path, step by step."""
    steps = sum(_steps(service.handle) for service in scenario.services.values())
    rounds = 1 + sum(len(service.subscribe) for service in scenario.services.values())  # a path may come back by each
    return _TO_BUILD * steps * rounds


def running(kernel):
    """How deep its functions may call each other: as if all steps on all paths came at one instant."""
    sizes = {name: _steps(service.handle) for name, service in kernel.scenario.services.items()}
    return _TO_RUN * sum(sizes[place.service] for place in kernel.graph.places)


def _steps(handle):
    """How many steps a handler has, with its beginning."""
    return 1 + sum(1 for _ in all_steps(handle))
