"""The player in JupyterLab, and in a notebook that was exported."""

import re
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

import evsim
from evsim.lesson import lesson_size
from evsim.view.player import widget
from evsim.view.what_changed import figures
from tests.browser.lab import OUR_KERNEL, ROOT, Lab, browser, server, write_notebook
from tests.view import runs

pytestmark = pytest.mark.ci

SOURCE = """
import evsim
from evsim.lesson import lesson_size
down = {"faults": [{"outage": "mailing-list", "at": 8, "for": 5}]}
player = evsim.play(*(lesson_size(name).replace(down).run() for name in ("classic", "events")))
player
"""
BREAKS_ITSELF = """
import evsim
from evsim.lesson import lesson_size
evsim.play(*(lesson_size(name).run() for name in ("classic", "events")))
"""
PICTURES = ROOT / "build/screenshots"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("player")
    write_notebook(folder / "player.ipynb", SOURCE)
    write_notebook(folder / "breaks.ipynb", BREAKS_ITSELF)
    with browser() as chromium, server(folder) as address:
        yield Lab(chromium, address)


@pytest.fixture(scope="module")
def cells(lab):
    """The cells of a notebook that was run, which is open."""
    return lab.run("player.ipynb")


def test_in_jupyterlab_it_is_driven_by_keys_and_the_notebook_keeps_out_of_it(lab, cells):
    assert [output["output_type"] for output in cells[0]["outputs"]] == ["display_data", "display_data"]
    player = lab.cell(0).locator(".ev-player")
    player.wait_for()
    assert not lab.cell(0).locator(".ev-still").is_visible()  # where it moves, nobody needs a still
    bar = player.get_by_role("slider", name="time")
    bar.press("ArrowRight")
    bar.press("ArrowRight")
    bar.press("ArrowLeft")
    assert bar.get_attribute("aria-valuenow") != "0.000"
    player.get_by_role("button", name="Register").press("Enter")
    player.get_by_role("button", name="pause").press("Space")
    player.get_by_role("combobox", name="pace").select_option("every event")
    bar.press("End")
    for _ in range(20):
        lab.page.keyboard.press("ArrowLeft")
    assert re.match(r"You are customer \d+\.", player.locator(".ev-me").inner_text())
    time, screen = bar.get_attribute("aria-valuenow"), player.inner_text()
    for key in ("ArrowLeft", "ArrowRight"):
        for _ in range(10):
            lab.page.keyboard.press(key)
        assert (bar.get_attribute("aria-valuenow") == time) == (key == "ArrowRight")
    assert player.inner_text() == screen
    bar.press("a")  # "insert a cell above", if the notebook heard it
    assert lab.ask("() => notebook.content.model.cells.length") == 1
    lab.picture(PICTURES / "player-jupyterlab.png")
    assert lab.complaints == [] and lab.foreign == []


def test_axe_finds_no_fault_of_a_player_in_a_notebook(lab, cells):
    player = lab.cell(0).locator(".ev-player")
    player.get_by_role("button", name="Register").press("Enter")
    for panel in player.locator("summary").all():
        panel.press("Enter")
    found = Axe().run(lab.page, context=".jp-Notebook .jp-OutputArea").response
    assert found["violations"] == [] and len(found["passes"]) > 10


def test_it_is_there_again_when_the_page_is_loaded_again(lab, cells):
    lab.cell(0).locator(".ev-player").wait_for()
    lab.ask("() => notebook.context.save().then(() => null)")
    lab.load()
    lab.ask("""async () => {
        const file = {path: 'player.ipynb', factory: 'Notebook'};
        window.notebook = await jupyterapp.commands.execute('docmanager:open', file);
        await notebook.context.ready;
    }""")
    lab.cell(0).get_by_role("button", name="Register").click()
    me = lab.cell(0).get_by_text("You are customer 0.")
    me.wait_for()
    assert me.is_visible()


def test_it_is_dark_where_jupyterlab_is(lab, cells):
    lab.cell(0).locator(".ev-player").wait_for()
    lab.ask("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    lab.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    lab.page.locator("#jupyterlab-splash").wait_for(state="detached")
    paper = lab.cell(0).locator(".ev-player").evaluate("node => getComputedStyle(node).backgroundColor")
    lab.picture(PICTURES / "player-jupyterlab-dark.png")
    lab.ask("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    assert sum(map(int, re.findall(r"\d+", paper)[:3])) < 150


def test_an_exported_notebook_shows_the_still_and_axe_finds_no_fault_of_it(lab, cells, tmp_path):
    import nbconvert  # not before: it takes seconds
    import nbformat

    done = nbformat.from_dict({"cells": cells, "metadata": OUR_KERNEL, "nbformat": 4, "nbformat_minor": 5})
    page, _ = nbconvert.HTMLExporter().from_notebook_node(done)
    assert re.search(r'class="ev-still"[^>]*>\s*<img alt="Space-time diagram[^>]*src="data:image/svg', page)
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    exported = lab.page.context.browser.new_page()
    exported.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")  # MathJax is elsewhere
    found = Axe().run(exported, context=".jp-OutputArea").response
    exported.close()
    assert found["violations"] == [] and found["passes"]


def test_it_has_a_name_that_does_not_change():
    assert repr(evsim.play(runs.classic(), runs.events())) == "<Player of classic and events>"
    assert (
        repr(evsim.play(runs.events())) == repr(evsim.play(runs.events()).widget) == "<Player of registration-events>"
    )


def test_without_anywidget_it_says_what_to_install_and_still_makes_a_page(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget._widget_class.cache_clear()
    player = evsim.play(runs.events())
    with pytest.raises(ImportError, match=r"pip install anywidget"):
        player._ipython_display_()
    assert player.to_html().startswith("<!doctype html>")


def test_the_page_is_written_to_a_file(tmp_path):
    player = evsim.play(runs.few())
    assert player.to_html(tmp_path / "page.html") is None
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == player.to_html()


def test_of_designs_with_different_customers_the_still_is_of_the_first():
    """Who comes to one design alone has one way; where one workload comes to both, it is one of theirs."""

    def run(*workloads):
        return evsim.Scenario.from_dict({
            "name": "-and-".join(workloads), "run": {"duration": "3s"},
            "workloads": {name: {"target": "desk", "arrivals": {"constant": "1/s"}} for name in workloads},
            "services": {"desk": {"handle": [{"work": "9ms"}]}},
        }).run()  # fmt: skip

    apart = evsim.play(run("people"), run("lines"))
    assert ">Seen here: people. This customer did not come to lines.</figcaption>" in apart.to_html()
    assert {lane["workloads"][0] for lane in apart.film["futures"][0]["lanes"]} == {"people", "lines"}
    shared = evsim.play(run("people", "guests"), run("guests")).still()
    assert "Lifelines of people-and-guests: " in shared and "; guests: " in shared and "figcaption" not in shared


def test_python_answers_those_who_ask_for_another_future(monkeypatch):
    player = evsim.play(runs.few())
    sent = []
    monkeypatch.setattr(player.widget, "send", sent.append)
    ask = {"type": "branch", "ticket": 1, "fault": {"outage": "register"}, "at": 2_500_000, "future": "base"}
    player.widget._asked(None, ask, [])
    answer = sent.pop()
    assert (answer["type"], answer["ticket"]) == ("future", 1)
    assert answer["future"] == player.branch({"outage": "register"}, 2.5)
    refusals = (({"fault": {"outage": "mail"}}, "there is no mail in"), ({"at": 99_000_000}, "at: must be a moment"))
    for change, words in refusals:
        player.widget._asked(None, ask | change | {"ticket": 2}, [])
        answer = sent.pop()
        assert (answer["type"], answer["ticket"]) == ("refused", 2) and words in answer["words"]


def test_in_jupyterlab_it_is_broken_here_and_a_design_without_the_part_is_told(lab):
    lab.run("breaks.ipynb")
    player = lab.cell(0).locator(".ev-player")
    bar = player.get_by_role("slider", name="time")
    for _ in range(8):
        bar.press("PageDown")
    player.get_by_label("fault").select_option(label="mailing-list down")
    player.get_by_label("seconds that it lasts").fill("3")
    player.get_by_role("button", name="break it here").press("Enter")
    radio = player.get_by_role("radio", name=re.compile("mailing-list down for 3 s at 12"))
    radio.wait_for()
    assert radio.is_checked()
    moment = float(bar.get_attribute("aria-valuenow"))
    run = lesson_size("classic").run().branch({"outage": "mailing-list", "for": 3}, at=moment)
    bar.press("End")
    assert player.locator(".ev-all").first.inner_text().endswith(f", {figures(run)['told error']} error")
    lab.picture(PICTURES / "player-jupyterlab-broken.png")
    player.get_by_label("fault").select_option(label="customer-registered (the broker) down")
    player.get_by_role("button", name="break it here").press("Enter")
    player.get_by_text("must be a moment of the run").wait_for()  # at the end of all
    bar.press("PageUp")
    bar.press("PageUp")
    player.get_by_role("button", name="break it here").press("Enter")
    player.get_by_text("classic has no customer-registered: nothing changes there").wait_for()
    assert lab.complaints == [] and lab.foreign == []
