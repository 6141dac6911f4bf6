"""Quantities as people write them, read into plain floats.

A time is in seconds ("10ms", "2 min", 0.5), a rate in events a second ("50/s", "3/min"), a size in bytes
("1kB", "4KiB"), a fraction is between 0 and 1 ("99.9%"), money is a number in the price list's currency.
A number without a unit is already in seconds, events a second or bytes. What is not a finite,
non-negative quantity raises `UnitError`, which names the value and the rule.

Reading is exact: "20.5ms" is the float nearest to 0.0205, and what `write_time` writes reads back the same. A time is
read to the nanosecond, in which a run counts.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Annotated

from pydantic import Field
from pydantic_core.core_schema import no_info_before_validator_function, plain_serializer_function_ser_schema

from evsim.counting import digits

_SECONDS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "µs": Fraction(1, 10**6),
    "μs": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
}
_PER_SECOND = {f"/{unit}": 1 / seconds for unit, seconds in _SECONDS.items()}
_BYTES = {
    "B": Fraction(1),
    "kB": Fraction(10**3),
    "MB": Fraction(10**6),
    "GB": Fraction(10**9),
    "TB": Fraction(10**12),
    "KiB": Fraction(2**10),
    "MiB": Fraction(2**20),
    "GiB": Fraction(2**30),
    "TiB": Fraction(2**40),
}
_PERCENT = {"%": Fraction(1, 100)}

_NUMBER = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_QUANTITY = re.compile(rf"(?P<number>[+-]?{_NUMBER})\s*(?P<unit>\D*)")
_LONGEST = 64  # characters; no honest quantity is longer

# What a setting can be at most, unless it says less itself: enough for any system, and all of it can be computed with.
MANY = 1_000_000_000  # of what is only counted
SHORTEST, LONGEST = 1e-9, 1e9  # seconds; also the rates between one event in so long and one each so short
MOST_BYTES = 1e15


class UnitError(ValueError):
    """A value that is not the quantity it should be: `.value` and the `.rule` it breaks."""

    def __init__(self, value, rule):
        super().__init__(value, rule)
        self.value, self.rule = value, rule

    def __str__(self):
        return f"{self.rule}, got {self.value!r}"


def _read(value, units, rule):
    """The number that `value` stands for, in the base unit of `units`."""
    try:
        if isinstance(value, Real) and not isinstance(value, bool):
            number = float(value)
        elif isinstance(value, str) and len(value) <= _LONGEST:
            number = _read_text(value.strip(), units)
        else:
            raise KeyError(value)
    except KeyError:
        raise UnitError(value, rule) from None
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise UnitError(value, "must be finite")
    if number < 0:
        raise UnitError(value, "must not be negative")
    return abs(number)  # abs: no negative zero


def _read_text(text, units):
    if text.lower().lstrip("+-") in ("nan", "inf", ".nan", ".inf", "infinity"):
        return math.nan
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise KeyError(text)
    unit = "".join(match["unit"].split())
    factor = units[unit] if unit else Fraction(1)
    number = float(match["number"])
    if factor == 1 or number == 0 or math.isinf(number):
        return number
    return float(Fraction(match["number"]) * factor)


def time(value):
    """Seconds in a time such as "10ms", "2 min", "1 h" or 0.5, to the nanosecond.

    >>> time("20.5 ms")
    0.0205
    """
    return round(_read(value, _SECONDS, "must be a time such as 10ms, 1.5s or 2 min"), 9)


def number_of(value):
    """(number, base unit) of any quantity; None if it is none. What has no unit is a number alone.

    >>> number_of("250ms"), number_of("30/min"), number_of(4), number_of("often")
    ((0.25, 's'), (0.5, '/s'), (4.0, ''), None)
    """
    if isinstance(value, bool) or not isinstance(value, Real | str):
        return None
    for units, base in ((_SECONDS, "s"), (_PER_SECOND, "/s"), (_BYTES, "B"), (_PERCENT, "%")):
        try:
            number = _read(value, units, "")
        except UnitError:
            continue
        match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
        return number, base if match and match["unit"].strip() else ""
    return None


def rate(value):
    """Events a second in a rate such as "50/s", "3/min" or 50.

    >>> rate("3/min")
    0.05
    """
    return _read(value, _PER_SECOND, "must be a rate such as 50/s or 3/min")


def size(value):
    """Bytes in a size such as "1kB" (1000), "4KiB" (4096) or 200.

    >>> size("4KiB")
    4096.0
    """
    return _read(value, _BYTES, "must be a size such as 200B, 1kB or 4KiB")


def fraction(value):
    """A share of the whole, between 0 and 1, such as 0.999 or "99.9%".

    >>> fraction("99.9%")
    0.999
    """
    share = _read(value, _PERCENT, "must be a fraction such as 0.1 or 10%")
    if share > 1:
        raise UnitError(value, "must be between 0 and 1 (or 0% and 100%)")
    return share


def money(value):
    """An amount in the price list's currency: a plain number, 0 or more."""
    return _read(value, {}, "must be an amount such as 0.25")


def number(value):
    """A plain number without a unit, 0 or more."""
    return _read(value, {}, "must be a number")


def ratio(value):
    """A number, or how many percent of one: 70% is 0.7.

    >>> ratio("70%"), ratio(5)
    (0.7, 5.0)
    """
    return _read(value, _PERCENT, "must be a number such as 5, or a share such as 70%")


def whole(value):
    """A whole number: 4, 4.0 or "4"; not 4.5, and not true.

    >>> whole("4")
    4
    """
    rule = "must be a whole number"
    if isinstance(value, int) and not isinstance(value, bool):  # exact, however large
        return value
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value != int(value):
        raise UnitError(value, rule)
    return int(value)


def limit(value):
    """A whole number, or infinity for "unlimited"."""
    return _unless_unlimited(whole, value, MANY, write_count)


def limit_of_time(value):
    """Seconds, or infinity for "unlimited"."""
    return _unless_unlimited(time, value, LONGEST, write_time)


def _unless_unlimited(read, value, most, write):
    if value in ("unlimited", math.inf):
        return math.inf
    try:
        return _within(read(value), 0, most, write)
    except UnitError as error:
        raise UnitError(value, f"{error.rule}, or unlimited") from None


def _within(value, least, most, write):
    """`value`, if it is 0 or from `least` to `most`."""
    if value > most:
        raise UnitError(value, f"must be at most {write(most)}")
    if 0 < value < least:
        raise UnitError(value, f"must be at least {write(least)}")
    return value


def write_time(seconds):
    """The shortest usual way to write a time, exact: 0.0205 is "20.5ms"."""
    for unit, power in (("s", 0), ("ms", 3), ("us", 6), ("ns", 9)):
        if seconds == 0 or seconds >= 10.0**-power:
            return _exact(seconds, power, unit)
    return seconds


def write_rate(per_second):
    """A rate, exact: 0.05 is "0.05/s"."""
    return _exact(per_second, 0, "/s")


def _exact(value, power, unit):
    if value and not 1e-12 < value < 1e12:
        return value
    text = format(Decimal(repr(float(value))).scaleb(power), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def write_number(value):
    """A number without a needless ".0"."""
    return int(value) if value == int(value) else value


def write_count(value):
    """A number as sentences have it: 1,000,000, and 0.1."""
    return f"{int(value):,}" if value == int(value) else digits(value)


def write_size(value):
    return f"{write_count(value)} byte{'s' * (value != 1)}"


class _Quantity:
    """What pydantic needs to read, write and describe a quantity.

    Its own markers would do, but they look at the signatures of these functions again for each of 300 settings.
    """

    def __init__(self, read, write=None, written=None):
        self.read, self.write, self.written = read, write, written

    def __get_pydantic_core_schema__(self, source, handler):
        write = self.write and plain_serializer_function_ser_schema(self.write)
        return no_info_before_validator_function(self.read, handler(source), serialization=write)

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return dict(self.written) if self.written else handler(core_schema)


def _quantity(read, units=(), write=write_number, least=0, most=MANY, say=None):
    """A quantity that is 0, or from `least` to `most`.

    say: how a bound is written in an error, if not as the quantity itself is.
    """
    written = {"anyOf": _written(units, {"minimum": 0, "maximum": write_number(most)})}
    return _Quantity(lambda value: _within(read(value), least, most, say or write), write, written)


def _written(units, bounds):
    """JSON Schemas of a quantity: a number within its bounds, and a text with a unit."""
    names = "|".join(unit.replace("/", r"/\s*") for unit in units)
    pattern = rf"^\s*\+?{_NUMBER}\s*" + (rf"({names})?\s*$" if names else "$")
    return [{"type": "number", **bounds}, {"type": "string", "pattern": pattern}]


def up_to(most=MANY, least=1):
    """The type of a whole number from `least` to `most`."""
    return Annotated[int, Field(ge=least, le=most), _Quantity(whole)]


Time = Annotated[float, _quantity(time, _SECONDS, write_time, most=LONGEST)]
PositiveTime = Annotated[float, _quantity(time, _SECONDS, write_time, SHORTEST, LONGEST), Field(gt=0)]
Rate = Annotated[float, _quantity(rate, _PER_SECOND, write_rate, 1 / LONGEST, round(1 / SHORTEST))]
Size = Annotated[float, _quantity(size, _BYTES, most=MOST_BYTES, say=write_size)]
Share = Annotated[float, _quantity(fraction, _PERCENT, most=1)]
Number = Annotated[float, _quantity(number, say=write_count)]
Ratio = Annotated[float, _quantity(ratio, _PERCENT, say=write_count)]
Whole = up_to(least=0)
AtLeastOne = up_to()


def write_limit(value, write=int):
    """A limit as people write it."""
    return "unlimited" if value == math.inf else write(value)


def _limit(read, schema, write):
    """As `_quantity`, for what may also be unlimited: infinity."""
    return _Quantity(read, lambda value: write_limit(value, write), {"anyOf": [*schema, {"const": "unlimited"}]})


_AT_ONCE_OR_LATER = _written(_SECONDS, {"minimum": 0, "maximum": int(LONGEST)})
_LATER = _written(_SECONDS, {"exclusiveMinimum": 0, "maximum": int(LONGEST)})
Limit = Annotated[float, Field(ge=0), _limit(limit, [{"type": "integer", "minimum": 0, "maximum": MANY}], int)]
PositiveLimit = Annotated[float, Field(ge=1), _limit(limit, [{"type": "integer", "minimum": 1, "maximum": MANY}], int)]
TimeOrUnlimited = Annotated[float, Field(ge=0), _limit(limit_of_time, _AT_ONCE_OR_LATER, write_time)]
TimeLimit = Annotated[float, Field(gt=0), _limit(limit_of_time, _LATER, write_time)]
