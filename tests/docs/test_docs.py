"""What README and the pages say is true of the code."""

import re
from pathlib import Path

import pytest

import evsim
from docs import build
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/five-ways.md").read_text(encoding="utf-8")
FOLDERS = (
    "docs/*.md", "tests/noticed.md", "tests/**/README.md", "teaching/*.md", "evsim/parts/*/page.md", "benchmarks/*.md",
)  # fmt: skip
PAGES = [*ROOT.glob("*.md"), *(page for each in FOLDERS for page in sorted(ROOT.glob(each)))]
FIRST_SCREEN = 45  # lines of README: what it is, what it looks like, how it is started, where to go on


def column(table, design):
    """The cells of a design in a table."""
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    (place,) = (number for number, each in enumerate(rows[0], len(rows[2]) - len(rows[0])) if each == design)
    return [row[place] for row in rows[2:]]


@pytest.mark.parametrize("design", mostly_at_night(build.DESIGNS, "events"))
def test_the_table_of_the_five_designs_is_fresh(design, monkeypatch):
    (shown,) = re.findall(r"<!-- table: [^>]*-->\n(.*?)<!-- end of table -->", TABLE, re.DOTALL)
    monkeypatch.setattr(build, "DESIGNS", (design,))
    assert column(shown, design) == column(build.table(), design)


def test_the_note_of_the_table_and_the_picture_are_fresh(capsys, monkeypatch):
    (shown,) = re.findall(r"<!-- table: [^>]*-->\n(.*?)<!-- end of table -->", TABLE, re.DOTALL)
    with monkeypatch.context() as patch:
        patch.setattr(build, "DESIGNS", ())
        patch.setattr(build, "FAULTS", {})
        assert shown.endswith(build.table().rpartition("\n\n")[2])
    monkeypatch.setattr(build, "table", lambda: shown)
    assert build.main(check=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_the_scenario_of_the_page_is_the_built_in_one():
    (text,) = re.findall(r"```yaml\n(.*?)```", TABLE, re.DOTALL)
    shown, built_in = evsim.Scenario.from_yaml(text), evsim.load("registration-events")
    for part in ("workloads", "services", "channels", "network"):
        assert getattr(shown, part) == getattr(built_in, part)


def test_readme_says_what_it_is_shows_it_and_starts_it_on_its_first_screen():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < FIRST_SCREEN
    places = [text.index(each) for each in ("![", "is a teaching kit", "site/index.html", "python kit.py", "start.md")]
    assert places == sorted(places)
