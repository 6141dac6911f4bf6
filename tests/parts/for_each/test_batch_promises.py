"""Whatever the system that reads in batches: what the manual promises of a batch, message by message."""

import numpy as np
import pytest

from evsim.results.batches import leaders
from evsim.results.endings import Outcome, Reason, Verdict
from tests.books.checks import assert_figures_add_up, assert_ledger_adds_up, assert_nobody_waits_in_vain
from tests.books.holding import holds, run_of
from tests.parts.for_each.drawing import batch_systems

pytestmark = pytest.mark.slow


@holds(0.5, batch_systems())
def test_the_books_of_any_system_that_reads_in_batches_balance(scenario):
    run = run_of(scenario)
    assert run.audit()
    assert_figures_add_up(run)
    assert_ledger_adds_up(run)
    assert_nobody_waits_in_vain(run)
    _assert_nothing_is_lost(run)
    _assert_turns_do_not_overlap(run)


def _assert_nothing_is_lost(run):
    """At the end each message of `jobs` is done, dead, expired, or still there; a failure is of the kind it may be."""
    figures = run.channels["jobs", "worker"]
    ends = ("done", "dead", "expired", "pending", "duplicated")
    assert sum(figures[each] for each in ends) == figures["published"]
    rows = run.tables.rows
    failed = rows["outcome"] == Outcome.FAILED
    if run.scenario.services["worker"].subscribe[0].report_item_failures:
        assert not (rows["reason"][failed] == Reason.BATCH).any()
    else:
        assert not (rows["reason"][failed] == Reason.GROUP).any()
    done = failed & (rows["verdict"] == Verdict.DONE)
    assert not done.any()


def _assert_turns_do_not_overlap(run):
    """The mails of one batch are made one after the other, in the order in which its messages came."""
    effects, rows = run.tables.effects, run.tables.rows
    names = np.array([name.written for name in run.tables.effect_names])
    mine = np.flatnonzero(names[effects["name"]] == "mail")
    row, lead = effects["row"][mine], leaders(run)[effects["row"][mine]]
    order = np.lexsort((mine, lead))
    same = np.diff(lead[order]) == 0
    assert (np.diff(effects["time"][mine][order])[same] >= 0).all()
    first = np.flatnonzero(lead[order] == row[order])
    assert (np.r_[True, ~same][first]).all(), "who leads has the first turn"
    within = (effects["time"][mine] >= rows["started"][lead]) & ~(effects["time"][mine] > rows["ended"][lead])
    assert within.all()
