"""Each part has what a part has, and its page is true: what it shows runs, and the tests it names are there."""

import re
from pathlib import Path

import pytest

import evsim
from evsim.registry import parts
from evsim.scenario.manual import settings_table

ROOT = Path(__file__).resolve().parents[2]
every_part = pytest.mark.parametrize("part", parts(), ids=lambda part: part.word)


@every_part
def test_it_has_settings_an_engine_an_audit_a_page_and_mutants(part):
    assert part.about.endswith(".")
    assert part.module("settings").SETTINGS and part.module("engine").build and part.module("audit").CHECKS
    assert (ROOT / "tests" / "parts" / part.word / "mutants.py").exists()


@every_part
def test_each_of_its_settings_says_what_it_is_and_what_may_be_written(part):
    rows = settings_table(part.module("settings").SETTINGS).splitlines()[2:]
    for row in rows:
        _, what, usual = (each.strip() for each in row.strip("|").split("|"))
        said, _, written = what.rpartition(": ")
        assert len(said) > 8 and written and usual, row


@every_part
def test_what_its_page_shows_runs_and_its_books_balance(part):
    shown = re.findall(r"```yaml\n(.*?)```", part.page, re.DOTALL)
    assert shown
    for text in shown:
        run = evsim.Scenario.from_yaml(text).run()
        assert run.audit() and run.summary()["requests"] > 100


@every_part
def test_what_its_page_promises_names_tests_that_are_there(part):
    rows = part.page.partition("## Held by")[2].splitlines()[4:]
    assert rows
    for row in rows:
        file, name = re.search(r"(tests/\S+\.py)(?:::(\w+))?", row).groups()
        assert f"def {name or 'test_'}" in (ROOT / file).read_text(encoding="utf-8"), row
