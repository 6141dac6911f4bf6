"""Statements: functions and their parameters, branches, loops, assignments."""

import ast
import copy

from tests.snapshots.blind.judging import OPERATORS
from tests.snapshots.blind.nodes import is_as_long_each_time, is_constant, is_default, is_for_others, is_quiet, short
from tests.snapshots.blind.rewriting_nodes import RewritingNodes

__all__ = ["RewritingStatements"]

AT_FIRST = {"__init__", "__post_init__", "__new__"}  # where nothing is there before
LEAVING = (ast.Break, ast.Raise, ast.Return)


class RewritingStatements(RewritingNodes):
    def visit_ClassDef(self, node):
        around = self.in_class, self.in_function
        self.in_class, self.in_function = True, None
        node.body = self.block(node.body)  # neither bases nor decorators
        self.in_class, self.in_function = around
        return node

    def visit_FunctionDef(self, node):
        given = node.args
        positional = [*given.posonlyargs, *given.args]
        pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults)]
        pairs += [(name, default) for name, default in zip(given.kwonlyargs, given.kw_defaults) if default]
        pairs = [(name.arg, copy.deepcopy(default)) for name, default in pairs if is_default(default)]
        self._defaults(given)
        text = f"def {node.name}({', '.join(name for name, _ in pairs)})"
        ways = [way for name, _ in pairs for way in (f"{name} left out", f"{name} given")]
        number = self.number(node, ways, text) if pairs else None
        around = self.in_class, self.in_function
        self.in_class, self.in_function = False, node.name
        node.body = self.block(node.body)
        self.in_class, self.in_function = around
        if number:
            values = ast.Tuple([ast.Name(name, ast.Load()) for name, _ in pairs], ast.Load())
            defaults = ast.Tuple([default for _, default in pairs], ast.Load())
            self._at_the_start(node, self.call(node.body[0], "parameters", number, values, defaults))
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def _defaults(self, given):
        given.defaults = self.all(given.defaults)
        given.kw_defaults = [each and self.visit(each) for each in given.kw_defaults]

    @staticmethod
    def _at_the_start(node, call):
        documented = ast.get_docstring(node, clean=False) is not None
        node.body.insert(1 if documented else 0, ast.copy_location(ast.Expr(call), call))

    def visit_Lambda(self, node):
        self._defaults(node.args)
        around, self.in_class = self.in_class, False
        node.body = self.visit(node.body)
        self.in_class = around
        return node

    # Branches and loops

    def visit_If(self, node):
        if is_for_others(node.test):
            return node
        return self._branches(node)

    def visit_While(self, node):
        return self._branches(node)

    def _branches(self, node):
        node.test = self.condition(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def visit_match_case(self, node):
        node.guard = node.guard and self.condition(node.guard)  # not the pattern
        node.body = self.block(node.body)
        return node

    def visit_For(self, node):
        goes_on = any(isinstance(each, ast.Continue) for each in ast.walk(node))
        self.of_the_first += [node.iter] if isinstance(node.body[-1], LEAVING) and not goes_on else []
        node.iter = self._loop(node.target, node.iter)
        node.target = self.visit(node.target)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        return node

    def visit_comprehension(self, node):
        node.iter = self.visit(node.iter) if node.is_async else self._loop(node.target, node.iter)
        node.ifs = [self.condition(each) for each in node.ifs]
        return node

    def _loop(self, target, values):
        if is_as_long_each_time(values) or values in self.of_the_first:
            return self.visit(values)
        number = self.number(values, ["several"], f"for {short(target, 30)} in {short(values, 70)}")
        return self.call(values, "several", number, self.visit(values))

    # Assignments

    def visit_AnnAssign(self, node):
        node.value = node.value and self.visit(node.value)  # not the annotation
        return node

    def visit_Assert(self, node):
        return node  # which is true always

    def visit_Assign(self, node):
        number, target = self._of_assignment(node), copy.deepcopy(node.targets[0])
        node.targets, node.value = self.all(node.targets), self.visit(node.value)
        if number and isinstance(target, ast.Attribute):
            place = [target.value, ast.Constant(target.attr)]
            node.value = self.call(node.value, "attribute_set", number, node.value, *place)
        elif number:
            node.value = self.call(node.value, "item_set", number, node.value, target.value, target.slice)
        return node

    def _of_assignment(self, node):
        """The number of one whose target can be looked at before."""
        target = node.targets[0]
        its = [target.value] if isinstance(target, ast.Attribute) else []
        if isinstance(target, ast.Attribute) and target.attr.startswith("__"):
            return None  # is called otherwise in a class
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            its = [target.value, target.slice]
        known = len(node.targets) == 1 and its and all(map(is_quiet, its))
        if not known or not self.in_function or self.in_function in AT_FIRST:
            return None
        return self.number(node, ["a change"])

    def visit_AugAssign(self, node):
        name, target = type(node.op).__name__, node.target
        watched = name in OPERATORS and not is_constant(node.value)
        number = self.number(node, ["a change"]) if watched else None
        value = self.visit(node.value)
        if watched:
            before = copy.deepcopy(target)
            before.ctx = ast.Load()
            known = [before] if is_quiet(before) else []
            value = self.call(node.value, "added", number, ast.Constant(name), value, *known)
        node.target, node.value = self.visit(target), value
        return node
