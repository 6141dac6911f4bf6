"""A mutant is put into a process in which evsim runs already: its functions get other code."""

import gc
import types
from functools import cache

from tests.snapshots.blind.importing import ROOT

__all__ = ["CannotSwap", "swap"]

LIKE = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_flags",
        "co_exceptiontable")  # fmt: skip


class CannotSwap(Exception):
    """Something else than the code of functions differs: the file has to be imported anew."""


def swap(file, tree):
    """Each function of a file gets the code that it has in this tree."""
    path = str(ROOT / file)
    old, new = compile((ROOT / file).read_text(encoding="utf-8"), path, "exec"), compile(tree, path, "exec")
    pairs = list(_differing(old, new))
    if not pairs:
        raise ValueError(f"{file}: the mutant's code is no other")
    for before, after in pairs:
        known = (path, before.co_firstlineno, before.co_qualname) in _functions()
        if not before.co_flags & 0x2 or not known:  # the code of a module or of a class ran long ago
            raise CannotSwap
        _put(path, before, after)


def _put(path, before, after):
    """Functions that have one code get the other, and so do those that were made within it and live on."""
    for each in _functions().get((path, before.co_firstlineno, before.co_qualname), []):
        if len(each.__code__.co_freevars) != len(after.co_freevars):
            raise CannotSwap
        each.__code__ = after
    for inner in zip(_codes(before), _codes(after)):
        _put(path, *inner)


@cache
def _functions():
    """(file, line, name) -> the functions that have this code."""
    found = {}
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType):
            code = each.__code__
            found.setdefault((code.co_filename, code.co_firstlineno, code.co_qualname), []).append(each)
    return found


def _differing(old, new):
    """The outermost functions whose own code, or that of one within it, is another one; else their module or class."""
    inner = list(zip(_codes(old), _codes(new)))
    same = len(_codes(old)) == len(_codes(new)) and _own(old) == _own(new)
    if old.co_flags & 0x2:
        if not same or any(True for pair in inner for _ in _differing(*pair)):
            yield old, new
        return
    if not same:
        yield old, new
    for pair in inner:
        yield from _differing(*pair)


def _codes(code):
    return [each for each in code.co_consts if isinstance(each, types.CodeType)]


def _own(code):
    constants = [repr(each) for each in code.co_consts if not isinstance(each, types.CodeType)]
    return [getattr(code, name) for name in LIKE], constants
