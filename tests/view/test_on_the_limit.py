"""Pictures with as many effects as have room and one more, and with as many who wait as are worth a word."""

import pytest

from evsim.scenario import Scenario
from evsim.view import ecdf, flow, waterfall


def leaving(effects):
    """One customer, who leaves so many effects, each a second after the one before."""
    steps = [step for number in range(effects) for step in ({"work": 1}, {"effect": f"effect-{number}"})]
    return Scenario.from_dict({
        "name": "effects",
        "workloads": {"people": {"target": "desk", "arrivals": {"burst": 1}}},
        "services": {"desk": {"handle": steps}},
        "run": {"duration": 99, "warmup": 0},
    }).run()  # fmt: skip


@pytest.mark.parametrize("over", [0, 1])
def test_effects_are_named_as_far_as_there_is_room_and_the_others_counted(over):
    run = leaving(waterfall.MOST_EFFECTS + over)
    names = [words for words, _ in waterfall.scene(run, 0).legend]
    assert [each for each in names if "effect" in each][-1] == ("and 1 more effect" if over else "effect-5")
    run = leaving(flow.MOST_EFFECTS + over)
    drawn = flow.scene(run)
    shown = [end.text for end in drawn.ends if "effect" in end.text]
    assert shown == [f"1 effect-{number}" for number in range(over, flow.MOST_EFFECTS + over)], "the slowest"
    assert ("left out" in drawn.x.label) == bool(over)
    run = leaving(ecdf.MOST + over)
    shown = [words for words in ecdf.scene(run).alt.split() if words.startswith("effect-")]
    assert bool(shown) != bool(over) and (f"all of {ecdf.MOST + 1} effects" in ecdf.scene(run).alt) == bool(over)


def waiting(customers, late):
    """So many customers, of whom the last wait for their answer when nobody comes any more."""
    arrivals = {"early": customers - late, "late": late}
    return Scenario.from_dict({
        "name": "waiting",
        "workloads": {name: {"target": "desk", "arrivals": {"burst": {"count": count, "at": 9 * (name == "late")}}}
                      for name, count in arrivals.items()},
        "services": {"desk": {"workers": 1000, "handle": [{"work": 2}, {"effect": "row"}]}},
        "run": {"duration": 10, "warmup": 0},
    }).run()  # fmt: skip


@pytest.mark.parametrize(
    ("customers", "late", "said"), [(50, 10, False), (50, 11, True), (400, 20, False), (400, 21, True)]
)
def test_more_than_ten_who_wait_and_more_than_one_of_twenty_are_worth_a_word(customers, late, said):
    assert (
        f"{late} waited for their answer when the arrivals ended" in flow.scene(waiting(customers, late)).title
    ) is said
