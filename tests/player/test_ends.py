"""Who is odd, what was lost first, and the lines that pay off, are what the records say: of two designs in one film."""

import random
import re

import pytest
from hypothesis import given, settings

from evsim.scenario import Scenario
from evsim.view.player.film import film
from tests.books.holding import examples
from tests.exports.plain import Plain
from tests.exports.runs import a_run
from tests.player.node import ask
from tests.player.reference_ends import MOST_KINDS, Ends
from tests.player.reference_state import Reference
from tests.player.test_film import NO_SHRINKING
from tests.player.test_state import SEVERAL, copies, moments, some

pytestmark = pytest.mark.slow

MODULES = {"odd": ["oddOf", "firstLoss", "kindsOf"], "payoff": ["mine", "twice", "all"]}
QUESTION = """(film, lanes) => lanes.map((index, place) => ({
    odd: oddOf(index), kinds: kindsOf(film).map(([kind]) => kind), loss: firstLoss(index),
    mine: film.whose[place].map((request) => mine(index, request)),
    twice: film.whose[place].map((request) => film.moments.map((t) => twice(index, request, t))),
    all: film.moments.map((t) => all(index, t)),
}))"""


def assert_ends_are_those_of_the_records(*runs):
    """How many were odd in which way, and how many losses there were, in all runs."""
    luck, films, references = random.Random(11), [], []
    for pair in zip(*[iter(runs)] * 2, strict=True):
        its = [Reference(Plain(run)) for run in pair]
        references.append(its)
        films.append(film(*pair, labels=["one", "two"]) | {
            "toy": {"again": True}, "whose": [some(each.plain.requests, luck) for each in its],
            "moments": sorted({time for each in its for time in moments(each.plain, 2, luck)}),
        })  # fmt: skip
    seen = dict.fromkeys(("loss", "never", "declined", "denied", "twice", "late"), 0)
    for made, its, found in zip(films, references, ask(films, QUESTION, MODULES), strict=True):
        for reference, said, whose in zip(its, found, made["whose"], strict=True):
            ends = Ends(reference, [each["name"] for each in made["effects"]])
            assert_of_one_lane(ends, said, whose, made["moments"])
            for kind, who in said["odd"].items():
                seen[kind] += len(who)
            seen["loss"] += said["loss"] is not None
    return seen


def assert_of_one_lane(ends, said, whose, times):
    assert said["odd"] == ends.odd() and said["kinds"] == list(said["odd"]), ends.run
    losses = ends.losses()
    assert (said["loss"] and (said["loss"]["time"], said["loss"]["request"])) in (losses or {None}), ends.run
    assert said["mine"] == [ends.mine(place) for place in whose], ends.run
    assert said["twice"] == [[ends.twice(place, t) for t in times] for place in whose], ends.run
    for t, words in zip(times, said["all"], strict=True):
        assert_sum(words, *ends.all(t), f"{ends.run} at {t}")


def assert_sum(words, come, kinds, late, where):
    """A sum over kinds of customers, the largest first; beyond six the rest in one."""
    words, _, lied = words.removesuffix(".").partition(". ")
    assert lied == (f"For {late} of those told yes it was not true a second later" if late else ""), where
    if not come:
        assert words == "Nobody arrived", where
        return
    total, _, terms = words.partition(" = ")
    found = [re.fullmatch(r"([\d,]+) (.*)", term).groups() for term in terms.split(" + ")]
    found = [(int(many.replace(",", "")), kind) for many, kind in found]
    assert int(total.replace(",", "")) == come == sum(many for many, _ in found), where
    if len(kinds) > MOST_KINDS:
        rest = len(kinds) - MOST_KINDS
        assert found.pop()[1] == f"in {rest} other way{'s' if rest > 1 else ''}", where
    assert len(found) == min(MOST_KINDS, len(kinds)) and all(kinds[kind] == many for many, kind in found), where
    counts = [many for many, _ in found]
    assert counts == sorted(kinds.values(), reverse=True)[: len(counts)], where


def turned_down():
    """Who asks for a name that is taken is told no, and has a row all the same."""
    steps = [{"effect": "row"}, {"effect": {"name": "name", "unique": True}}]
    return Scenario.from_dict({
        "name": "turned-down",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 2}, "key": {"uniform": 3}}},
        "services": {"front": {"handle": steps}},
        "run": {"duration": 5, "warmup": 0},
    }).run()  # fmt: skip


def test_the_ends_of_customers_are_those_of_the_records():
    names = ["doubled", "lossy", "crashed events", "letters", "troubled", "committing", "read again", "refused"]
    seen = assert_ends_are_those_of_the_records(*map(a_run, names), copies().run(), turned_down())
    assert all(seen.values()), seen


@settings(examples(0.1), phases=NO_SHRINKING)
@given(SEVERAL)
def test_the_ends_of_customers_are_those_of_the_records_of_any_systems(drawn):
    assert_ends_are_those_of_the_records(*(scenario.run() for scenario in drawn.systems))
