"""What stands, and what customers were told, at a moment: what happens just then is there, and not before."""

import numpy as np
import pytest

from evsim.results.outcomes import NOTHING, YES, CustomerOutcomes
from evsim.scenario import Scenario
from evsim.view.truth import State

JUST = 1e-9


@pytest.fixture(scope="module")
def run():
    """Customers come at 1 s and 2 s; a row after 0.25 s, the answer after 0.5 s, a mail after 0.75 s."""
    steps = [{"work": 0.25}, {"effect": "row"}, {"work": 0.25}, {"reply": "ok"}, {"work": 0.25}, {"effect": "mail"}]
    return Scenario.from_dict({
        "name": "moments",
        "workloads": {"people": {"target": "desk", "arrivals": {"constant": 1}}},
        "services": {"desk": {"workers": 5, "handle": steps}},
        "run": {"duration": 3, "warmup": 0},
    }).run()  # fmt: skip


@pytest.mark.parametrize(("at", "told", "rows", "mails"), [
    (1.25 - JUST, 0, 0, 0), (1.25, 0, 1, 0), (1.5 - JUST, 0, 1, 0), (1.5, 1, 1, 0), (1.75 - JUST, 1, 1, 0),
    (1.75, 1, 1, 1), (2.25 - JUST, 1, 1, 1), (2.25, 1, 2, 1), (2.5, 2, 2, 1), (2.75, 2, 2, 2),
])  # fmt: skip
def test_what_happens_just_at_a_moment_has_happened(run, at, told, rows, mails):
    found = CustomerOutcomes.of(run, at)
    assert [int(found.done[found.names.index(name)].sum()) for name in ("row", "mail")] == [rows, mails]
    assert found.told.tolist() == [YES] * told + [NOTHING] * (2 - told)
    assert np.array_equal(found.told_at[:told], run.tables.requests.answered[:told]) and not found.final
    assert int(found.yes_untrue.sum()) == told - min(told, mails)


@pytest.mark.parametrize(("seconds", "late"), [(0.25 - JUST, 2), (0.25, 0)])
def test_a_yes_that_is_true_just_when_it_has_to_be_is_not_late(run, seconds, late):
    assert int(run.outcomes.not_true_after(seconds).sum()) == late


@pytest.mark.parametrize(("at", "here"), [(1 - JUST, 0), (1, 1), (2 - JUST, 1), (2, 2), (None, 2)])
def test_who_comes_just_at_a_moment_is_here(run, at, here):
    assert len(State(run, at)) == here
