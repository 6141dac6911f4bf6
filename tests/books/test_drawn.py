"""The random systems have every setting that there is: what they never have, no property is tried with."""

import pytest

from tests.books.drawn import all_settings, drawn
from tests.books.systems import calm_systems
from tests.support.nightly import nightly

pytestmark = pytest.mark.slow

# What they leave out, and why.
LEFT_OUT = {
    "scenario.about": "words",
    "scenario.objectives": "judged after the run",
    "scenario.origins": "words",
    "bus.price": "refused",
    "pipe.price": "refused",
    "ask.items": "refused",
    "csv": "a file",
    "csv.file": "a file",
    "csv.column": "a file",
    "csv.key": "a file",
    "csv.scale": "a file",
    "csv.unit: s": "a file",
    "csv.unit: ms": "a file",
    "csv.unit: us": "a file",
    "csv.unit: ns": "a file",
    "csv.sort": "a file",
    "empirical": "a file",
    "empirical.source": "a file",
    "rows": "a file",
    "rows.source": "a file",
    "rows.column": "a file",
    "rows.unit: s": "a file",
    "rows.unit: ms": "a file",
    "rows.unit: us": "a file",
    "rows.unit: ns": "a file",
}

RARE = {"transaction", "before", "shares"}  # kinds that few of a thousand have, or few among two hundred


CLOCKS = {  # after which a message is handed out again, or is no more
    "sharesettings.lock", "sharesettings.like", "queue.visibility_timeout", "queue.ttl",
    "subscription.session_timeout", "subscription.max_poll_interval", "log.retention",
}  # fmt: skip


def never_drawn(systems):
    found, count = drawn(systems)
    assert count > 0.9 * systems
    return {name for name in all_settings() if not found[name]} - LEFT_OUT.keys()


def test_every_kind_of_part_is_drawn_in_some_of_two_hundred_random_systems():
    assert {name for name in never_drawn(200) if "." not in name} <= RARE


@nightly
def test_every_setting_is_drawn_in_some_of_a_thousand_random_systems():
    assert never_drawn(1000) == set()


def test_where_nothing_can_go_wrong_there_is_no_clock_that_takes_a_message_from_its_reader():
    found, _ = drawn(150, [(1, calm_systems())])
    assert not CLOCKS & found.keys()
    assert all_settings() >= CLOCKS and found["subscription.share"]


def test_what_is_left_out_is_there_to_be_left_out():
    assert LEFT_OUT.keys() <= all_settings()


def test_settings_are_counted_by_name_word_and_kind():
    names = all_settings()
    assert {"service.limit", "service.discipline: lifo", "fault.kind: leader_failure", "call", "call.timeout"} <= names
    assert "publish.kind" not in names and "balancesettings.by: random" in names
