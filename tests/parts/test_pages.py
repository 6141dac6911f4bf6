"""Each part has what a part has, and what its page shows runs (`tests/docs/test_promises.py`: what it promises)."""

import re
from functools import cache
from pathlib import Path

import pytest

from docs.pages.part_pages import list_of_parts
from evsim.registry import SUBSCRIPTION, folders, part
from evsim.scenario import Scenario
from evsim.scenario.manual import page

ROOT = Path(__file__).resolve().parents[2]
LIST = list_of_parts()
every_part = pytest.mark.parametrize("part", [each[0] for each in folders().values()], ids=lambda part: part.folder)


@every_part
def test_it_has_settings_an_engine_an_audit_a_page_and_mutants(part):
    assert part.about.endswith(".")
    assert part.settings and (part.socket == SUBSCRIPTION or part.build) and part.module("audit").CHECKS
    assert (ROOT / "tests" / "parts" / part.folder / "mutants.py").exists()


@every_part
def test_it_stands_in_the_list_of_parts(part):
    assert f"* [{part.folder}]({part.folder}.md): {part.about}" in LIST


@every_part
def test_each_of_its_settings_says_what_it_is_and_what_may_be_written(part):
    rows = re.findall(r"^\| `.*", page(part.folder).partition("## Settings")[2], re.MULTILINE)
    assert rows
    for row in rows:
        _, what, usual = (each.strip() for each in row.strip("|").split("|"))
        said, _, written = what.rpartition(": ")
        assert len(said) > 8 and written and usual, row


@cache
def shown(word):
    """The run of what a page shows."""
    (text,) = re.findall(r"```yaml\n(.*?)```", part(word).page, re.DOTALL)
    return Scenario.from_yaml(text).run()


@every_part
def test_what_its_page_shows_runs_and_its_books_balance(part):
    run = shown(part.word)
    assert run.audit() and run.summary()["requests"] > 100


@every_part
def test_its_page_has_a_picture_of_a_request_that_can_be_taken_in_at_a_glance(part):
    (number,) = re.findall(r"<!-- picture of request (\d+) -->", part.page)
    assert 3 <= len(shown(part.word).sequence(int(number)).steps) <= 24


def test_the_picture_of_the_log_shows_what_its_page_says():
    run = shown("log")
    ((request, subscription),) = run.ledger.query("attempts > 1")[["request", "subscription"]].to_numpy().tolist()
    assert (request, subscription) == (315, "mailer") and "<!-- picture of request 315 -->" in part("log").page
