"""Loops, assignments and arguments: what they tell, and that watched code does what it does without a watcher."""

import asyncio
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

from tests.snapshots.blind.defaults import defaults_of
from tests.snapshots.blind.test_blind import blind, run
from tests.snapshots.blind.watching import Watching


class Slotted:
    __slots__ = ("a",)
    b = 2

    @property
    def worked_out(self):
        raise AssertionError("nobody asked for it")

    @worked_out.setter
    def worked_out(self, value):
        pass


def slotted(value):
    made = Slotted()
    made.a = value
    return made


CHANGES = [  # a statement about x and y, pairs that change nothing, a pair that does
    ("x.a = y", [(SimpleNamespace(a=1), 1), (slotted(1), 1)], (SimpleNamespace(a=1), 2)),
    ("x.a = y", [(slotted(1), 1)], (slotted(1), 2)),
    ("x.a = y", [(slotted(1), 1)], (Slotted(), 2)),
    ("x.b = y", [(SimpleNamespace(b=2), 2)], (SimpleNamespace(), 2)),
    ("x.worked_out = y", [], (Slotted(), 2)),
    ("x[y] = 1", [({2: 1}, 2), ([1], 0), (np.array([1]), 0)], ({}, 2)),
    ("x[y] = 1", [(defaultdict(lambda: 1, {2: 1}), 2)], (defaultdict(lambda: 1), 2)),
    ("x[y, 0] = 1", [({(2, 0): 1}, 2)], ({(2, 0): 0}, 2)),
    ("x += y", [(1, 0), (1.5, 0.0), ("a", ""), ((1,), ()), ([1], []), (1e300, 1)], (1, 2)),
    ("x += y", [(np.array([1]), 0)], (np.array([1]), 1)),
    ("x *= y", [(0, 5), (3, 1)], (3, 2)),
    ("x |= y", [({1, 2}, {1}), ({1: 2}, {1: 2}), (True, True)], ({1}, {2})),
    ("x.a += y", [(SimpleNamespace(a=1), 0)], (SimpleNamespace(a=1), 1)),
    ("x[0] -= y", [([1], 0)], ([1], 1)),
    ("list((x,)).pop()[0] *= y", [([3], 1)], ([3], 2)),
]


@pytest.mark.parametrize(("statement", "same", "other"), CHANGES)
def test_an_assignment_is_blind_until_it_changes_something(statement, same, other):
    watching = Watching()
    function = run(f"def f(x, y):\n    {statement}\n    return x", watching)["f"]
    for x, y in same:
        function(x, y)
        assert blind(watching)[-1:] == ["a change"]
    function(*other)
    assert blind(watching) == []


def test_what_is_set_at_first_or_always_the_same_is_no_assignment_that_is_watched():
    watching = Watching()
    text = """
class Counted:
    a = {}
    a[0] = 1
    def __init__(self, x):
        self.x = x
        self.x += 1
whole = {}
whole['a'] = 2
one = two = Counted(3).x
"""
    assert run(text, watching)["one"] == 4
    assert [each.text for each in watching.expressions] == []


def test_what_lacks_a_place_keeps_lacking_it():
    """A dictionary that makes what it lacks makes nothing because somebody watches."""
    watching = Watching()
    names = run(
        "def f(x):\n    return x['a'] if 'a' in x else 0\n\ndef g(x):\n    return 'a' in x and x['a'] > 1", watching
    )
    made = defaultdict(int)
    assert names["f"](made) == 0 and names["g"](made) is False and made == {}


LOOPS = [  # an iterator over x
    "for y in x:\n        yield y",
    "yield from [y for y in x]",
    "return (y for y in x)",
    "return iter({y: 0 for y in x})",
]


@pytest.mark.parametrize("body", LOOPS)
def test_a_loop_is_blind_until_it_comes_to_a_second_element(body):
    watching = Watching()
    function = run(f"def f(x):\n    {body}", watching)["f"]
    for x in ([], [1], (each for each in [1])):
        list(function(x))
        assert blind(watching) == ["several"]
    assert list(function(each for each in [1, 2, 3])) == [1, 2, 3]
    assert blind(watching) == []
    assert list(function([4, 5])) == [4, 5]


def test_a_loop_asks_for_an_element_when_it_is_needed_and_leaves_the_rest():
    asked, closed = [], []

    def numbers():
        try:
            for each in range(9):
                asked.append(each)
                yield each
        finally:
            closed.append(True)

    text = "def f(x):\n    for y in x:\n        if y:\n            break\n    return (y for y in x)"
    function = run(text, Watching())["f"]
    given = numbers()
    rest = function(given)
    assert asked == [0, 1] and not closed
    assert next(rest) == 2 and asked == [0, 1, 2]
    del rest
    assert not closed and next(given) == 3


def test_a_loop_that_leaves_at_its_first_is_not_watched():
    watching = Watching()
    function = run("def f(x):\n    for y in x:\n        return y", watching)["f"]
    assert function([1, 2]) == 1 and watching.expressions == []


ARGUMENTS = """
class Base:
    def __init__(self, name, *, size=1, **others):
        self.told = name, size, others
    def __call__(self, more=2):
        return more
    @classmethod
    def made(cls, name="a"):
        return cls(name)

class Further(Base):
    def __init__(self, name, size):
        super().__init__(name, size=size)

def asked(log):
    return log("f")(log("a"), *[log("b")], c=log("c"), **{"d": log("d")})

def sent(function):
    return function((yield 1), c=(yield 2))

async def waits(function, waited):
    return await function(a=await waited)
"""


def test_arguments_are_worked_out_in_their_order_and_given_as_they_are():
    watching = Watching()
    names = run(ARGUMENTS, watching)
    assert names["Further"]("a", 1).told == ("a", 1, {})
    assert "size other than its default" in blind(watching)
    assert names["Further"]("a", size=2).told == ("a", 2, {})
    assert "size other than its default" not in blind(watching)
    order = []

    def log(name):
        order.append(name)
        return (lambda *given, **named: (given, named)) if name == "f" else name

    assert names["asked"](log) == (("a", "b"), {"c": "c", "d": "d"}) and order == ["f", "a", "b", "c", "d"]


def test_what_waits_for_an_argument_waits():
    names = run(ARGUMENTS, Watching())
    sent = names["sent"](lambda a, c=0: (a, c))
    assert next(sent) == 1 and sent.send("a") == 2
    with pytest.raises(StopIteration) as done:
        sent.send("c")
    assert done.value.value == ("a", "c")

    async def doubled(a=1):
        return 2 * a

    assert asyncio.run(names["waits"](doubled, doubled(3))) == 12


def test_defaults_are_those_of_the_callee():
    names = run(ARGUMENTS, Watching())
    base = names["Base"]
    assert defaults_of(base) == {"size": 1} == defaults_of(base.__init__)
    assert defaults_of(base("a")) == {0: 2, "more": 2}
    assert defaults_of(base.made) == {0: "a", "name": "a"}
    assert defaults_of(lambda a, b=1, /, c=2: 0) == {1: 1, 2: 2, "c": 2}
    assert defaults_of(len) is None and defaults_of(str.format) is None


def test_what_happens_as_it_is_asked_only_is_not_noted():
    watching = Watching()
    text = """
class Row:
    @property
    def long(self):
        return 1 > 2

def f(x, row):
    return x if x else row.long
"""
    names = run(text, watching)
    assert names["f"](1, names["Row"]()) == 1
    reached = watching.news()
    assert [each.text for each in watching.expressions if each.key not in reached] == ["1 > 2"]
