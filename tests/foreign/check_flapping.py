"""A fault from outside: test_foreign_part.py runs this file in a Python that has its package."""

import json

import pytest

import evsim

SHOP = {
    "name": "shop",
    "workloads": {"customers": {"target": "shop", "arrivals": {"constant": "10/s"}}},
    "services": {"shop": {"workers": 5, "handle": [{"work": "1ms"}, {"effect": "row"}]}},
    "faults": [{"flapping": "shop", "every": "1s", "at": "10.05s", "for": "4s"}],
    "run": {"duration": "20s", "seed": 1},
}


@pytest.fixture(scope="module")
def run():
    return evsim.Scenario.from_dict(SHOP).run()


def test_it_is_down_every_other_second_and_the_books_balance(run):
    assert run.audit()
    refused = run.requests.arrived[run.requests.outcome != "ok"]
    assert set(refused.astype(int)) == {10, 11, 12, 13} and len(refused) == 2 * 10
    assert not ((refused > 11.05) & (refused < 12.05)).any() and not (refused > 13.05).any()


def test_it_is_told_drawn_and_exported(run, tmp_path):
    assert {"flapping", "end of flapping"} <= set(run.incidents["kind"])
    assert "down and up every 1 s" in str(run.sequence(100)) and run.plot.flow()
    told = run.export(tmp_path / "a.json", "perfetto", requests=105).read_text(encoding="utf-8")
    assert "flapping of shop" in told
    assert "flapping" in json.dumps(evsim.Scenario.schema())


def test_both_paths_agree_and_what_is_written_is_read_again():
    scenario = evsim.Scenario.from_dict(SHOP)
    assert evsim.Scenario.from_yaml(scenario.to_yaml()) == scenario
    one, other = scenario.run(), scenario.run(guarded=True)
    assert one.records.incidents == other.records.incidents


@pytest.mark.parametrize(("change", "says"), [
    ({"faults.0": {"flapping": "shop", "at": "1s"}}, "flapping needs every"),
    ({"faults.0": {"flapping": "back", "every": "9s", "at": "1s", "for": "8s"}}, "over before it is up again"),
    ({"faults.0": {"outage": "shop", "every": "1s", "at": "1s"}}, "every belongs to flapping, not to outage"),
    ({"faults.0": {"flapping": "shop/2", "every": "1s", "at": "1s"}}, "1 instance"),
])  # fmt: skip
def test_bad_settings_are_refused_in_words(change, says):
    with pytest.raises(evsim.ScenarioError, match=says):
        evsim.Scenario.from_dict(SHOP).replace(change)
