"""The picture of instances over time: starting, warm, busy, gone."""

import pytest

import evsim
from evsim.scenario import Scenario
from evsim.view.instances import instances, scene
from tests.view.drawing import boxes, finding, is_whole, marks


def strips(made, name):
    """The spans of one state: the name of an instance -> [(from, to), ...]."""
    labels = dict(made.y.ticks)
    found = {}
    for left, right, low, high in boxes(marks(made, "Bars", name)):
        found.setdefault(labels[round((low + high) / 2)], []).append((left, right))
    return found


def shop(server, faults=(), **arrivals):
    return Scenario.from_dict({
        "name": "shop", "workloads": {"people": {"target": "server", "arrivals": arrivals}},
        "services": {"server": {"handle": [{"work": 1}], **server}}, "faults": list(faults), "run": {"duration": 10},
    })  # fmt: skip


def test_an_environment_starts_works_is_kept_warm_and_goes():
    function = {"init": 1, "keep_alive": 2}
    made = scene(shop({"function": function}, burst={"count": 2, "at": 1}).run())
    assert strips(made, "starting") == {"server/1": [(1, 2)], "server/2": [(1, 2)]}
    assert strips(made, "busy") == {"server/1": [(2, 3)], "server/2": [(2, 3)]}
    assert strips(made, "warm") == {"server/1": [(2, 5)], "server/2": [(2, 5)]}  # behind what is busy
    assert made.title == "server had 2 instances at most at a time, busy for 33 % of their time"
    assert "server/1: 1 s starting, 3 s there, 1 s of it busy." in made.alt


def test_who_crashed_is_gone_until_it_is_back():
    crash = [{"crash": "server/1", "at": 4, "for": 2}]
    made = scene(shop({"instances": 2, "workers": 2}, crash, constant=1).run())
    assert strips(made, "warm")["server/1"][0] == (0, 4) and strips(made, "warm")["server/1"][1][0] == 6
    assert "starting" not in {mark.name for mark in made.marks} and [band.words for band in made.bands]


def test_an_instance_is_busy_while_any_of_its_workers_is_held():
    made = scene(shop({"workers": 2}, burst={"count": 3, "at": 1}).run())
    assert strips(made, "busy") == {"server/1": [(1, 3)]}


def test_what_lies_too_near_together_to_be_seen_is_drawn_as_one_and_the_words_are_exact():
    """A thousand pieces of 5 ms each: 50 % busy, in far fewer bars."""
    made = scene(shop({"handle": [{"work": 0.005}]}, constant=100).run())
    assert 1 <= len(strips(made, "busy")["server/1"]) < 999
    assert "busy for 50 % of its time" in made.title


def test_the_service_with_most_instances_is_drawn_and_those_left_out_are_counted():
    run = evsim.load("cold-start-burst").run()
    made = scene(run)
    left_out = run.tables.capacity["shop"].count - 16
    assert len(made.y.ticks) == 16 and f"{left_out} instances left out" in made.x.label
    with pytest.raises(ValueError, match="there is no service 'x'"):
        instances(run, "x")


@pytest.mark.slow
def test_all_of_it_is_inside_the_picture():
    axes = evsim.load("autoscale-by-lag").run().plot.instances("resizer")
    assert is_whole(axes) and finding(axes).startswith("resizer had")
