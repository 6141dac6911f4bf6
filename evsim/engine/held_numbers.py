"""The numbers that a running system holds: of rows and messages, wherever they wait, in lists, closures or the heap."""

from array import array
from gc import get_referents
from types import CodeType, FunctionType, ModuleType

from pydantic import BaseModel

from evsim.engine.call_graph import CallGraph, EntryPoint
from evsim.engine.drawn_values import RecentValues
from evsim.engine.kernel import Notes
from evsim.engine.random_streams import Draws, RandomStreams
from evsim.results.records import Records
from evsim.results.table import Table

__all__ = ["held_numbers"]

# What holds none, or only those of its own rows.
_CLOSED = (BaseModel, CallGraph, CodeType, Draws, EntryPoint, ModuleType, Notes, RandomStreams, RecentValues, Records,
           Table, array, bytes, float, str, type)  # fmt: skip


def held_numbers(*roots, but=()):
    """Every integer that can be reached from some objects, through whatever the garbage collector can follow.

    but: objects through which it is not to go.

    A number that only looks like that of a row is among them, too: whoever forgets rows keeps a few too many.
    """
    found, seen, waiting, closed = set(), set(map(id, but)), list(roots), {}
    while waiting:
        each = waiting.pop()
        for child in _parts(each) if type(each) is FunctionType else get_referents(each):
            kind = type(child)
            if kind is int:
                found.add(child)
                continue
            if kind not in closed:
                closed[kind] = issubclass(kind, _CLOSED)
            if not closed[kind] and id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)
    return found


def _parts(function):
    """What a function holds, without the names of its module."""
    return [*(function.__closure__ or ()), *(function.__defaults__ or ()), function.__dict__]
