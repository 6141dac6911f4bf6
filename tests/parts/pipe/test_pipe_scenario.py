"""The built-in scenario unix-pipe: healthy at its own load, and what breaks at three times it."""

import pytest

from tests.truth.systems import at


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_healthy_at_its_own_load(seed):
    run = at("unix-pipe", 1, seed=seed)
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
