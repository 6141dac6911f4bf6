"""The built-in scenarios about pipes and buses: healthy at their own load, and what breaks at three times it."""

import pytest

from tests.support.statistics import agrees
from tests.truth.test_log_scenarios import at


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["unix-pipe", "vertx-bus"])
def test_each_is_healthy_at_its_own_load(name, seed):
    run = at(name, 1, seed=seed)
    figures = run.summary()
    assert all(figures[objective] <= limit for objective, limit in run.scenario.objectives.items())
    assert figures["lost"] == figures["errors"] == 0


@pytest.mark.slow
def test_a_full_pipe_slows_its_writer_and_loses_nothing():
    normal, busy = at("unix-pipe", 1), at("unix-pipe", 3)
    assert busy.summary()["lost"] == busy.summary()["effects_missing"] == 0
    assert busy.services["keep"]["utilisation"] > 0.99
    assert busy.services["list"]["blocked"] > 0.35 > 0.05 > normal.services["list"]["blocked"]
    assert busy.channels["listed", "keep"]["lag_max"] <= 16 + 1  # in the pipe, and in hand
    waiting = busy.services["list"]["in_system_max"]
    assert waiting == pytest.approx(
        len(busy.tables.requests.row) - 30 / 0.002 - 16, abs=20
    )  # `keep` reads 500 a second
    larger = at("unix-pipe", 3, {"channels.listed": {"pipe": 1600}}.items())
    assert larger.pipeline[-1].ended == pytest.approx(busy.pipeline[-1].ended, rel=0.01)


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
