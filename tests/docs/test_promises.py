"""Each promise of the manual has a test that is there, and each test of the truth has a promise."""

import re
from pathlib import Path

import pytest

from evsim.registry import folders
from tests.support.cases import identifiers

ROOT = Path(__file__).resolve().parents[2]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("rules.md", "player.md", "live.md")}
PAGES |= {folder: together[0].page for folder, together in folders().items()}
HEAD = "| promise | test | source, or how exactly |"


def promises(page):
    """(promise, test, source) of each row of the table *Held by* of a page."""
    _, _, table = page.partition("## Held by")
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert rows[:1] == [HEAD]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


ROWS = [row for page in PAGES.values() for row in promises(page)]


@pytest.mark.parametrize("name", PAGES)
def test_each_promise_of_a_page_has_a_test_that_is_there(name):
    rows = promises(PAGES[name])
    assert rows
    for row in rows:
        _, tests, source = row
        assert source
        for each in tests.split(", "):
            file, name = re.fullmatch(r"(tests/\S+\.py)(?:::(\w+))?", each).groups()
            assert f"def {name or 'test_'}" in (ROOT / file).read_text(encoding="utf-8"), row


def test_no_promise_is_made_twice():
    said = [promise for promise, _, _ in ROWS if not promise.startswith("...")]
    assert len(said) > 200 and sorted(said) == sorted(set(said))


@pytest.mark.slow
def test_nothing_is_said_twice():
    """No twelve words in a row stand on two pages of the manual."""
    others = ("docs/add-a-part.md", "docs/figures.md", "docs/ways.md", "tests/README.md")
    pages = PAGES | {name: (ROOT / name).read_text(encoding="utf-8") for name in others}
    where = {}
    for name, page in pages.items():
        prose = re.sub(r"```.*?```|<!--.*?-->|^\|.*?$", "\n\n", page.partition("## Held by")[0], flags=re.S | re.M)
        for words in map(str.split, prose.replace("*", "").split("\n\n")):
            for start in range(len(words) - 11):
                where.setdefault(" ".join(words[start : start + 12]), set()).add(name)
    assert len(where) > 5000
    assert [words for words, names in where.items() if len(names) > 1] == []


def test_every_file_of_tests_of_the_truth_or_of_a_part_holds_a_promise():
    named = {each.partition("::")[0] for _, tests, _ in ROWS for each in tests.split(", ")}
    files = [*ROOT.glob("tests/truth/test_*.py"), *ROOT.glob("tests/parts/*/test_*.py")]
    assert len(files) > 40
    assert {path.relative_to(ROOT).as_posix() for path in files} - named == set()


def test_a_case_that_is_named_as_a_source_is_one_of_the_cases():
    named = {name for _, _, source in ROWS for name in re.findall(r"\b[A-Z0-9]{3,}-[A-Za-z0-9.-]+", source)}
    unknown = {name for name in named if not name.startswith(("KIP-", "ISO-"))} - set(identifiers())
    assert len(named) > 40 and not unknown


def test_every_case_of_kafka_and_of_what_brokers_do_is_named():
    sources = "\n".join(source for _, _, source in ROWS)
    groups = ("KAFKA-", "SEM-", "PIPE-", "TTL-", "LINGER-", "PREFETCH-")
    cases = [each for each in identifiers() if each.startswith(groups)]
    assert len(cases) > 20 and [each for each in cases if each not in sources] == []


def test_what_runs_only_at_night_is_listed_and_a_promise_that_only_the_night_holds_says_so():
    listed = (ROOT / "tests/README.md").read_text(encoding="utf-8")
    only = re.compile(r"^@nightly\n(?:@.*\n)*def (test_\w+)", re.M)
    alone = {
        name for path in ROOT.glob("tests/**/test_*.py") for name in only.findall(path.read_text(encoding="utf-8"))
    }
    assert len(alone) > 5 and [name for name in alone if f"`{name}`" not in listed] == []
    rows = [row for row in ROWS if all(each.partition("::")[2] in alone for each in row[1].split(", "))]
    assert [row for row in rows if "at night" not in row[2]] == []
