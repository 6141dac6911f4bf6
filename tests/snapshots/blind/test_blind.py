"""Of each kind of expression it is told what no input tells apart, and nothing more once an input does."""

import inspect
import math
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.snapshots.blind.importing import ROOT, files
from tests.snapshots.blind.nodes import NAME
from tests.snapshots.blind.report import counts, missing, rows
from tests.snapshots.blind.rewriting import rewritten
from tests.snapshots.blind.watching import Watching

KINDS = [  # an expression of x, an input, what is blind then, and an input that tells it
    ("x < 3", 1, ["false", "tie"], [3]),
    ("x >= 3", 3, ["false"], [2]),
    ("x == 3", 3, ["false"], [4]),
    ("x is None", None, ["false"], [1]),
    ("x in (1, 2)", 1, ["false", "is 2"], [2, 3]),
    ("x not in {1}", 1, ["true"], [2]),
    ("x in (y for y in [1])", 1, ["false"], [2]),
    ("0 < x <= 3", 1, ["0 and x: false", "0 and x: tie", "x and 3: false", "x and 3: tie"], [0, 3, 4]),
    ("x.a and x.b", SimpleNamespace(a=0, b=0), ["decided by x.a", "decided by x.b"],
     [SimpleNamespace(a=0, b=1), SimpleNamespace(a=1, b=0)]),
    ("x or 7", 0, ["decided by x"], []),
    ("1 if x else 2", 1, ["false"], [0]),
    ("1 if not x else 2", 1, ["false"], [0]),
    ("[y for y in x if y]", [1], ["false", "several"], [[0, 1]]),
    ("next((y for y in x if y), 0)", [1, 2], ["default", "false", "several"], [[0, 1], []]),
    ("[y == x for y in range(1)]", 0, ["false"], [1]),
    ("x.a if x else 0", SimpleNamespace(a=0), ["false", "the other differs"], [SimpleNamespace(a=1), 0]),
    ("{}.pop(0, 1) if x else x", 1, ["false", "the other differs"], [2, 0]),
    ("x + 2", 0, ["other than 2"], [1]),
    ("2 * x", 1, ["other than 2"], [3]),
    ("x - 0", 2, ["other than x"], []),
    ("x // 2", 4, ["something left over"], [5]),
    ("x[0]", [1], ["other than at the other end"], [[1, 2]]),
    ("x[-1]", [1, 1], ["other than at the other end"], [[1, 2]]),
    ("x[:2]", [1, 2], ["other than the whole"], [[1, 2, 3]]),
    ("x[::-1]", "aa", ["other than the whole"], ["ab"]),
    ("max(x, 2)", 1, ["other than 2"], [3]),
    ("min((y for y in x), default=0)", [1, 1], ["several values", "default"], [[1, 2], []]),
    ("max(x, key=abs)", [1, 1], ["a tie", "several values"], [[1, -2], [1, -1]]),
    ("min(x, key=abs, default=0)", [2, 1], ["a tie", "default"], [[1, -1], []]),
    ("max(x, key=None)", [1, 2, 2], ["a tie"], []),
    ("sorted(x, key=lambda y: (-y, y))", [2, 1], ["another order"], [[1, 2]]),
    ("[y for y in x[:1]]", [1], ["other than the whole"], [[1, 2]]),
    ("float(x) if x else x", 1, ["false"], [0]),
    ("sorted(x)", [1, 2], ["another order"], [[2, 1]]),
    ("sorted(x, key=abs)", [1, 2, 2], ["a tie", "another order"], [[2, 1], [1, -1]]),
    ("sum(y for y in x)", [4], ["other than its first", "several"], [[4, 5]]),
    ("round(x)", 1, ["a change"], [1.4]),
    ("int(round(x, 1))", 1.5, ["a change", "the rounding matters"], [1.99]),
    ("ceil(round(x, 1))", 1.0, ["a change"] * 2 + ["the rounding matters"], [1.01, 1.2]),
    ("math.floor(x + 0.5)", 1.0, ["the rounding matters"], [1.6]),
    ("int(x - TINY)", 1.5, ["the rounding matters"], [1]),
    ("(lambda a, b=2: [a, b])(0, b=x)", 2, ["b other than its default"], [2.0]),
    ("(lambda a, b=2, /, **c: [a, b, c])(-1, x, d=x)", 2, ["x other than its default"], [3]),
    ("partial(two, 1)(x)", 2, ["x other than its default"], [3]),
    ("two(*[1], b=x, **{})", 2, ["b other than its default"], [3]),
    ("Two(x, made=x)", None, [], []),
    ("Two(1, made=x)", [], ["made other than its default"], [[1]]),
    ("str.format('{}', x)", 1, [], []),
    ("abs(x)", 1, ["a change"], [-1]),
    ("any(y for y in x)", [1], ["false", "several"], [[0, 0]]),
    ("isinstance(x, int)", 1, ["false"], ["a"]),
    ("x.get('a', 0)", {"a": 1}, ["default"], [{}]),
    ("x.get('a')", {}, ["found"], [{"a": 1}]),
    ("next((y for y in x), 0)", [1], ["default"], [[]]),
    ("getattr(x, 'real', 0)", 1, ["default"], ["a"]),
    ("x.strip()", "a", ["a change"], [" a"]),
    ("f'{x + 1:>{x + 4}}'", 1, [], []),
    ("f'{max(x, 2)}'", 1, ["other than 2"], [3]),
    ("(lambda: x != 1)()", 1, ["true"], [2]),
]  # fmt: skip


@dataclass
class Two:
    first: object
    made: list = field(default_factory=list)


def two(a, b=2):
    return [a, b]


NAMES = {"TINY": 1e-9, "Two": Two, "ceil": math.ceil, "math": math, "partial": partial, "two": two}
ODD = [None, True, 0, 2.5, float("nan"), "", "abc", b"ab", [], [1, [2]], (), {}, {1: 2}, {3}, np.int64(3),
       np.float64(0.5), np.array([1, 2, 3]), np.array([]), np.array([[1, 2], [3, 4]]), pd.Series([1, 2]),
       pd.DataFrame({"a": [1, 2]}), defaultdict(list), Counter("aab"), object(), int, len, 10**400,
       complex(1, 2)]  # fmt: skip


def run(text, watching):
    """The names of a text after it ran rewritten."""
    names = {**NAMES, NAME: watching, "__name__": "written"}
    exec(compile(rewritten(text, "written.py", watching), "written.py", "exec", dont_inherit=True), names)
    return names


def blind(watching):
    happened = {watching.expressions[number].key: bits for number, bits in watching.happened.items()}
    return [way for each in watching.expressions for way in missing(each, happened)]


def outcome(function, value):
    """What comes out, in a form that can be compared: the value, or the error."""
    try:
        found = function(value)
    except Exception as error:
        return type(error), str(error)
    return type(found), repr(found)


@pytest.mark.parametrize(("expression", "first", "never", "others"), KINDS, ids=[each[0] for each in KINDS])
def test_what_no_input_tells_apart_is_blind_until_one_does(expression, first, never, others):
    watching = Watching()
    function = run(f"def f(x):\n    return {expression}", watching)["f"]
    assert watching.expressions and watching.happened == {}
    plain = eval(f"lambda x: {expression}", dict(NAMES))
    assert function(first) == plain(first)
    assert sorted(blind(watching)) == sorted(never)
    for each in others:
        assert outcome(function, each) == outcome(plain, each)
    assert blind(watching) == ([] if others else never)


@pytest.mark.parametrize("expression", [each[0] for each in KINDS])
def test_odd_values_give_what_they_give_without_a_watcher(expression):
    function = run(f"def f(x):\n    return {expression}", Watching())["f"]
    plain = eval(f"lambda x: {expression}", dict(NAMES))
    for _ in range(2):
        assert [outcome(function, each) for each in ODD] == [outcome(plain, each) for each in ODD]


def test_a_parameter_is_left_out_and_given():
    watching = Watching()
    function = run("def f(a, b=0.5, *, c=None, d=[]):\n    'Doc.'\n    return a, b, c", watching)["f"]
    assert function(1) == (1, 0.5, None) and function.__doc__ == "Doc."
    assert blind(watching) == ["b given", "c given"]
    assert function(1, 1.5) == (1, 1.5, None) and blind(watching) == ["c given"]
    assert function(1, 0.5, c=2) == (1, 0.5, 2) and blind(watching) == []


def test_a_default_that_is_said_is_as_one_left_out():
    watching = Watching()
    run("def f(a=0.5):\n    return a", watching)["f"](float("0.5"))
    assert blind(watching) == ["a given"]


STATEMENTS = """
from __future__ import annotations
from typing import TYPE_CHECKING, NamedTuple
if TYPE_CHECKING:
    from nowhere import Nothing as Other
BOUND = 3

class Row(NamedTuple):
    a: int | None = 2 + 1
    b: dict[0] = None

class Mangled:
    most = 4
    tops = sorted([3, most])[-1]
    inside = most > BOUND and BOUND < most
    check = lambda self, value=2: value < self.__least() or 0 < value < self.most
    def __init__(self, __own=1):
        self.__own = __own
    def __least(self):
        return max(self.__own, 0)
    def parent(self):
        return 0 < 1 < len(super().__repr__())

def told(value):
    match value:
        case 0 | 1 if value > 0:
            return "one"
        case [first, *rest] if rest:
            return f"{first} then {rest[0]:>{len(rest) + 1}}"
        case _:
            return "other"

def counting(top, /, start=0):
    total = start
    while total < top:
        total += 1
        yield total or -1

def walrus(text):
    return (size := len(text)) > 2 and size < (limit := 5) and limit

def shadowed(max, next):
    return max([1, 2]), next(1, 2)

def late(value):
    return 0 < value < 1 / value

class Asked:
    def get(self, wanted):
        return wanted + 1

def asks(queue):
    return queue.get(1)
"""


def everything(names):
    """What the functions of :data:`STATEMENTS` say."""
    mangled = names["Mangled"]()
    return (
        names["Row"](), names["Row"].__annotations__, mangled.check(), mangled.check(7), mangled.parent(),
        mangled.tops, mangled.inside, [names["told"](each) for each in (0, 1, [1], [1, 2], "a")],
        list(names["counting"](3)), list(names["counting"](2, start=1)),
        [names["walrus"](each) for each in ("a", "abc", "abcdef")], names["shadowed"](len, lambda *given: given),
        names["late"](0), names["late"](0.5), names["asks"](names["Asked"]()),
    )  # fmt: skip


def test_statements_of_all_kinds_do_the_same():
    plain = {"__name__": "written"}
    exec(compile(STATEMENTS, "written.py", "exec", dont_inherit=True), plain)
    watching = Watching()
    names = run(STATEMENTS, watching)
    assert everything(names) == everything(plain)
    assert not any(each.text.startswith(("TYPE_CHECKING", "int | None", "dict[0]")) for each in watching.expressions)


def test_a_function_keeps_its_place():
    plain, names = {"__name__": "written"}, run(STATEMENTS, Watching())
    exec(compile(STATEMENTS, "written.py", "exec", dont_inherit=True), plain)
    for name in ("told", "counting", "walrus"):
        code, before = names[name].__code__, plain[name].__code__
        assert (code.co_filename, code.co_firstlineno) == (before.co_filename, before.co_firstlineno)
        assert {line for *_, line in code.co_lines() if line} == {line for *_, line in before.co_lines() if line}


def test_numbers_of_numpy_are_judged_at_every_place():
    watching = Watching()
    function = run("def f(x):\n    return x < 3", watching)["f"]
    assert function(np.array([1, 2])).all() and blind(watching) == ["false", "tie"]
    assert not function(np.array([3, 4])).any() and blind(watching) == []


def test_what_is_worked_out_later_is_worked_out_only_if_it_is_needed():
    watching = Watching()
    asked = []
    function = run("def f(x, y):\n    return 0 < x < y()", watching)["f"]
    assert function(0, lambda: asked.append(1)) is False and asked == []
    assert function(1, lambda: 2) is True


def test_a_report_names_places_and_counts():
    watching = Watching()
    function = run("def f(x):\n    return x < 3\n\ndef g(x):\n    return x + 1", watching)["f"]
    function(2)
    happened = watching.news()
    assert list(rows(watching.expressions, happened)) == [
        "written.py:2: x < 3   [never false; tie]",
        "written.py:5: x + 1   [not reached]",
    ]
    assert counts(watching.expressions, happened) == "5 alternatives, 2 blind, 1 expressions not reached"
    assert watching.news() == {}
    function(3)
    assert watching.news() == {("written.py", 0): 7}


@pytest.mark.slow
def test_files_that_are_rewritten_twice_have_the_same_numbers():
    watching = Watching()
    for file in (file for file in files() if file.startswith("evsim/theory")):
        for _ in range(2):
            text = (ROOT / file).read_text(encoding="utf-8")
            compile(rewritten(text, file, watching), file, "exec", dont_inherit=True)
    keys = Counter(each.key for each in watching.expressions)
    assert len(keys) > 100 and set(keys.values()) == {2}


def test_a_module_of_evsim_is_watched_from_its_import_on():
    text = (
        "from tests.snapshots.blind.importing import install, WATCHING; install()\n"
        "import inspect; from evsim import whole\n"
        "print({each.file for each in WATCHING.expressions} > {'evsim/whole.py'},"
        " inspect.getsource(whole.write_text).splitlines()[0])"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    from evsim import whole

    assert done.stdout == f"True {inspect.getsource(whole.write_text).splitlines()[0]}\n", done.stderr
