"""What lesson 17 says, and what has to be true for it."""

import numpy as np
import pytest

from evsim.lesson.cold_or_warm import cold
from evsim.lesson.function_task import BUDGET, LATEST, both_ways, containers, newsletter, photo_shop
from evsim.scenario import load
from tests.notebooks.reading import ran

NAME = "17-serverless"
WARM, COLD, MILLION = "warm: told after (ms)", "cold: told after (ms)", "a million customers ($)"


def the_newsletter():
    design = newsletter()
    burst = design.workloads["newsletter"].arrivals
    work = design.services["shop"].handle[0].time.mean
    return (burst.count, burst.at, work) == (40, 20, 0.1) and design.workloads["visitors"].arrivals.rate == 5


def each_has_a_copy_and_nobody_else_works_there():
    """Of the copies each has one customer in work at a time, and as many are there as customers at most."""
    run = newsletter().run()
    return run.scenario.services["shop"].workers == 1 and run.services["shop"]["environments_max"] >= 40


def the_first_are_cold():
    return all(cold(newsletter().run(seed=seed))[0] for seed in range(1, 6))


def some_would_have_been_sooner():
    """In a line before the warm ones, of which each does one in a tenth of a second."""
    run = newsletter().run()
    requests, waited = run.tables.requests, cold(run)
    burst = requests.arrived == 20
    warm, theirs = int((burst & ~waited).sum()), np.sort(requests.response[burst & waited])
    in_line = 0.1 * (2 + np.arange(len(theirs)) // warm)
    return (theirs > in_line + 0.02).sum() >= 3


def a_whole_processor():
    return newsletter().complete.services["shop"].function.full_speed == 1769 * 2**20


def the_start_stays():
    table = ran(NAME).gave["memory-cost"]
    apart = [table[name][COLD] - table[name][WARM] for name in table.columns]
    warm = [table[name][WARM] for name in table.columns]
    return max(apart) - min(apart) < 40 and warm[0] > 6 * warm[-2] and warm[-1] == pytest.approx(warm[-2], abs=2)


def up_to_one_processor_nearly_free():
    paid = [float(each) for each in ran(NAME).gave["memory-cost"].loc[MILLION]]
    return paid == sorted(paid) and paid[3] < 1.35 * paid[0] and paid[4] > 1.9 * paid[3]


def eighteen_dollars():
    return all(bill(rate)["container"] == pytest.approx(18, abs=0.1) for rate in (0.5, 1, 4))


def bill(rate):
    run = both_ways(rate).run()
    return {name: run.services[name]["cost"] * 730 * 3600 / run.tables.window for name in ("function", "container")}


def nearly_two_a_second():
    below, above = bill(1.7), bill(2.2)
    said = ran(NAME).gave["cost"].alt_text.startswith("From 5.1 million customers a month on")
    return said and below["function"] < below["container"] and above["function"] > above["container"]


def at_four():
    table = ran(NAME).gave["both"].loc["4 a second"]
    half = table["container", "a month ($)"] / table["function", "a month ($)"]
    function, container = (table[name, "longest (s)"] for name in ("function", "container"))
    return 0.4 < half < 0.6 and container > 3 * function and function < 0.5


def provisioned_ones_start_for_nobody():
    table = ran(NAME).gave["provisioned"]
    return (
        table["40 provisioned"][COLD] == "nobody" and table["40 provisioned"][MILLION] > 5 * table["as it was"][MILLION]
    )


def the_photo_shop():
    design = photo_shop()
    work = [design.services[name].handle[0].time.mean for name in ("pay", "album")]
    burst = design.workloads["albums"].arrivals.count
    return work == [0.2, 0.3] and burst == 20 and design.workloads["customers"].arrivals.rate == 9


def a_container_costs():
    design = photo_shop().replace({"services.pay": photo_shop().to_dict()["services"]["pay"] | containers(1)})
    its = design.complete.services["pay"].price
    return 730 * (its.vcpu_hour + 2 * its.gb_hour) == pytest.approx(36, abs=0.1)


def refused_beyond_a_limit():
    twice = load("registration-serverless").replace({"workloads.register-page.arrivals.poisson": "120/s"})
    return twice.run().services["register"]["throttled"] > 0


CLAIMS = [
    ("17", "Five customers come in a second, and an order is 100 ms of work. At second 20 a newsletter goes out,"
     " and 40 more come at the same moment.", the_newsletter),
    ("17", "*Whoever comes has a copy to himself. So nobody ever waits.*", each_has_a_copy_and_nobody_else_works_there),
    ("17", "in the morning nobody is warm", the_first_are_cold),
    ("17", "some of the crosses would have been told sooner by waiting for a warm one", some_would_have_been_sooner),
    ("17", "1,769 MiB are one whole processor here", a_whole_processor),
    ("17", "memory speeds up the work, and not the start", the_start_stays),
    ("17", "up to one processor, speed is nearly free", up_to_one_processor_nearly_free),
    ("17", "it costs 18 dollars, also if nobody comes", eighteen_dollars),
    ("17", "Where they cross, at 5.1 million customers a month, they come nearly two in a second.",
     nearly_two_a_second),
    ("17", "At 4 customers a second the container costs half of what the function costs, and its customers wait for"
     " each other.", at_four),
    ("17", "Nobody waits any more, and the bill is a machine's again", provisioned_ones_start_for_nobody),
    ("17", "`pay` has 9 customers a second, all day, and works 200 ms for each.", the_photo_shop),
    ("17", "20 pictures are asked for at once, each 300 ms of work", the_photo_shop),
    ("17", "told within 1 second, for at most 130 dollars a month", lambda: (LATEST, BUDGET) == (1, 130)),
    ("17", "costs 36 dollars a month", a_container_costs),
    ("17", "(the scenario `registration-serverless` at twice its load)", refused_beyond_a_limit),
]  # fmt: skip
