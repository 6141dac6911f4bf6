"""What watches while rewritten code runs: it gives each expression's own value, and notes what it tells."""

from collections import Counter
from typing import NamedTuple

from tests.snapshots.blind import judging
from tests.snapshots.blind.defaults import defaults_of
from tests.snapshots.blind.judging import ALL, BOTH, FIRST, OPERATORS, SECOND

__all__ = ["WATCHING", "Expression", "Watching"]

ABSENT = object()


class Expression(NamedTuple):
    file: str
    place: int  # the how manyeth of its file
    line: int
    text: str
    ways: tuple[str, ...]  # what can happen; where one never does, nobody notices an error of that kind

    @property
    def key(self):
        """What it is called in every process."""
        return self.file, self.place


class Watching:
    """All expressions that were rewritten, and what happened to them."""

    def __init__(self):
        self.expressions = []
        self.happened = {}  # number of an expression that was reached -> bits of its ways
        self._told = []  # of each expression: nothing more can be learned
        self._news = set()
        self._places = Counter()
        self._judging = False
        self._unrounded = {}  # number of an expression -> what it would be of, without the rounding

    def begin(self, file):
        """A file is rewritten (perhaps again) from its first expression on."""
        self._places[file] = 0

    def add(self, file, line, text, ways):
        """The number of a new expression."""
        self.expressions.append(Expression(file, self._places[file], line, text, tuple(ways)))
        self._places[file] += 1
        self._told.append(False)
        return len(self.expressions) - 1

    def news(self):
        """key -> bits, of each expression of which something was learned since the last time."""
        found = {}
        for number in sorted(self._news):
            key = self.expressions[number].key
            found[key] = found.get(key, 0) | self.happened[number]
        self._news.clear()
        return found

    def _note(self, number, judge, *given):
        if self._judging:
            return
        self._judging = True
        try:
            bits = judge(*given)
        except Exception:  # a value of a kind that cannot be judged
            bits = ALL
        finally:
            self._judging = False
        self._keep(number, bits)

    def _keep(self, number, bits):
        if self._judging:  # what happens only as it is asked here
            return
        before = self.happened.get(number)
        whole = (1 << len(self.expressions[number].ways)) - 1
        now = (before or 0) | (bits & whole)
        if now != before:
            self.happened[number] = now
            self._news.add(number)
            self._told[number] = now == whole

    def compared(self, number, name, left, right):
        result = OPERATORS[name](left, right)
        if not self._told[number]:
            self._note(number, judging.comparison, name, result, left, right)
        return result

    def chained(self, number, names, left, right, *later):
        """``a < b < c``: what stands after ``b`` is a function, as it is only worked out if it is needed."""
        steps = []
        result = None
        for place, name in enumerate(names):
            if place:
                left, right = right, later[place - 1]()
            result = OPERATORS[name](left, right)
            steps.append((name, result, left, right))
            if place < len(names) - 1 and not result:
                break
        if not self._told[number]:
            self._note(number, judging.chain, steps)
        return result

    def member(self, number, value, constants):
        if not self._told[number]:
            self._note(number, judging.member, value, constants)
        return value

    def condition(self, number, value):
        if not self._told[number]:
            self._note(number, judging.truth, value)
        return value

    def operand(self, number, place, value, is_and, rest=None):
        if not self._told[number]:
            self._note(number, judging.operand, place, value, is_and, rest)
        return value

    def arithmetic(self, number, name, left, right):
        result = OPERATORS[name](left, right)
        if not self._told[number]:
            self._note(number, judging.arithmetic, name, result, left, right)
        return result

    def end(self, number, row, place):
        result = row[place]
        if not self._told[number]:
            self._note(number, judging.end, row, place, result)
        return result

    def piece(self, number, row, first, after, step):
        result = row[first:after:step] if step is not None else row[first:after]
        if not self._told[number]:
            self._note(number, judging.piece, row, result)
        return result

    def extreme(self, number, function, *values, **named):
        if self._told[number] or (function is not min and function is not max):
            return function(*values, **named)
        if len(values) > 1:
            result = function(*values, **named)
            self._note(number, judging.extreme_of_arguments, values, result)
            return result
        rows = list(values[0])  # a generator gives its values once
        result = function(rows, **named)
        self._note(number, judging.extreme, function, rows, result, named)
        return result

    def ordered(self, number, function, values, **named):
        if self._told[number] or function is not sorted:
            return function(values, **named)
        rows = list(values)
        result = function(rows, **named)
        self._note(number, judging.order, rows, result, named.get("key"))
        return result

    def total(self, number, function, values, *start, **named):
        if self._told[number] or function is not sum:
            return function(values, *start, **named)
        rows = list(values)
        result = function(rows, *start, **named)
        self._note(number, judging.total, rows, result)
        return result

    def changed(self, number, function, value, *others, **named):
        result = function(value, *others, **named)
        if not self._told[number]:
            self._note(number, judging.change, value, result)
        return result

    def unrounded(self, number, value):
        self._unrounded[number] = value
        return value

    def rounded(self, number, function, value):
        result = function(value)
        if not self._told[number]:
            self._note(number, judging.rounding, function, self._unrounded[number], value, result)
        return result

    def asked(self, number, function, *values, **named):
        return self.condition(number, function(*values, **named))

    def method(self, number, owner, name, *values, **named):
        result = getattr(owner, name)(*values, **named)
        if not self._told[number]:
            self._note(number, judging.change_by_method, owner, result)
        return result

    def lookup(self, number, owner, *given):
        if not self._told[number]:
            self._note(number, judging.lookup, owner, given[0])
        return owner.get(*given)

    def following(self, number, function, values, default):
        if function is not next:
            self._keep(number, BOTH)
            return function(values, default)
        result = next(values, ABSENT)
        if not self._told[number]:
            self._keep(number, SECOND if result is ABSENT else FIRST)
        return default if result is ABSENT else result

    def attribute(self, number, function, owner, name, default):
        if function is not getattr:
            self._keep(number, BOTH)
            return function(owner, name, default)
        result = getattr(owner, name, ABSENT)
        if not self._told[number]:
            self._keep(number, SECOND if result is ABSENT else FIRST)
        return default if result is ABSENT else result

    def parameters(self, number, values, defaults):
        if not self._told[number]:
            self._note(number, judging.parameters, values, defaults)

    def given(self, number, its, function, /, *values, **named):
        """A call of what is not known; of the arguments ``its``, by place or name, it is asked who needs them."""
        if not self._told[number]:
            self._note(number, lambda: judging.arguments(defaults_of(function), its, values, named))
        return function(*values, **named)

    def several(self, number, values):
        """What a loop goes over: the same, as late as it is asked for."""
        if self._told[number]:
            return values
        self._keep(number, 0)
        return self._passed(number, iter(values))

    def _passed(self, number, values):
        for place, each in enumerate(values):  # not "yield from", which would close them with itself
            if place == 1:
                self._keep(number, FIRST)
            yield each

    def chosen(self, number, value, other):
        if not self._told[number]:
            self._note(number, judging.other_branch, value, other)
        return value

    def attribute_set(self, number, value, owner, name):
        if not self._told[number]:
            self._note(number, judging.attribute_set, owner, name, value)
        return value

    def item_set(self, number, value, owner, key):
        if not self._told[number]:
            self._note(number, judging.item_set, owner, key, value)
        return value

    def added(self, number, name, value, *before):
        if not self._told[number]:
            self._note(number, judging.addition, name, value, *before)
        return value

    @staticmethod
    def item(owner, key):
        """A row's item, asked once more: a dictionary makes none for it."""
        if isinstance(owner, dict) and key not in owner:
            raise KeyError(key)
        return owner[key]


WATCHING = Watching()  # of this process
