"""Every notebook works in JupyterLab, in a real browser, for somebody who has only a keyboard.

Pictures of the notebooks, as a student sees them, are left in build/screenshots.
"""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.lab import ROOT, Lab, browser, server, write_notebook
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.ci

NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
DAY = ("00-press-register", "03-event-driven-registration-build-it", "05-twice-or-never")  # nbval runs all of them
PICTURES = ROOT / "build/screenshots"
ROOM = 647  # pixels that JupyterLab leaves for a notebook in a window of 1366 x 768
EVERYTHING_WRONG = """
from IPython.display import HTML, Javascript, display
display(HTML('<img src="http://192.0.2.1/picture.png">'), Javascript('console.error("something is wrong")'))
1 / 0
"""
TWO_GUESSES = """
from evsim.lesson import predict
number, choice = predict("How many?", number=(0, 10)), predict("Which?", ["this", "that"])
display(number, choice)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=ignored)
    with browser() as chromium, server(folder) as address:
        yield Lab(chromium, address)


@pytest.fixture(scope="module", params=mostly_at_night(NOTEBOOKS, *DAY))
def notebook(lab, request):
    """A notebook that has been run: its name and its cells."""
    name = request.param
    cells = lab.run(f"notebooks/{name}.ipynb")
    lab.picture(PICTURES / f"{name}.png")
    return name, cells


@pytest.fixture
def small_notebook(lab, tmp_path_factory, request):
    """A function that writes a notebook of one cell for this test and runs it; gives the cells."""

    def run(source):
        name = f"{request.node.name}.ipynb"
        write_notebook(tmp_path_factory.getbasetemp() / "lab0" / name, source)
        return lab.run(name)

    return run


def errors(cells):
    """What went wrong in a notebook, in words."""
    for number, cell in enumerate(cells):
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                yield f"cell {number}: {output['ename']}: {output['evalue']}"
        if cell["cell_type"] == "code" and cell["source"].strip() and cell["execution_count"] is None:
            yield f"cell {number} was not run"


def plain(cell):
    """The plain text of all outputs of a cell."""
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", ()))


def test_no_cell_ends_in_an_error(notebook):
    assert list(errors(notebook[1])) == []


def test_every_picture_says_in_words_what_it_shows(lab, notebook):
    _, cells = notebook
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code" and cell["outputs"]:
            pictures = lab.cell(number).locator(".jp-OutputArea-output img").all()
            mute = [each for each in pictures if not each.get_attribute("alt")]
            assert not mute, f"cell {number} has a picture without a text"


def test_every_slider_moved_by_key_changes_what_is_shown(lab, notebook):
    name, cells = notebook
    for number, cell in enumerate(cells):
        if "<Slider: " not in plain(cell):
            continue
        place = lab.cell(number)
        handle = place.get_by_role("slider").first
        shown = place.locator(".evsim-scene")
        assert not place.locator("figure").is_visible()  # the still picture is for pages without a kernel
        before = shown.inner_html()
        at_the_end = handle.input_value() == handle.get_attribute("max")
        handle.press("Home" if at_the_end else "End")
        changed = "([node, before]) => node.innerHTML !== before"
        lab.page.wait_for_function(changed, arg=[shown.element_handle(), before])
        assert shown.inner_html() != before
        lab.picture(PICTURES / f"{name}-cell-{number}-moved.png")


def test_every_picture_fits_into_the_window_of_a_laptop_with_its_slider(lab, notebook):
    for shown in lab.page.locator(".jp-Cell figure, .ev-player, .jp-OutputArea:has(.evsim-scene)").all():
        assert shown.evaluate("node => node.offsetHeight") <= ROOM, shown.inner_text()


def test_the_browser_does_not_complain(lab, notebook):
    assert lab.complaints == []


def test_no_other_host_is_asked(lab, notebook):
    assert lab.foreign == []


def test_a_guess_made_by_keys_is_there_when_the_notebook_is_opened_again(lab, small_notebook):
    small_notebook(TWO_GUESSES)
    cell = lab.cell(0)
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert cell.locator("label").first.evaluate(size) >= 14  # to be read from the last row
    cell.get_by_role("slider").press("End")
    cell.get_by_role("radio").last.press("Space")
    for button in cell.get_by_role("button", name="Keep my guess").all():
        button.press("Enter")
    cell.get_by_text("Your guess: 10.").wait_for()
    cell.get_by_text("Your guess: \N{LEFT DOUBLE QUOTATION MARK}that").wait_for()
    (again,) = small_notebook(TWO_GUESSES)
    assert re.findall(r"Your guess: \W?(\w+)", plain(again)) == ["10", "that"]


EXPLORE = """
import evsim
evsim.explore(evsim.lesson.lesson_size("events"), ["services.mailing-list.workers"])
"""


def test_an_explorer_is_moved_by_keys_says_what_changed_and_has_a_name_for_everything(lab, small_notebook):
    assert list(errors(small_notebook(EXPLORE))) == []
    cell = lab.cell(0)
    slider = cell.get_by_role("slider", name="mailing-list: workers")
    assert slider.get_attribute("aria-valuetext") == "2"
    slider.press("ArrowLeft")
    said = cell.get_by_role("status").filter(has_text="The p95 of the time until all was done rose")
    said.wait_for(state="attached")
    cell.get_by_role("checkbox", name="mailing-list down, from 8 s to 13 s").press("Space")
    cell.get_by_text("pale: as it was before").wait_for()
    said.filter(has_text="customers more were told yes, and it was not true").wait_for(state="attached")
    cell.get_by_role("button", name="other luck").press("Enter")
    cell.get_by_role("status").filter(has_text="The same setting, other luck.").wait_for()
    lab.picture(PICTURES / "explore.png")
    found = Axe().run(lab.page, context=".jp-Notebook .jp-OutputArea")
    assert [each["id"] for each in found.response["violations"]] == []


def test_what_is_wrong_would_be_seen(lab, small_notebook):
    cells = small_notebook(EVERYTHING_WRONG)
    assert list(errors(cells)) == ["cell 0: ZeroDivisionError: division by zero"]
    assert any("something is wrong" in complaint for complaint in lab.complaints)
    assert set(lab.foreign) == {"http://192.0.2.1/picture.png"}
