"""A notebook that runs in plain Python: what its cells give and print, by id."""

import ast
from contextlib import redirect_stdout
from io import StringIO

__all__ = ["run"]


def run(notebook, name):
    """(gave, printed, names): by cell what its last line gives and what it prints, and the names that are defined."""
    names, gave, printed = {"__name__": "__main__"}, {}, {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            with redirect_stdout(StringIO()) as out:
                gave[cell["id"]] = _run("".join(cell["source"]), f"{name}:{cell['id']}", names)
            printed[cell["id"]] = out.getvalue()
    return gave, printed, names


def _run(source, place, names):
    """Run a cell; return what its last line gives, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)
    return eval(compile(ast.Expression(last.value), place, "eval"), names) if last else None
