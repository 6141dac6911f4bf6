"""Code is rewritten so that its expressions are watched; what it does stays the same."""

import ast

from tests.snapshots.blind.calls import RewritingCalls
from tests.snapshots.blind.judging import OPERATORS, ORDERED, TWO_SIDED
from tests.snapshots.blind.nodes import (
    asked_again,
    can_wait,
    constants,
    is_constant,
    is_converted,
    is_quiet,
    later,
    short,
)
from tests.snapshots.blind.rewriting_nodes import TRUTH
from tests.snapshots.blind.statements import RewritingStatements

__all__ = ["rewritten"]


def rewritten(text, file, watching):
    """The tree of a file's text; its expressions are told to ``watching``."""
    watching.begin(file)
    tree = Rewriting(file, watching).visit(ast.parse(text, file))
    return ast.fix_missing_locations(tree)


class Rewriting(RewritingCalls, RewritingStatements):
    def visit_IfExp(self, node):
        text, node.test = short(node), self.condition(node.test)
        others = [asked_again(each) if self._can_be_asked(each) else None for each in (node.orelse, node.body)]
        if self._are_not_asked(node.body, node.orelse):
            others = [None, None]
        number = self.number(node, ["the other differs"], text) if any(others) else None
        branches = self.all([node.body, node.orelse])
        node.body, node.orelse = (
            self.call(each, "chosen", number, each, later(other)) if other else each
            for each, other in zip(branches, others)
        )
        return node

    @staticmethod
    def _are_not_asked(one, other):
        """Those of which it is known whether they differ."""
        return (is_constant(one) and is_constant(other)) or is_converted(one, other) or is_converted(other, one)

    def _can_be_asked(self, node):
        return not self.in_class and is_quiet(node)

    def visit_Compare(self, node):
        if len(node.ops) > 1:
            return self._chain(node)
        name, left, right = type(node.ops[0]).__name__, node.left, node.comparators[0]
        number = self.number(node, (*TRUTH, "tie") if name in ORDERED else TRUTH)
        looked_for = constants(right) if name in {"In", "NotIn"} else []
        if looked_for:
            which = self.number(node, [f"is {each.value!r}" for each in looked_for])
            row = ast.Tuple([ast.Constant(each.value) for each in looked_for], ast.Load())
            left = self.call(left, "member", which, self.visit(left), row)
        else:
            left, right = self.visit(left), self.visit(right)
        return self.call(node, "compared", number, ast.Constant(name), left, right)

    def _chain(self, node):
        """``a < b < c``; not where a function cannot stand for ``c``."""
        steps = node.comparators[1:]
        if self.in_class or not all(can_wait(each) for each in steps):
            return self.generic_visit(node)
        sides = [node.left, *node.comparators]
        ways = []
        for place, each in enumerate(node.ops):
            step = f"{short(sides[place], 30)} and {short(sides[place + 1], 30)}"
            ways += [f"{step}: false"] + [f"{step}: tie"] * (type(each).__name__ in ORDERED)
        number = self.number(node, ways)
        names = ast.Tuple([ast.Constant(type(each).__name__) for each in node.ops], ast.Load())
        first, second = self.visit(node.left), self.visit(node.comparators[0])
        return self.call(node, "chained", number, names, first, second, *map(later, self.all(steps)))

    def visit_BoolOp(self, node):
        number = self.number(node, [f"decided by {short(each, 60)}" for each in node.values])
        is_and = ast.Constant(isinstance(node.op, ast.And))
        after = [[asked_again(each) for each in node.values[place + 1 :]] for place in range(len(node.values))]
        quiet = [all(map(is_quiet, node.values[place + 1 :])) for place in range(len(node.values))]
        watched = []
        for place, each in enumerate(node.values):
            rest = after[place]
            given = [number, ast.Constant(place), self.visit(each), is_and]
            if rest and not self.in_class and quiet[place]:
                given.append(later(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)))
            watched.append(self.call(each, "operand", *given))
        return ast.copy_location(ast.BoolOp(node.op, watched), node)

    def visit_BinOp(self, node):
        name = type(node.op).__name__
        a_text = name == "Mod" and isinstance(node.left, (ast.Constant, ast.JoinedStr))
        if name not in OPERATORS or a_text:
            return self.generic_visit(node)
        ways = [f"other than {short(node.left, 50)}"]
        if name in TWO_SIDED:
            ways.append(f"other than {short(node.right, 50)}")
        elif name == "FloorDiv":
            ways.append("something left over")
        number = self.number(node, ways)
        return self.call(node, "arithmetic", number, ast.Constant(name), self.visit(node.left), self.visit(node.right))

    def visit_Subscript(self, node):
        if not isinstance(node.ctx, ast.Load):
            return self.generic_visit(node)
        if isinstance(node.slice, ast.Slice):
            return self._piece(node)
        if ast.unparse(node.slice) in {"0", "-1"}:
            number = self.number(node, ["other than at the other end"])
            return self.call(node, "end", number, self.visit(node.value), node.slice)
        return self.generic_visit(node)

    def _piece(self, node):
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        if not any(parts):
            return self.generic_visit(node)
        number = self.number(node, ["other than the whole"])
        bounds = [self.visit(each) if each else ast.Constant(None) for each in parts]
        return self.call(node, "piece", number, self.visit(node.value), *bounds)
