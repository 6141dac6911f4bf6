"""The decks: a slide for each cell that shows something, notes from the teacher's page, players that move, a PDF."""

import re
import subprocess
from html.parser import HTMLParser

import pytest

from evsim.lesson.predictions import Prediction
from evsim.lesson.sliders import Slider, States
from evsim.view.player.widget import Player
from slides.__main__ import main
from slides.deck import LESSONS, deck
from slides.pdf import BROWSER, NoBrowser, browser, pdf
from slides.slides import ROW, slides
from teaching.copies import HERE
from tests.browser import lab
from tests.notebooks.reading import NAMES, cells, ran
from tests.support.missing import missing
from tests.support.nightly import NIGHTLY, mostly_at_night
from tests.view.renderers import assert_marks_agree, assert_words_agree, wide

pytestmark = pytest.mark.ci
DAY = ("00-press-register", "05-twice-or-never")
each_lesson = pytest.mark.parametrize("name", mostly_at_night(NAMES, *DAY))


@pytest.fixture(scope="module")
def decks():
    """name -> (slides, HTML)."""
    return {name: (its := slides(name), deck(its)) for name in (NAMES if NIGHTLY else DAY)}


@pytest.fixture(scope="module")
def printer():
    try:
        return browser()
    except NoBrowser as error:
        missing(str(error))


class Tags(HTMLParser):
    """The images of a page, the pages inside it, and what it would load from outside."""

    def __init__(self, html):
        super().__init__()
        self.images, self.inside, self.outside = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "img":
            self.images.append(found)
        if tag == "iframe":
            self.inside.append(found["data-page"])
        if not found.get("src", "data:").startswith("data:") or tag == "link":
            self.outside.append(found)


def test_each_lesson_has_a_deck():
    assert LESSONS == NAMES


@each_lesson
def test_what_moves_in_the_notebook_moves_in_the_deck_and_each_vote_is_there_with_its_answer(decks, name):
    its, html = decks[name]
    gave = ran(name).gave.values()
    moving = [repr(value) for value in gave if isinstance(value, Player | Slider)]
    assert [repr(each.live) for each in its if each.live] == moving
    assert len(Tags(html).inside) == len(moving)
    for asked in (value for value in gave if isinstance(value, Prediction)):
        (vote,) = (each for each in its if asked.question in each.text)
        (right,) = (answer for answer, thought in asked.choices.items() if not thought)
        place = its.index(vote)
        assert all(choice in vote.text for choice in asked.choices) and vote.look == "ask vote"
        answer = next(each for each in its[place + 1 :] if each.text.startswith("**"))
        assert re.match(rf"\*\*[A-D]: {re.escape(right)}\*\*", answer.text)
        assert not any(right in each.text for each in its[:place] if each.text.startswith("**"))


@each_lesson
def test_what_moves_on_a_slide_and_what_is_printed_of_it_say_the_same(decks, name):
    scenes = {
        (place, value, number): scene
        for place, each in enumerate(decks[name][0])
        if isinstance(each.live, Slider)
        for value, shown in States(each.live, 60).scenes.items()
        for number, scene in enumerate(shown)
    }
    for key, screen in wide(scenes).items():
        paper = scenes[key].draw()
        assert_words_agree(key, scenes[key], screen, paper)
        assert_marks_agree(key, scenes[key], screen, paper)


@each_lesson
def test_every_row_of_the_teachers_page_and_all_of_the_prose_is_in_the_notes(decks, name):
    its, _ = decks[name]
    rows = ROW.findall((HERE / f"{name}.md").read_text("utf-8"))
    said = [each.notes["say"] for each in its if "say" in each.notes]
    minutes = [int(each.notes["minute"]) for each in its if "minute" in each.notes]
    assert set(said) == {say for _, say, *_ in rows} and minutes == sorted(minutes)
    text = " ".join(each.text + " ".join(each.notes.values()) for each in its)
    for cell in cells(name):
        if cell.kind == "markdown" and not {"front-matter", "key-points"} & {*cell.tags}:
            read = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", cell.source).split("\n\n")
            last = [each for each in read if not each.startswith("#")][-1]  # a heading is the title of a slide
            assert " ".join(last.split()) in " ".join(text.split())


@each_lesson
def test_pictures_have_words_and_nothing_comes_from_outside(decks, name):
    found = Tags(decks[name][1])
    assert all(len(image["alt"]) > 40 for image in found.images) and not found.outside
    assert all(not Tags(page).outside for page in found.inside)


MEASURE = """
<script>
document.body.classList.remove("running");
const over = [...document.querySelectorAll(".slide")].filter((slide) => {
  const paper = slide.querySelector(".paper"), box = paper.getBoundingClientRect();
  const shown = slide.querySelector(".shown");
  const low = [...paper.querySelectorAll("*")].some((each) => {
    const its = each.getBoundingClientRect();
    return its.bottom > box.bottom - 2 || its.right > box.right - 2;
  });
  const small = shown.querySelector("img") && shown.getBoundingClientRect().height < 300;
  const tiny = [...shown.querySelectorAll("pre")].some((each) => parseFloat(getComputedStyle(each).fontSize) < 13.2);
  return low || small || tiny || paper.scrollHeight > 720;
});
document.body.dataset.over = over.map((slide) => slide.id).join(" ") || "none";
</script>
"""


def test_nothing_runs_over_the_edge_of_a_slide_nor_is_too_small(decks, printer, tmp_path):
    every = "".join(re.search(r"<main>(.+)</main>", html, re.S)[1] for _, html in decks.values())
    first = re.sub(r"<main>.+</main>", lambda _: f"<main>{every}</main>", decks[DAY[0]][1], flags=re.S)
    file = tmp_path / "measured.html"
    file.write_text(re.sub(r' data-page="[^"]*"', "", first).replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [printer, *options, "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert re.search(r'data-over="([^"]*)"', done.stdout)[1] == "none"


@pytest.fixture(scope="module")
def page(decks, tmp_path_factory):
    """The deck of lesson 05 in a browser, and a function that goes to its slide with a player or a slider."""
    its, html = decks["05-twice-or-never"]
    file = tmp_path_factory.mktemp("deck") / "deck.html"
    file.write_text(html, encoding="utf-8")

    def to(kind):
        number = next(place for place, each in enumerate(its, 1) if isinstance(each.live, kind))
        opened.goto(f"{file.as_uri()}#{number}")
        return opened, number

    with lab.browser() as chromium:
        opened = chromium.new_page(viewport={"width": 1366, "height": 768})
        yield to


def test_a_player_of_a_deck_can_be_pressed_and_after_a_click_beside_it_keys_turn_the_slides(page):
    opened, number = page(Player)
    player = opened.frame_locator(".here iframe")
    player.get_by_role("button", name="Register").click()
    player.get_by_text("You are customer 0").first.wait_for()
    opened.locator(".here h1").click()
    opened.keyboard.press("ArrowRight")
    assert opened.url.endswith(f"#{number + 1}")


def test_a_slider_of_a_deck_moves_by_keys_and_its_picture_fits_and_says_what_changed(page):
    opened, number = page(Slider)
    panel = opened.frame_locator(".here iframe")
    slider, scene = panel.get_by_role("slider"), panel.locator(".evsim-scene svg")
    seen = set()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        slider.press(key)
        seen.add((slider.get_attribute("aria-valuetext"), scene.first.get_attribute("aria-label")))
        assert panel.locator(".evsim-said").inner_text()
    assert len(seen) == 4 and opened.url.endswith(f"#{number}")
    inside = "node => node.getBoundingClientRect().bottom <= node.ownerDocument.defaultView.innerHeight"
    assert scene.last.evaluate(inside)


def test_a_pdf_has_a_page_for_each_slide_with_a_still_where_something_moves(decks, printer, tmp_path):
    its, html = decks["05-twice-or-never"]
    source, made = tmp_path / "deck.html", tmp_path / "deck.pdf"
    source.write_text(html, encoding="utf-8")
    pdf(source, made)
    assert len(re.findall(rb"/Type\s*/Page\b", made.read_bytes())) == len(its)


def test_the_command_writes_a_deck_for_each_lesson_and_says_what_a_pdf_needs(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("slides.__main__.slides", lambda name: name)
    monkeypatch.setattr("slides.__main__.deck", lambda name: f"<html>{name}</html>")
    monkeypatch.setenv(BROWSER, "no-such-browser")
    assert main([str(tmp_path)]) == 1
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.html" for name in NAMES}
    assert "EVSIM_BROWSER is 'no-such-browser'" in capsys.readouterr().err
    assert main(["--what"]) == 2 and "python -m slides" in capsys.readouterr().out


def test_without_a_browser_the_command_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    for name in (BROWSER, "ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(NoBrowser, match="Edge, Chrome, Chromium or Brave is needed(.|\n)*print it to PDF"):
        browser()
