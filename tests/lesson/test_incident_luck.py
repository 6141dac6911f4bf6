"""Luck of incidents: what is left open is drawn for each incident by itself, and everything that is written comes."""

from collections import Counter
from random import Random

import pytest

from evsim.lesson.deck.card import FOLDER, incidents, load_card
from evsim.lesson.deck.draws import draw, fill
from evsim.lesson.deck.game import Incident
from evsim.lesson.deck.players import played
from evsim.scenario.reading import read
from evsim.scenario.units import time

SEEDS = range(1, 4)


def written(name):
    return read((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name)[0]


def plainly(draws, luck):
    """What is drawn, in the order in which it is written: seconds, numbers, or one of a list."""
    random, found = Random(luck), {}
    for name, how in draws.items():
        if "one of" in how:
            one = how["one of"][random.randrange(len(how["one of"]))]
            found |= one if isinstance(one, dict) else {name: one}
            continue
        low, high = how["from"], how["to"]
        if isinstance(low, str):
            found[name] = random.randint(int(time(low)), int(time(high)))
        else:
            found[name] = random.randint(low, high) if isinstance(low, int) else round(random.uniform(low, high), 2)
    return found


@pytest.mark.parametrize("name", incidents())
def test_a_card_has_what_its_own_luck_has_drawn(name):
    its = written(name)
    for seed in SEEDS:
        card, drawn = load_card(name, seed), plainly(its["draws"], f"{name} {seed}")
        assert card.begins == drawn["begins"]
        values = draw(its["draws"], f"{name} {seed}")
        assert {each: time(value) if str(value).endswith("s") and str(value)[0].isdigit() else value
                for each, value in values.items()} == drawn  # fmt: skip
        assert card.scenario.run_settings.seed == seed
        assert card.title == fill(its["title"], values)


def test_every_number_time_and_case_that_is_written_comes_as_often_as_the_others():
    """600 draws of 3 or 4 values: of 150 or 200 the standard error is 12."""
    draws = {"number": {"from": 2, "to": 5}, "time": {"from": "2s", "to": "4s"}, "case": {"one of": ["a", "b", "c"]}}
    found = [draw(draws, f"card {seed}") for seed in range(600)]
    for name, count in (("number", 4), ("time", 3), ("case", 3)):
        times = Counter(each[name] for each in found)
        assert len(times) == count
        assert all(abs(each - 600 / count) < 48 for each in times.values())


def test_who_guesses_guesses_anew_for_each_seed_and_each_luck():
    class Guesses(Incident):
        """What was looked at, named and done, and nothing else."""

        def __init__(self, card):
            self.card, self.said = card, []

        look = name = mend = lambda self, what: self.said.append(what)

    card = load_card("up-and-down")
    by_seed = [tuple(played(Guesses(load_card("up-and-down", seed)), "random", 1).said) for seed in range(1, 9)]
    by_luck = [tuple(played(Guesses(card), "random", luck).said) for luck in range(8)]
    assert len(set(by_seed)) > 4 and len(set(by_luck)) > 4
    assert by_luck == [tuple(played(Guesses(card), "random", luck).said) for luck in range(8)]


@pytest.mark.parametrize("seed", range(3))
def test_the_seed_that_an_incident_without_a_name_tells_deals_the_same_one(seed, monkeypatch):
    from evsim.lesson.deck import game

    monkeypatch.setattr(game, "Random", lambda given=None: Random(seed if given is None else given))
    dealt = game.incident()
    again = game.incident(seed=dealt.card.seed)
    assert (again.card.name, again.card.seed) == (dealt.card.name, dealt.card.seed)
