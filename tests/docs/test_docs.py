"""What README and the pages say is true of the code."""

import re
from pathlib import Path

import pytest

import evsim
from docs import build
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "tests").glob("**/README.md"))]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def column(table, design):
    """The cells of a design in a table."""
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    (place,) = (number for number, each in enumerate(rows[0], len(rows[2]) - len(rows[0])) if each == design)
    return [row[place] for row in rows[2:]]


@pytest.mark.parametrize("design", mostly_at_night(build.DESIGNS, "events"))
def test_the_table_of_readme_is_fresh(design, monkeypatch):
    (shown,) = re.findall(r"<!-- table: [^>]*-->\n(.*?)<!-- end of table -->", README, re.DOTALL)
    monkeypatch.setattr(build, "DESIGNS", (design,))
    assert column(shown, design) == column(build.table(), design)


def test_the_note_of_the_table_picture_reference_and_pages_are_fresh(capsys, monkeypatch):
    (shown,) = re.findall(r"<!-- table: [^>]*-->\n(.*?)<!-- end of table -->", README, re.DOTALL)
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


def test_the_python_of_readme_runs(capsys):
    (code,) = blocks("python")
    exec(code.replace("n=10", "n=2"), {})
    printed = capsys.readouterr().out
    assert "balanced" in printed and "What the customer feels" in printed


def test_the_scenario_of_readme_is_the_built_in_one():
    (text,) = blocks("yaml")
    shown, built_in = evsim.Scenario.from_yaml(text), evsim.load("registration-events")
    for part in ("workloads", "services", "channels", "network"):
        assert getattr(shown, part) == getattr(built_in, part)


def test_the_reference_names_all_public_names():
    page = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    for name in [*evsim.__all__, *evsim.theory.__all__]:
        assert f"**`{name}" in page
