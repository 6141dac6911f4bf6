"""What each part of the rewriting needs: an expression is numbered, and the watcher is called in its place."""

import ast

from tests.snapshots.blind.nodes import says_its_truth, short, watcher

__all__ = ["TRUTH", "RewritingNodes"]

TRUTH = ("true", "false")


class RewritingNodes(ast.NodeTransformer):
    def __init__(self, file, watching):
        self.file, self.watching = file, watching
        self.in_class = False  # where a function does not see the names around it
        self.in_function = None  # the name of the innermost
        self.of_the_first = []  # loops that nobody asks for a second element

    def number(self, node, ways, text=None):
        return ast.Constant(self.watching.add(self.file, node.lineno, text or short(node), ways))

    def call(self, node, name, *given, keywords=()):
        return ast.fix_missing_locations(ast.copy_location(watcher(name, *given, keywords=keywords), node))

    def all(self, nodes):
        return [self.visit(each) for each in nodes]

    def block(self, statements):
        """Statements, each of which stays one."""
        return [self.visit(each) for each in statements]

    def condition(self, node):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.condition(node.operand)
            return node
        if says_its_truth(node):
            return self.visit(node)
        number = self.number(node, TRUTH)
        return self.call(node, "condition", number, self.visit(node))
