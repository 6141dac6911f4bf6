"""What an expression's value tells: for each kind of expression, which of its alternatives would have been noticed.

Each function gives bits, the first for the first alternative (those of :mod:`tests.snapshots.blind.rewriting`).
"""

import operator

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
ROWS = (list, tuple, str)


def differ(one, other):
    """Are two values different? Of arrays: at any place. What cannot be compared is."""
    if one is other:
        return False
    try:
        unlike = one != other
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
    """Of one collection: there is something else than the result in it; it was empty."""
    if not values:
        return SECOND
    opposite = min if function is max else max
    return FIRST if differ(opposite(values, **named), result) else 0


def extreme_of_arguments(values, result):
    return sum(FIRST << place for place, each in enumerate(values[:MANY_ARGUMENTS]) if differ(each, result))


def order(values, result):
    return FIRST if any(one is not other for one, other in zip(values, result)) else 0


def total(values, result):
    return FIRST if len(values) > 1 and differ(result, values[0]) else 0


def change(before, after):
    return FIRST if differ(before, after) else 0


def change_by_method(owner, result):
    if type(owner) is str:
        return FIRST if result != owner else 0
    return FIRST if len(result) != len(owner) else 0


def lookup(owner, key):
    """Whether a ``.get`` finds something; whose ``get`` is of another kind is not asked."""
    if not isinstance(owner, dict):
        return ALL
    return FIRST if key in owner else SECOND


def parameters(values, defaults):
    """Of each parameter: it has its default; it has something else."""
    bits = 0
    for place, (value, default) in enumerate(zip(values, defaults)):
        same = value is default or (type(value) is type(default) and bool(value == default))
        bits |= (FIRST if same else SECOND) << 2 * place
    return bits
