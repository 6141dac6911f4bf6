"""The slides: what the deck is made of, that its words agree with the runs, that the built file is fresh."""

import re
import subprocess
from html.parser import HTMLParser

import pytest

from docs.build import DESIGNS, means
from slides import numbers
from slides.__main__ import HTML, main
from slides.deck import COMMENT, FIELD, SOURCE, DeckError, fill, read
from slides.figures import FIGURES, draw
from slides.page import digest, page
from slides.pdf import BROWSER, NoBrowser, browser, pdf
from tests.support.missing import missing

pytestmark = pytest.mark.slow

SLIDES = read()
SIZE = 1.5e6  # bytes of a file worth keeping as built


@pytest.fixture(scope="module")
def values():
    return numbers.values()


@pytest.fixture(scope="module")
def figures():
    return {name: draw(name) for name in FIGURES}


@pytest.fixture(scope="module")
def html(values, figures):
    return page(SLIDES, values, figures)


@pytest.fixture(scope="module")
def number(values):
    """A number of the slides as a number: a count or a share as it is, a time in seconds."""
    sizes = {"ms": 1e-3, "s": 1, "%": 0.01, "": 1}

    def of(name):
        size, unit = re.fullmatch(r"([\d,.]+)\s?(ms|s|%|)", values[name]).groups()
        return float(size.replace(",", "")) * sizes[unit]

    return of


@pytest.fixture(scope="module")
def printer():
    try:
        return browser()
    except NoBrowser as error:
        missing(str(error))


class Sources(HTMLParser):
    """The places from which a page would load something."""

    def __init__(self, html):
        super().__init__()
        self.outside = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if not found.get("src", "data:").startswith("data:") or tag in ("link", "iframe"):
            self.outside.append(found)


# The source.


def test_the_deck_has_about_twenty_slides():
    assert 18 <= len(SLIDES) <= 24


def test_the_lesson_is_fifty_minutes_or_less():
    assert SLIDES[-1].begins + float(SLIDES[-1].notes["minutes"]) <= 50


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: str(slide.number))
def test_the_notes_of_a_slide_name_the_minute_and_what_to_say_and_ask(slide):
    assert 0 < float(slide.notes["minutes"]) <= 5
    assert len(slide.notes["say"].split()) >= 10
    assert "?" in slide.notes["ask"]


def test_a_slide_without_notes_is_refused_with_its_number():
    with pytest.raises(DeckError, match="slide 2: its notes lack say, ask"):
        read("# A\n<!--\nminutes: 1\nsay: a\nask: b\n-->\n---\n# B\n<!-- minutes: 1 -->")


def test_no_number_is_typed():
    allowed = re.compile(r"^minutes: \d$|^\d\. |`[^`]+`|</?\w[^>]*>", re.MULTILINE)  # how a slide is made
    typed = FIELD.sub("", allowed.sub("", SOURCE.read_text("utf-8")))
    assert not re.findall(r".*\d.*", typed)


def test_an_unknown_number_or_picture_is_refused_with_the_nearest():
    with pytest.raises(DeckError, match="'classic.calls'"):
        fill("{{clasic.calls}}", {"classic.calls": "2"}, {})
    with pytest.raises(DeckError, match="'monolith'"):
        fill("{{figure: monolit}}", {}, FIGURES)


def test_every_number_and_picture_made_is_shown(values):
    asked = {name for _, name in FIELD.findall(SOURCE.read_text("utf-8"))}
    assert set(FIGURES) <= asked
    healthy = re.compile(r".*\.well\..*|monolith\..*|.*\.told|.*\.lag")  # made in a row with others
    assert {name for name in values if not healthy.fullmatch(name)} <= asked


def test_there_is_one_prediction_and_one_vote_that_names_each_misconception():
    predictions = [slide for slide in SLIDES if slide.title.startswith("Predict")]
    votes = [slide for slide in SLIDES if "vote" in slide.look]
    assert len(predictions) == len(votes) == 1
    notes = votes[0].notes
    assert len(re.findall(r"^\d\. ", votes[0].text, re.MULTILINE)) == 4
    wrong = {"a", "b", "c", "d"} - {notes["right"][0].lower()}
    assert {name.removesuffix(" is wrong") for name in notes if name.endswith(" is wrong")} == wrong


# What the words say of the runs.


def test_each_design_tells_sooner_than_the_one_before(number):
    told = [number(f"{design}.well.told") for design in ("classic", "parallel", "hybrid", "events")]
    assert told == sorted(told, reverse=True)


def test_everybody_told_error_had_half_happened(values):
    assert values["one.half"] == values["one.refused"] != "0"


def test_none_of_the_three_repairs_helps(number):
    for repaired in ("retries", "parallel.mailing-list", "monolith.mailing-list"):
        assert abs(number(f"{repaired}.yes") - number("classic.mailing-list.yes")) < 0.02
        assert abs(number(f"{repaired}.half") / number("classic.mailing-list.half") - 1) < 0.05


def test_with_the_list_down_everybody_is_told_yes_and_then_it_catches_up_as_predicted(number):
    assert number("events.mailing-list.yes") == 1 and number("events.mailing-list.not-yet") > 500
    assert abs(number("catch-up.took") / number("catch-up.predicted") - 1) < 0.1


def test_the_errors_of_a_broker_that_is_down_are_as_many_and_honest(number, values):
    assert abs(number("broker.refused") / number("one.refused") - 1) < 0.05
    assert values["broker.half"] == "0"
    assert number("two-writes.half") > 400 and values["hybrid.broker.half"] == "0"


def test_the_hybrid_is_done_last(number):
    done = {design: means(design)[1] for design in DESIGNS}
    assert max(done, key=done.get) == "hybrid"
    assert number("hybrid.well.done") == pytest.approx(done["hybrid"], abs=0.0005)


def test_no_design_is_best_in_all_rows(number):
    columns = [
        [
            sign * number(f"{design}.{fault}.{what}")
            for fault in ("mailing-list", "database")
            for what, sign in (("yes", -1), ("not-yet", 1), ("half", 1))
        ]
        for design in ("classic", "parallel", "hybrid", "events")
    ]
    assert [min(row) for row in zip(*columns)] not in columns


def test_each_group_gets_every_event_and_the_consumers_of_one_share_them(number):
    events = number("groups.messages")
    assert number("groups.mailing-list-1") == number("groups.statistics-1") == events
    assert number("groups.database-1") + number("groups.database-2") == events


def test_what_events_gain_and_what_they_cost_is_seen(number):
    assert number("events.spike") < 0.05 < number("classic.spike")
    assert number("classic.spike-true") < number("events.spike-true")
    assert number("unread") > 0.9 > number("unread.then")


# What is built.


def test_the_page_has_every_slide_with_its_notes_and_nothing_left_to_fill_in(html):
    assert html.count('<section id="') == html.count('class="notes"') == len(SLIDES)
    assert not FIELD.search(html) and "{picture" not in html and not COMMENT.search(html)
    assert "<dt>minute</dt><dd>0 to 1</dd>" in html


def test_every_picture_of_the_page_has_words_for_those_who_cannot_see_it(html):
    words = re.findall(r'<figure class="evsim-scene" data-scene="[\w-]+"><p class="small">([^<]+)</p></figure>', html)
    assert len(words) == len(FIGURES)
    assert all(len(each) > 60 for each in words)


def test_the_page_loads_nothing_from_outside(html):
    assert not Sources(html).outside
    assert "@import" not in html and not re.search(r"url\((?!#)", html)


def test_the_page_that_is_kept_is_small_and_fresh(html):
    kept = HTML.read_text(encoding="utf-8")
    assert HTML.stat().st_size < SIZE
    assert digest(kept) == digest(html), "stale: python -m slides writes it"


def test_a_number_that_changes_makes_the_kept_page_stale(html, values, figures):
    other = page(SLIDES, values | {"one.half": "7"}, figures)
    assert digest(other) != digest(html)


MEASURE = """
<script type="module">
document.body.classList.remove("running");
const over = [...document.querySelectorAll(".slide")].filter((slide) => {
  const paper = slide.querySelector(".paper"), box = paper.getBoundingClientRect();
  const low = [...paper.querySelectorAll("*")].some((each) => {
    const its = each.getBoundingClientRect();
    return its.bottom > box.bottom - 2 || its.right > box.right - 2;
  });
  const figures = [...paper.querySelectorAll("figure")];
  const small = figures.some((each) => each.getBoundingClientRect().height < 330);
  return low || small || figures.some((each) => !each.querySelector("svg text")) || paper.scrollHeight > 720;
});
document.body.dataset.over = over.map((slide) => slide.id).join(" ") || "none";
</script>
"""


def test_nothing_runs_over_the_edge_of_a_slide(html, printer, tmp_path):
    file = tmp_path / "measured.html"
    file.write_text(html.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [printer, *options, "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert re.search(r'data-over="([^"]*)"', done.stdout)[1] == "none"


def test_the_pdf_has_a_page_for_each_slide(html, printer, tmp_path):
    source, made = tmp_path / "deck.html", tmp_path / "deck.pdf"
    source.write_text(html, encoding="utf-8")
    pdf(source, made)
    assert len(re.findall(rb"/Type\s*/Page\b", made.read_bytes())) == len(SLIDES)


def test_without_a_browser_the_command_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    for name in (BROWSER, "ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(NoBrowser, match="Edge, Chrome, Chromium or Brave is needed(.|\n)*print it to PDF"):
        browser()
    monkeypatch.setenv(BROWSER, "no-such-browser")
    with pytest.raises(NoBrowser, match="EVSIM_BROWSER is 'no-such-browser'"):
        browser()


def test_an_unknown_option_prints_the_help(capsys):
    assert main(["--hmtl"]) == 2
    assert "python -m slides" in capsys.readouterr().out
