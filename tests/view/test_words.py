"""Numbers, times and names as people say them, at each place where another unit or another form begins."""

import pytest

from evsim.figures import write
from evsim.view.words import count, seconds, short


@pytest.mark.parametrize(("value", "said"), [
    (0.000_994, "0.99 ms"), (0.000_996, "1 ms"), (0.001, "1 ms"), (0.009_94, "9.9 ms"), (0.009_96, "10 ms"),
    (0.999_4, "999 ms"), (0.999_5, "1 s"), (1, "1 s"), (9.94, "9.9 s"), (9.95, "10 s"), (9.97, "10 s"),
    (599.4, "599 s"), (600, "10 min"), (629, "10 min"), (631, "11 min"), (3569, "59 min"), (3571, "1 h"),
    (3600, "1 h"), (3631, "1 h 1 min"), (7200, "2 h"), (-600, "-10 min"), (0, "0 s"), (float("nan"), "never"),
])  # fmt: skip
def test_a_time_is_said_in_the_unit_that_it_has_from_there_on(value, said):
    assert seconds(value) == said


@pytest.mark.parametrize(("name", "value", "said"), [
    ("response_mean", 0.000_999_4, "999 us"), ("response_mean", 0.000_999_6, "1 ms"), ("response_mean", 0.001, "1 ms"),
    ("response_mean", 0.999_4, "999 ms"), ("response_mean", 0.999_6, "1 s"), ("response_mean", 1, "1 s"),
    ("throughput", 99.94, "99.9/s"), ("throughput", 99.96, "100/s"), ("throughput", 999.4, "999/s"),
    ("throughput", 999.6, "1,000/s"), ("throughput", 1000, "1,000/s"), ("availability", 0.9994, "99.9 %"),
    ("availability", 0.9996, "99.96 %"), ("availability", 0.999_96, "99.996 %"), ("availability", 1, "100 %"),
])  # fmt: skip
def test_a_figure_is_written_in_the_unit_that_it_has_from_there_on(name, value, said):
    assert write(name, value) == said


def test_a_name_just_as_long_as_there_is_room_is_whole_and_a_longer_one_loses_its_middle():
    assert short("a" * 24) == "a" * 24 and short("abcdef", 6) == "abcdef"
    assert short("abcdefg", 6) == "abc…fg" and len(short("a" * 25)) == 24


def test_one_is_one_and_none_are_several():
    assert [count(number, "customer") for number in (0, 1, 2)] == ["0 customers", "1 customer", "2 customers"]
