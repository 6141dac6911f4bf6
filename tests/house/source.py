"""The source of evsim as a reader of the house sees it: files, imports, classes."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

__all__ = [
    "NAMED",
    "PACKAGE",
    "ROOT",
    "circles",
    "files",
    "imports",
    "module_of",
    "tree",
    "without_the_named_exception",
]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "evsim"
NAMED = ("evsim.scenario.model", "evsim.run")  # Scenario.run, as people write it: the one import that reaches upwards


@cache
def files():
    """Every Python file of the package, in order."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path):
    """The name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports():
    """``{module: {module it imports: whether only inside a function}}``, of the package itself."""
    known = {module_of(path): path for path in files()}
    found = defaultdict(dict)
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        outside = set(map(id, tree(path).body))
        for node in ast.walk(tree(path)):
            for target in _targets(node, package, known):
                if target != name:
                    lazy = id(node) not in outside
                    found[name][target] = lazy and found[name].get(target, True)
    return dict(found)


def _targets(node, package, known):
    if isinstance(node, ast.Import):
        return [each.name for each in node.names if each.name in known]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    if base not in known:
        return []
    return [full if (full := f"{base}.{each.name}") in known else base for each in node.names]


def without_the_named_exception():
    """``{module: modules it imports}``, without the one import that is allowed to reach upwards."""
    importer, imported = NAMED
    return {name: set(others) - ({imported} if name == importer else set()) for name, others in imports().items()}


def circles(imported):
    """Sets of modules that import each other in a circle, imports inside functions included; the largest first."""
    number, low, stack, found = {}, {}, [], []

    def visit(name):
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in imported.get(name, ()):
            if other not in number:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == number[name]:
            circle = set(stack[stack.index(name) :])
            del stack[stack.index(name) :]
            if len(circle) > 1:
                found.append(circle)

    for name in imported:
        if name not in number:
            visit(name)
    return sorted(found, key=len, reverse=True)
