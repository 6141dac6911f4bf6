"""What somebody could have written by mistake in place of one node of a tree."""

import ast
import copy
from functools import singledispatch

__all__ = ["alternatives"]

COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE), ast.NotEq: (ast.Eq, ast.Gt), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
TWINS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sum": "len", "round": "int", "int": "round",
    "floor": "ceil", "ceil": "floor", "mean": "median", "median": "mean", "isnan": "isfinite",
    "bisect": "bisect_left", "bisect_right": "bisect_left", "bisect_left": "bisect_right", "append": "remove",
    "left": "right", "right": "left", "first": "last", "last": "first", "start": "end", "end": "start",
    "cumsum": "sum", "unique": "sort", "nanmax": "nanmin", "idxmax": "idxmin", "argmax": "argmin",
    "rsplit": "split", "partition": "rpartition", "startswith": "endswith", "setdefault": "__setitem__",
    "keys": "values", "union": "intersection",
}  # fmt: skip
UNNEEDED = {
    "abs", "round", "int", "float", "sorted", "reversed", "set", "list", "tuple", "str", "argsort", "floor", "copy",
}  # fmt: skip
NOT_SWAPPED = {"self", "cls", "print", "isinstance", "len", "range", "super", "True", "False", "None"}


def alternatives(node, names, strings, attributes):
    """(kind, new node) of each mistake that is tried in place of ``node``, which stays as it is.

    ``names`` are those of the function, ``strings`` its constants that look like names, and ``attributes`` tells for
    each owner (as it is written) what is read of it in this file.
    """
    yield from _of(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in _after(names, node.id):
            yield "another name", ast.Name(other, ast.Load())
    if isinstance(node, ast.Attribute) and node.attr in (those := attributes.get(ast.unparse(node.value), ())):
        for other in _after(those, node.attr):
            yield "another attribute", ast.Attribute(node.value, other, ast.Load())
    if isinstance(node, ast.Constant) and node.value in strings and isinstance(node.value, str):
        for other in _after(strings, node.value):
            yield "another word", ast.Constant(other)


def _after(row, one, most=2):
    """The next ones after ``one``, in a circle: not all, as there may be many."""
    row = sorted(set(row) | {one})
    place = row.index(one)
    return [
        each for each in (row[place + 1 :] + row[:place])[:most] if each not in NOT_SWAPPED and one not in NOT_SWAPPED
    ]


def _changed(node, **fields):
    """A copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _without(row, place):
    return [*row[:place], *row[place + 1 :]]


@singledispatch
def _of(node):
    yield from ()


@_of.register
def _(node: ast.Compare):
    for place, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield "comparison", _changed(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])
    if isinstance(node.ops[0], ast.IsNot):
        yield "true for there", node.left
    if isinstance(node.ops[0], ast.Gt) and ast.unparse(node.comparators[0]) == "0":
        yield "one for some", _changed(node, ops=[ast.Eq()], comparators=[ast.Constant(1)])
    if len(node.ops) == 1 and isinstance(node.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        yield "never", ast.Constant(False)


@_of.register
def _(node: ast.BoolOp):
    yield "and for or", _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for place in range(len(node.values)):
        rest = _without(node.values, place)
        yield "an operand less", rest[0] if len(rest) == 1 else _changed(node, values=rest)


@_of.register
def _(node: ast.UnaryOp):
    if isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
        yield "sign", node.operand


@_of.register
def _(node: ast.BinOp):
    if isinstance(node.left, ast.JoinedStr) or isinstance(getattr(node.left, "value", None), str):
        return  # a text that is put together
    if type(node.op) in OPERATORS:
        yield "arithmetic", _changed(node, op=OPERATORS[type(node.op)]())
    yield "a term less", node.left
    yield "a term less", node.right


@_of.register
def _(node: ast.Constant):
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield "constant", ast.Constant(node.value + 1)
        yield "constant", ast.Constant(node.value - 1 if node.value else 2)
    elif isinstance(node.value, str) and node.value in TWINS:
        yield "another word", ast.Constant(TWINS[node.value])


@_of.register
def _(node: ast.IfExp):
    yield "branch", node.body
    yield "branch", node.orelse


@_of.register
def _(node: ast.Subscript):
    if isinstance(node.slice, ast.Slice):
        yield "the whole", node.value
    elif isinstance(node.ctx, ast.Load) and ast.unparse(node.slice) in ("0", "-1"):
        yield "other end", _changed(node, slice=ast.Constant(-1 if ast.unparse(node.slice) == "0" else 0))


@_of.register
def _(node: ast.Call):
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name in TWINS:
        twin = (
            ast.Name(TWINS[name], ast.Load())
            if isinstance(function, ast.Name)
            else _changed(function, attr=TWINS[name])
        )
        yield "another function", _changed(node, func=twin)
    if name in UNNEEDED and len(node.args) == 1:
        yield "without the function", node.args[0]
    if name == "get" and len(node.args) == 2:
        yield "without the default", _changed(node, args=node.args[:1])
    for place, each in enumerate(node.keywords):
        if each.arg:
            yield "an argument less", _changed(node, keywords=_without(node.keywords, place))
    if len(node.args) > 1 and not any(isinstance(each, ast.Starred) for each in node.args):
        yield "arguments in another order", _changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
        yield "an argument less", _changed(node, args=node.args[:-1])


@_of.register
def _(node: ast.comprehension):
    for place in range(len(node.ifs)):
        yield "a condition less", _changed(node, ifs=_without(node.ifs, place))


@_of.register
def _(node: ast.JoinedStr):
    for place, each in enumerate(node.values):
        if isinstance(each, ast.FormattedValue):
            yield "a part less", _changed(node, values=_without(node.values, place))


@_of.register
def _(node: ast.FormattedValue):
    if node.format_spec:
        yield "another format", _changed(node, format_spec=None)


@_of.register(ast.Dict)
@_of.register(ast.Tuple)
@_of.register(ast.List)
def _(node):
    if isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            yield "an entry less", _changed(node, keys=_without(node.keys, place), values=_without(node.values, place))
    elif isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield "in another order", _changed(node, elts=[node.elts[1], node.elts[0], *node.elts[2:]])


@_of.register
def _(node: ast.If):
    yield "always", _changed(node, test=ast.Constant(True))
    yield "never", _changed(node, test=ast.Constant(False))


@_of.register
def _(node: ast.While):
    yield "once", ast.If(node.test, [each for each in node.body if not _leaves(each)] or [ast.Pass()], [])


def _leaves(node):
    return any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node))


@_of.register(ast.Expr)
@_of.register(ast.AugAssign)
@_of.register(ast.Delete)
def _(node):
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if not is_text:
        yield "a statement less", ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield "set for added", ast.copy_location(ast.Assign([node.target], node.value), node)


@_of.register
def _(node: ast.Continue):
    yield "leaves the loop", ast.Break()
    yield "a statement less", ast.Pass()


@_of.register
def _(node: ast.Break):
    yield "goes on", ast.Continue()
