"""Warnings, refusals and messages exactly on their limit, and one step beyond: none comes too soon or too late."""

from pathlib import Path

import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.errors import shorten, suggest
from evsim.scenario.sizes import TOTALS, sizes

JUST = 1e-9  # seconds: times are read to the nanosecond
FILES = Path(__file__).resolve().parents[1] / "rules"


def desk(arrivals, service, channels=(), **run):
    """A service `desk`, or one that reads what a page publishes, and who comes."""
    services = {"desk": {"handle": [{"work": 0.1}, {"effect": "row"}], **service}}
    if channels:
        services["page"] = {"handle": [{"publish": each} for each in channels]}
    return {
        "name": "limit",
        "workloads": {"people": {"target": "page" if channels else "desk", "arrivals": arrivals}},
        "services": services, "channels": dict(channels), "run": {"duration": 10, **run},
    }  # fmt: skip


def of_queue(service, **run):
    return desk({"constant": 1}, {"subscribe": {"channel": "mail", **service.pop("reads", {})}, **service},
                {"mail": {"queue": {}}}, **run)  # fmt: skip


def of_log(service, partitions, **run):
    return desk({"constant": 1}, {"subscribe": {"channel": "facts", **service.pop("reads", {})}, **service},
                {"facts": {"log": {"partitions": partitions}}}, **run)  # fmt: skip


# What is warned of: (a system without a warning, the same one step further, what is said then).
WARNED = {
    "load that is all of the capacity": (
        desk({"constant": 10}, {"handle": [{"work": 0.1 - JUST}]}),
        desk({"constant": 10}, {"handle": [{"work": 0.1}]}),
        "10/s of 100ms each keep 1 worker busy, and it has 1",
    ),
    "load that is all of the capacity but for a rounding of floats": (
        desk({"constant": 0.57}, {"workers": 57, "handle": [{"work": 100 - 1e-6}]}),
        desk({"constant": 0.57}, {"workers": 57, "handle": [{"work": 100}]}),
        "keep 57 workers busy, and it has 57",
    ),
    "load that is all of two workers of two instances": (
        desk({"constant": 39.999}, {"instances": 2, "workers": 2}),
        desk({"constant": 40}, {"instances": 2, "workers": 2}),
        "keep 4 workers busy, and it has 4",
    ),
    "load that is all of the workers that may have a message": (
        of_queue({"workers": 2, "reads": {"prefetch": 1}, "handle": [{"work": 1 - JUST}]}),
        of_queue({"workers": 2, "reads": {"prefetch": 1}, "handle": [{"work": 1}]}),
        "1/s of 1s each keep 1 worker busy, and at work are 1",
    ),
    "a burst that ends after the run": (
        desk({"burst": {"count": 100, "at": 5}}, {}, drain_limit=5),
        desk({"burst": {"count": 101, "at": 5}}, {}, drain_limit=5),
        "the burst of people is 10.1s of work for all its workers, and the run ends 10s later",
    ),
    "a burst that ends just with the run but for a rounding of floats": (
        desk({"burst": {"count": 3, "at": 10}}, {}, drain_limit=0.3)
        | {"run": {"duration": 10 + JUST, "drain_limit": 0.3 - JUST}},
        desk({"burst": {"count": 3, "at": 10 - JUST}}, {"handle": [{"work": 0.1 + JUST}]}, drain_limit=0.3),
        "300ms of work for all its workers, and the run ends 300.000001ms later",
    ),
    "a burst at the end": (
        desk({"burst": {"count": 999, "at": 10}}, {}, drain_limit=0),
        desk({"burst": {"count": 999, "at": 10 - JUST}}, {}, drain_limit=0),
        "the run ends 1ns later",
    ),
    "a warm-up of more than half of the run": (
        desk({"constant": 1}, {}, warmup=5),
        desk({"constant": 1}, {}, warmup=5 + JUST),
        "5.000000001s of 10s are left out",
    ),
    "a prefetch below the workers": (
        of_queue({"workers": 3, "reads": {"prefetch": 3}}),
        of_queue({"workers": 3, "reads": {"prefetch": 2}}),
        "1 of the 3 workers of an instance can never work, since it holds 2 messages",
    ),
    "more workers than partitions": (
        of_log({"workers": 5}, 5),
        of_log({"workers": 6}, 5),
        "1 of 6 workers can never work, since its log has 5 partitions",
    ),
    "more workers than partitions of the member that has one more": (
        of_log({"instances": 2, "workers": 3, "reads": {"assignor": "range"}}, 6),
        of_log({"instances": 2, "workers": 3, "reads": {"assignor": "range"}}, 5),
        "1 of 6 workers can never work",
    ),
    "more workers than one where messages of a poll come one by one": (
        of_log({"instances": 2, "reads": {"max_poll_records": 5}}, 9),
        of_log({"instances": 2, "workers": 2, "reads": {"max_poll_records": 5}}, 9),
        "2 of 4 workers can never work",
    ),
    "a row of a file at the end of the run": (
        desk({"csv": "three.csv"}, {}) | {"run": {"duration": 3 + JUST}},
        desk({"csv": "three.csv"}, {}) | {"run": {"duration": 3}},
        "1 of 3 rows of three.csv comes after the end",
    ),
}


MARKS = (" busy, and", "the run ends", "left out", "can never work", " after the end")


@pytest.mark.parametrize("what", WARNED)
def test_a_warning_comes_at_its_limit_and_not_a_step_before(what):
    quiet, loud, said = WARNED[what]
    before, there = (" ".join(Scenario.from_dict(each, folder=FILES).warnings()) for each in (quiet, loud))
    (mark,) = (each for each in MARKS if each in said)
    assert said in there and mark not in before


def log(**settings):
    return of_log({}, 2) | {"channels": {"facts": {"log": {"partitions": 2, **settings}}}}


MORGUE = of_queue({"reads": {"dead_letter": "morgue"}})
MOMENTS = {  # where a moment may be written; at the end of the run it is none
    "faults.0.at": lambda at: desk({"constant": 1}, {}) | {"faults": [{"outage": "desk", "at": at}]},
    "run.warmup": lambda at: desk({"constant": 1}, {}, warmup=at),
    "channels.facts.log.add_partitions.at": lambda at: log(add_partitions={"count": 1, "at": at}),
    "channels.morgue.queue.redrive.at": lambda at: (
        MORGUE | {"channels": {**MORGUE["channels"], "morgue": {"queue": {"redrive": {"at": at}}}}}
    ),
    "services.desk.subscribe.from": lambda at: of_log({"reads": {"from": at}}, 2),
    "services.desk.subscribe.replay.at": lambda at: of_log({"reads": {"replay": {"at": at, "to": "earliest"}}}, 2),
}


@pytest.mark.parametrize("path", MOMENTS)
def test_what_is_to_be_at_the_end_of_the_run_is_refused_and_a_nanosecond_before_it_is_not(path):
    assert Scenario.from_dict(MOMENTS[path](10 - JUST))
    with pytest.raises(ScenarioError) as error:
        Scenario.from_dict(MOMENTS[path](10))
    (problem,) = error.value.problems
    assert problem.path == path and "10s" in str(problem)


def of_size(services, workloads=None, channels=(), faults=()):
    """A large system of which nothing is built."""
    people = {"people": {"target": next(iter(services)), "arrivals": {"burst": 1}}}
    return {
        "name": "large", "workloads": workloads or people, "channels": dict(channels), "faults": list(faults),
        "services": {name: {"handle": [{"work": 0}], **each} for name, each in services.items()},
        "run": {"duration": 10},
    }  # fmt: skip


def who_come(**settings):
    return {"target": "desk", "arrivals": {"burst": 1}, **settings}


def logs(counts, **settings):
    return {f"log{number}": {"log": {"partitions": count, **settings}} for number, count in enumerate(counts)}


CROWD = {"desk": {"instances": 1000, "workers": 10}}
LARGE = {  # of what is counted over a whole scenario: so many times the most that there may be, and more
    "instances": lambda more: of_size(
        {f"s{n}": {"instances": 1000 - (n == 4) + (more and n == 4)} for n in range(5)} | {"s": {}}
    ),
    "workers (instances x workers)": lambda more: of_size(
        {"a": {"workers": 1_000_000}, "b": {"workers": 999_999 + more}, "c": {}}
    ),
    "users of closed workloads": lambda more: of_size(
        {"desk": {}},
        {
            f"w{n}": who_come(arrivals={"closed": {"users": users, "think": 1}})
            for n, users in enumerate((10**6, 10**6 - 1 + more, 1))
        },
    ),
    "keys of zipf distributions": lambda more: of_size(
        {"desk": {}}, {f"w{n}": who_come(key={"zipf": keys}) for n, keys in enumerate((10**6, 10**6 - 1 + more, 1))}
    ),
    "partitions": lambda more: of_size({"desk": {}}, channels=logs((10_000, 9_999 + more, 1))),
    "copies (partitions x replicas)": lambda more: of_size(
        {"desk": {}},
        channels={
            **logs((10_000,), replicas=99),
            **{f"more{n}": {"log": {"partitions": each}} for n, each in enumerate((9_999 + more, 1))},
        },
    ),
    "pairs of a partition and an instance that reads its log": lambda more: of_size(
        {"desk": {"instances": 1000, "subscribe": "log0"}, "more": {"subscribe": "log1"}}
        if more
        else {"desk": {"instances": 1000, "subscribe": "log0"}},
        channels=logs((1000, 1)),
    ),
    "workers to look at when instances fail (those that fail x all workers of their service)": lambda more: of_size(
        CROWD, faults=[{"outage": "desk", "at": 1}, *([{"pause": "desk/1", "at": 2, "for": 1}] if more else [])]
    ),
}


def test_there_is_a_large_system_for_each_thing_that_is_counted():
    assert LARGE.keys() == TOTALS.keys()


@pytest.mark.parametrize("what", LARGE)
def test_a_system_may_be_as_large_as_is_said_and_no_larger(what):
    most, parts = TOTALS[what]
    full = Scenario.from_dict(LARGE[what](False))
    assert sum(count for _, count in parts(full)) == most and not list(sizes(full))
    with pytest.raises(ScenarioError, match=f"{most:,} at most") as error:
        Scenario.from_dict(LARGE[what](True))
    assert f" {what} in all" in str(error.value)


def test_errors_show_sixty_letters_of_a_value_and_as_many_names_as_fifteen():
    assert shorten("x" * 58) == f"'{'x' * 58}'" and shorten("x" * 59) == f"'{'x' * 56}..."
    assert len(shorten("x" * 59)) == 60
    names = [f"{letter * 9}" for letter in "abcdefghijklmnop"]
    assert suggest("zzz", names[:15]) == f"one of {', '.join(names[:15])}" and suggest("zzz", names) is None


@pytest.mark.parametrize(("value", "hint"), [(1 + JUST, "write 1%"), (100, "write 100%"), (100.5, None)])
def test_who_writes_a_share_above_one_is_shown_the_percentage_as_far_as_there_is_one(value, hint):
    with pytest.raises(ScenarioError) as error:
        Scenario.from_dict(desk({"constant": 1}, {}) | {"objectives": {"availability": value}})
    assert error.value.problems[0].hint == hint
