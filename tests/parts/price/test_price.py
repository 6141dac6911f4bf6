"""Bills against AWS's own examples, and where two ways to pay cross."""

import numpy as np
import pytest

import evsim
from evsim.parts.price.bill import MONTH, Use, bill, break_even, use
from evsim.parts.price.figures import used_by
from evsim.parts.price.settings import PriceSettings
from evsim.results.fairness import rows_at
from evsim.scenario import ScenarioError
from tests.support.cases import case
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure
from tests.truth.systems import exponential, poisson, system

LAMBDA = PriceSettings(like="aws-lambda-us-east-1").complete
ARM = PriceSettings(like="aws-lambda-arm-us-east-1").complete
FARGATE = PriceSettings(like="aws-fargate-us-east-1", vcpu=0.5, memory="1GiB").complete
GIB = 2.0**30


def monthly(count, seconds, memory, **price):
    """A run of ten minutes that is like a month with so many requests."""
    service = {"function": {"provisioned": 50, "memory": memory, "full_speed": memory}, "price": price,
               "handle": [{"work": seconds}, {"effect": "row"}]}  # fmt: skip
    customers = {"target": "server", "arrivals": {"constant": count / MONTH}}
    return balanced(system({"server": service}, {"customers": customers}, 600, 0))


@pytest.mark.parametrize(("identifier", "seconds", "memory", "gb_second"), [
    ("LAMBDA-bill-1", "120ms", "1536MiB", 1.66667e-05), ("LAMBDA-bill-2", "1s", "512MiB", 1.667e-05),
])  # fmt: skip
def test_a_month_costs_what_the_price_page_says(identifier, seconds, memory, gb_second):
    expected = case(identifier)["expected"]
    free = {"free_requests": 10**6, "free_gb_seconds": 400_000}
    run = monthly(3e6, seconds, memory, requests=0.2, gb_second=gb_second, **free)
    rows = np.ones(len(run.tables.rows["place"]), dtype=bool)
    month = use(run, "server", rows).times(MONTH / run.tables.window)
    whole = month.times(3e6 / month.requests)  # 684 whole requests stand for 685 and a bit in 600 s
    paid = bill(run.scenario.complete.services["server"].price, whole)
    assert whole.gb_seconds == pytest.approx(expected["GB-s"])
    assert (round(paid.work, 2), round(paid.requests, 2)) == (expected["compute"], expected["requests"])
    assert round(paid.total, 2) == pytest.approx(expected["total"], abs=0.011)
    assert run.summary()["cost_month"] == pytest.approx(expected["total"], rel=0.01)


def test_work_on_a_provisioned_environment_that_was_replaced_costs_what_it_cost_there_before():
    """One environment, one customer a second, one second of work each: the crash changes the number, not the price."""
    price = {"gb_second": 1.0, "provisioned_gb_second": 0.1, "provisioned_work": 0.25}
    service = {"function": {"provisioned": 1, "memory": "1GiB", "full_speed": "1GiB", "init": "1ms"}, "price": price,
               "handle": [{"work": "100ms"}]}  # fmt: skip
    customers = {"target": "server", "arrivals": {"constant": 1}}
    crash = {"crash": "server/1", "at": 10.5, "for": 1}
    run = balanced(system({"server": service}, {"customers": customers}, 20, 0, faults=[crash]))
    used = use(run, "server", np.ones(len(run.tables.rows["place"]), dtype=bool))
    assert len(run.tables.capacity["server"].number) == 2 and used.requests >= 19
    assert used.gb_seconds == 0 and used.provisioned_work == pytest.approx(0.1 * used.requests)


def test_times_are_rounded_up_to_the_millisecond():
    expected = case("LAMBDA-round")["expected"]
    run = monthly(100_000, "1.2ms", "128MiB", gb_second=1.66667e-05)
    used = use(run, "server", np.ones(len(run.tables.rows["place"]), dtype=bool))
    each = used.gb_seconds / used.requests
    assert each * 1e6 == pytest.approx(expected["GB-s"])
    assert each / 0.125 * 1000 == pytest.approx(expected["billed ms"])
    assert bill(LAMBDA, Use(gb_seconds=each * 1e6)).work == pytest.approx(expected["USD compute"], rel=1e-5)


def test_beyond_so_many_gb_seconds_a_month_each_costs_less():
    assert bill(LAMBDA, Use(gb_seconds=10e9)).total == pytest.approx(160_000.20)
    assert bill(LAMBDA, Use(gb_seconds=16e9)).total == pytest.approx(100_000.2 + 9e9 * 1.5e-5 + 1e9 * 1.33334e-5)


@pytest.mark.parametrize(
    ("asked", "vain", "paid", "idle"),
    [
        (5, 10, 7, 7),
        (7, 10, 9, 9),
        (8, 10, 10, 10),
        (9, 10, 11, 10),
        (0, 8, 0, 0),
        (0, 9, 1, 1),
        (8, 0, 0, 0),
        (9, 0, 1, 0),
    ],
)
def test_of_requests_beyond_the_free_ones_those_in_vain_are_idle_money_as_far_as_they_are_paid(asked, vain, paid, idle):
    """Eight are free, the others cost 1 each."""
    of = bill(PriceSettings(requests=1e6, free_requests=8).complete, Use(requests=asked, vain=vain))
    assert (of.requests, of.idle, of.total) == (paid, idle, paid)


@pytest.mark.parametrize(("used", "cost"), [(4, 0), (5, 1), (6, 2), (7, 2.5), (9, 3.5), (10, 3.75)])
def test_each_gb_second_beyond_the_free_ones_has_the_price_of_the_tier_that_it_is_in(used, cost):
    """Four are free, the next two cost 1 each, three 0.5, and those beyond five 0.25."""
    tiers = [{"beyond": 2, "gb_second": 0.5}, {"beyond": 5, "gb_second": 0.25}]
    price = PriceSettings(gb_second=1, free_gb_seconds=4, tiers=tiers).complete
    assert bill(price, Use(gb_seconds=used)).work == cost


def test_the_init_of_a_cold_start_is_paid_for_unless_it_is_said_not_to_be():
    """128 MB, 50 ms, 1 % cold, init 103 ms: 0.3063 millionths of a dollar against 0.3042; at 10 % 7.1 % more."""
    warm = bill(LAMBDA, Use(requests=1, gb_seconds=0.05 * 0.125)).total
    cold = bill(LAMBDA, Use(requests=1, gb_seconds=(0.05 + 0.01 * 0.103) * 0.125)).total
    assert (round(cold * 1e6, 4), round(warm * 1e6, 4)) == (0.3063, 0.3042)
    service = {"function": {"init": "103ms", "memory": "128MiB", "full_speed": "128MiB"},
               "handle": [{"work": "50ms"}]}  # fmt: skip
    customers = {"customers": {"target": "server", "arrivals": {"constant": "1/s"}}}

    def paid(**price):
        services = {"server": service | {"price": {"like": "aws-lambda-us-east-1"} | price}}
        run = balanced(system(services, customers, 10.5, 0))
        assert run.services["server"]["cold_starts"] == 0.1
        return run.summary()["cost_per_million"]

    assert paid() == pytest.approx(bill(LAMBDA, Use(1e6, 1e6 * (0.05 + 0.0103) * 0.125)).total)
    assert paid(init=False) == pytest.approx(warm * 1e6)
    assert round(paid() / paid(init=False) - 1, 3) == 0.071


def test_a_container_is_cheaper_from_five_million_requests_a_month_on():
    assert round(break_even(LAMBDA, 0.2, GIB, FARGATE) / 1e6, 2) == 5.10
    assert round(break_even(LAMBDA, 0.2, GIB, FARGATE) / MONTH, 2) == 1.94
    assert bill(LAMBDA, Use(1, 0.2)).total == pytest.approx(3.5333e-6, rel=1e-4)
    assert bill(ARM, Use(1, 0.2)).total == pytest.approx(2.8667e-6, rel=1e-4)
    assert round(bill(FARGATE, Use(hours=730)).total, 2) == 18.02
    assert break_even(PriceSettings().complete, 0.2, GIB, FARGATE) == np.inf


def test_provisioned_environments_pay_off_above_sixty_percent_of_use():
    def apart(share):
        warm = Use(provisioned=1000, provisioned_work=1000 * share)
        return bill(LAMBDA, warm).total - bill(LAMBDA, Use(gb_seconds=1000 * share)).total

    assert apart(0.599) > 0 > apart(0.601)
    example = bill(LAMBDA, Use(requests=1.2e6, provisioned=1000 * 7200, provisioned_work=1.2e6))
    assert example.presence == pytest.approx(30.00, abs=0.01)
    assert example.total == pytest.approx(30.00 + 0.24 + 11.67, abs=0.01)


def test_at_another_load_is_used_what_a_run_with_so_many_customers_uses():
    """Fixed, planned and provisioned instances are there at any load, and the least of those that scale."""
    function = {"price": {"provisioned_gb_second": 1, "hour": 1}, "handle": [{"work": "100ms"}]}
    scaled = {"by": "concurrency", "target": 1, "every": 0.1, "most": 99}
    planned = {"by": "schedule", "schedule": [{"at": 10, "instances": 3}], "every": 1}
    services = {"provisioned": {**function, "function": {"provisioned": 9}},
                "mixed": {**function, "function": {"provisioned": 1, "keep_alive": 0}, "handle": [{"work": 1}]},
                "on-demand": {**function, "function": {"keep_alive": 0}},
                "fixed": {"price": {}, "workers": 99, "handle": [{"work": "100ms"}]},
                "planned": {"price": {}, "workers": 99, "autoscale": planned, "handle": [{"work": "100ms"}]},
                "scaled": {"price": {}, "autoscale": scaled, "handle": [{"work": 1}]}}  # fmt: skip
    front = {"workers": 99, "handle": [{"call": name} for name in services]}
    loads = {"burst": {"count": 1, "at": 19}}, {"constant": 4}, {"constant": 8}
    comes = [{"customers": {"target": "front", "arrivals": load}} for load in loads]
    runs = [balanced(system({"front": front, **services}, each, 20, 0)) for each in comes]
    for name in services:
        never, once, twice = (use(run, name, rows_at(run, name)[0]) for run in runs)
        more, less = once.at_load(twice.requests / once.requests), once.at_load(0)
        assert (more.provisioned, more.provisioned_work) == pytest.approx((twice.provisioned, twice.provisioned_work))
        assert more.gb_seconds == pytest.approx(twice.gb_seconds)
        assert (more.hours, less.hours) == pytest.approx((twice.hours, never.hours), rel=0.15), name
        assert less.requests == less.gb_seconds == less.provisioned_work == 0


def test_an_hour_of_an_instance_is_paid_while_it_is_there():
    people = {"customers": {"target": "server", "arrivals": {"constant": "1/s"}}}
    server = {"instances": 3, "price": {"hour": 3.6}, "handle": [{"work": "10ms"}]}
    assert balanced(system({"server": server}, people, 100, 0)).summary()["cost"] == pytest.approx(0.3)
    crash = [{"crash": "server/1", "at": 10, "for": 50}]
    run = balanced(system({"server": server}, people, 100, 0, faults=crash))
    assert run.services["server"]["cost_presence"] == run.summary()["cost"] == pytest.approx(0.25)
    assert run.summary()["cost_month"] == pytest.approx(0.25 * MONTH / 100)


def test_who_still_starts_is_paid_for_and_idles():
    """One instance for 100 s; two from 10 s on, of which one works from 40 s on; one that crashes as it starts."""
    people = {"customers": {"target": "server", "arrivals": {"constant": "1/s"}}}
    planned = {"by": "schedule", "every": "10s", "start": "30s", "schedule": [{"at": "10s", "instances": 2}]}
    server = {"autoscale": planned, "price": {"hour": 3600}, "handle": [{"work": "10ms"}]}
    run = balanced(system({"server": server}, people, 100, 0))
    assert run.services["server"]["instances_mean"] == pytest.approx(1.6)
    assert run.summary()["cost_presence"] == pytest.approx(190)
    assert run.summary()["cost_idle"] == pytest.approx(190 - 0.01 * run.summary()["requests"], abs=0.02)
    crash = [{"crash": "server/2", "at": 25, "for": 1}]
    run = balanced(system({"server": server}, people, 100, 0, faults=crash))
    assert run.summary()["cost_presence"] == pytest.approx(100 + 15 + 75), "its like is called up at once"


def test_what_idles_is_the_share_of_the_presence_in_which_nothing_is_done():
    """Two instances with two workers each; one of the four works for 10 s of each 20 s, so an eighth of the hours."""
    server = {"handle": [{"work": 10}], "instances": 2, "workers": 2, "price": {"hour": 9}}
    people = {"people": {"target": "server", "arrivals": {"constant": 0.05}}}
    run = balanced(system({"server": server}, people, 205, 0))
    parts = {name: run.summary()[f"cost_{name}"] for name in ("requests", "work", "presence", "idle")}
    seconds = 2 * 205
    assert parts["presence"] == pytest.approx(9 * seconds / 3600) and parts["work"] == parts["requests"] == 0
    worked = sum(min(10, 205 - 20 * number) for number in range(1, 11))
    assert parts["idle"] == pytest.approx(9 * (seconds - worked / 2) / 3600)
    assert run.services["server"]["cost_idle"] == parts["idle"]


@pytest.mark.slow
def test_of_a_server_that_is_asked_at_random_idles_what_theory_says():
    """An instance with one worker idles for 1 - load of its hours."""
    server = {"handle": [{"work": exponential(0.5)}], "price": {"hour": 1}}
    scenario = system({"server": server}, {"people": {"target": "server", "arrivals": poisson(1.2)}}, 8_000)

    def figures(run):
        found = run.summary()
        return {"idle": found["cost_idle"] / found["cost_presence"]}

    assert agrees(measure("idle hours", scenario, figures, 8)["idle"], 1 - 0.6, notices=0.1)


@pytest.mark.parametrize(("settings", "says"), [
    ({"price": {"gb_second": 1}}, "only the work of a function"),
    ({"price": {"provisioned_gb_second": 2}}, "price.provisioned_gb_second: only the work of a function.*got 2"),
    ({"workers": 2, "function": {}, "price": {"gb_second": 1}}, "cannot be told apart"),
    ({"price": {"tiers": [{"beyond": 2, "gb_second": 1}, {"beyond": 1, "gb_second": 1}]}}, "must go up.* sort them"),
    ({"price": {"tiers": [{"beyond": 2, "gb_second": 1}, {"beyond": 2, "gb_second": 1}]}}, "write each beyond once"),
    ({"price": {"like": "aws-fargate"}}, "aws-fargate is no preset; one of .*, aws-fargate-us-east-1"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(settings, says):
    people = {"customers": {"target": "server", "arrivals": {"constant": 1}}}
    with pytest.raises(ScenarioError, match=says):
        system({"server": {"handle": [{"work": 1}], **settings}}, people, 9)


# The scenario.


@pytest.fixture(scope="module")
def calm():
    return balanced(evsim.load("serverless-or-always-on"))


def test_at_its_own_load_the_function_is_cheaper_and_at_four_times_the_container(calm):
    busy = balanced(calm.scenario.replace({"workloads.customers.arrivals.poisson": 4, "run.duration": "3min"}))
    assert all(calm.summary()[name] <= limit for name, limit in calm.scenario.objectives.items())
    assert busy.summary()["cost_month"] > 40 and busy.summary()["response_p95"] > 1
    for run, cheaper, dearer in ((calm, "function", "container"), (busy, "container", "function")):
        assert run.services[cheaper]["cost"] < 0.7 * run.services[dearer]["cost"]


def test_the_picture_says_where_they_cross(calm):
    axes = calm.plot.cost()
    assert "From 5.1 million customers a month on function costs more than container" in axes.alt_text
    assert "No service has a price" in evsim.load("unix-pipe").run(seed=1).plot.cost().alt_text


def test_the_lines_of_the_picture_cost_what_a_month_like_the_run_costs(calm):
    """At the load of the run what the services cost, at none what stands there all the same, at twice that double."""
    axes, month = calm.plot.cost(), MONTH / calm.tables.window
    function, container = (line.get_xydata() for line in axes.lines[:2])
    customers = calm.summary()["requests"] * month / 1e6
    for name, line in (("function", function), ("container", container)):
        assert line[100] == pytest.approx([customers, calm.services[name]["cost"] * month])
        assert line[-1][0] == pytest.approx(4 * customers)
    assert function[0][1] == 0 and function[200][1] == pytest.approx(2 * function[100][1])
    assert container[0][1] == pytest.approx(calm.services["container"]["cost_presence"] * month)


def test_what_is_there_at_least_is_no_more_than_what_is_there():
    """From 5 s on one instance is enough, in place of three: half of the time of the run is there, and that alone."""
    scaled = {"by": "concurrency", "target": 1, "least": 3, "most": 5, "every": "1s", "down_after": "1s"}
    web = {"autoscale": scaled, "price": {"hour": 1}, "handle": [{"work": "10ms"}]}
    fewer = {"change": "services.web.autoscale.least", "to": 1, "at": "5s"}
    customers = {"people": {"target": "web", "arrivals": {"constant": "1/s"}}}
    run = balanced(system({"web": web}, customers, 20, 0, faults=[fewer]))
    found = used_by(run, "web", run.tables.row_cohort)
    assert 20 < 3600 * found.hours < 35 and found.least == found.hours == found.at_load(0.1).hours
