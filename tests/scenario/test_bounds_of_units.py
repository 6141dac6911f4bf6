"""The least and the most of each quantity may be written, and nothing a step beyond them; how a time is written."""

import pytest
from pydantic import TypeAdapter, ValidationError

from evsim.scenario import units
from evsim.scenario.units import UnitError, fraction, limit, limit_of_time, up_to, write_time

BOUNDS = [  # kind, written values that are read, and those just beyond
    (units.Time, [0, "0s", 1e9, "1000000000s", 1e-9, "1ns"], ["1000000000.1s", 1.1e9, -1]),
    (units.PositiveTime, [1e-9, "1ns", 1e9], [0, "0.4ns", "1000000001s"]),
    (units.Rate, [0, 1e-9, "0.000000001/s", 1e9, "1000000000/s", "1/ns"], [0.9e-9, "1000000001/s", "1.1/ns"]),
    (units.Size, [0, 1e15, "1000TB"], ["1001TB", 1.1e15]),
    (units.Share, [0, 1, "0%", "100%"], [1.000001, "100.0001%", "101%"]),
    (units.Number, [0, 1_000_000_000], [1_000_000_000.5, -0.1]),
    (units.Whole, [0, 1_000_000_000], [-1, 1_000_000_001, 0.5]),
    (units.AtLeastOne, [1, 1_000_000_000], [0, 1_000_000_001]),
    (up_to(7, least=3), [3, 7, "7", 7.0], [2, 8, 6.5]),
    (units.Limit, [0, 1_000_000_000, "unlimited"], [1_000_000_001, -1, "unlimite"]),
    (units.PositiveLimit, [1, 1_000_000_000, "unlimited"], [0, 1_000_000_001]),
    (units.TimeOrUnlimited, [0, 1e9, "unlimited"], ["1000000001s"]),
    (units.TimeLimit, ["1ns", 1e9, "unlimited"], [0, "1000000001s"]),
]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, fits, _ in BOUNDS for value in fits])
def test_the_least_and_the_most_of_a_quantity_may_be_written(kind, value):
    assert TypeAdapter(kind).validate_python(value) >= 0


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, _, beyond in BOUNDS for value in beyond])
def test_what_lies_beyond_is_refused(kind, value):
    with pytest.raises((ValidationError, UnitError)):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(("seconds", "text"), [
    (1, "1s"), (0.999_999_999, "999.999999ms"), (1e-3, "1ms"), (0.000_999_999, "999.999us"), (1e-6, "1us"),
    (0.999e-6, "999ns"), (1e-9, "1ns"), (0, "0s"), (60, "60s"),
])  # fmt: skip
def test_a_time_is_written_in_the_largest_unit_of_which_it_has_one(seconds, text):
    assert write_time(seconds) == text and units.time(text) == seconds


def test_what_is_unlimited_is_more_than_any_limit():
    assert limit("unlimited") > limit(1_000_000_000) and limit_of_time("unlimited") > limit_of_time(1e9)
    assert (fraction("100%"), fraction(0)) == (1, 0)
