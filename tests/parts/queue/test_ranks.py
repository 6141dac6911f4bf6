"""Who of several consumers has a message, and who looks for one only from time to time."""

import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.theory import mg1, mmc
from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure, steady
from tests.truth.systems import consumers, exponential, poisson


def ranked(priorities, arrivals, duration, work, queue="queue", **settings):
    """Consumers `rank-0`, `rank-1` ... with one worker each, of these priorities."""
    services = {"front": {"handle": [{"publish": "jobs"}]}}
    for number, priority in enumerate(priorities):
        reading = {"channel": "jobs", "prefetch": 1, "priority": priority}
        services[f"rank-{number}"] = {"subscribe": reading, "handle": [{"work": work}], **settings}
    return Scenario.from_dict({
        "name": "ranked", "workloads": {"customers": {"target": "front", "arrivals": arrivals}}, "services": services,
        "channels": {"jobs": queue}, "run": {"duration": duration, "warmup": duration / 10},
    })  # fmt: skip


@pytest.mark.slow
def test_the_first_of_two_consumers_works_when_it_is_free():
    """M/M/2 whose first server goes first: the second one works alone only after the first has left it behind.

    With rate L and a mean of 1, p(second alone) = p(2) / (L + 1), as it comes of two at work alone.
    """
    rate = 1.2
    load = mmc(rate, 1, 2).utilisation
    none = (1 - load) / (1 + load)
    second_alone = 2 * load**2 * none / (rate + 1)
    first, second = 1 - none - second_alone, 2 * load - (1 - none - second_alone)

    def figures(run):
        found = {name: its["utilisation"] for name, its in run.services.items()}
        return {**found, "load": found["rank-0"] + found["rank-1"] - rate}

    found = measure("ranks", ranked([5, -5], poisson(rate), 16_000, exponential(1)), figures, 8)
    assert agrees(steady(found, "rank-0", ["load"]), first, notices=0.05)
    assert agrees(steady(found, "rank-1", ["load"]), second, notices=0.1)


def test_messages_go_to_the_highest_that_has_credit_and_to_its_equals_in_turns():
    """RabbitMQ: to others only when those of the highest priority block; among equals round robin."""
    run = balanced(ranked([1, 2, 2, 0], {"burst": 8}, 10, 1))
    spans = run.spans[run.spans.source == "jobs"].sort_values(["leased", "span"])
    order = [int(name.partition("-")[2]) for name in spans.service]
    assert order == [1, 2, 0, 3, 1, 2, 0, 3]
    seldom = balanced(ranked([0, 7, 7], {"constant": 0.5}, 20, 1))
    shares = seldom.spans.groupby("service").size()
    assert "rank-0" not in shares.index and abs(shares["rank-1"] - shares["rank-2"]) <= 1


def test_without_the_first_the_next_has_all():
    scenario = ranked([1, 0], {"constant": 0.5}, 40, 1).replace({"faults": [{"outage": "rank-0", "at": 10, "for": 10}]})
    spans = balanced(scenario).spans
    spans = spans[spans.source == "jobs"]
    away = (spans.leased >= 10) & (spans.leased < 20)
    assert set(spans.service[away]) == {"rank-1"} and set(spans.service[~away]) == {"rank-0"}


# Polling.


@pytest.mark.slow
def test_who_sleeps_when_a_queue_is_empty_makes_messages_wait_for_half_of_that():
    """M/G/1 with vacations (Levy and Yechiali): the wait of Pollaczek and Khinchine, and the rest of a sleep."""
    p, truth = case("POLL-vacation")["parameters"], expected("POLL-vacation")
    rate, sleep = p["lam"], p["sleep"]
    assert truth == pytest.approx(mg1(rate, 1 / p["mu"], 1).wait_mean + sleep / 2)
    work = [{"work": exponential(1 / p["mu"])}]
    scenario = consumers("queue", work, poisson(rate), 4_000, subscribe={"prefetch": 1, "poll": sleep})

    def figures(run):
        server = run.services["worker"]
        return {"wait": server["wait_mean"], "load": server["utilisation"] - rate / p["mu"]}

    found = measure("vacations", scenario, figures, 8, conserving=False)
    assert agrees(steady(found, "wait", ["load"]), truth, notices=0.1)


def test_it_looks_at_its_own_moments_and_at_once_when_it_is_done():
    """It looks at 0 s and every 2 s, finds the first at 4 s, and the second when it is done with that."""
    comes = {"burst": {"count": 3, "at": 3}}
    run = balanced(consumers("queue", [{"work": 0.5}], comes, 9, 0, subscribe={"prefetch": 1, "poll": 2}))
    assert run.spans.leased[run.spans.source == "events"].tolist() == [4, 4.5, 5]


def test_each_instance_looks_for_itself():
    run = balanced(consumers("queue", [{"work": 5}], {"burst": {"count": 4, "at": 3}}, 20, 0, instances=2,
                             subscribe={"prefetch": 1, "poll": 2}))  # fmt: skip
    assert run.spans.leased[run.spans.source == "events"].tolist() == [4, 4, 9, 9]


def test_who_looks_and_finds_that_another_one_was_there_looks_again():
    """Two look every 2 s. One message comes at 5 s and one at 10 s, as both look; each is found by one of them."""
    alike = {"instances": 2, "subscribe": {"poll": 2, "prefetch": 1}}
    run = balanced(consumers("queue", [{"work": 1}], {"constant": 0.2}, 14, 0, **alike))
    assert run.spans.leased[run.spans.source == "events"].tolist() == [6, 10]
    assert run.ledger.state.tolist() == ["done", "done"]


@pytest.mark.parametrize(
    ("reading", "says"),
    [({"poll": 0}, "poll"), ({"priority": 1_001}, "priority"), ({"priority": 0.5}, "priority")],
)
def test_what_cannot_be_is_refused(reading, says):
    with pytest.raises(ScenarioError, match=says):
        consumers("queue", [{"work": 1}], poisson(1), 10, subscribe=reading)


def test_priority_and_poll_are_for_queues():
    for reading in ({"priority": 1}, {"poll": 1}):
        with pytest.raises(ScenarioError, match="log is not read with"):
            consumers("log", [{"work": 1}], poisson(1), 10, subscribe=reading)
    with pytest.raises(ScenarioError, match="one consumer has all of jobs"):
        ranked([1, 0], poisson(1), 10, 1, queue={"queue": {"single_active_consumer": True}})
