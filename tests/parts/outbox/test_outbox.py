"""The outbox: a row and its message are written together, and a relay sends the message later."""

import numpy as np
import pytest

from evsim.scenario import ScenarioError
from tests.support.cases import case
from tests.support.nightly import by_day
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.systems import exponential, poisson, system


def with_outbox(poll, rate=50, duration=60, publish=None, faults=(), **network):
    """`page` writes a row and, into its outbox, a message; `list` reads the channel."""
    publish = {"channel": "registered", "outbox": {"poll": poll}} if publish is None else publish
    services = {
        "page": {"workers": 8, "handle": [{"work": 0.001}, {"effect": "row"}, {"publish": publish}]},
        "list": {"workers": 50, "subscribe": "registered", "handle": [{"work": 0.001}, {"effect": "entry"}]},
    }
    customers = {"target": "page", "arrivals": poisson(rate)}
    return system(
        services, {"customers": customers}, duration, 0, channels={"registered": {"log": {"partitions": 8}}},
        network=network, faults=list(faults),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
def test_a_message_waits_half_the_polling_period_on_average_and_the_whole_at_most(number):
    poll = case("POLL-outbox")["parameters"]["T"][number]
    expected = {name: values[number] for name, values in case("POLL-outbox")["expected"].items()}
    means, tops = [], []
    for seed in range(10):
        messages = with_outbox(poll, 200, by_day(60)).run(seed=seed).tables.messages
        lag = messages["sent"] - messages["published"]
        assert (lag > 0).all() and lag.max() <= expected["max"] + 1e-9
        means.append(lag.mean())
        tops.append(np.percentile(lag, 99))
    assert agrees(means, expected["mean"])
    assert agrees(tops, expected["p99"])


def test_what_lies_in_the_outbox_goes_out_in_the_order_of_writing():
    messages = with_outbox(0.2, latency=exponential(0.05)).run().tables.messages
    assert (np.diff(messages["appended"]) >= 0).all()


def test_nobody_is_told_an_error_and_nothing_is_half_done_while_the_broker_is_down():
    down = [{"outage": "registered", "at": 20, "for": 10}]
    with_it = with_outbox(0.05, faults=down).run().summary()
    assert (with_it["errors"], with_it["inconsistent"], with_it["effects_missing"]) == (0, 0, 0)
    without = with_outbox(0.05, faults=down, publish="registered").run().summary()
    assert without["errors"] == without["inconsistent"] == without["effects_missing"] > 300


@pytest.mark.parametrize("fault", ["crash", "outage", "pause"])
def test_a_row_whose_service_stops_before_the_relay_looks_has_its_message_later(fault):
    scenario = with_outbox(1.0, faults=[{fault: "page", "at": 20.5, "for": 5}])
    run = scenario.run()
    run.audit()
    messages = run.tables.messages
    caught = (messages["published"] > 20) & (messages["published"] < 20.5)
    assert caught.sum() > 10 and (messages["sent"][caught] >= 25.5).all()
    assert run.summary()["inconsistent"] == 0


def test_a_message_that_the_link_loses_is_sent_again_until_it_arrives_and_is_kept_once():
    run = with_outbox(0.1, loss=0.2, give_up=1.0, latency=0.01).run()
    run.audit()
    rows, messages = run.effects.effect.eq("row").sum(), run.tables.messages
    assert len(messages["sent"]) == rows and not np.isnan(messages["appended"]).any()
    # 64 of 100 are heard of at the first sending; any other is sent again a second later.
    late = int((messages["appended"] - messages["published"] > 1).sum())
    assert proportion_agrees(late, len(messages["sent"]), 0.2, notices=0.21)


def test_a_broker_that_never_comes_back_leaves_the_message_in_the_outbox_and_the_books_balance():
    scenario = with_outbox(0.1, faults=[{"outage": "registered", "at": 20}])
    run = scenario.replace({"run.drain_limit": 30}).run()
    run.audit()
    waiting = np.isnan(run.tables.messages["appended"])
    assert waiting.sum() == run.summary()["effects_missing"] > 0


@pytest.mark.parametrize("setting", [{"acks": 0}, {"timeout": "1s"}, {"retry": {"attempts": 3}}])
def test_an_outbox_has_no_waiting_handler_and_says_so(setting):
    with pytest.raises(ScenarioError, match="with an outbox none does") as refused:
        with_outbox(0.1, publish={"channel": "registered", "outbox": True, **setting})
    assert next(iter(setting)) in str(refused.value)


@pytest.mark.parametrize(("step", "when"), [("effect row", "after"), ("publish registered", "before")])
def test_nothing_strikes_between_a_row_and_the_message_that_is_written_with_it(step, when):
    between = {"crash": "page", "at_step": {"request": 3, "step": step, "when": when}, "for": 1}
    with pytest.raises(ScenarioError, match="effect row and publish registered are one transaction"):
        with_outbox(0.05, faults=[between])
    with_outbox(0.05, faults=[between], publish="registered")  # two writes, and a crash between them


@pytest.mark.parametrize(("step", "when"), [("effect row", "before"), ("publish registered", "after")])
def test_a_crash_before_or_after_both_leaves_both_or_neither(step, when):
    crash = {"crash": "page", "at_step": {"request": 3, "step": step, "when": when}, "for": 1}
    run = with_outbox(0.05, duration=2, faults=[crash]).run()
    run.audit()
    effects = run.effects[run.effects.request == 3].effect.tolist()
    assert sorted(effects) == ([] if when == "before" else ["entry", "row"])
