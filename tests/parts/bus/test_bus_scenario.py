"""The built-in scenario vertx-bus: healthy at its own load, and what breaks at three times it."""

import pytest

from tests.support.statistics import agrees
from tests.truth.systems import at


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_healthy_at_its_own_load(seed):
    run = at("vertx-bus", 1, seed=seed)
    figures = run.summary()
    assert all(figures[objective] <= limit for objective, limit in run.scenario.objectives.items())
    assert figures["lost"] == figures["errors"] == 0


@pytest.mark.slow
def test_a_bus_loses_what_its_handlers_have_no_room_for_while_customers_are_told_yes():
    found = {"database": [], "mailing-list": []}
    for seed in range(10):
        run = at("vertx-bus", 3, seed=seed)
        figures = run.summary()
        assert figures["availability"] == 1 and figures["response_p99"] < 0.05
        ledger = run.ledger[run.ledger.cohort]
        lost = ledger.state.eq("lost").groupby(ledger.subscription).mean()
        for service, shares in found.items():
            shares.append(lost[service])
        assert set(ledger.cause[ledger.state == "lost"]) == {"overflow"}
    for service, capacity in (("database", 2 / 0.02), ("mailing-list", 5 / 0.06)):
        assert agrees(found[service], 1 - capacity / 150), service  # of an endless overload
