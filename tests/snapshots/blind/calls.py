"""Calls: of functions that are known, and of all others their arguments."""

import ast
import builtins

from tests.snapshots.blind.judging import MANY_ARGUMENTS
from tests.snapshots.blind.nodes import ASKING, is_constant, short, tells_all_apart
from tests.snapshots.blind.rewriting_nodes import TRUTH, RewritingNodes

__all__ = ["RewritingCalls"]

FOUND = ("found", "default")
CHANGING = {"round", "abs", "floor", "ceil"}  # not int: of a number of numpy it changes the type alone
CHANGING_METHODS = {"strip", "lstrip", "rstrip", "lower", "capitalize", "replace", "removeprefix", "removesuffix",
                    "drop_duplicates", "dropna", "unique"}  # fmt: skip
TO_WHOLE = {"int", "floor", "ceil"}
METHODS_OF_ROWS = {"append", "extend", "join", "startswith", "endswith"}  # that have no default
LOOKS_AT_CALLERS = {"warn"}


def _name(function):
    """What a function is called, where it is called by a name or from a module or an object."""
    return getattr(function, "id", None) or getattr(function, "attr", None)


def _has_stars(node):
    return any(isinstance(each, ast.Starred) for each in node.args) or not all(each.arg for each in node.keywords)


class RewritingCalls(RewritingNodes):
    def visit_Call(self, node):
        if _name(node.func) in TO_WHOLE and len(node.args) == 1 and not _has_stars(node):
            rounded = self._rounded(node)
            if rounded:
                return rounded
        if _name(node.func) == "next" and node.args and isinstance(node.args[0], ast.GeneratorExp):
            loop = node.args[0].generators[0]
            self.of_the_first += [] if loop.ifs else [loop.iter]
        kind = None if _has_stars(node) else self._kind_of_call(node)
        name, ways, first = kind or self._arguments(node)
        if not ways:
            return self.generic_visit(node)
        number = self.number(node, ways)
        keywords = [ast.keyword(each.arg, self.visit(each.value)) for each in node.keywords]
        return self.call(node, name, number, *map(self.visit, first), *self.all(node.args), keywords=keywords)

    @staticmethod
    def _arguments(node):
        """The same for a function that is not known: which of its arguments could be left out?"""
        name, its = _name(node.func), {}
        unknown = isinstance(node.func, ast.Name) and hasattr(builtins, name)  # whose parameters Python does not tell
        if not unknown and name not in METHODS_OF_ROWS | LOOKS_AT_CALLERS:
            if not _has_stars(node):
                its = {place: (each, short(each, 50)) for place, each in enumerate(node.args)}
            its |= {each.arg: (each.value, each.arg) for each in node.keywords if each.arg}
        its = {place: text for place, (value, text) in its.items() if not is_constant(value)}
        ways = [f"{text} other than its default" for text in its.values()]
        return "given", ways, [ast.Constant(tuple(its)), node.func]

    def _rounded(self, node):
        """``ceil(round(x, 6))``, ``int(x + 0.5)``: is the whole number of the plain x another one?"""
        inner = node.args[0]
        by_call = isinstance(inner, ast.Call) and _name(inner.func) == "round" and not _has_stars(inner)
        by_sum = isinstance(inner, ast.BinOp) and isinstance(inner.op, (ast.Add, ast.Sub)) and is_constant(inner.right)
        if not by_sum and not (by_call and isinstance(inner.func, ast.Name) and inner.args):
            return None
        ways = ["the rounding matters"] + ["a change"] * (_name(node.func) in CHANGING)
        number, inner = self.number(node, ways), self.visit(inner)
        inner.args[2] = self.call(node, "unrounded", number, inner.args[2])  # of the call of the watcher
        return self.call(node, "rounded", number, self.visit(node.func), inner)

    def _kind_of_call(self, node):
        """(method of the watcher, ways, what it is given before the arguments), or nothing."""
        if isinstance(node.func, ast.Attribute):
            return self._kind_of_method(node)
        name = node.func.id if isinstance(node.func, ast.Name) else None
        its, several, named = [node.func], len(node.args), {each.arg: each.value for each in node.keywords}
        tie = ["a tie"] if "key" in named and not tells_all_apart(named["key"]) else []
        if name in {"min", "max"} and several:
            if several > 1:
                return "extreme", [f"other than {short(each, 50)}" for each in node.args[:MANY_ARGUMENTS]], its
            return "extreme", ["several values"] + ["default"] * ("default" in named) + tie, its
        if name == "sorted" and several == 1:
            return "ordered", ["another order", *tie], its
        if name == "sum" and several:
            return "total", ["other than its first"], its
        if name in CHANGING and several:
            return "changed", ["a change"], its
        if name in ASKING and several:
            return "asked", TRUTH, its
        if (name, several) in {("next", 2), ("getattr", 3)}:
            return {"next": "following", "getattr": "attribute"}[name], FOUND, its
        return None

    @staticmethod
    def _kind_of_method(node):
        method, owner = node.func.attr, node.func.value
        if method == "get" and len(node.args) in (1, 2) and not node.keywords:
            return "lookup", FOUND, [owner]
        if method in CHANGING_METHODS:
            return "method", ["a change"], [owner, ast.Constant(method)]
        return None
