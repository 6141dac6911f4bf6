"""The page of incidents in a real browser: what it shows at a minute is what the game in Python shows at that minute.

Pictures are left in build/screenshots.
"""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from docs.site import dealt
from docs.site.__main__ import main
from docs.site.page import DECK, LARGEST, deck_page
from evsim.lesson.deck.card import incidents, load_card
from evsim.lesson.deck.debriefing import tolls
from evsim.lesson.deck.game import Incident
from evsim.lesson.deck.players import played
from tests.site.conftest import PICTURES
from tests.support.nightly import nightly

pytestmark = pytest.mark.ci

NAME, SEED = "metastable-retries", 11
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page of one incident, whose mends are in place at few moments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dealt, "EVERY", 6)
        patch.setattr(dealt, "incidents", lambda: [NAME])
        patch.setattr(dealt, "SEEDS", (SEED,))
        text = deck_page()
    made = tmp_path_factory.mktemp("deck") / "incidents.html"
    made.write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def page(pages, file):
    """The page with its incident dealt; nothing may go wrong on it, and nobody else be asked."""
    opened = pages.open(file, WIDE)
    opened.get_by_role("button", name="deal me an incident").click()
    yield opened
    pages.assert_no_trouble()


@pytest.fixture(scope="module")
def game():
    return Incident(load_card(NAME, SEED))


def words(page, place):
    return " ".join(page.locator(place).inner_text().split())


def press(page, group, label):
    page.locator(f"#{group}").get_by_role("button", name=label).click()


def test_a_look_shows_what_the_game_in_python_shows_at_that_minute(page, game):
    its = Incident(game.card, game.futures)
    for look in ("prices", "log", "a-customer"):
        press(page, "looks", its.card.looks[look]["label"])
        (table,) = its.look(look).parts
        shown = [
            " ".join(row.split()) for row in page.locator("#seen article").first.locator("tbody tr").all_inner_texts()
        ]
        cells = [" ".join(" ".join(row[:-1] if look == "prices" else row).split()) for row in table.rows]
        assert shown == cells, look
        assert words(page, "#clock") == f"It is {its.clock}."


def test_a_wrong_cause_costs_minutes_and_the_right_one_none(page, game):
    its = Incident(game.card, game.futures)
    for cause in (its.card.right, "crowd"):
        press(page, "suspects", its.card.suspects[cause]["label"])
        told = its.name(cause)
        assert words(page, "#seen article >> nth=0").startswith(" ".join(f"{told.title} {told.parts[0]}".split()))
    assert words(page, "#clock") == f"It is {its.clock}."


def test_the_debriefing_has_the_costs_that_python_counts(page, game):
    its = Incident(game.card, game.futures)
    label, minutes = its.card.mends["restart"]["label"], its.card.mends["restart"]["minutes"]
    moments = sorted(map(int, page.evaluate("Object.keys(window.game.card.mends.restart.costs)")))
    works = next(minute for minute in moments if minute > its.now / 60 + minutes)
    page.evaluate("now => { window.game.now = now; }", works - minutes)  # begun so that it works exactly at a moment
    press(page, "mends", label)
    its.now = (works - minutes) * 60
    its.mend("restart")
    expected = {name: each.total for name, each in tolls(its).items()}
    for name, total in expected.items():
        row = page.locator("#outcome table").first.get_by_role("row", name=re.compile(f"^{name}"))
        assert row.locator("td").last.inner_text() == f"{total:,}", name
    assert game.card.source["address"] == page.locator("#outcome a").get_attribute("href")
    assert page.locator("#game button:enabled").count() == 0
    page.screenshot(path=PICTURES / "incident-debriefing.png", full_page=True)


def test_a_shift_that_ends_is_debriefed_as_doing_nothing(page, game):
    while page.locator("#debriefing").is_hidden():
        press(page, "looks", game.card.looks["stock"]["label"])
    doing_nothing = played(Incident(game.card, game.futures), "nothing").toll
    row = page.locator("#outcome table").first.get_by_role("row", name=re.compile("^you"))
    assert row.locator("td").last.inner_text() == f"{doing_nothing.total:,}"


@pytest.mark.parametrize("viewport, scheme", [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def test_axe_finds_no_fault_in_a_game_and_nothing_sticks_out(pages, file, game, viewport, scheme):
    page = pages.open(file, viewport, color_scheme=scheme)
    page.get_by_role("button", name="deal me an incident").click()
    press(page, "looks", game.card.looks["prices"]["label"])
    press(page, "mends", game.card.mends["restart"]["label"])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=PICTURES / f"incident-{scheme}.png", full_page=True)
    pages.assert_no_trouble()


def test_the_page_that_is_here_has_incidents_with_two_lucks_each_and_today_s_script():
    text = DECK.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="deck">(.*?)</script>', text, re.S)[1])
    dealt_there = [(card["name"], card["seed"]) for card in data["cards"]]
    assert dealt_there == [(name, seed) for name in incidents() for seed in dealt.SEEDS if (name, seed) in dealt_there]
    assert deck_page(data) == text
    assert len(text.encode()) < LARGEST


@nightly
def test_the_page_that_is_here_is_what_would_be_written_now():
    assert main(["--deck", "--check"]) == 0
