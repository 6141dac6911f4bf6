"""Each promise of the brokers has a test that is there, and each case it names is one."""

import re
from pathlib import Path

import pytest

from evsim.registry import CHANNEL, parts
from tests.support.cases import identifiers

ROOT = Path(__file__).resolve().parents[2]
PAGES = [(ROOT / "docs" / "brokers.md").read_text(encoding="utf-8"), *(each.page for each in parts(CHANNEL))]
LINES = "\n".join(PAGES).splitlines()
ROWS = [line for line in LINES if "::" in line and line.startswith("|")]


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_a_promise_has_a_test_that_is_there(row):
    (file, name) = re.search(r"(\S+\.py)::(\w+)", row).groups()
    assert f"def {name}(" in (ROOT / "tests" / file.removeprefix("tests/")).read_text(encoding="utf-8"), row


def test_a_case_that_is_named_as_a_source_is_one_of_the_cases():
    sources = [row.split("|")[3] for row in ROWS if len(row.split("|")) > 4]
    named = {name for source in sources for name in re.findall(r"\b[A-Z0-9]{3,}-[A-Za-z0-9.-]+", source)}
    unknown = {name for name in named if not name.startswith("KIP-")} - set(identifiers())
    assert len(named) > 40 and not unknown


def test_every_case_of_kafka_and_of_the_semantics_of_brokers_is_named():
    text = "\n".join(ROWS)
    groups = ("KAFKA-", "SEM-", "PIPE-", "TTL-", "LINGER-", "PREFETCH-")
    cases = [each for each in identifiers() if each.startswith(groups)]
    assert len(cases) > 20 and [each for each in cases if each not in text] == []
