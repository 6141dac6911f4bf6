"""What an expression's value tells: for each kind of expression, which of its alternatives would have been noticed.

Each function gives bits, the first for the first alternative (those of :mod:`tests.snapshots.blind.rewriting`).
"""

import operator
from collections import deque
from types import MemberDescriptorType

import numpy as np

__all__ = ["ALL", "BOTH", "FIRST", "MANY_ARGUMENTS", "OPERATORS", "ORDERED", "SECOND", "THIRD", "TWO_SIDED"]

ALL = -1
FIRST, SECOND, THIRD = 1, 2, 4
BOTH = FIRST | SECOND
MANY_ARGUMENTS = 6  # of min and max that are watched

OPERATORS = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Pow": operator.pow,
    "BitOr": operator.or_,
    "BitAnd": operator.and_,
}
ORDERED = {"Lt", "LtE", "Gt", "GtE"}  # which a tie tells from their neighbours
TWO_SIDED = {"Add", "Mult", "Div", "Mod", "Pow", "BitOr", "BitAnd"}  # which may be as their right side too
PLAIN = (int, float, str, tuple, list, dict, set, frozenset)
NUMBERS = (bool, int, float)
SETS = (dict, frozenset, set)
ROWS = (list, tuple, str)


def differ(one, other):
    """Are two values different? Of arrays: at any place. What cannot be compared is."""
    if one is other:
        return False
    try:
        unlike = one != other
        if type(one) is type(other) is deque:
            return unlike or one.maxlen != other.maxlen
        return unlike if unlike is True or unlike is False else bool(unlike.any())
    except Exception:
        return True


def truth(value):
    return FIRST if value else SECOND


def comparison(name, result, left, right):
    """True, false, and a tie where there is an order; of arrays, each at any place."""
    if result is True or result is False:
        tie = name in ORDERED and bool(left == right)
        return truth(result) | (THIRD if tie else 0)
    tie = name in ORDERED and bool((left == right).any())
    return (FIRST if result.any() else 0) | (0 if result.all() else SECOND) | (THIRD if tie else 0)


def chain(steps):
    """Of each step of ``a < b < c`` that was taken, (name, result, left, right): false, and a tie."""
    bits, bit = 0, FIRST
    for name, result, left, right in steps:
        bits |= 0 if result else bit
        bit <<= 1
        if name in ORDERED:
            bits |= bit if bool(left == right) else 0
            bit <<= 1
    return bits


def operand(place, value, is_and, rest):
    """Does this operand decide? Not where those after it would have decided the same."""
    if bool(value) is is_and or (rest and bool(rest()) is not is_and):
        return 0
    return FIRST << place


def member(value, constants):
    return FIRST << constants.index(value) if value in constants else 0


def arithmetic(name, result, left, right):
    """Other than the left side; then other than the right side, or, of ``//``, than the quotient."""
    if type(result) not in PLAIN and not hasattr(result, "dtype"):
        return ALL
    bits = FIRST if differ(result, left) else 0
    other = left / right if name == "FloorDiv" else right
    return bits | (SECOND if differ(result, other) else 0)


def end(row, place, result):
    if type(row) not in ROWS:
        return ALL
    return FIRST if differ(row[-1 if place == 0 else 0], result) else 0


def piece(row, result):
    if type(row) not in ROWS:
        return ALL
    return FIRST if differ(row, result) else 0


def extreme(function, values, result, named):
    """Of one collection: there is something else than the result in it; it was empty; another has the same key."""
    if not values:
        return SECOND
    opposite, key = min if function is max else max, named.get("key")
    keys = [key(each) for each in values] if key else values
    farthest, best = opposite(range(len(keys)), key=keys.__getitem__), function(keys)
    tie = key and any(its == best and differ(each, result) for its, each in zip(keys, values))
    return (FIRST if differ(values[farthest], result) else 0) | (SECOND << ("default" in named) if tie else 0)


def extreme_of_arguments(values, result):
    return sum(FIRST << place for place, each in enumerate(values[:MANY_ARGUMENTS]) if differ(each, result))


def order(values, result, key):
    """It is another; two that differ have the same key."""
    bits = FIRST if any(one is not other for one, other in zip(values, result)) else 0
    keys = [key(each) for each in result] if key else []
    steps = zip(keys, keys[1:], result, result[1:])
    return bits | (SECOND if any(its == other and differ(one, two) for its, other, one, two in steps) else 0)


def total(values, result):
    return FIRST if len(values) > 1 and differ(result, values[0]) else 0


def change(before, after):
    return FIRST if differ(before, after) else 0


def rounding(whole, plain, rounded, result):
    """The whole number of what is not rounded is another one; it is another one than what was rounded."""
    return (FIRST if differ(whole(plain), result) else 0) | (SECOND if differ(rounded, result) else 0)


def addition(name, value, *before):
    """Does ``x += value`` change x? What x was is not always known."""
    whole = before and type(value) in SETS
    if before and (whole or type(before[0]) in NUMBERS or hasattr(before[0], "dtype")):
        return change(before[0], OPERATORS[name](before[0], value))
    if type(value) not in PLAIN:
        return ALL
    return FIRST if (value if name in {"Add", "Sub", "BitOr"} else differ(value, 1)) else 0


def attribute_set(owner, name, value):
    """Was there something else in it? Nothing is worked out for this: what cannot be seen counts as else."""
    values = getattr(owner, "__dict__", {})
    if name in values:
        return change(values[name], value)
    slot = next(vars(kind)[name] for kind in type(owner).__mro__ if name in vars(kind))
    if hasattr(type(slot), "__get__"):
        return change(slot.__get__(owner), value) if type(slot) is MemberDescriptorType else ALL
    return change(slot, value)


def item_set(owner, key, value):
    if isinstance(owner, dict):
        return change(owner[key], value) if key in owner else FIRST
    return change(owner[key], value) if type(owner) in ROWS or hasattr(owner, "dtype") else ALL


def other_branch(value, other):
    with np.errstate(all="ignore"):  # what nobody asked for gives no warning
        return change(value, other())


def change_by_method(owner, result):
    if type(owner) is str:
        return FIRST if result != owner else 0
    return FIRST if len(result) != len(owner) else 0


def lookup(owner, key):
    """Whether a ``.get`` finds something; whose ``get`` is of another kind is not asked."""
    if not isinstance(owner, dict):
        return ALL
    return FIRST if key in owner else SECOND


def same(value, default):
    return value is default or (type(value) is type(default) and bool(value == default))


def parameters(values, defaults):
    """Of each parameter: it has its default; it has something else."""
    bits = 0
    for place, (value, default) in enumerate(zip(values, defaults)):
        bits |= (FIRST if same(value, default) else SECOND) << 2 * place
    return bits


def arguments(defaults, its, values, named):
    """Of each argument, called by its place or its name: the callee would not have had the same without it."""
    if defaults is None:
        return ALL
    bits = 0
    for bit, each in enumerate(its):
        given = named[each] if isinstance(each, str) else values[each]
        bits |= 0 if each in defaults and same(given, defaults[each]) else FIRST << bit
    return bits
