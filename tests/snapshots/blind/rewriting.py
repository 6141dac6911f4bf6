"""Code is rewritten so that its expressions are watched; what it does stays the same."""

import ast
import copy

from tests.snapshots.blind.judging import MANY_ARGUMENTS, OPERATORS, ORDERED, TWO_SIDED

__all__ = ["NAME", "rewritten"]

NAME = "_watching_"  # of the watcher, in a rewritten module: not mangled in a class, and not imported by a star
LETTERS = 110  # of an expression that are shown
TRUTH = ("true", "false")
FOUND = ("found", "default")
ASKING = {"any", "all", "isinstance"}
CHANGING = {"round", "abs", "floor", "ceil"}  # not int: of a number of numpy it changes the type alone
CHANGING_METHODS = {"strip", "lstrip", "rstrip", "lower", "capitalize", "replace", "removeprefix", "removesuffix",
                    "drop_duplicates", "dropna", "unique"}  # fmt: skip
QUIET = (ast.Name, ast.Attribute, ast.Compare, ast.Constant, ast.Subscript, ast.UnaryOp, ast.BoolOp, ast.BinOp,
         ast.Tuple, ast.Set, ast.List, ast.unaryop, ast.boolop, ast.operator, ast.cmpop, ast.Load)  # fmt: skip
TIED = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)  # to the function in which they stand


def rewritten(text, file, watching):
    """The tree of a file's text; its expressions are told to ``watching``, which it calls :data:`NAME`."""
    watching.begin(file)
    tree = Rewriting(file, watching).visit(ast.parse(text, file))
    return ast.fix_missing_locations(tree)


def _short(node, letters=LETTERS):
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= letters else text[: letters - 3] + "..."


def _later(node):
    """A function that works this out."""
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(nothing, node)


def _can_wait(node):
    tied = any(isinstance(each, TIED) for each in ast.walk(node))
    return not tied and not {"super", "locals"} & {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_quiet(node):
    """Can it be worked out once more without any effect? So it is if it calls nothing."""
    return all(isinstance(each, QUIET) for each in ast.walk(node))


def _is_plain_call(node):
    return not any(isinstance(each, ast.Starred) for each in node.args) and all(each.arg for each in node.keywords)


def _is_default(node):
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Tuple) and not node.elts)


def _says_its_truth(node):
    """Is whether it is true or false watched anyway?"""
    return isinstance(node, (ast.Compare, ast.Constant)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING
    )


def _is_for_others(test):
    """``if TYPE_CHECKING`` and ``if __name__ == "__main__"``: no program that imports this comes there."""
    named = {each.id for each in ast.walk(test) if isinstance(each, ast.Name)}
    return bool(named & {"TYPE_CHECKING", "__name__"})


def _constants(node):
    """The constants among which ``in`` looks, or nothing."""
    if isinstance(node, (ast.Tuple, ast.Set, ast.List)) and all(isinstance(each, ast.Constant) for each in node.elts):
        return node.elts
    return []


class Rewriting(ast.NodeTransformer):
    def __init__(self, file, watching):
        self.file, self.watching = file, watching
        self.in_class = False  # where a function does not see the names around it

    def number(self, node, ways, text=None):
        return ast.Constant(self.watching.add(self.file, node.lineno, text or _short(node), ways))

    def call(self, node, name, *given, keywords=()):
        function = ast.Attribute(ast.Name(NAME, ast.Load()), name, ast.Load())
        return ast.fix_missing_locations(ast.copy_location(ast.Call(function, list(given), list(keywords)), node))

    def all(self, nodes):
        return [self.visit(each) for each in nodes]

    def block(self, statements):
        """Statements, each of which stays one."""
        return [self.visit(each) for each in statements]

    def condition(self, node):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.condition(node.operand)
            return node
        if _says_its_truth(node):
            return self.visit(node)
        number = self.number(node, TRUTH)
        return self.call(node, "condition", number, self.visit(node))

    # Statements

    def visit_ClassDef(self, node):
        around, self.in_class = self.in_class, True
        node.body = self.block(node.body)  # neither bases nor decorators
        self.in_class = around
        return node

    def visit_FunctionDef(self, node):
        given = node.args
        positional = [*given.posonlyargs, *given.args]
        pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults)]
        pairs += [(name, default) for name, default in zip(given.kwonlyargs, given.kw_defaults) if default]
        pairs = [(name.arg, copy.deepcopy(default)) for name, default in pairs if _is_default(default)]
        self._defaults(given)
        text = f"def {node.name}({', '.join(name for name, _ in pairs)})"
        ways = [way for name, _ in pairs for way in (f"{name} left out", f"{name} given")]
        number = self.number(node, ways, text) if pairs else None
        around, self.in_class = self.in_class, False
        node.body = self.block(node.body)
        self.in_class = around
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

    def visit_AnnAssign(self, node):
        node.value = node.value and self.visit(node.value)  # not the annotation
        return node

    def visit_Assert(self, node):
        return node  # which is true always

    def visit_If(self, node):
        if _is_for_others(node.test):
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

    # Expressions

    def visit_IfExp(self, node):
        node.test = self.condition(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_comprehension(self, node):
        node.iter = self.visit(node.iter)
        node.ifs = [self.condition(each) for each in node.ifs]
        return node

    def visit_Compare(self, node):
        if len(node.ops) > 1:
            return self._chain(node)
        name, left, right = type(node.ops[0]).__name__, node.left, node.comparators[0]
        number = self.number(node, (*TRUTH, "tie") if name in ORDERED else TRUTH)
        looked_for = _constants(right) if name in {"In", "NotIn"} else []
        if looked_for:
            which = self.number(node, [f"is {each.value!r}" for each in looked_for])
            row = ast.Tuple([ast.Constant(each.value) for each in looked_for], ast.Load())
            left = self.call(left, "member", which, self.visit(left), row)
        else:
            left, right = self.visit(left), self.visit(right)
        return self.call(node, "compared", number, ast.Constant(name), left, right)

    def _chain(self, node):
        """``a < b < c``; not where a function cannot stand for ``c``."""
        later = node.comparators[1:]
        if self.in_class or not all(_can_wait(each) for each in later):
            return self.generic_visit(node)
        sides = [node.left, *node.comparators]
        ways = []
        for place, each in enumerate(node.ops):
            step = f"{_short(sides[place], 30)} and {_short(sides[place + 1], 30)}"
            ways += [f"{step}: false"] + [f"{step}: tie"] * (type(each).__name__ in ORDERED)
        number = self.number(node, ways)
        names = ast.Tuple([ast.Constant(type(each).__name__) for each in node.ops], ast.Load())
        first, second = self.visit(node.left), self.visit(node.comparators[0])
        return self.call(node, "chained", number, names, first, second, *map(_later, self.all(later)))

    def visit_BoolOp(self, node):
        number = self.number(node, [f"decided by {_short(each, 60)}" for each in node.values])
        is_and = ast.Constant(isinstance(node.op, ast.And))
        after = [copy.deepcopy(node.values[place + 1 :]) for place in range(len(node.values))]
        watched = []
        for place, each in enumerate(node.values):
            rest = after[place]
            given = [number, ast.Constant(place), self.visit(each), is_and]
            if rest and not self.in_class and all(map(_is_quiet, rest)):
                given.append(_later(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)))
            watched.append(self.call(each, "operand", *given))
        return ast.copy_location(ast.BoolOp(node.op, watched), node)

    def visit_BinOp(self, node):
        name = type(node.op).__name__
        a_text = name == "Mod" and isinstance(node.left, (ast.Constant, ast.JoinedStr))
        if name not in OPERATORS or a_text:
            return self.generic_visit(node)
        ways = [f"other than {_short(node.left, 50)}"]
        if name in TWO_SIDED:
            ways.append(f"other than {_short(node.right, 50)}")
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

    def visit_Call(self, node):
        if _is_plain_call(node):
            kind = self._kind_of_call(node)
            if kind:
                name, ways, first = kind
                number = self.number(node, ways)
                keywords = [ast.keyword(each.arg, self.visit(each.value)) for each in node.keywords]
                return self.call(node, name, number, *map(self.visit, first), *self.all(node.args), keywords=keywords)
        return self.generic_visit(node)

    def _kind_of_call(self, node):
        """(method of the watcher, ways, what it is given before the arguments), or nothing."""
        if isinstance(node.func, ast.Attribute):
            return self._kind_of_method(node)
        name = node.func.id if isinstance(node.func, ast.Name) else None
        its, several = [node.func], len(node.args)
        if name in {"min", "max"} and several:
            if several > 1:
                return "extreme", [f"other than {_short(each, 50)}" for each in node.args[:MANY_ARGUMENTS]], its
            with_default = any(each.arg == "default" for each in node.keywords)
            return "extreme", ["several values"] + ["default"] * with_default, its
        if name == "sorted" and several == 1:
            return "ordered", ["another order"], its
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
