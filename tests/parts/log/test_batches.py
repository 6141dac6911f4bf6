"""Members of a group that take several messages at once."""

import numpy as np
import pytest

from evsim.scenario import Scenario, ScenarioError
from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import checked, measure, rows_of
from tests.truth.systems import consumers, exponential, poisson


def reading(batch, work, rate, duration, warmup=0, partitions=1, handle=None, faults=(), instances=1, **subscribe):
    handle = handle or [{"work": work}, {"effect": "seen"}]
    return consumers({"log": {"partitions": partitions}}, handle, rate, duration, warmup, instances=instances,
                     subscribe={"batch": batch, **subscribe}, faults=list(faults), key={"uniform": 1000})  # fmt: skip


@pytest.mark.slow
def test_a_consumer_that_polls_takes_up_to_ten_at_once_as_bulk_service_says():
    p, truth = case("BULK-poll")["parameters"], expected("BULK-poll")
    scenario = reading(p["K"], exponential(1 / p["batch_mu"]), poisson(p["lam"]), 2500, 0.1)

    def figures(run):
        assert run.audit()
        server = run.services["worker"]
        return {"wait": server["wait_mean"], "sojourn": server["sojourn_mean"], "idle": 1 - server["utilisation"]}

    found = measure("BULK-poll", scenario, figures, 20, conserving=False)
    assert agrees(found["wait"], truth["mean wait before batch start"], notices=0.1)
    assert agrees(found["sojourn"], truth["mean sojourn"], notices=0.1)
    assert agrees(found["idle"], truth["P(consumer idle)"], notices=0.25)


def crews(run):
    """{leader: its followers} of all batches."""
    found = {}
    for row, leader in run.records.batches:
        found.setdefault(leader, []).append(row)
    return found


def test_a_batch_shares_its_worker_its_times_and_its_end_and_each_message_has_its_effect():
    run = checked(reading(5, "100ms", {"constant": 100}, 10, partitions=2, instances=2), conserving=False)
    assert run.audit() and len(run.effects) == run.summary()["requests"]
    rows, messages = run.tables.rows, run.tables.messages
    for leader, followers in crews(run).items():
        assert len(followers) <= 4
        for name in ("leased", "started", "ended", "worker", "outcome"):
            assert (rows[name][followers] == rows[name][leader]).all(), name
        offsets = messages["offset"][rows["parent"][[leader, *followers]]]
        partition = messages["partition"][rows["parent"][[leader, *followers]]]
        assert (np.diff(offsets) == 1).all() and len(set(partition)) == 1
    assert 0.9 < run.services["worker"]["utilisation"] <= 1


def test_a_batch_fails_as_a_whole():
    handle = [{"work": "10ms"}, {"fail": 0.3}, {"effect": "seen"}]
    scenario = reading(4, None, {"constant": 200}, 20, handle=handle, retry={"attempts": 3, "backoff": "20ms"})
    run = checked(scenario, 2, conserving=False)
    assert run.audit()
    outcome = run.tables.rows["outcome"]
    assert all((outcome[followers] == outcome[leader]).all() for leader, followers in crews(run).items())
    figures = run.channels["events", "worker"]
    assert figures["redelivered"] > 200 and 0 < figures["dead"] < 0.1 * figures["published"]
    assert figures["done"] + figures["dead"] == figures["published"] == run.summary()["requests"]


@pytest.mark.parametrize("commit", ["after", {"interval": "1s"}])
@pytest.mark.parametrize("session", [None, "500ms"])
def test_a_crash_gives_back_the_whole_batch(commit, session):
    faults = [{"crash": "worker/1", "at": 2.05 + 2 * index, "for": 1} for index in range(4)]
    limits = {"commit": commit, "session_timeout": session}
    scenario = reading(8, "100ms", {"constant": 40}, 10, partitions=2, instances=2, faults=faults, **limits)
    run = checked(scenario, conserving=False)
    assert run.audit()
    figures = run.channels["events", "worker"]
    assert figures["pending"] == figures["lost"] == 0 and figures["redelivered"] > 4
    assert figures["done"] + figures["duplicated"] == figures["published"]


def test_a_slow_batch_is_taken_away_and_done_twice():
    work = {"choice": [[0.8, 0.1], [0.2, 5]]}
    scenario = reading(4, work, {"constant": 10}, 20, instances=2, max_poll_interval="2s")
    run = checked(scenario, 3, conserving=False)
    assert run.audit()
    assert run.channels["events", "worker"]["duplicated"] > 4


def test_what_a_batch_cannot_do_is_refused():
    def refused(handle, **subscribe):
        with pytest.raises(ScenarioError) as error:
            reading(5, None, {"constant": 1}, 10, handle=handle, **subscribe)
        return str(error.value)

    assert "a batch of messages cannot publish as one" in refused([{"publish": "events"}])
    perhaps = {"maybe": {"probability": 0.5, "then": [{"work": 1}]}}
    assert "a batch of messages cannot maybe as one" in refused([perhaps])
    assert "committed after the work" in refused([{"work": 1}], commit="before")


def test_a_batch_of_one_is_no_batch():
    one = reading(1, "10ms", {"poisson": 50}, 20)
    described = one.to_dict()
    described["services"]["worker"]["subscribe"] = "events"
    plain = Scenario.from_dict(described)
    one, plain = checked(one, conserving=False), checked(plain, conserving=False)
    for name in ("started", "ended"):
        assert np.array_equal(
            one.tables.rows[name][rows_of(one, "worker")], plain.tables.rows[name][rows_of(plain, "worker")]
        )
