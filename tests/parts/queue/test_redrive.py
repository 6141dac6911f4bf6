"""Redrive: dead letters go back to where they died, each once, in order, at the rate that was asked for."""

import pytest

from evsim.scenario import Scenario, ScenarioError
from tests.support.statistics import proportion_agrees

SICK = {"error_rate": "billing", "at": "5s", "for": "5s", "probability": 1}


def shop(morgue, faults=(SICK,), handle=({"work": "20ms"}, {"effect": "bill"}), channels=None, arrivals=None, **others):
    """An order every 100 ms. Billing fails for five seconds, tries twice, and gives up."""
    return Scenario.from_dict({
        "name": "shop",
        "workloads": {"page": {"target": "register", "arrivals": arrivals or {"constant": "10/s"}}},
        "services": {
            "register": {"workers": 4, "handle": [{"publish": "orders"}, {"reply": "ok"}]},
            "billing": {
                "workers": 4, "subscribe": {"channel": "orders", "retry": {"attempts": 2}}, "handle": list(handle),
            },
            **others,
        },
        "channels": {"orders": {"queue": {"dead_letter": "morgue"}}, "morgue": {"queue": morgue}, **(channels or {})},
        "faults": list(faults),
        "run": {"duration": "40s", "seed": 1},
    })  # fmt: skip


def letters(run):
    return run.ledger[run.ledger.channel == "morgue"]


def test_once_what_killed_them_is_mended_all_letters_go_back_and_nothing_is_missing():
    run = shop({"redrive": "20s"}).run()
    moved, figures = letters(run), run.summary()
    assert run.audit() and len(moved) == 50  # five seconds at ten a second
    assert (moved.settled == 20).all() and (moved.cause == "redriven").all()
    assert figures["effects_missing"] == figures["effects_repeated"] == figures["pending"] == 0
    assert figures["dead"] == 50  # each died once
    without = shop({}).run()
    assert without.audit() and without.summary()["effects_missing"] == 50
    assert (letters(without).state == "pending").all()


def test_a_rate_spaces_them_and_the_oldest_goes_first():
    run = shop({"redrive": {"at": "20s", "rate": "5/s"}}).run()
    moved = letters(run)
    assert moved.settled.tolist() == pytest.approx([20 + number / 5 for number in range(50)])
    assert moved.offset.is_monotonic_increasing
    back = run.ledger[(run.ledger.channel == "orders") & (run.ledger.origin >= 0)]
    assert back.origin.tolist() == moved.index.tolist() and (back.state == "done").all()
    assert (back.appended.values == moved.settled.values).all()


@pytest.mark.slow
def test_what_dies_again_comes_back_and_stays():
    coin = [{"fail": 0.5}, {"effect": "bill"}]
    run = shop({"redrive": "20s"}, faults=(), handle=coin, arrivals={"constant": "300/s"}).run()
    all_, moved = letters(run), letters(run).cause == "redriven"
    moved, lie = all_[moved], all_[all_.state == "pending"]
    assert run.audit()
    again = lie[lie.deaths == 2]
    half = 0.5**2  # both attempts fail
    assert proportion_agrees(len(again), len(moved), half)
    assert set(moved.deaths) == {1} and set(lie.deaths) == {1, 2}
    assert set(lie.loc[lie.deaths == 1].appended > 20) == {True}  # died after the redrive
    assert run.summary()["dead"] == len(lie) + len(moved)


def test_what_was_published_to_the_queue_itself_stays():
    others = {"undertaker": {"handle": [{"publish": "morgue"}]}}
    scenario = shop({"redrive": "20s"}, **others).to_dict()
    scenario["workloads"]["direct"] = {"target": "undertaker", "arrivals": {"constant": "1/s"}}
    run = Scenario.from_dict(scenario).run()
    assert run.audit()
    states = letters(run).groupby("workload").state.unique().to_dict()
    assert {name: list(each) for name, each in states.items()} == {"page": ["dead"], "direct": ["pending"]}


def test_what_a_consumer_has_in_hand_stays_with_it():
    keeper = {"keeper": {"workers": 1, "subscribe": "morgue", "handle": [{"work": "30s"}, {"effect": "looked at"}]}}
    run = shop({"redrive": "20s"}, **keeper).run()
    moved = letters(run)
    assert run.audit() and (moved.state == "done").sum() == 1 and (moved.cause == "redriven").sum() == 49


def test_a_queue_that_is_down_moves_nothing_and_one_that_goes_down_stops():
    down = {"outage": "morgue", "at": "19s", "for": "5s"}
    run = shop({"redrive": "20s"}, faults=(SICK, down)).run()
    assert run.audit() and (letters(run).state == "pending").all()
    down["at"] = "22.1s"
    run = shop({"redrive": {"at": "20s", "rate": "5/s"}}, faults=(SICK, down)).run()
    assert run.audit() and (letters(run).cause == "redriven").sum() == 11  # at 20 s, 20.2 s ... 22 s


@pytest.mark.parametrize("kind", [{"priorities": 3}, {"fifo_groups": True}, {"max_length": 10}, {"ttl": "30s"}])
def test_any_kind_of_queue_can_be_emptied_so(kind):
    run = shop({"redrive": {"at": "20s", "rate": "50/s"}, **kind}).run()
    lay = 10 if "max_length" in kind else 50
    assert run.audit() and (letters(run).cause == "redriven").sum() == lay
    assert run.summary()["effects_missing"] == 50 - lay


def test_an_exchange_on_the_way_is_not_where_they_died():
    channels = {"post": {"exchange": {"type": "fanout", "bindings": [{"queue": "morgue"}]}}}
    scenario = shop({"redrive": "20s"}, channels=channels).replace({"channels.orders.queue.dead_letter": "post"})
    run = scenario.run()
    assert run.audit() and run.summary()["effects_missing"] == 0


def test_back_in_a_log_all_groups_read_it_again():
    others = {"stock": {"workers": 4, "subscribe": "orders", "handle": [{"effect": "taken"}]}}
    scenario = shop({}, **others).replace({
        "channels.orders": {"log": {"partitions": 4}}, "channels.morgue.queue.redrive": "20s",
        "services.billing.subscribe.0.dead_letter": "morgue",
    })  # fmt: skip
    run = scenario.run()
    figures = run.summary()
    assert run.audit() and figures["effects_missing"] == 0
    assert figures["effects_repeated"] == (letters(run).cause == "redriven").sum() > 0


def test_a_redrive_that_cannot_be_is_refused():
    with pytest.raises(ScenarioError, match="channels.morgue.queue.redrive: no dead letters come to morgue"):
        shop({"redrive": "20s"}).replace({"channels.orders.queue.dead_letter": None})
    with pytest.raises(ScenarioError, match="channels.morgue.queue.redrive.at: comes after the end of the run"):
        shop({"redrive": {"at": "50s", "rate": 1}})
    with pytest.raises(ScenarioError, match="rate"):
        shop({"redrive": {"at": "20s", "rate": 0}})


def test_what_is_written_is_read_again():
    scenario = shop({"redrive": {"at": "20s", "rate": "5/s"}})
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    assert "redrive: 20s" in shop({"redrive": "20s"}).to_yaml()
