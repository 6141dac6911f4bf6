"""What lesson 19 says, and what has to be true for it."""

import pytest

from evsim.experiment.judging import judge
from evsim.lesson.month_bills import LINES, TOP, bill, breaks_even_at
from evsim.lesson.sign_task import BUDGET, DOWN, GOAL, HOURS, LATEST, SEEDS, SOLD, december, hour, lost, rush, shop
from tests.notebooks.reading import ran

NAME = "19-sign-it"
MEAN, YES, ERRORS = "told after, mean (ms)", "told yes (%)", "told an error"


def a_customer_a_second():
    return shop().workloads["customers"].arrivals.rate == 1


def the_same_money_and_sooner():
    table = ran(NAME).gave["good-day"]
    return len(set(table.loc["bill of a month ($)"])) == 1 and 1.5 * table["big"][MEAN] < table["two_small"][MEAN]


def the_big_one_misses():
    table = ran(NAME).gave["month"]
    return "MISSES" in list(table["big"]) and set(table["two_small"][2:]) == {"MEETS"}


def an_hour_of_the_month():
    (fault,) = shop().replace(DOWN).faults
    share = 1 - lost(shop(1, 2), 2) / (HOURS * hour(shop(1, 2))["requests"])
    return 2 * fault.duration == 3600 and share == pytest.approx(1 - 1 / HOURS, abs=1e-4)


def of_the_worst_hour():
    """So the times of both designs in good and bad hours are under the limit that they meet."""
    both = (shop(1, 2), shop(2, 1))
    return max(hour(design, fails)["response_p99"] for design in both for fails in (False, True)) <= 2


def hardly_anybody():
    return ran(NAME).gave["month"]["two_small"][ERRORS] < 40


def half_and_a_better_mean():
    good, bad = ran(NAME).gave["good-day"]["big"], ran(NAME).gave["bad-hour"]["big"]
    return bad[ERRORS] / bad["customers"] == pytest.approx(0.5, abs=0.02) and bad[MEAN] < 0.6 * good[MEAN]


def once_both():
    return "MISSES" not in ran(NAME).gave["once"].to_numpy()


def small_ones_cost():
    one, two = (hour(shop(each))["cost_month"] for each in (1, 2))
    return one == pytest.approx(36, abs=0.1) and two - one == pytest.approx(36, abs=0.1)


def it_crosses():
    return breaks_even_at(1) == pytest.approx(2, abs=0.05) and breaks_even_at(10) == pytest.approx(1 / 5, abs=0.01)


def the_big_one_is_never_the_lowest():
    lines = {name: design for name, (design, _) in LINES.items()}
    return TOP > 0 and all(
        bill(lines["one big"], failures, cents) > bill(lines["one small"], failures, cents)
        for failures in range(7) for cents in (0.5, 10)
    ) and hour(lines["one big"])["cost_month"] == pytest.approx(2 * hour(lines["one small"])["cost_month"])  # fmt: skip


def three_a_second():
    (fault,), its = rush().faults, rush()
    rates = {its.workloads["customers"].arrivals.rate, december().workloads["customers"].arrivals.rate}
    return rates == {3} and 2 * fault.duration == its.run_settings.duration


def asked_of_the_minutes():
    return rush().objectives == {"availability": 0.9, "response_p90": 1}


def so_it_takes_three():
    said = ran(NAME).printed["search"]
    good = {machines: [judge(its.objectives, its.run(seed=seed).summary()) for seed in SEEDS]
            for machines, its in ((many, rush(many).replace({"faults": []})) for many in (1, 2))}  # fmt: skip
    met = {machines: [all(each.verdict == "MEETS" for each in run) for run in runs] for machines, runs in good.items()}
    return (
        all(met[2])
        and not any(met[1])
        and "meets its objectives: 3." in said
        and "response p90" in said.split("\n2 ")[1].split("\n")[0]
    )


def the_page_says_so():
    said = ran(NAME).printed["page"]
    return "two small meets all 2 objectives" in said and said.strip().endswith("(not said).")


def the_exercise():
    work = december(1, 1).services["shop"].handle[0].time.mean
    return (LATEST, BUDGET, SOLD, work) == (3, 150, (0.5, 1, 2, 4), 0.3)


CLAIMS = [
    ("19", "A shop has a customer a second.", a_customer_a_second),
    ("19", "*The same money, and told much sooner. Sign the big one.*", the_same_money_and_sooner),
    ("19", "at least 99.9 % are told yes; * of 100 customers, 99 are told within 2 s (in the tables",
     lambda: GOAL == {"availability": 0.999, "response_p99": 2}),
    ("19", "that hour breaks the promise", the_big_one_misses),
    ("19", "The big machine is down for an hour in the whole month", an_hour_of_the_month),
    ("19", "The times are those of the worst hour.", of_the_worst_hour),
    ("19", "hardly anybody hears of it", hardly_anybody),
    ("19", "Half of the customers are told an error by the big one, and its mean is better than ever",
     half_and_a_better_mean),
    ("19", "Now both may be signed.", once_both),
    ("19", "One small machine alone costs 36 dollars. The second one costs 36 more", small_ones_cost),
    ("19", "At a cent it is two failures a month; at ten cents, one in five months is enough.", it_crosses),
    ("19", "The line of the big machine is never the lowest.", the_big_one_is_never_the_lowest),
    ("19", "In December three customers come in a second.", three_a_second),
    ("19", "90 % are to be told yes, and 9 of 10 of them within 1 s", asked_of_the_minutes),
    ("19", "So it takes three: one more than a good day needs", so_it_takes_three),
    ("19", '"not said" means that nobody wrote down where that input comes from', the_page_says_so),
    ("19", "each is 300 ms of work for a processor", the_exercise),
    ("19", "told yes within 3 s, on a good day and on the bad one, for at most 150 dollars a month", the_exercise),
    ("19", "how many `processors` each has: 0.5, 1, 2 or 4. A processor costs 36 dollars a month", the_exercise),
]  # fmt: skip
