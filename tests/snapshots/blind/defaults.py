"""What a callee has for its parameters if they are left out."""

import dataclasses
import inspect
from functools import lru_cache, partial
from types import FunctionType, MethodType
from weakref import WeakKeyDictionary

__all__ = ["defaults_of"]

EMPTY = (dict, frozenset, list, set, tuple)  # which make the same each time
TELLING = (FunctionType, type, partial, type(lru_cache(len)))
KNOWN = WeakKeyDictionary()  # callable -> its defaults, or None


def defaults_of(callee):
    """Place or name of a parameter -> its default, of those that have one; nothing of what does not tell."""
    bound = 0
    if type(callee) is MethodType:
        callee, bound = callee.__func__, 1
    elif not isinstance(callee, TELLING):
        callee, bound = type(callee).__call__, 1  # of an object that can be called
    if not isinstance(callee, TELLING):
        return None
    known = KNOWN.get(callee)
    if known is None:
        known = KNOWN[callee] = {}
    if bound not in known:
        known[bound] = _told(callee, bound)
    return known[bound]


def _told(callee, bound):
    try:
        parameters = list(inspect.signature(callee).parameters.values())[bound:]
    except (ValueError, TypeError):
        return None
    made = _made(callee)
    found = {}
    for place, each in enumerate(parameters):
        if each.default is each.empty:
            continue
        default = made.get(each.name, each.default)
        if each.kind is not each.KEYWORD_ONLY:
            found[place] = default
        if each.kind is not each.POSITIONAL_ONLY:
            found[each.name] = default
    return found


def _made(callee):
    """What the fields of a data class have that make what they have."""
    if not isinstance(callee, type) or not dataclasses.is_dataclass(callee):
        return {}
    return {each.name: each.default_factory() for each in dataclasses.fields(callee) if each.default_factory in EMPTY}
