"""Who comes first of all is nobody special: numbers begin at 0, which is easily taken for no number at all.

Beside a system runs another one that has nothing to do with it. Its only customer comes first, so that the rows and
messages of the system no longer begin at 0. Nothing else may change.
"""

import numpy as np
import pytest

from evsim.scenario import Scenario
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.parts.log.drawing import log_systems
from tests.parts.window.drawing import stream_systems

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

ELSEWHERE = {
    "workloads": {"stranger": {"target": "elsewhere", "arrivals": {"burst": {"count": 1, "at": 0}}}},
    "services": {"elsewhere": {"handle": [{"publish": "elsewhere-news"}]},
                 "elsewhere-reader": {"subscribe": "elsewhere-news", "handle": [{"work": 0.001}]}},
    "channels": {"elsewhere-news": "queue"},
}  # fmt: skip


@holds(1, systems())
def test_nothing_changes_for_those_who_are_no_longer_the_first_of_all(scenario):
    assert_no_difference(scenario)


@holds(0.5, log_systems())
def test_nothing_changes_in_a_log_whose_messages_are_not_the_first_of_all(scenario):
    assert_no_difference(scenario)


@holds(0.5, stream_systems())
def test_nothing_changes_in_windows_whose_events_are_not_the_first_of_all(scenario):
    assert_no_difference(scenario)


def assert_no_difference(scenario):
    alone, beside = run_of(scenario), run_of(beside_a_stranger(scenario))
    assert beside.audit()
    for table in ("services", "channels", "partitions"):
        of_both = getattr(beside, table)
        for name, figures in getattr(alone, table).items():
            assert_same_figures(figures, of_both[name], name)
    own = beside.requests[beside.requests.workload != "stranger"]
    assert_same_frame(alone.requests, own)
    news = beside.ledger[beside.ledger.channel != "elsewhere-news"]
    assert_same_frame(alone.ledger, news, renumbered=("message", "origin"))
    assert_same_frame(alone.effects, beside.effects[beside.effects.workload != "stranger"], renumbered=("span",))


def beside_a_stranger(scenario):
    described = scenario.to_dict()
    for kind, more in ELSEWHERE.items():
        described[kind] = {**more, **described.get(kind, {})}
    return Scenario.from_dict(described)


def assert_same_figures(figures, others, name):
    for figure, value in figures.items():
        assert value == others[figure] or value != value, (name, figure, value, others[figure])


def assert_same_frame(frame, other, renumbered=()):
    """The same rows, but for numbers: each still stands for the same thing as before, and none for none."""
    assert len(frame) == len(other)
    for column in frame.columns:
        these, those = frame[column].to_numpy(), other[column].to_numpy()
        if column in renumbered:
            assert np.array_equal(these < 0, those < 0), column
            these, those = (np.unique(each[each >= 0], return_inverse=True)[1] for each in (these, those))
        equal = (these == those) | ((these != these) & (those != those))
        assert equal.all(), (column, these[~equal][:3], those[~equal][:3])
