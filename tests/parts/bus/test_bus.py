"""The bus: who gets what is handed to it, what becomes of what nobody takes, and what a question is told."""

import numpy as np
import pytest

from evsim.scenario import Scenario
from tests.support.cases import expected
from tests.support.statistics import proportion_agrees


def system(steps, handlers, capacity=None, rate=4, duration=50, **more):
    """`front` takes `steps`; each of `handlers` (name -> settings) listens to the bus."""
    services = {"front": {"workers": 1000, "handle": steps}}
    for name, settings in handlers.items():
        services[name] = {"subscribe": "bus", "handle": [{"work": 0.01}, {"effect": name}], **settings}
    return Scenario.from_dict(
        {
            "name": "on-a-bus",
            "workloads": {"page": {"target": "front", "arrivals": {"constant": rate}}},
            "services": services,
            "channels": {"bus": {"bus": {} if capacity is None else {"capacity": capacity}}},
            "run": {"duration": duration},
            **more,
        }
    )


def ended(run):
    """How many messages ended how: {(handler, state, cause): count}."""
    return run.ledger.groupby(["subscription", "state", "cause"]).size().to_dict()


def test_a_message_that_is_sent_goes_to_one_handler_in_turns():
    run = system([{"send": "bus"}], {"a": {"instances": 2}, "b": {}}).run()
    assert run.audit()
    assert ended(run) == {("a", "done", "none"): 133, ("b", "done", "none"): 66}  # of 199, two turns in three
    turns = run.ledger.sort_values("message").subscription.tolist()
    assert turns[:6] == ["a", "b", "a"] * 2
    assert expected("SEM-vertx-defaults", "send") == "one handler, non-strict round robin"


def test_a_message_that_is_published_goes_to_every_service_that_listens():
    run = system([{"publish": "bus"}], {"a": {"instances": 2}, "b": {}, "c": {}}).run()
    assert run.audit()
    assert ended(run) == {(name, "done", "none"): 199 for name in "abc"}
    assert expected("SEM-vertx-defaults", "publish") == "every handler"


def test_nobody_waits_for_a_message_and_it_takes_one_hop():
    run = system([{"publish": "bus"}], {"a": {}}, network={"latency": 0.25}).run()
    front, a = (
        run.tables.rows[name][run.tables.rows["place"] == place] for name, place in (("ended", 0), ("arrived", 1))
    )
    assert np.allclose(a - front, 0.25)
    assert run.summary()["response_mean"] == 0.5


def test_inside_one_program_there_is_no_hop():
    run = system([{"publish": "bus"}], {"a": {"inside": "front"}}, network={"latency": 0.25}).run()
    assert (run.spans.query("kind == 'delivery'").eval("started - born") == 0).all()


@pytest.mark.slow
def test_a_sender_and_a_handler_keep_their_order_and_two_senders_do_not_share_it():
    """What a slow message of one sender holds up is only what the same sender sends after it."""
    scenario = system([{"send": "bus"}], {"a": {}}, rate=40, network={"latency": {"exponential": 0.25}})
    also = {"other": {"workers": 1000, "handle": [{"send": "bus"}]}}
    data = scenario.to_dict()
    data["services"] |= also
    data["workloads"]["shop"] = {"target": "other", "arrivals": {"constant": 40}}
    run = Scenario.from_dict(data).run()
    rows = run.spans.query("kind == 'delivery'")
    for workload in ("page", "shop"):
        arrived = rows[rows.workload == workload].sort_values("born").arrived.to_numpy()
        assert len(arrived) > 1900 and (np.diff(arrived) >= 0).all()
    together = rows.sort_values("born").arrived.to_numpy()
    assert (np.diff(together) < 0).sum() > 100
    assert expected("SEM-vertx-defaults", "order") == "per sender-handler pair"


def test_who_is_not_there_gets_nothing_and_the_others_take_the_turns():
    fault = [{"crash": "a", "at": 10, "for": 10}]
    sent = system([{"send": "bus"}], {"a": {}, "b": {}}, faults=fault).run()
    assert sent.audit()
    assert set(ended(sent)) == {("a", "done", "none"), ("b", "done", "none")}
    away = sent.ledger.query("10 <= published < 20")
    assert (away.subscription == "b").all() and len(away) == 40
    published = system([{"publish": "bus"}], {"a": {}, "b": {}}, faults=fault).run()
    assert published.audit()
    assert ended(published) == {
        ("a", "done", "none"): 159, ("a", "lost", "nobody"): 40, ("b", "done", "none"): 199,
    }  # fmt: skip


@pytest.mark.parametrize("step", ["send", "publish"])
def test_where_nobody_listens_a_message_is_lost_and_the_ledger_says_so(step):
    run = system([{step: "bus"}], {}).run()
    assert run.audit()
    assert ended(run) == {("", "lost", "nobody"): 199}
    assert run.summary()["lost"] == 199
    assert run.summary()["completed"] == 199  # nobody told the customers
    assert expected("SEM-vertx-defaults", "delivery") == "best effort (may be lost)"


def test_what_comes_when_a_handler_has_no_room_left_is_lost():
    """Ten a second, each 0.95 s of work: the work in hand, two that wait, and the rest is lost."""
    handlers = {"a": {"handle": [{"work": 0.95}, {"effect": "a"}]}}
    run = system([{"send": "bus"}], handlers, capacity=2, rate=10).run()
    assert run.audit()
    counts = ended(run)
    handled = int((49.9 - 0.1) / 0.95) + 1 + 2  # begun by the last arrival, and the two that wait then
    assert counts == {("a", "done", "none"): handled, ("a", "lost", "overflow"): 499 - handled}
    waits = run.spans.query("kind == 'delivery' and outcome == 'ok'").eval("started - arrived")
    assert waits.max() <= 2 * 0.95 + 1e-9


def test_a_crash_loses_what_is_in_hand_and_what_waits():
    handlers = {"a": {"handle": [{"work": 1}, {"effect": "a"}]}}
    run = system([{"send": "bus"}], handlers, rate=2, faults=[{"crash": "a", "at": 10.1}]).run()
    assert run.audit()
    assert ended(run) == {
        ("a", "done", "none"): 9, ("a", "lost", "crash"): 11, ("", "lost", "nobody"): 79,
    }  # fmt: skip


def test_a_lost_hop_loses_the_message_and_no_other_attempt_is_made():
    run = system([{"publish": "bus"}], {"a": {}}, rate=100, network={"loss": 0.1}).run()
    assert run.audit()
    counts = ended(run)
    sent = sum(counts.values())
    assert proportion_agrees(counts["a", "lost", "link"], sent, 0.1)
    assert (run.ledger.attempts == 1).all()


def test_a_handler_that_fails_has_had_its_message():
    run = system([{"send": "bus"}], {"a": {"handle": [{"work": 0.01}, {"fail": 1}]}}).run()
    assert run.audit()
    assert ended(run) == {("a", "lost", "fail step"): 199}


def test_while_a_bus_is_down_everything_on_it_is_lost():
    fault = [{"outage": "bus", "at": 10, "for": 10}]
    run = system([{"send": "bus"}], {"a": {}}, faults=fault).run()
    assert run.audit()
    assert ended(run) == {("a", "done", "none"): 159, ("a", "lost", "unreachable"): 40}


# Questions.


def asking(handler=(), **settings):
    answering = {"a": {"handle": [{"work": 0.01}, *handler, {"reply": "yes"}]}}
    return system([{"ask": {"bus": "bus", **settings}}, {"reply": "yes"}], answering, network={"latency": 0.25})


def test_who_asks_waits_for_the_answer_of_one_handler():
    run = asking().run()
    assert run.audit()
    assert np.allclose(run.requests.response, 4 * 0.25 + 0.01)
    assert run.summary()["completed"] == 199


def test_who_asks_waits_thirty_seconds_if_not_told_otherwise():
    run = asking([{"work": 40}]).run()
    waited = run.spans.query("kind == 'call'").eval("settled - born").to_numpy()
    assert np.allclose(waited, expected("SEM-vertx-defaults", "request reply timeout ms") / 1000)


@pytest.mark.parametrize(
    ("faults", "reason", "seconds"),
    [
        ([{"crash": "a", "at": 0}], "nobody", 0),  # told at once
        ([{"outage": "bus", "at": 0}], "unreachable", 0),
        ([{"pause": "a", "at": 0}], "timeout", 2),
        ([{"error_rate": "a", "probability": 1, "at": 0}], "error rate", 0.51),  # the handler's failure comes back
    ],
)
def test_who_asks_is_told_what_went_wrong(faults, reason, seconds):
    run = asking(timeout=2).replace({"faults": faults}).run()
    assert run.audit()
    asked = run.spans.query("kind == 'call'")
    assert set(asked.reason) == {reason}
    assert np.allclose(asked.settled - asked.born, seconds)
    assert run.summary()["errors"] + run.summary()["timeouts"] == 199


def test_a_question_that_dies_with_its_handler_is_told_by_the_timeout_alone():
    run = asking([{"work": 5}], timeout=10).replace({"faults": [{"crash": "a", "at": 3, "for": 1}]}).run()
    assert run.audit()
    died = run.spans.query("kind == 'call' and outcome == 'crashed'")
    assert len(died) and np.allclose(died.settled - died.born, 10)


def test_another_attempt_is_another_turn():
    """One handler of two never answers in time: the second attempt reaches the other one."""
    scenario = asking(timeout=2, retry={"attempts": 2})
    data = scenario.to_dict()
    data["services"]["b"] = {"subscribe": "bus", "handle": [{"work": 20}]}
    data["services"]["b"]["workers"] = 1000
    run = Scenario.from_dict(data).replace({"workloads.page.arrivals.constant": 0.2}).run()
    assert run.audit()
    assert run.summary()["completed"] == run.summary()["requests"]
    services = run.spans.query("kind == 'call'").service.tolist()
    assert services.count("b") == run.summary()["retries"] > 0


def test_a_question_that_finds_no_room_hears_nothing():
    busy = {"a": {"handle": [{"work": 10}]}}
    scenario = system([{"ask": {"bus": "bus", "timeout": 1}}], busy, capacity=0, rate=1, duration=5)
    run = scenario.run()
    assert run.audit()
    refused = run.spans.query("kind == 'call' and outcome == 'refused'")
    assert set(refused.reason) == {"overflow"} and np.allclose(refused.settled - refused.born, 1)


def test_a_python_handler_sends_and_asks_too():
    def handle(ctx):
        yield from ctx.work(0.01)
        yield from ctx.send("bus")
        yield from ctx.publish("bus")
        yield from ctx.ask("bus", timeout="5s")

    run = system([{"send": "bus"}], {"a": {}, "b": {}}).replace({"services.front.handle": handle}).run()
    assert run.audit()
    assert sum(ended(run).values()) == 3 * 199
    assert (run.spans.kind == "call").sum() == 199
    assert run.summary()["completed"] == 199
