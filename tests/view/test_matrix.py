import pytest

import evsim
from evsim.scenario import Scenario
from evsim.view.matrix import CALLS, NOT, SELF, THROUGH, scene, who_knows_whom
from tests.view.drawing import boxes, drawn, marks
from tests.view.runs import EDGES, many, silent


def cells(scene):
    """(row, column) names -> what is drawn there, empty cells left out."""
    names = [name for _, name in scene.y.ticks]
    assert scene.x.ticks == scene.y.ticks
    found = {}
    for mark in marks(scene, "Bars"):
        for left, right, low, high in boxes([mark]):
            found[names[round((low + high) / 2)], names[round((left + right) / 2)]] = mark.name
    assert len(found) == len(names) ** 2
    assert {pair for pair, kind in found.items() if kind == SELF} == {(name, name) for name in names}
    return {pair: kind for pair, kind in found.items() if kind not in (SELF, NOT)}


def test_calls_are_known_and_channels_hide_who_listens():
    calls = cells(scene(evsim.load("registration-classic")))
    assert calls == {("register", "database"): CALLS, ("register", "mailing-list"): CALLS}
    through = cells(scene(evsim.load("registration-events")))
    assert through == {("register", "database"): THROUGH, ("register", "mailing-list"): THROUGH}
    hybrid = cells(scene(evsim.load("registration-hybrid")))
    assert hybrid == {("register", "database"): CALLS, ("database", "mailing-list"): THROUGH}


def three(handle):
    """Service a does what `handle` says; b is there to be called, and d listens to the channel c."""
    work = [{"work": "1ms"}]
    return Scenario.from_dict(
        {
            "name": "three",
            "workloads": {"w": {"target": "a", "arrivals": {"constant": 1}}},
            "services": {
                "a": {"handle": handle},
                "b": {"handle": work},
                "d": {"handle": work, "subscribe": "c"},
            },
            "channels": {"c": "queue"},
            "run": {"duration": 5},
        }
    )


def test_steps_inside_branches_count():
    steps = {"probability": 0.5, "then": [{"parallel": [{"call": "b"}]}], "else": [{"publish": "c"}]}
    known = cells(scene(three([{"maybe": steps}])))
    assert known == {("a", "b"): CALLS, ("a", "d"): THROUGH}


def test_a_run_shows_what_python_handlers_did():
    def handle(ctx):
        yield from ctx.call("b")
        yield from ctx.publish("c")

    scenario = three(handle)
    assert cells(scene(scenario)) == {}
    assert cells(scene(scenario.run())) == {("a", "b"): CALLS, ("a", "d"): THROUGH}


def test_the_title_counts_the_pairs():
    title = scene(evsim.load("registration-classic")).title
    assert title == "register must know 2 other services: 2 pairs by calls, 0 through a channel"
    title = scene(evsim.load("registration-events")).title
    assert title == "Nobody must know another service: 0 pairs by calls, 2 through a channel"


def test_the_words_name_every_pair():
    words = scene(evsim.load("registration-hybrid")).alt
    assert "register calls database" in words
    assert "database reaches mailing-list through a channel" in words


def test_a_large_system_has_room():
    assert scene(many()).size[1] > 6
    assert len(cells(scene(many()))) == 19


def test_one_service_alone_gives_a_sentence():
    assert scene(silent()).alt == "echo is alone and knows nobody."


@pytest.mark.slow
@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    assert drawn(who_knows_whom(EDGES[name]())).alt_text
