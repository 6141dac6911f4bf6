"""Same customers, same luck: a request meets the same work, key and branches whatever else there is."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from evsim.experiment.replicate import replicate
from evsim.results.endings import Outcome
from evsim.scenario import Scenario, load

DESIGNS = [f"registration-{name}" for name in ("monolith", "classic", "parallel", "hybrid", "events")]


def draws_of(run, service):
    """``{(workload, request, visit, attempt): seconds worked}`` of a service whose handler works once.

    Only of what came to its end; a visit is a way into the service.
    """
    rows, drawn = run.tables.rows, {}
    for place in run.tables.places:
        if place.service == service:
            mine = np.flatnonzero(
                (rows["place"] == place.number) & np.isin(rows["outcome"], (Outcome.OK, Outcome.FAILED))
            )
            worked = np.rint((rows["ended"] - rows["started"])[mine] * 1e9).astype(
                int
            )  # ns: two ends of a sum of floats
            attempts = np.maximum(rows["attempt"][mine], 1)
            for request, attempt, time in zip(rows["request"][mine], attempts, worked, strict=True):
                drawn[place.workload, int(request), place.ordinal, int(attempt)] = int(time)
    return drawn


def arrivals_of(run, workload):
    tally = run.tables.requests
    return tally.arrived[tally.workload == tally.workloads.index(workload)].tolist()


def keys_of(run, workload, count=200):
    return [run.tables.keys[workload](number) for number in range(count)]


def assert_same_draws(one, other, service, least):
    """What both runs came to draw is the same, to the rounding of sums of times, and it is much."""
    here, there = draws_of(one, service), draws_of(other, service)
    both = here.keys() & there.keys()
    assert len(both) >= least
    assert max(abs(here[each] - there[each]) for each in both) <= 1


# The five designs.


@pytest.fixture(scope="module")
def designs():
    return {name: load(name).replace({"run.duration": 20, "run.warmup": 0}).run() for name in DESIGNS}


@pytest.mark.parametrize("name", DESIGNS)
def test_the_same_customers_come_to_every_design(designs, name):
    classic, design = designs["registration-classic"], designs[name]
    assert arrivals_of(design, "register-page") == arrivals_of(classic, "register-page")
    assert keys_of(design, "register-page") == keys_of(classic, "register-page")


@pytest.mark.parametrize("service", ["database", "mailing-list"])
@pytest.mark.parametrize("name", DESIGNS)
def test_a_customer_means_the_same_work_in_every_design(designs, name, service):
    assert_same_draws(designs[name], designs["registration-classic"], service, 900)


# Changes of a system that change nobody else's luck.


def shop(**changes):
    """`front` calls `back`, and publishes to a log that `reader` reads; both fail now and then."""
    data = {
        "name": "shop",
        "workloads": {"customers": {"target": "front", "arrivals": {"poisson": 20}, "key": {"uniform": 50}}},
        "services": {
            "front": {
                "workers": 20,
                "handle": [
                    {"call": {"service": "back", "retry": {"attempts": 3}, "on_error": "ignore"}},
                    {"publish": "facts"},
                ],
            },
            "back": {"workers": 5, "handle": [{"work": {"exponential": 0.1}}, {"fail": 0.2}]},
            "reader": {
                "workers": 4,
                "subscribe": {"channel": "facts", "retry": {"attempts": 2}},
                "handle": [{"work": {"lognormal": {"mean": 0.05, "cv": 1}}}, {"fail": 0.1}],
            },
        },
        "channels": {"facts": {"log": {"partitions": 8}}},
        "network": {"latency": {"exponential": 0.005}},
        "run": {"duration": 30},
    }
    for path, value in changes.items():
        node, (*above, last) = data, path.split("__")
        for step in above:
            node = node[step]
        node[last] = value
    return Scenario.from_dict(data)


def before(scenario, part, **more):
    """The scenario with more services, workloads or faults in front of its own."""
    data = scenario.to_dict()
    data[part] = {**more, **data[part]}
    return Scenario.from_dict(data)


AUDITOR = {"workers": 9, "subscribe": "facts", "handle": [{"work": {"exponential": 0.1}}]}
IDLE = {"handle": [{"work": {"exponential": 0.1}}]}
HURRIED = {"service": "back", "timeout": 0.2, "retry": {"attempts": 3}, "on_error": "ignore"}
OTHERS = {"target": "back", "arrivals": {"poisson": 10}}
CHANGES = {
    "another service": shop(services__idle=IDLE),
    "another service in front": before(shop(), "services", idle=IDLE),
    "another subscriber": shop(services__auditor=AUDITOR),
    "another subscriber in front": before(shop(), "services", auditor=AUDITOR),
    "another workload": shop(workloads__others=OTHERS),
    "another workload in front": before(shop(), "workloads", others=OTHERS),
    "an outage": shop(faults=[{"outage": "reader", "at": 10, "for": 3}]),
    "a crash": shop(faults=[{"crash": "front", "at": 10, "for": 3}]),
    "a pause": shop(faults=[{"pause": "facts", "at": 10, "for": 3}]),
    "random faults": shop(faults=[{"outage": "facts", "mtbf": {"exponential": 5}, "mttr": 1}]),
    "errors": shop(faults=[{"error_rate": "back", "at": 10, "for": 3, "probability": 0.5}]),
    "losses": shop(network={"latency": {"exponential": 0.005}, "loss": 0.05, "give_up": 1}),
    "another network": shop(network={"latency": 0.02}),
    "fewer workers": shop(services__back__workers=3),
    "a limit": shop(services__back__limit=2),
    "another discipline": shop(services__back__discipline="lifo"),
    "other partitions": shop(channels__facts={"log": {"partitions": 3}}),
    "a queue for the log": shop(channels__facts="queue"),
    "impatience": shop(workloads__customers__patience=0.3),
    "timeouts": shop(services__front__handle=[{"call": HURRIED}, {"publish": "facts"}]),
    "a longer run": shop(run={"duration": 40}),
}  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    return shop().run()


@pytest.mark.parametrize("change", CHANGES)
def test_nobodys_luck_is_changed_by(change, plain):
    run = CHANGES[change].run()
    count = len(arrivals_of(plain, "customers"))
    assert arrivals_of(run, "customers")[:count] == arrivals_of(plain, "customers")
    assert keys_of(run, "customers") == keys_of(plain, "customers")
    for service, least in (("back", 400), ("reader", 300)):
        assert_same_draws(run, plain, service, least)


@pytest.mark.parametrize("change", [*(name for name in CHANGES if "front" in name), "an outage", "fewer workers"])
def test_the_way_of_a_call_takes_as_long_with(change, plain):
    def ways(run):
        (place,) = [p for p in run.tables.places if p.kind == "call" and p.workload == "customers"]
        mine = (run.tables.rows["place"] == place.number) & (run.tables.rows["first"] < 0)
        took = np.rint((run.tables.rows["ready"] - run.tables.rows["born"])[mine] * 1e9)
        return dict(zip(run.tables.rows["request"][mine].tolist(), took.tolist(), strict=True))

    here, there = ways(CHANGES[change].run()), ways(plain)
    both = here.keys() & there.keys()
    assert len(both) > 400
    assert max(abs(here[each] - there[each]) for each in both) <= 1


def test_random_faults_come_when_they_came_whatever_other_faults_there_are():
    outage = {"outage": "reader", "mtbf": {"exponential": 5}, "mttr": {"exponential": 1}}
    slow = {"slowdown": "back", "at": 3, "for": 2, "factor": 2}

    def outages(*faults):
        return [fact for fact in shop(faults=list(faults)).run().records.incidents if "outage" in fact[1]]

    assert outages(outage) == outages(outage, slow) == outages(slow, outage)
    assert len(outages(outage)) > 3


def test_a_slowdown_multiplies_the_draw_and_draws_nothing_new(plain):
    slow = shop(faults=[{"slowdown": "back", "at": 0, "factor": 3}]).run()
    here, there = draws_of(slow, "back"), draws_of(plain, "back")
    both = here.keys() & there.keys()
    assert len(both) > 400
    assert max(abs(here[each] - 3 * there[each]) for each in both) <= 3


# Attempts.


def test_a_retried_attempt_has_luck_of_its_own(plain):
    for service in ("back", "reader"):
        drawn = draws_of(plain, service)
        retried = [each for each in drawn if each[3] == 2]
        assert len(retried) > 20
        assert all(drawn[each] != drawn[(*each[:3], 1)] for each in retried)


def branching(attempts=4):
    """`back` takes one of two branches, publishes and then often fails."""
    branch = {"probability": 0.5, "then": [{"effect": "heads"}], "else": [{"effect": "tails"}]}
    return shop(
        services__back={"workers": 5, "handle": [{"maybe": branch}, {"publish": "facts"}, {"fail": 0.5}]},
        services__front={
            "workers": 20,
            "handle": [{"call": {"service": "back", "retry": {"attempts": attempts}}}],
        },
    )


def test_a_request_keeps_its_branch_and_its_key_at_every_attempt():
    run = branching().run()
    effects, rows, messages = run.tables.effects, run.tables.rows, run.tables.messages
    coins = {}
    for row, name in zip(effects["row"].tolist(), effects["name"].tolist(), strict=True):
        coins.setdefault(rows["request"][row], []).append(run.tables.effect_names[name])
    assert sum(len(sides) > 1 for sides in coins.values()) > 100
    assert all(len(set(sides)) == 1 for sides in coins.values())
    keys = {}
    for request, key in zip(messages["request"].tolist(), messages["key"].tolist(), strict=True):
        keys.setdefault(request, set()).add(key)
    assert keys == {request: {run.tables.keys["customers"](request)} for request in keys}


def test_the_luck_of_first_attempts_does_not_depend_on_how_many_may_follow():
    def outcomes(run):
        calls = [place.number for place in run.tables.places if place.kind == "call"]
        return run.tables.rows["outcome"][
            np.isin(run.tables.rows["place"], calls) & (run.tables.rows["attempt"] < 0)
        ].tolist()

    assert outcomes(branching(attempts=1).run()) == outcomes(branching(attempts=4).run())


# The same seed, the same records.


def fingerprint(run):
    """A hash of every column of a run."""
    digest = hashlib.sha256()
    for table in run.records.tables:
        for name, column in sorted(getattr(run.records, table).columns().items()):
            digest.update(name.encode() + column.tobytes())
    digest.update(repr(run.records.incidents).encode())
    return digest.hexdigest()


TROUBLED = {
    "network": {"latency": {"exponential": 0.005}, "loss": 0.02, "give_up": 1},
    "faults": [
        {"crash": "back", "at": 5, "for": 1},
        {"pause": "reader", "mtbf": {"exponential": 5}, "mttr": 0.5},
    ],
}
ELSEWHERE = """
from tests.luck.test_same_customers import TROUBLED, fingerprint, shop
print(fingerprint(shop(**TROUBLED).run(seed=7)))
"""


@pytest.mark.slow
def test_the_same_seed_writes_the_same_records_in_another_process():
    def another(hash_seed):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": os.pathsep.join(["", *sys.path]),
        }
        done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    here = fingerprint(shop(**TROUBLED).run(seed=7))
    assert {here} == {another("0"), another("12345")}


@pytest.mark.slow
def test_the_same_seed_writes_the_same_records_in_any_order_of_runs():
    there = {seed: fingerprint(shop(**TROUBLED).run(seed=seed)) for seed in (1, 2, 3)}
    back = {seed: fingerprint(shop(**TROUBLED).run(seed=seed)) for seed in (3, 2, 1)}
    assert there == back
    assert len(set(there.values())) == 3


@pytest.mark.slow
def test_replications_have_the_figures_of_single_runs():
    together = replicate(shop(**TROUBLED), n=3, seed=5, jobs=1)
    for run in together.runs:
        alone = shop(**TROUBLED).run(seed=run["seed"]).summary()
        assert repr(run["summary"]) == repr(alone)


def test_every_seed_is_its_own_0_too():
    runs = [shop().run(seed=seed) for seed in (0, 1)]
    assert [run.seed for run in runs] == [0, 1] and shop().run().seed == 1
    assert not set(arrivals_of(runs[0], "customers")) & set(arrivals_of(runs[1], "customers"))


def test_another_seed_means_other_customers():
    one, other = (shop().run(seed=seed) for seed in (1, 2))
    assert not set(arrivals_of(one, "customers")) & set(arrivals_of(other, "customers"))
    assert keys_of(one, "customers") != keys_of(other, "customers")
    here, there = draws_of(one, "back"), draws_of(other, "back")
    assert sum(here[each] == there[each] for each in here.keys() & there.keys()) <= 1
