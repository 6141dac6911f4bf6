"""All mutants of a file, from its tree; and errors that somebody wrote down."""

import ast
from collections import defaultdict
from typing import NamedTuple

from tests.snapshots.blind.importing import ROOT
from tests.snapshots.blind.nodes import short
from tests.snapshots.mutants.alternatives import alternatives

__all__ = ["Mutant", "mutants_of", "written_mutants"]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Mutant(NamedTuple):
    file: str
    line: int
    kind: str
    words: str  # what is written, and what the mutant has in its place
    place: int | None  # the how manyeth mutant of its file; None of one that was written down
    text: str | None = None  # the file with the error, of one that was written down

    @property
    def tree(self):
        if self.text is not None:
            return ast.parse(self.text, self.file)
        return _with_mutant(_text(self.file), self.place)


def mutants_of(file):
    """Every mutant of a file, in the order of its nodes."""
    found = _alternatives_of(ast.parse(_text(file)))
    for place, (kind, node, new, _) in enumerate(found):
        words = f"{short(node, 80)}  ->  {'nothing' if isinstance(new, ast.Pass) else short(new, 80)}"
        yield Mutant(file, getattr(node, "lineno", 0), kind, words, place)


def written_mutants(rows):
    """Of rows with ``file``, ``old`` (which is in the file once) and ``new``; ValueError for one that does not fit."""
    for row in rows:
        text = _text(row["file"])
        if text.count(row["old"]) != 1:
            raise ValueError(f"{row['file']}: this is there {text.count(row['old'])} times, not once: {row['old']!r}")
        line = text[: text.index(row["old"])].count("\n") + 1
        words = f"{row['old'].strip()}  ->  {row['new'].strip()}"
        yield Mutant(row["file"], line, "written", words, None, text.replace(row["old"], row["new"]))


def _text(file):
    return (ROOT / file).read_text(encoding="utf-8")


def _with_mutant(text, place):
    tree = ast.parse(text)
    _, node, new, put = _alternatives_of(tree)[place]
    put(ast.copy_location(new, node))
    return ast.fix_missing_locations(tree)


def _alternatives_of(tree):
    """(kind, node, new node, what puts it there) of each."""
    found = []
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    attributes = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in called:
            attributes[ast.unparse(node.value)].add(node.attr)
    _collect(tree, (frozenset(), frozenset()), attributes, found)
    return found


def _collect(node, around, attributes, found):
    if isinstance(node, FUNCTIONS):
        around = _names(node), _words(node)
    for name, child in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases", "names"} or _is_left_out(child):
            continue
        for place, each in enumerate(child if isinstance(child, list) else [child]):
            if not isinstance(each, ast.AST) or _is_left_out(each):
                continue
            put = _putting(node, name, place if isinstance(child, list) else None)
            for kind, new in alternatives(each, *around, attributes):
                found.append((kind, each, new, put))
            _collect(each, around, attributes, found)


def _putting(parent, name, place):
    def put(new):
        if place is None:
            setattr(parent, name, new)
        else:
            getattr(parent, name)[place] = new

    return put


def _is_left_out(node):
    """What is no code: a text for readers, a type, the list of public names."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _names(function):
    """What is bound in a function: its arguments, and what it sets."""
    given = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    put = {each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return frozenset(given | put)


def _words(function):
    """Constants that name a thing: a column, a kind."""
    texts = {
        each.value for each in ast.walk(function) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    return frozenset(text for text in texts if text.isidentifier() and len(text) > 1)
