"""Numbers, times and names as people say them, at each place where another unit or another form begins."""

import ast

import pytest

from evsim.experiment.statistics import Estimate
from evsim.figures import write, write_estimate
from evsim.scenario import Scenario
from evsim.view.style import verb
from evsim.view.words import count, seconds, short
from tests.house.source import files, tree


@pytest.mark.parametrize(("value", "said"), [
    (0.000_994, "0.99 ms"), (0.000_996, "1 ms"), (0.001, "1 ms"), (0.009_94, "9.9 ms"), (0.009_96, "10 ms"),
    (0.999_4, "999 ms"), (0.999_5, "1 s"), (1, "1 s"), (9.94, "9.9 s"), (9.95, "10 s"), (9.97, "10 s"),
    (599.4, "599 s"), (600, "10 min"), (629, "10 min"), (631, "11 min"), (3569, "59 min"), (3571, "1 h"),
    (3600, "1 h"), (3631, "1 h 1 min"), (7200, "2 h"), (-600, "-10 min"), (0, "0 s"), (float("nan"), "never"),
    (9e-8, "0.00009 ms"), (1e-9, "0.000001 ms"), (0.999e-9, "0 s"), (-1e-12, "0 s"),
])  # fmt: skip
def test_a_time_is_said_in_the_unit_that_it_has_from_there_on(value, said):
    assert seconds(value) == said


@pytest.mark.parametrize(("name", "value", "said"), [
    ("response_mean", 0.000_999_4, "999 us"), ("response_mean", 0.000_999_6, "1 ms"), ("response_mean", 0.001, "1 ms"),
    ("response_mean", 0.999_4, "999 ms"), ("response_mean", 0.999_6, "1 s"), ("response_mean", 1, "1 s"),
    ("throughput", 99.94, "99.9/s"), ("throughput", 99.96, "100/s"), ("throughput", 999.4, "999/s"),
    ("throughput", 999.6, "1,000/s"), ("throughput", 1000, "1,000/s"), ("availability", 0.9994, "99.9 %"),
    ("availability", 0.9996, "99.96 %"), ("availability", 0.999_96, "99.996 %"), ("availability", 1, "100 %"),
    ("wait_mean", 1.47e-12, "0 ms"), ("wait_mean", 1.471e-9, "0.00147 us"), ("wait_mean", 1e-9, "0.001 us"),
    ("utilisation", 1.234e-8, "0.00000123 %"), ("throughput", 0.000_05, "0.00005/s"), ("lag_mean", 1e-20, "0"),
    ("cost", 1e-13, "0.0000000000001"), ("cost", -0.0, "0"), ("queue_mean", -1e-17, "0"),
])  # fmt: skip
def test_a_figure_is_written_in_the_unit_that_it_has_from_there_on(name, value, said):
    assert write(name, value) == said


def test_an_estimate_of_next_to_nothing_is_nothing():
    assert write_estimate("wait_mean", Estimate(1e-15, 0.9e-15, 1.1e-15, 5, 1e-16)) == "0 ms"
    assert write_estimate("wait_mean", Estimate(1.5e-9, 1.4e-9, 1.6e-9, 5, 1e-10), True) == "+0.00150 ± 0.00010 us"
    assert write_estimate("availability", Estimate(0.0, 0.0, 0.0, 5, 0.0), True) == "0 points"


@pytest.mark.parametrize(("fault", "said"), [
    ({"slowdown": "mailer", "factor": 12_000_000}, "12000000 times slower"),
    ({"error_rate": "mailer", "probability": 0.000_000_1}, "fails 0.00001 % of the time"),
    ({"change": "services.mailer.handle.0.work", "to": 0.000_01}, "becomes 0.00001"),
])  # fmt: skip
def test_numbers_of_faults_have_no_exponent(fault, said):
    scenario = Scenario.from_dict({
        "name": "said", "workloads": {"page": {"target": "mailer", "arrivals": {"constant": 1}}},
        "services": {"mailer": {"handle": [{"work": 1}]}}, "faults": [fault | {"at": 1, "for": 1}],
        "run": {"duration": 3},
    })  # fmt: skip
    assert verb(scenario.faults[0]) == said


@pytest.mark.slow
def test_a_number_is_written_without_an_exponent_everywhere():
    """`:g` has one from a millionth of a unit down and from a million up: who writes for people asks `digits`."""
    of_machines = {"counting.py", "figures.py", "strip.py"}  # how many digits there are, and coordinates
    found = []
    for path in files():
        rounding = [each.args[0] for each in ast.walk(tree(path)) if isinstance(each, ast.Call) and each.args
                    and getattr(each.func, "id", "") == "float"]  # fmt: skip
        inside = {id(part) for each in rounding for part in ast.walk(each)}
        for each in ast.walk(tree(path)):
            spec = ast.unparse(each.format_spec) if isinstance(each, ast.FormattedValue) and each.format_spec else ""
            if path.name not in of_machines and id(each) not in inside and spec[-2:-1] in ("g", "e"):
                found.append(f"{path.name}:{each.lineno}")
    assert found == []


def test_a_name_just_as_long_as_there_is_room_is_whole_and_a_longer_one_loses_its_middle():
    assert short("a" * 24) == "a" * 24 and short("abcdef", 6) == "abcdef"
    assert short("abcdefg", 6) == "abc…fg" and len(short("a" * 25)) == 24


def test_one_is_one_and_none_are_several():
    assert [count(number, "customer") for number in (0, 1, 2)] == ["0 customers", "1 customer", "2 customers"]
