import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evsim.scenario import units


@pytest.mark.parametrize(
    "written, seconds",
    [
        ("10ms", 0.01),
        ("2 min", 120.0),
        ("1 h", 3600.0),
        ("20us", 2e-5),
        ("20µs", 2e-5),
        ("3ns", 3e-9),
        ("1.5s", 1.5),
        (" 7 s ", 7.0),
        ("1e3", 1000.0),
        ("1e-3 s", 0.001),
        (".5s", 0.5),
        ("5.", 5.0),
        (2, 2.0),
        (0.25, 0.25),
        ("1d", 86400.0),
        ("+3s", 3.0),
        ("0s", 0.0),
        ("-0", 0.0),
        (np.float64(0.5), 0.5),
        (np.int64(3), 3.0),
        ("20.5ms", 0.0205),
    ],
)
def test_a_time_is_read_in_seconds(written, seconds):
    assert units.time(written) == seconds
    assert type(units.time(written)) is float


@pytest.mark.parametrize(
    "written, per_second", [("50/s", 50.0), ("3/min", 0.05), ("36 / h", 0.01), (7, 7.0), ("2/ms", 2000.0)]
)
def test_a_rate_is_read_in_events_a_second(written, per_second):
    assert units.rate(written) == per_second


@pytest.mark.parametrize(
    "written, size", [("1kB", 1000.0), ("4KiB", 4096.0), ("200", 200.0), ("1.5MB", 1.5e6), ("2B", 2.0)]
)
def test_a_size_is_read_in_bytes(written, size):
    assert units.size(written) == size


@pytest.mark.parametrize(
    "written, share", [("99.9%", 0.999), (0.5, 0.5), ("0.1", 0.1), ("100 %", 1.0), (0, 0.0), (1, 1.0)]
)
def test_a_fraction_is_read_between_0_and_1(written, share):
    assert units.fraction(written) == share


def test_a_fraction_above_1_is_refused():
    for value in (1.01, "101%", 50):
        with pytest.raises(units.UnitError, match="between 0 and 1"):
            units.fraction(value)


def test_money_is_a_plain_number():
    assert units.money("0.20") == 0.2
    with pytest.raises(units.UnitError, match="amount"):
        units.money("3s")


@pytest.mark.parametrize(
    "value",
    [
        "fast",
        "",
        "10 parsecs",
        "1,5s",
        "ms",
        "1_000",
        "1 2s",
        "0x10",
        "5/s",
        "10m",
        "१s",
        None,
        True,
        [],
        {},
        b"1s",
        "1" * 65,
    ],
)
def test_what_is_no_time_is_refused_with_the_value_and_the_rule(value):
    with pytest.raises(units.UnitError) as error:
        units.time(value)
    assert "must be a time such as 10ms" in str(error.value) and repr(value) in str(error.value)


@pytest.mark.parametrize(
    "value, rule",
    [
        (-1, "negative"),
        ("-3ms", "negative"),
        (math.nan, "finite"),
        (math.inf, "finite"),
        ("nan", "finite"),
        (".inf", "finite"),
        (-math.inf, "finite"),
        ("1e999", "finite"),
        (10**400, "finite"),
        ("1e308 d", "finite"),
        ("inf", "finite"),
    ],
)
def test_infinite_undefined_and_negative_quantities_are_refused(value, rule):
    with pytest.raises(units.UnitError, match=rule):
        units.time(value)


def test_an_absurd_exponent_costs_no_time():
    assert units.time("1e-999999999ms") == 0.0
    with pytest.raises(units.UnitError, match="finite"):
        units.time("1e999999999ms")


@pytest.mark.parametrize(
    "written, number", [(4, 4), ("4", 4), (4.0, 4), (1e3, 1000), (np.int64(5), 5), (10**30, 10**30)]
)
def test_a_whole_number_may_be_written_in_several_ways(written, number):
    assert units.whole(written) == number
    assert type(units.whole(written)) is int


@pytest.mark.parametrize("value", [4.5, "4.5", "four", True, None, math.nan, math.inf, [4]])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(units.UnitError, match="whole number"):
        units.whole(value)


@pytest.mark.parametrize(
    "seconds, written",
    [
        (0.002, "2ms"),
        (0.0205, "20.5ms"),
        (60.0, "60s"),
        (0.0, "0s"),
        (2e-5, "20us"),
        (3e-9, "3ns"),
        (1.5, "1.5s"),
        (100.0, "100s"),
    ],
)
def test_a_time_is_written_as_people_do(seconds, written):
    assert units.write_time(seconds) == written


@given(st.floats(min_value=0, max_value=1e300))
def test_a_written_quantity_reads_back_exactly(value):
    time = units.time(value)
    assert units.time(units.write_time(time)) == time
    assert units.rate(units.write_rate(value)) == value


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0.3333333333s", 0.333333333), ("0.4ns", 0.0), (0.1 + 0.2, 0.3), (0, 0.0), ("100 d", 8_640_000.0)],
)
def test_a_time_is_read_to_the_nanosecond(written, seconds):
    assert units.time(written) == seconds


@given(st.text(max_size=20))
def test_any_text_is_a_quantity_or_a_unit_error(text):
    for read in (units.time, units.rate, units.size, units.fraction, units.money, units.whole):
        try:
            assert read(text) >= 0 or read is units.whole
        except units.UnitError:
            pass
