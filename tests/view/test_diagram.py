import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

import evsim
from evsim.scenario import Scenario
from evsim.view import layout
from evsim.view.diagram import diagram, scene
from evsim.view.wiring import KINDS, Wiring
from tests.view.drawing import boxes, drawn, marks
from tests.view.runs import EDGES, classic, events, many, nobody
from tests.view.runs import shop as twenty_services

BUILT_IN = evsim.names()


def words(scene):
    return [mark.text.replace("-\n", "-") for mark in marks(scene, "Text")]


def arrows(scene):
    return [each for each in marks(scene, "Line") if each.head]


def places(scene, wiring):
    """name -> where its box stands, rounded."""
    names = [*wiring.scenario.workloads, *wiring.services]
    return {name: np.round(boxes(marks(scene, "Bars", name))[0], 6).tolist() for name in names}


def shop(tiers=4, wide=5):
    """A system of many services in tiers, whose last one is told by a channel."""
    names = [[f"tier-{tier}-{number}" for number in range(wide)] for tier in range(tiers)]
    services = {"gateway": {"handle": [{"call": name} for name in names[0]]}}
    for tier in range(tiers):
        for number, name in enumerate(names[tier]):
            steps = [{"work": "1ms"}]
            if tier < tiers - 2:
                steps += [{"call": names[tier + 1][number]}, {"call": names[tier + 1][(number + 2) % wide]}]
            elif tier == tiers - 2:
                steps += [{"publish": "news"}]
            listens = {"subscribe": "news"} if tier == tiers - 1 else {}
            services[name] = {"workers": 9, "handle": steps} | listens
    return Scenario.from_dict(
        {
            "name": "shop",
            "workloads": {"web": {"target": "gateway", "arrivals": {"poisson": 2}}},
            "services": services,
            "channels": {"news": {"log": {"partitions": 4}}},
            "run": {"duration": 5},
        }
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_part_is_named_and_every_edge_is_an_arrow(name):
    scenario = evsim.load(name)
    wiring, made = Wiring(scenario), scene(scenario)
    assert {*scenario.workloads, *scenario.services, *scenario.channels} <= set(words(made))
    assert len(arrows(made)) == sum(len(getattr(wiring, kind)) for kind in KINDS)


def test_calls_and_messages_have_different_lines():
    made = scene(evsim.load("registration-hybrid"))
    assert sum(each.head == "solid" and not each.look.dash for each in arrows(made)) == 2
    assert len(arrows(made)) == 4
    assert [words for words, _ in made.legend] == ["asks, and waits for the answer", "hands over a message"]


def test_a_scenario_shows_workers_and_rates_of_arrival():
    shown = words(scene(evsim.load("registration-events")))
    assert {"32 workers", "2 workers", "5 workers", "50/s", "log, 32 partitions"} <= set(shown)


def test_a_run_shows_how_busy_and_how_often():
    run = events(down=False)
    shown = words(scene(run))
    for name, figures in run.services.items():
        assert f"{100 * figures['utilisation']:.0f} % busy" in shown, name
    rate = len(run.tables.requests.row) / run.tables.window
    assert shown.count(f"{rate:.3g}/s") == 4  # nobody retries: each arrow carries each customer once


def test_a_rate_is_of_the_time_in_which_customers_come():
    """Ten a second come for 4 s; whoever is slow publishes two a second, and goes on for long after the last came."""
    services = {
        "front": {"handle": [{"publish": "jobs"}]},
        "slow": {"subscribe": "jobs", "handle": [{"work": 0.5}, {"publish": "done"}]},
    }
    run = Scenario.from_dict({
        "name": "behind", "workloads": {"page": {"target": "front", "arrivals": {"constant": 10}}},
        "services": services, "channels": {"jobs": "queue", "done": "queue"},
        "run": {"duration": 4, "warmup": 0, "drain_limit": 60},
    }).run()  # fmt: skip
    done = run.ledger[run.ledger.channel == "done"].published
    assert len(done) == 39 and (done < 4).sum() == 7
    assert f"{7 / 4}/s" in words(scene(run))


def test_the_title_says_for_whom_the_customer_waits():
    title = scene(evsim.load("registration-classic")).title
    assert "waits for register, database and mailing-list" in title
    title = scene(evsim.load("registration-events")).title
    assert "waits for register; database and mailing-list hear of it later" in title
    busiest = max(events().services, key=lambda name: events().services[name]["utilisation"])
    assert f"Busiest: {busiest}" in scene(events()).title


def test_twins_have_the_same_boxes_in_the_same_places():
    one, two = classic(), events()
    assert places(scene(one), Wiring(one)) == places(scene(two), Wiring(two))
    first = places(scene(one, like=two), Wiring(one))
    assert first == places(scene(two, like=[one]), Wiring(two))


@pytest.mark.slow
def test_a_large_twin_keeps_its_places_if_asked_to():
    one = shop()
    calls = [{"call": f"tier-0-{number}"} for number in range(4)]
    two = one.replace({"services.gateway.handle": [*calls, {"publish": "news"}]})
    assert places(scene(one, like=two), Wiring(one)) == places(scene(two, like=one), Wiring(two))


@pytest.mark.parametrize("installed", [True, False])
def test_no_box_lies_on_another(installed, monkeypatch):
    if not installed:
        monkeypatch.setitem(sys.modules, "pygraphviz", None)
    else:
        pytest.importorskip("pygraphviz", reason="without pygraphviz there is the plain layout alone")
    for scenario in (shop(), many().scenario, *map(evsim.load, BUILT_IN)):
        placed = layout.place([Wiring(scenario)])
        middles = np.array(list(placed.boxes.values()))
        sizes = np.array([layout.CUSTOMERS if name in scenario.workloads else layout.SERVICE for name in placed.boxes])
        apart = np.abs(middles[:, None] - middles[None]) - (sizes[:, None] + sizes[None]) / 2
        np.fill_diagonal(apart[:, :, 0], 1)
        assert (apart.max(axis=2) > 0.05).all()
        assert (middles - sizes / 2).min() >= -1e-6
        assert (middles + sizes / 2 <= [placed.width + 1e-6, placed.height + 1e-6]).all()


def test_every_line_joins_its_two_boxes():
    for scenario in (shop(), *map(evsim.load, BUILT_IN)):
        placed = layout.place([Wiring(scenario)])
        for (source, target), points in placed.lines.items():
            assert len(points) % 3 == 1
            for name, end in ((source, points[0]), (target, points[-1])):
                gap = np.abs(end - placed.boxes[name]) - np.array(layout.SERVICE) / 2
                assert gap.max() < 0.03


def test_messages_go_from_left_to_right_and_come_back_where_they_go_round():
    again = {"probability": 0.3, "then": {"publish": "todo"}}
    scenario = Scenario.from_dict(
        {
            "name": "round",
            "workloads": {"w": {"target": "a", "arrivals": {"constant": 1}}},
            "services": {
                "a": {"handle": [{"publish": "todo"}]},
                "b": {"subscribe": "todo", "handle": [{"maybe": again}]},
                "alone": {"handle": [{"work": "1ms"}]},
            },
            "channels": {"todo": "queue", "unused": "log"},
            "run": {"duration": 5},
        }
    )
    x = {name: place[0] for name, place in layout.place([Wiring(scenario)]).boxes.items()}
    assert x["w"] < x["a"] < x["todo"] < x["b"]
    assert scene(scenario.run()).alt


def test_services_inside_another_say_so():
    assert words(scene(evsim.load("registration-monolith"))).count("inside register") == 2


@pytest.mark.slow
def test_it_shrinks_to_given_axes():
    left, right = Figure(figsize=(10, 3)).subplots(1, 2)
    assert diagram(shop(), ax=right) is right
    assert max(text.get_fontsize() for text in right.texts) < 6
    assert max(text.get_fontsize() for text in diagram(shop()).texts) == 11
    assert not left.texts


def test_a_run_without_customers_is_drawn_without_rates():
    assert scene(nobody()).alt


@pytest.mark.slow
@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    assert drawn(diagram(EDGES[name]())).alt_text


def test_a_large_system_is_drawn_the_way_that_is_less_wide():
    chain, broad = layout.place([Wiring(many())]), layout.place([Wiring(twenty_services())])
    assert chain.width < 2 < 20 < chain.height
    assert broad.width < 13 and broad.boxes["web"][0] < broad.boxes["front"][0] < broad.boxes["orders"][0]


def test_a_system_that_did_nothing_has_no_busiest_service():
    assert "Busiest" in scene(events()).title and "Busiest" not in scene(nobody()).title
