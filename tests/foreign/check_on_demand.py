"""A pool of workers from outside, whose instances come and go, tried in a Python that has its package."""

import json

import numpy as np
import pytest

import evsim
from evsim.engine.elastic import ElasticPool
from evsim.results.audit import AuditError
from evsim.scenario import Scenario
from evsim.view.diagram import diagram
from evsim.view.player.film import film
from tests.player.node import ask

PEOPLE = {"target": "shop", "arrivals": {"constant": "1/s"}}
ON_DEMAND = {"start": "200ms", "keep": "400ms", "most": 3}
WORK = [{"work": "300ms"}, {"effect": "row"}, {"reply": "yes"}]


def shop(**settings):
    """A customer each second, from 1 s on."""
    service = {"on_demand": ON_DEMAND, "handle": WORK} | settings
    people, lasting = {"people": PEOPLE}, {"duration": "5s"}
    return Scenario.from_dict({"name": "shop", "workloads": people, "services": {"shop": service}, "run": lasting})


def through(channel, **subscription):
    """Messages for the shop, more than one instance can work."""
    people = {"target": "front", "arrivals": {"poisson": "5/s"}, "key": {"zipf": {"keys": 10, "s": 1}}}
    reading = {"channel": "jobs"} | subscription
    least = 1 if "assignor" in subscription else 0
    return Scenario.from_dict({
        "name": "jobs",
        "workloads": {"people": people},
        "services": {
            "front": {"workers": 10, "handle": [{"publish": "jobs"}, {"reply": "yes"}]},
            "shop": {"on_demand": ON_DEMAND | {"least": least}, "subscribe": reading, "handle": WORK[:2]},
        },
        "channels": {"jobs": channel},
        "run": {"duration": "20s", "drain_limit": "60s"},
    })  # fmt: skip


def lives(run):
    capacity = run.tables.capacity["shop"]
    return np.round([capacity.born, capacity.ready, capacity.ended], 9).T.tolist()


@pytest.fixture(scope="module")
def crowd():
    """Ten at once for three instances of two workers: six begin after 200 ms, four after 500 ms."""
    burst = PEOPLE | {"arrivals": {"burst": {"count": 10, "at": "1s"}}}
    return shop(workers=2).replace({"workloads.people": burst}).run(seed=1)


def test_an_instance_is_called_up_for_who_waits_and_goes_when_it_is_idle():
    run = shop().run(seed=1)
    assert run.audit()
    assert lives(run) == [[at, at + 0.2, at + 0.9] for at in (1, 2, 3, 4)]
    assert run.services["shop"]["utilisation"] == pytest.approx(0.3 / 0.7)
    longer = shop(on_demand=ON_DEMAND | {"keep": "500ms"}).run(seed=1)  # it is there still when the next one comes
    assert lives(longer) == [[1, 1.2, 2.8], [3, 3.2, 4.8]]


def test_utilisation_is_held_time_by_time_that_existed(crowd):
    assert crowd.audit()
    assert lives(crowd) == [[1, 1.2, 2.2], [1, 1.2, 2.2], [1, 1.2, 1.9]]
    figures = crowd.services["shop"]
    assert figures["utilisation"] == pytest.approx(10 * 0.3 / (2 * (1.0 + 1.0 + 0.7)))
    assert figures["wait_mean"] == pytest.approx((6 * 0.2 + 4 * 0.5) / 10)
    assert figures["idle_while_waiting"] == 0
    assert figures["in_system_mean"] == pytest.approx(10 * (figures["wait_mean"] + 0.3) / 5), "Little's law"


def test_the_capacity_is_asked_for_at_a_time(crowd):
    capacity = crowd.tables.capacity["shop"]
    assert capacity.instances([0, 1, 1.2, 1.8999, 1.9, 2.2]).tolist() == [0, 0, 3, 3, 2, 0]
    assert (capacity.at(1.5), capacity.most, capacity.count) == (6, 3, 3)


@pytest.mark.parametrize(
    ("fault", "expected", "errors"),
    [
        ({"crash": "shop", "at": "1.4s", "for": "1s"}, [[1, 1.2, 1.4], [3, 3.2, 3.9], [4, 4.2, 4.9]], 2),
        ({"crash": "shop/1", "at": "1.1s", "for": "1s"}, [[1, None, 1.1], [1.1, 1.3, 2.7], [3, 3.2, 3.9]], 0),
        ({"outage": "shop", "at": "1.1s", "for": "2s"}, [[1, 1.2, 4.7]], 3),
        ({"error_rate": "shop", "at": "0.5s", "for": "1.2s", "probability": 1}, [[1, 1.2, 1.9], [2, 2.2, 2.9]], 1),
    ],
)
def test_faults_befall_who_is_there_and_who_comes_while_they_last(fault, expected, errors):
    run = shop().replace({"faults": [fault]}).run(seed=1)
    assert run.audit()
    found = [[None if time != time else time for time in life] for life in lives(run)]
    assert found[: len(expected)] == expected and run.summary()["errors"] == errors


@pytest.mark.parametrize(
    ("channel", "subscription"),
    [
        ({"queue": {}}, {}),
        ({"queue": {"like": "sqs"}}, {}),
        ({"bus": {}}, {}),
        ({"log": {"partitions": 3}}, {}),
        ({"log": {"partitions": 3}}, {"assignor": "range"}),
    ],
)
def test_instances_come_for_messages_too(channel, subscription):
    scenario = through(channel, **subscription)
    for faults in ([], [{"crash": "shop", "at": "5s", "for": "2s"}], [{"crash": "shop/1", "at": "5s", "for": "2s"}]):
        run = scenario.replace({"faults": faults}).run(seed=1)
        assert run.audit() and run.tables.capacity["shop"].most > 1
        assert run.tables.inventory["ready"] == run.tables.inventory["waiting"] == [], (
            "and when nobody comes any more, all is done"
        )


def test_the_members_of_a_group_are_those_that_are_there():
    run = through({"log": {"partitions": 3}}, assignor="range").run(seed=1)
    assert "rebalance" in set(run.incidents["kind"])
    owners = {instance for _, _, _, _, instance, begins in run.records.ownership if begins}
    assert len(owners) > 1
    with pytest.raises(evsim.ScenarioError, match="fetch nothing for themselves"):
        run.scenario.replace({"services.shop.on_demand.least": 0})


def test_both_paths_agree_and_a_branch_has_the_same_past(crowd):
    again = crowd.scenario.run(seed=1, guarded=True)
    for table in crowd.records.tables:
        for name, column in getattr(crowd.records, table).columns().items():
            assert np.array_equal(column, getattr(again.records, table).column(name), equal_nan=True), name
    assert crowd.branch({"crash": "shop", "for": "1s"}, at="1.6s").audit()


def test_it_is_drawn_played_and_exported(crowd, tmp_path):
    assert crowd.plot.spread("shop") and crowd.plot.diagram() and crowd.plot.waterfall(3) and crowd.plot.promise()
    assert any(
        words.get_text() == "up to 3 \N{MULTIPLICATION SIGN} 2 workers" for words in diagram(crowd.scenario).texts
    )
    (busy,) = ask(
        [film(crowd)], "(film, [index]) => stateOf(index, 1.6e6).services.shop.busy.length", {"state": ["stateOf"]}
    )
    assert busy == 4
    trace = json.loads(crowd.export(tmp_path / "a.json", "perfetto").read_text(encoding="utf-8"))
    assert "worker 2 of instance 3" in {event["args"].get("name") for event in trace["traceEvents"] if "args" in event}


def ready_is_not_noted(patch):
    patch.setattr(ElasticPool, "_ready", lambda self, instance: None)


def who_works_is_gone(patch):
    patch.setattr(ElasticPool, "_leave", lambda self, number: None)
    patch.setattr(ElasticPool, "is_idle", lambda self, number: True)
    patch.setattr(ElasticPool, "retire", lambda self, number: self._gone(self.instances[number]))


@pytest.mark.parametrize("change", [ready_is_not_noted, who_works_is_gone])
def test_the_audit_sees_that(change, monkeypatch, crowd):
    change(monkeypatch)
    with pytest.raises(AuditError, match="worked while its instance was not there|do not make up all"):
        crowd.scenario.run(seed=1).audit()
