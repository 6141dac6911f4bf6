"""Whatever stands in a file, it is a scenario or a ScenarioError, never a traceback of something else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.reading import read
from tests.support.nightly import by_day

pytestmark = pytest.mark.slow

RICH = (Path(__file__).parent / "rich.yaml").read_text()
JUNK = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e300,
        float("nan"),
        float("inf"),
        "",
        "on",
        "5s",
        "50/s",
        "1%",
        "kind",
        "front",
        [],
        {},
        [[]],
        [None],
        {"kind": "work"},
        {"": 1},
        {"work": {}},
        {"a": {"b": 1}},
        [{"call": "front"}],
        {"exponential": "1ms"},
        {"call": {"service": 1}},
        {"outage": "front", "at": 1},
        {"target": "front"},
        "front/2",
        {"queue": {"x": 1}},
        {"csv": {}, "column": 1},
        "exponential",
    ]
)


def places(data, path=()):
    """Every path in plain data."""
    yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in entries:
        yield from places(value, (*path, step))


PLACES = [path for path in places(read(RICH)[0]) if path]


@settings(max_examples=by_day(400), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["value", "name", "gone"]), JUNK),
        min_size=1,
        max_size=3,
    )
)
def test_any_damage_to_a_file_is_a_scenario_error_or_still_a_scenario(damage):
    data = read(RICH)[0]
    for path, way, junk in damage:
        node = data
        for step in path[:-1]:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                break
        if not isinstance(node, dict):
            continue
        if way == "value":
            node[path[-1]] = junk
        elif path[-1] in node:
            value = node.pop(path[-1])
            if way == "name":
                node[f"{path[-1]}x"] = value
    try:
        scenario = Scenario.from_dict(data)
    except ScenarioError as error:
        assert error.problems and all(problem.rule for problem in error.problems) and str(error)
        assert "pydantic" not in str(error) and "Input should" not in str(error)
    else:
        assert Scenario.from_dict(scenario.to_dict()) == scenario == Scenario.from_yaml(scenario.to_yaml())
        scenario.warnings()
