from io import BytesIO

import pytest

import evsim
from evsim.scenario import Scenario
from evsim.view.matrix import CALLS, SELF, THROUGH, who_knows_whom
from tests.view.drawing import finding
from tests.view.runs import EDGES, many, silent


def cells(ax):
    """(row, column) names -> what is drawn there, empty cells left out."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [label.get_text() for label in ax.get_xticklabels()]
    drawn = ax.collections[0].get_array().reshape(len(names), len(names))
    found = {(a, b): drawn[i, j] for i, a in enumerate(names) for j, b in enumerate(names) if drawn[i, j]}
    assert {pair for pair, kind in found.items() if kind == SELF} == {(name, name) for name in names}
    return {pair: kind for pair, kind in found.items() if kind != SELF}


def test_calls_are_known_and_channels_hide_who_listens():
    calls = cells(who_knows_whom(evsim.load("registration-classic")))
    assert calls == {("register", "database"): CALLS, ("register", "mailing-list"): CALLS}
    through = cells(who_knows_whom(evsim.load("registration-events")))
    assert through == {("register", "database"): THROUGH, ("register", "mailing-list"): THROUGH}
    hybrid = cells(who_knows_whom(evsim.load("registration-hybrid")))
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
    known = cells(who_knows_whom(three([{"maybe": steps}])))
    assert known == {("a", "b"): CALLS, ("a", "d"): THROUGH}


def test_a_run_shows_what_python_handlers_did():
    def handle(ctx):
        yield from ctx.call("b")
        yield from ctx.publish("c")

    scenario = three(handle)
    assert cells(who_knows_whom(scenario)) == {}
    assert cells(who_knows_whom(scenario.run())) == {("a", "b"): CALLS, ("a", "d"): THROUGH}


def test_the_title_counts_the_pairs():
    title = finding(who_knows_whom(evsim.load("registration-classic")))
    assert title == "register must know 2 other services: 2 pairs by calls, 0 through a channel"
    title = finding(who_knows_whom(evsim.load("registration-events")))
    assert title == "Nobody must know another service: 0 pairs by calls, 2 through a channel"


def test_the_words_name_every_pair():
    words = who_knows_whom(evsim.load("registration-hybrid")).alt_text
    assert "register calls database" in words
    assert "database reaches mailing-list through a channel" in words


def test_a_large_system_has_room():
    ax = who_knows_whom(many())
    assert ax.figure.get_figheight() > 6
    assert len(cells(ax)) == 19


def test_one_service_alone_gives_a_sentence():
    assert who_knows_whom(silent()).alt_text == "echo is alone and knows nobody."


@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    ax = who_knows_whom(EDGES[name]())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text
