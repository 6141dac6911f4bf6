"""The page on paper: two sheets, of A4 or Letter, for three large designs; nothing too small and nothing cut off."""

import re

import pytest

import evsim
from tests.browser.lab import browser
from tests.reporting.designs import large, of_a_few_inputs, shop

pytestmark = pytest.mark.ci

SHEETS = {"A4": 210, "Letter": 216}  # the width in mm
MARGIN = 9  # mm, of the page's style
LEAST = 8  # points of a letter
LETTERS = """() => {
  const sized = (to) => Math.sqrt(Math.abs(to.a * to.d - to.b * to.c));
  const found = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, within = text.parentElement;
    if (!text.data.trim() || !within.checkVisibility()) continue;
    const svg = within.ownerSVGElement, scale = svg ? sized(within.getScreenCTM()) : 1, range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect(), around = svg ? svg.getBoundingClientRect() : null;
    found.push([text.data.trim(), parseFloat(getComputedStyle(within).fontSize) * scale * 72 / 96, box.left, box.right,
                around ? Math.max(around.left - box.left, box.right - around.right, around.top - box.top) : 0]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """name -> the file of a report on three designs."""
    folder, made = tmp_path_factory.mktemp("pages"), {}
    with pytest.MonkeyPatch.context() as patch:
        of_a_few_inputs(patch)
        for designs in (shop, large):
            report = evsim.report(*designs(), n=2, jobs=1, progress=False)  # the page is as long with two
            made[designs.__name__] = report.save(folder / f"{designs.__name__}.html")
    return made


@pytest.fixture(scope="module")
def chromium():
    with browser() as program:
        yield program


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", ["shop", "large"])
def test_it_prints_on_two_pages_with_letters_that_can_be_read_and_nothing_cut_off(pages, chromium, name, sheet):
    width = round((SHEETS[sheet] - 2 * MARGIN) / 25.4 * 96)
    tab = chromium.new_page(viewport={"width": width, "height": 1000})
    tab.goto(pages[name].as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format=sheet))) == 2
    tab.emulate_media(media="print")
    letters = tab.evaluate(LETTERS)
    assert len(letters) > 200
    for text, size, left, right, beyond in letters:
        assert size >= LEAST - 0.01, text
        assert left >= -0.5 and right <= width + 0.5 and beyond <= 0.5, text
    tab.close()


def test_the_page_of_a_small_shop_leaves_a_seventh_of_its_two_sheets_for_longer_words(pages, chromium):
    """A shop that was measured has more inputs, each with where it comes from, and more that breaks."""
    width, height = (round((side - 2 * MARGIN) / 25.4 * 96) for side in (SHEETS["A4"], 297))
    tab = chromium.new_page(viewport={"width": width, "height": height})
    tab.goto(pages["shop"].as_uri())
    tab.emulate_media(media="print")
    assert tab.evaluate("document.documentElement.scrollHeight") < 2 * height * 6 / 7
    tab.close()
