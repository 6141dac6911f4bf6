"""Questions that are asked about a node of a tree, and trees that are built from it."""

import ast
import copy

__all__ = [
    "ASKING",
    "NAME",
    "asked_again",
    "can_wait",
    "constants",
    "is_as_long_each_time",
    "is_constant",
    "is_converted",
    "is_default",
    "is_for_others",
    "is_quiet",
    "later",
    "says_its_truth",
    "short",
    "tells_all_apart",
    "watcher",
]

NAME = "_watching_"  # of the watcher, in a rewritten module: not mangled in a class, and not imported by a star
LETTERS = 110  # of an expression that are shown
ASKING = {"any", "all", "isinstance"}
CONVERTING = {"float", "int", "str"}
QUIET = (ast.Name, ast.Attribute, ast.Compare, ast.Constant, ast.Subscript, ast.UnaryOp, ast.BoolOp, ast.BinOp,
         ast.Tuple, ast.Set, ast.List, ast.unaryop, ast.boolop, ast.operator, ast.cmpop, ast.Load)  # fmt: skip
TIED = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)  # to the function in which they stand


def short(node, letters=LETTERS):
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= letters else text[: letters - 3] + "..."


def watcher(name, *given, keywords=()):
    """A call of one of the watcher's methods."""
    return ast.Call(ast.Attribute(ast.Name(NAME, ast.Load()), name, ast.Load()), list(given), list(keywords))


def later(node):
    """A function that works this out."""
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(nothing, node)


class AskedAgain(ast.NodeTransformer):
    def visit_Subscript(self, node):
        if isinstance(node.slice, ast.Slice):
            return self.generic_visit(node)
        return ast.copy_location(watcher("item", self.visit(node.value), self.visit(node.slice)), node)


def asked_again(node):
    """What gives the value of a quiet node, and leaves even a dictionary that makes what it lacks as it is."""
    return AskedAgain().visit(copy.deepcopy(node))


def can_wait(node):
    tied = any(isinstance(each, TIED) for each in ast.walk(node))
    return not tied and not {"super", "locals"} & {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def is_quiet(node):
    """Can it be worked out once more without any effect? So it is if it calls nothing."""
    return all(isinstance(each, QUIET) for each in ast.walk(node))


def is_default(node):
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Tuple) and not node.elts)


def is_constant(node):
    """Is it the same each time? By its look: a name in capital letters is."""
    if isinstance(node, ast.UnaryOp):
        return is_constant(node.operand)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(is_constant, node.elts))
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return isinstance(node, ast.Constant) or name.isupper()


def is_as_long_each_time(node):
    """Does a loop over this go as far each time?"""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        return all(map(is_constant, node.args))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return ast.unparse(node.slice) in {":1", "-1:"}
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return not any(isinstance(each, ast.Starred) for each in node.elts)
    return isinstance(node, ast.Constant)


def tells_all_apart(key):
    """Is a key of an order the element itself, or does it end with it?"""
    if not isinstance(key, ast.Lambda) or len(key.args.args) != 1:
        return False
    parts = key.body.elts if isinstance(key.body, (ast.Tuple, ast.List)) else [key.body]
    return any(isinstance(each, ast.Name) and each.id == key.args.args[0].arg for each in parts)


def is_converted(node, other):
    """Is a node ``float(other)`` or the like, which has the same value wherever it is of use?"""
    converted = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CONVERTING
    return converted and [*map(ast.dump, node.args)] == [ast.dump(other)]


def says_its_truth(node):
    """Is whether it is true or false watched anyway?"""
    return isinstance(node, (ast.Compare, ast.Constant)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING
    )


def is_for_others(test):
    """``if TYPE_CHECKING`` and ``if __name__ == "__main__"``: no program that imports this comes there."""
    named = {each.id for each in ast.walk(test) if isinstance(each, ast.Name)}
    return bool(named & {"TYPE_CHECKING", "__name__"})


def constants(node):
    """The constants among which ``in`` looks, or nothing."""
    if isinstance(node, (ast.Tuple, ast.Set, ast.List)) and all(isinstance(each, ast.Constant) for each in node.elts):
        return node.elts
    return []
