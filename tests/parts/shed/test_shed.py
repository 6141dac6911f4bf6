"""Shedding: whom a service turns away because he would wait too long, or has."""

import numpy as np
import pytest

from evsim import theory
from evsim.results.endings import Reason
from tests.support.cases import case
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure, refused
from tests.truth.systems import exponential, station

# Shedding by age, at the turn.


@pytest.mark.slow
@pytest.mark.parametrize("identifier", ["TTL-8-10-0.5", "TTL-12-10-0.5"])
def test_calls_that_waited_longer_are_refused_at_their_turn_as_theory_says(identifier):
    fields = case(identifier)
    p, expected = fields["parameters"], fields["expected"]
    scenario = station(exponential(1 / p["mu"]), p["lam"], 10_000, shed={"age": p["ttl"]})

    def figures(run):
        refused(run, Reason.SHED)
        return {"shed": 1 - run.summary()["availability"], "wait": run.services["server"]["wait_mean"]}

    found = measure(identifier, scenario, figures)
    assert agrees(found["shed"], theory.shed_by_age(p["lam"], p["mu"], p["ttl"]), notices=0.15)
    assert agrees(found["wait"], expected["mean wait of delivered"], notices=0.15)


def test_nobody_who_waited_longer_is_served_and_nobody_who_waited_less_is_refused():
    run = balanced(station(exponential(0.1), 15, 3000, warmup=0, shed={"age": 0.3}))
    rows, turned = run.tables.rows, refused(run, Reason.SHED)
    waited = np.where(turned, rows["ended"], rows["started"]) - rows["ready"]
    assert (waited[turned] > 0.3).all() and (waited[~turned] <= 0.3).all()
    assert turned.sum() > 500


# Shedding on arrival.


def test_who_arrives_while_the_first_in_line_has_waited_longer_is_refused():
    run = balanced(station(exponential(0.1), 15, 3000, warmup=0, shed={"expected_wait": 0.3}))
    rows, turned = run.tables.rows, refused(run, Reason.SHED)
    ready, started = rows["ready"], rows["started"]
    expected = []
    for row, now in enumerate(ready):
        waiting = np.flatnonzero(~(started[:row] < now) & ~turned[:row])  # a free worker takes at once
        expected.append(len(waiting) > 0 and now - ready[waiting[0]] > 0.3)
    assert (np.array(expected) == turned).all() and 100 < turned.sum() < 1500
