"""Each kind of mutant is made, is put into what runs, and is noticed by a snapshot if it says anything otherwise."""

import ast
import gc
import json
import random
import subprocess
import sys

import pytest

from evsim import counting
from evsim.lesson.deck import gauges
from evsim.lesson.deck.gauges import GAUGES
from tests.snapshots.blind.importing import ROOT
from tests.snapshots.mutants import making
from tests.snapshots.mutants.__main__ import drawn, near
from tests.snapshots.mutants.making import Mutant, mutants_of, written_mutants
from tests.snapshots.mutants.swapping import CannotSwap, swap

MADE = [  # a line of a function of x and y, and what is among its mutants
    ("return x < y", ["x <= y", "x > y", "False", "y"]),
    ("return x > 0", ["x == 1", "1"]),
    ("return x is not None", ["x is None", "x"]),
    ("return x and y", ["x or y", "x", "y"]),
    ("return not x", ["x"]),
    ("return x - y", ["x + y", "x", "y"]),
    ("return x.a - x.b", ["x.a", "x.b"]),
    ("return 3", ["4", "2"]),
    ("return True", ["False"]),
    ("return x if y else 0", ["x", "0"]),
    ("return x[0]", ["x[-1]"]),
    ("return x[1:]", ["x"]),
    ("return max(x, y)", ["min(x, y)", "max(y, x)", "max(x)"]),
    ("return round(x)", ["int(x)", "x"]),
    ("return sum(x)", ["len(x)"]),
    ("return x.get(y, 0)", ["x.get(y)"]),
    ("return dict(a=x, b=y)", ["dict(a=x)", "dict(b=y)"]),
    ("return [z for z in x if z]", ["for z in x"]),
    ("return f'{x}, {y:.2f}'", ["f'{x}, '", "{y}"]),
    ("return x['sent'], x['lost']", ["'lost'", "(x['lost'], x['sent'])"]),
    ("return {'a': x, 'b': y}", ["{'a': x}"]),
    ("x += y", ["x = y", "nothing"]),
    ("x.append(y)", ["x.remove(y)", "nothing"]),
    ("if x: return y", ["if True: return y", "if False: return y"]),
]


@pytest.fixture
def a_file(monkeypatch):
    """What writes the only file that there is."""

    def write(text):
        monkeypatch.setattr(making, "_text", lambda file: text)
        return "evsim/file.py"

    return write


@pytest.mark.parametrize("line, expected", MADE, ids=[line for line, _ in MADE])
def test_each_kind_of_mutant_is_made(line, expected, a_file):
    file = a_file(f"def f(x, y):\n    {line}\n")
    made = [each.words.partition("  ->  ")[2] for each in mutants_of(file)]
    assert [each for each in expected if not any(each in words for words in made)] == []


def test_the_tree_of_a_mutant_holds_its_error_and_nothing_else(a_file):
    text = 'def f(x, y=1):\n    """Text."""\n    return x + y, x - 2\n'
    file = a_file(text)
    for each in mutants_of(file):
        before, _, after = each.words.partition("  ->  ")
        written = ast.unparse(each.tree)
        assert written != ast.unparse(ast.parse(text))
        assert after in written or before.strip("()") not in written, each
    assert len({ast.unparse(each.tree) for each in mutants_of(file)}) > 8


def test_texts_for_readers_types_and_public_names_have_no_mutants(a_file):
    file = a_file('"""Text 1."""\nimport os\n__all__ = ["f", "g"]\n\ndef f(x: int = None) -> int:\n    """Text 2."""\n')
    assert list(mutants_of(file)) == []


def test_an_error_that_is_written_down_is_found_once_or_refused(a_file):
    file = a_file("a = 1\nb = 1\nc = a\n")
    [found] = written_mutants([{"file": file, "old": "b = 1", "new": "b = 2"}])
    assert (found.line, ast.unparse(found.tree)) == (2, "a = 1\nb = 2\nc = a")
    with pytest.raises(ValueError, match="2 times, not once: ' = 1'"):
        list(written_mutants([{"file": file, "old": " = 1", "new": " = 2"}]))


def test_rare_kinds_are_drawn_more_often_than_their_number_alone_would_give():
    those = [Mutant("a", n, "often" if n % 100 else "rare", "", n) for n in range(10_000)]
    found = [each.kind for each in drawn(those, 1_000, random.Random(1))]
    assert (
        60 <= found.count("rare") <= 120
    )  # 1 in 11 (9,900 and 100 have roots of 99.5 and 10), of which only 100 are there
    assert drawn(those, 20_000, random.Random(1)) != those
    assert len(set(drawn(those, 20_000, random.Random(1)))) == 10_000


def test_the_cheapest_snapshots_that_pass_through_the_line_are_taken():
    passed = {
        "slow": {"seconds": 9, "lines": {"a": [1, 2]}},
        "quick": {"seconds": 1, "lines": {"a": [2]}},
        "elsewhere": {"seconds": 0, "lines": {"a": [3], "b": [2]}},
    }
    mutant = Mutant("a", 2, "", "", 0)
    assert near(mutant, passed, 10) == ["quick", "slow"]
    assert near(mutant, passed, 5) == ["quick"]
    assert near(mutant._replace(line=9), passed, 99) == ["elsewhere", "quick", "slow"]
    assert near(mutant._replace(file="c"), passed, 99) == []
    passed["elsewhere"]["lines"]["a"] = None  # a file that was changed since
    assert near(mutant, passed, 99) == ["elsewhere", "quick", "slow"]


@pytest.fixture
def count_as_before():
    gc.unfreeze()  # what is frozen is not found
    code = counting.count.__code__
    yield counting.count
    counting.count.__code__ = code


def test_a_function_that_runs_already_gets_the_code_of_the_mutant(count_as_before):
    [mutant] = written_mutants([{"file": "evsim/counting.py", "old": "number == 1 else", "new": "number < 2 else"}])
    assert count_as_before(0, "customer") == "0 customers"
    swap(mutant.file, mutant.tree)
    assert count_as_before(0, "customer") == "0 customer"


@pytest.fixture
def response():
    """A function that another one made when its file was imported."""
    gc.unfreeze()
    its, makes = GAUGES["response"].value, gauges._response
    codes = its.__code__, makes.__code__
    yield its
    its.__code__, makes.__code__ = codes


def test_a_function_that_was_made_by_another_one_gets_it_too(response):
    old = "answered = watched.told_between(start, end)\n        return _percent("
    [mutant] = written_mutants(
        [{"file": "evsim/lesson/deck/gauges.py", "old": old, "new": f"return share\n        {old}"}]
    )
    swap(mutant.file, mutant.tree)
    assert response(None, "", 0, 60) == 0.5


def test_what_a_file_does_when_it_is_imported_cannot_be_swapped():
    [mutant] = written_mutants([{"file": "evsim/ticks.py", "old": "SECOND = 1e9", "new": "SECOND = 1e8"}])
    with pytest.raises(CannotSwap):
        swap(mutant.file, mutant.tree)


def test_a_mutant_that_is_no_other_code_is_refused():
    [mutant] = written_mutants(
        [
            {
                "file": "evsim/counting.py",
                "old": "(number, thing, things=None):",
                "new": "(number, thing, things = None):",
            }
        ]
    )
    with pytest.raises(ValueError, match="no other"):
        swap(mutant.file, mutant.tree)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs processes that fork")
def test_a_snapshot_notices_a_mutant_of_a_function_and_one_of_a_constant_and_not_one_that_changes_nothing(tmp_path):
    errors = [
        ("evsim/counting.py", "if number == 1 else", "if number == 2 else"),
        ("evsim/ticks.py", "LONGEST = 2.0**22", "LONGEST = 2.0**21"),
        ("evsim/counting.py", "things or thing + 's'", "things or (thing + 's')[:99]"),
    ]
    (tmp_path / "errors.json").write_text(json.dumps([dict(zip(("file", "old", "new"), each)) for each in errors]))
    given = ["--written", tmp_path / "errors.json", "--snapshots", "quantities", "scenarios with wrong"]
    command = [sys.executable, "-m", "tests.snapshots.mutants", *given]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    first, second, third, counts = said.splitlines()
    assert all("quantities: " in each or "with wrong settings: " in each for each in (first, second)), said
    assert third.endswith("[survived]") and counts.startswith("2 noticed, 1 survived"), said
