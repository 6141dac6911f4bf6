"""Load balancers: what the textbooks say of them, and what becomes of what waits at one instance."""

from functools import cache

import numpy as np
import pytest

from evsim.results.endings import Outcome, Reason
from evsim.scenario import Scenario
from tests.support.cases import case, expected
from tests.support.nightly import NIGHTLY, by_day, nightly
from tests.support.statistics import COARSER, agrees, mean_and_error
from tests.truth.measuring import balanced, checked, measure, sweep
from tests.truth.systems import exponential, poisson, station, system


def web(balance, arrivals, duration=20, faults=(), work=1, **settings):
    """Calls to two instances of a service behind a balancer."""
    service = {"instances": 2, "balance": balance, "handle": [{"work": work}, {"effect": "page"}], **settings}
    run = {"duration": duration, "drain_limit": 1000}
    customers = {"target": "web", "arrivals": arrivals}
    return Scenario.from_dict({"name": "web", "workloads": {"customers": customers}, "services": {"web": service},
                               "run": run, "faults": list(faults)})  # fmt: skip


def instances(run):
    """The instance that worked on each row, -1 if none did."""
    workers = {place.number: run.scenario.services[place.service].workers for place in run.tables.places}
    divisor = np.array([workers[number] for number in run.tables.rows["place"].tolist()])
    return np.where(run.tables.rows["worker"] < 0, -1, run.tables.rows["worker"] // divisor)


# What theory says.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("balance", "figure", "messages"),
    [
        ("least_busy", "JSQ", 40_000),
        pytest.param("random", "random split (2 x M/M/1)", 80_000, marks=nightly),
        ("shared", "shared M/M/2", 40_000),
        pytest.param(
            {"by": "least_busy", "counts": "waiting"},
            "JSQ counting only waiting jobs (not the one in service)",
            40_000,
            marks=nightly,
        ),
    ],
)
def test_two_servers_behind_a_balancer_are_as_slow_as_theory_says(balance, figure, messages):
    p = case("JSQ-2")["parameters"]
    scenario = station(exponential(1 / p["mu"]), p["lam"], messages, instances=p["servers"], balance=balance)
    found = measure(f"JSQ-2 {figure}", scenario, lambda run: {"T": run.services["server"]["sojourn_mean"]},
                    conserving=balance == "shared")  # fmt: skip
    assert agrees(found["T"], expected("JSQ-2", figure), notices=0.075)


@cache
def supermarket(choices, load, servers, duration, warmup=0.2):
    """Sojourn times of many servers behind one balancer that looks at some of them."""
    balance = {"by": "power_of_two", "choices": choices} if choices > 1 else "random"
    scenario = station(exponential(1), load * servers, load * servers * duration, warmup, instances=servers,
                       balance=balance)  # fmt: skip
    shorter = 4 if choices > 1 and load == 0.9 else 1  # alone a server takes long to forget that it began empty
    return measure(f"POD-2 {choices} {load} {servers}", scenario, supermarket_figures, 8, shorter, conserving=False)


def supermarket_figures(run):
    """Mean time in system, and the share of servers with at least 1, 2, ... 5 requests."""
    where, rows = instances(run), run.tables.rows
    shares = np.zeros(6)
    for each in range(run.scenario.services["server"].instances):
        mine = where == each
        times, level = sweep(rows["ready"][mine], rows["ended"][mine])
        times = np.append(
            np.clip(times, run.scenario.run_settings.warmup, run.tables.measured_until), run.tables.measured_until
        )
        for number in range(6):
            shares[number] += np.diff(times)[level >= number].sum() / run.tables.window
    shares /= run.scenario.services["server"].instances
    return {"T": run.services["server"]["sojourn_mean"], **{str(k): shares[k] for k in range(1, 6)}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choices", "load", "above"),  # how much slower 100 servers are than many, by the case's own check
    [
        pytest.param(2, 0.5, 0.004, marks=nightly),
        pytest.param(2, 0.7, 0.01, marks=nightly),
        pytest.param(2, 0.8, 0.015, marks=nightly),
        (2, 0.9, 0.025),
        pytest.param(3, 0.9, 0.025, marks=nightly),
        pytest.param(1, 0.9, 0, marks=nightly),  # servers that know nothing of each other: JSQ-2 has two of them
    ],
)
def test_with_two_choices_a_hundred_servers_are_nearly_as_fast_as_with_all(choices, load, above):
    found = supermarket(choices, load, 100, 700 if load == 0.9 else 150)
    limit = expected("POD-2", f"d={choices} lam={load}")
    mean, error = mean_and_error(found["T"])
    assert error < 0.025 * COARSER * limit
    assert limit - 3.5 * error < mean < limit * (1 + above) + 3.5 * error


@pytest.mark.slow
def test_few_of_many_servers_behind_two_choices_have_a_long_line():
    found = supermarket(2, 0.9, 500, 120, warmup=0.5) if NIGHTLY else supermarket(2, 0.9, 100, 700)
    for number, share in expected("POD-tail").items():
        rare = "few of a hundred servers have so many, and a longer run would take minutes"
        assert agrees(found[number], share, notices=0.5, because=rare), number


@pytest.mark.slow
def test_a_balancer_of_its_own_and_two_servers_are_as_fast_as_asyncflow_says():
    """Four hops that lose 1 % each; a server's processor is busy for 2 ms, then it waits for 12 ms beside its work."""
    services = {
        "balancer": {"workers": 1000, "handle": [{"call": "server"}, {"wait": 0.012}]},
        "server": {"instances": 2, "balance": "round_robin", "handle": [{"work": 0.002}]},
    }
    links = {
        "front": {"between": ["users", "balancer"], "latency": exponential(0.003)},
        "back": {"between": ["balancer", "server"], "latency": exponential(0.002)},
    }
    users = {"target": "balancer", "arrivals": poisson(400 * 20 / 60)}
    duration = by_day(600)
    scenario = system(services, {"users": users}, duration, 0, network={"loss": 0.01, "links": links})
    answered = {}
    for seed in range(8):
        tally = scenario.run(seed=seed).tables.requests
        times = tally.response[tally.outcome == 1]
        figures = {"mean": times.mean(), "rps": len(times) / duration}
        figures |= {f"p{level}": np.percentile(times, level) for level in (50, 95, 99)}
        for name, value in figures.items():
            answered.setdefault(name, []).append(value)
    for name, values in answered.items():
        mean, error = mean_and_error(values)
        figure = expected("ASYNCFLOW-lb", name)
        assert abs(mean - figure) < 0.01 * figure + 3.5 * error, name  # the other program's figure is a sample too


# What it does, to the letter.


def starts(run):
    """(instance, time of arrival, time of start) of all that was worked, in order of arrival."""
    rows, where = run.tables.rows, instances(run)
    worked = np.flatnonzero(where >= 0)
    return [(int(where[row]), float(rows["ready"][row]), float(rows["started"][row])) for row in worked.tolist()]


def test_round_robin_gives_each_instance_its_turn_however_busy_it_is():
    run = checked(web("round_robin", {"constant": 1}, 9, work={"choice": [[0.5, 0.1], [0.5, 5]]}), conserving=False)
    assert [instance for instance, _, _ in starts(run)] == [0, 1, 0, 1, 0, 1, 0, 1]
    assert any(start > ready for _, ready, start in starts(run))


def test_the_least_busy_instance_gets_the_next_request_and_an_idle_one_always():
    run = checked(web("least_busy", {"constant": 1}, 12, work=1.5), conserving=True)
    assert all(start == ready for _, ready, start in starts(run))
    assert {instance for instance, _, _ in starts(run)} == {0, 1}


def test_of_two_with_as_much_to_do_the_one_picked_first_gets_the_request():
    """Nobody has anything to do: the pick of `random` is the first pick of `power_of_two`."""
    alone, first = (balanced(web(by, {"constant": 2}, work=0.001)) for by in ("random", "power_of_two"))
    assert instances(first).tolist() == instances(alone).tolist()


def test_who_counts_only_the_waiting_may_send_to_a_busy_instance_beside_an_idle_one():
    run = checked(web({"by": "least_busy", "counts": "waiting"}, {"constant": 1}, 60, work=1.5), conserving=False)
    assert any(start > ready for _, ready, start in starts(run))


def test_each_instance_has_the_limit_for_itself():
    scenario = web("round_robin", {"burst": 7}, work=1, limit=1)
    run = checked(scenario, conserving=False)
    assert run.summary()["completed"] == 4 and run.summary()["rejected"] == 3
    assert sorted(where for where, _, _ in starts(run)) == [0, 0, 1, 1]


def test_an_instance_that_is_down_gets_its_share_unless_the_balancer_looks():
    outage = [{"outage": "web/2", "at": "4500ms", "for": "10s"}]
    blind = web("round_robin", {"constant": 1}, 20.5, outage, work=0.1).run()
    refused = blind.tables.rows["ready"][blind.tables.rows["outcome"] == Outcome.REFUSED]
    assert refused.tolist() == [6, 8, 10, 12, 14]
    assert set(blind.tables.rows["reason"][blind.tables.rows["outcome"] == Outcome.REFUSED].tolist()) == {
        Reason.UNREACHABLE
    }
    looks = {"by": "round_robin", "health_check": "5s"}
    seeing = web(looks, {"constant": 1}, 20.5, outage, work=0.1).run()
    assert seeing.summary()["completed"] == 20  # it looked at 5 s, before the sixth, and again at 15 s
    between = [where for where, ready, _ in starts(seeing) if 5 < ready < 15]
    assert between == [0] * 9
    assert 1 in [where for where, ready, _ in starts(seeing) if ready > 15]


def test_those_that_a_balancer_knows_to_be_up_are_picked_equally_often():
    out = {"outage": "web/1", "at": 0, "for": 20}
    balance = {"by": "random", "health_check": 0.5}
    run = balanced(web(balance, {"constant": 100}, faults=[out], instances=5, work=0))
    looked = [where for where, ready, _ in starts(run) if ready > 0.5]
    counts = np.bincount(looked, minlength=5)
    assert counts[0] == 0 and counts.sum() > 1900
    share = counts[1:] / counts.sum()
    assert share == pytest.approx([0.25] * 4, abs=3.5 * (0.25 * 0.75 / counts.sum()) ** 0.5)


def test_least_busy_sends_everything_to_an_instance_that_refuses_everything():
    """It has the least to do, so the other one gets a request only when it has nothing to do either."""
    outage = [{"outage": "web/2", "at": "5s", "for": "10s"}]
    run = web("least_busy", {"constant": 4}, 20, outage, work=1.5, workers=10).run()
    rows = run.tables.rows
    there = (rows["ready"] >= 7) & (rows["ready"] < 15)
    assert there.sum() == 32 and (rows["outcome"][there] == Outcome.REFUSED).sum() > 25
    assert (rows["outcome"][rows["ready"] >= 15] == Outcome.OK).all()


def test_when_nobody_is_up_a_balancer_that_looks_sends_to_all():
    outage = [{"outage": "web", "at": "4s", "for": "10s"}]
    run = web({"by": "random", "health_check": "1s"}, {"constant": 1}, 20.5, outage, work=0.1).run()
    refused = run.tables.rows["ready"][run.tables.rows["outcome"] == Outcome.REFUSED]
    assert refused.tolist() == list(range(4, 14))


def test_what_waits_at_an_instance_is_told_of_its_crash_and_the_rest_is_not():
    run = web("round_robin", {"burst": 8}, 20, [{"crash": "web/1", "at": "1500ms", "for": "5s"}]).run()
    where = instances(run)
    crashed = run.tables.rows["outcome"] == Outcome.CRASHED
    assert crashed.sum() == 3 and set(run.tables.rows["ended"][crashed].tolist()) == {1.5}
    assert where[crashed].tolist() == [0, -1, -1]  # one in work, two in line
    assert run.summary()["completed"] == 5 and run.summary()["errors"] == 3
    assert run.audit()


def test_what_waits_at_an_instance_is_refused_when_it_stops_and_waits_when_it_freezes():
    stopped = web("round_robin", {"burst": 8}, 20, [{"outage": "web/1", "at": "1500ms", "for": "5s"}]).run()
    assert (stopped.tables.rows["outcome"] == Outcome.REFUSED).sum() == 2  # the one in hand ends
    assert stopped.summary()["completed"] == 6 and stopped.audit()
    frozen = web("round_robin", {"burst": 8}, 20, [{"pause": "web/1", "at": "1500ms", "for": "5s"}]).run()
    assert frozen.summary()["completed"] == 8 and frozen.audit()
    ended, where = frozen.tables.rows["ended"], instances(frozen)
    ends = {instance: ended[where == instance].tolist() for instance in (0, 1)}
    assert ends == {0: [1, 7, 8, 9], 1: [1, 2, 3, 4]}


def test_a_retry_may_come_to_another_instance():
    services = {
        "front": {"workers": 50, "handle": [{"call": {"service": "back", "retry": {"attempts": 2}}}]},
        "back": {"instances": 2, "balance": "round_robin", "handle": [{"work": 0.1}]},
    }
    scenario = system(services, {"users": {"target": "front", "arrivals": {"constant": 1}}}, 20.5, 0,
                      faults=[{"outage": "back/2", "at": 0, "for": 20}])  # fmt: skip
    run = scenario.run()
    assert run.summary()["completed"] == 20  # what is refused comes to the other instance,
    assert run.summary()["retries"] == 18  # and the next call to the one that refuses again


# Channels: a consumer fetches for itself, so nothing is balanced.


def consumer(channel, duration=30, faults=(), **settings):
    services = {
        "front": {"handle": [{"publish": "jobs"}]},
        "worker": {"instances": 2, "balance": "round_robin", "subscribe": "jobs",
                   "handle": [{"work": 1}, {"effect": "job"}], **settings},
    }  # fmt: skip
    users = {"target": "front", "arrivals": {"burst": 12}}
    run = {"duration": duration, "drain_limit": 1000}
    return Scenario.from_dict({"name": "jobs", "workloads": {"users": users}, "services": services,
                               "channels": {"jobs": channel}, "run": run, "faults": list(faults)})  # fmt: skip


def test_instances_with_an_inbox_each_fetch_from_a_queue_for_themselves():
    run = consumer("queue", workers=2).run()
    works = [place.number for place in run.tables.places if place.service == "worker"]
    mine = np.isin(run.tables.rows["place"], works)
    assert (
        sorted(run.tables.rows["ended"][mine].tolist()) == [1] * 4 + [2] * 4 + [3] * 4
    )  # nobody idles beside a message
    crashed = consumer("queue", faults=[{"crash": "worker/1", "at": "500ms", "for": "2s"}]).run()
    assert crashed.summary()["effects_missing"] == 0 and crashed.audit()
    assert crashed.summary()["retries"] == 1  # what was in hand; the rest had not been fetched


def test_instances_with_an_inbox_each_own_the_partitions_of_a_log():
    run = consumer({"log": {"partitions": 4, "partitioner": "round_robin"}}).run()
    messages, rows = run.tables.messages, run.tables.rows
    works = [place.number for place in run.tables.places if place.service == "worker"]
    mine = np.flatnonzero(np.isin(rows["place"], works))
    owners = {(int(messages["partition"][rows["parent"][row]]), int(rows["worker"][row])) for row in mine.tolist()}
    assert owners == {(0, 0), (1, 0), (2, 1), (3, 1)}


def test_the_balancer_draws_luck_of_its_own():
    """Service times do not depend on where a request goes."""
    ways = ("shared", "random", "least_busy")
    runs = [station(exponential(1), 1, 200, instances=3, balance=by).run() for by in ways]
    times = [np.round(run.tables.rows["ended"] - run.tables.rows["started"], 6).tolist() for run in runs]
    assert times[0] == times[1] == times[2]


# Instances that come and go.


def tides(balance="round_robin", faults=(), **scaling):
    """A burst that calls three instances up, which start in a second, and calls one by one afterwards."""
    scaling = {"by": "schedule", "schedule": [{"at": 10, "instances": 3}, {"at": 20, "instances": 1}], "start": 1,
               "every": 1, "most": 3} | scaling  # fmt: skip
    service = {"autoscale": scaling, "balance": balance, "workers": 1, "handle": [{"work": 0.1}]}
    customers = {"target": "web", "arrivals": {"constant": 2}}
    return Scenario.from_dict({"name": "tides", "workloads": {"customers": customers}, "services": {"web": service},
                               "run": {"duration": 30}, "faults": list(faults)})  # fmt: skip


def test_instances_that_come_get_their_turn_once_they_may_work_and_none_after_they_leave():
    run = balanced(tides())
    times, who = run.tables.rows["ready"], instances(run)
    assert set(who[times < 11]) == {0} and set(who[times > 20]) == {0}
    assert np.bincount(who[(times > 11) & (times < 20)]).tolist() == [5, 6, 6], "the 23rd to the 39th call, in turn"
    assert (run.tables.rows["outcome"] == Outcome.OK).all(), "nobody is sent to one that has left"


def test_who_waits_at_an_instance_that_is_not_needed_any_more_goes_to_another_one():
    burst = {"target": "web", "arrivals": {"burst": {"count": 30, "at": 19.95}}}
    run = balanced(tides().replace({"workloads.burst": burst}))
    rows, who = run.tables.rows, instances(run)
    of_burst = rows["born"] == 19.95
    assert (rows["outcome"] == Outcome.OK).all()
    assert np.bincount(who[of_burst]).tolist() == [28, 1, 1], "the work in hand ends where it is"


def test_one_that_crashes_has_no_turn_any_more_and_without_anybody_a_call_is_refused():
    crash = {"crash": "web", "at": 15.2, "for": 0.1}
    run = balanced(tides(faults=[crash]))
    rows = run.tables.rows
    refused = rows["ready"][rows["reason"] == Reason.UNREACHABLE]
    assert refused.tolist() == [15.5, 16.0], "those that are called up for them may work at 16.2 s"


@pytest.mark.parametrize("balance", ["random", {"by": "power_of_two", "counts": "waiting"}])
def test_who_waited_at_an_instance_that_leaves_is_spread_over_all_others(balance):
    """Of 3 instances the last leaves, at which a third of 600 wait: half of these go to each of the others."""
    change = {"change": "services.web.instances", "to": 2, "at": "500ms"}
    run = balanced(web(balance, {"burst": {"count": 600, "at": 0}}, 2000, [change], instances=3))
    first, second = (np.count_nonzero(instances(run) == number) for number in (0, 1))
    assert first + second > 590 and abs(first - second) < 3.5 * np.sqrt(first + second)


def test_who_is_sent_on_a_second_time_draws_anew():
    """By the draw that led to the third of 3 instances, the second of 2 would be next for all of them."""
    changes = [{"change": "services.web.instances", "to": to, "at": at} for to, at in ((3, "500ms"), (2, "1s"))]
    run = balanced(web("random", {"burst": {"count": 6000, "at": 0}}, 20_000, changes, instances=4))
    first, second = (np.count_nonzero(instances(run) == number) for number in (0, 1))
    assert first + second > 5900 and abs(first - second) < 3.5 * np.sqrt(first + second)
