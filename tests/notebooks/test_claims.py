"""What the lessons say in numbers and in words is true, and every number in their prose is looked after."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from evsim.lesson import chain, lesson_size, promises
from evsim.lesson.answers import down
from evsim.results.requests import OK
from tests.notebooks import claims_04
from tests.notebooks.reading import NAMES, cells, prose, ran

SEEDS = range(1, 6)
TOLD, DONE = "told after (ms)", "all done after (ms)"
CLASSIC, EVENTS = lesson_size("classic"), lesson_size("events")


def seen(scenario):
    """The table of each of some runs."""
    return [promises(run=scenario.run(seed=seed))["run"] for seed in SEEDS]


def means(scenario, what):
    return np.array([column[what] for column in seen(scenario)], dtype=float)


def outage(target="mailing-list"):
    (fault,) = CLASSIC.replace(down(target)).faults
    return fault.at, fault.at + fault.duration


def settings(design):
    services = design.services
    return services["database"].handle[0].time.mean, services["mailing-list"].handle[0].time.mean


# The claims, one function each; some hold for the settings, some are simulated.


def has(design, effect, seed):
    """The share of customers who have an effect when they are told."""
    run = design.run(seed=seed)
    requests = run.tables.requests
    return (requests.first_time[run.tables.effect_names.index(effect)] <= requests.answered).mean()


def nearly_nobody_has_a_row_in_events():
    rows = [[has(design, "customer row", seed) for seed in SEEDS] for design in (CLASSIC, EVENTS)]
    return min(rows[0]) == 1 and max(rows[1]) < 0.1


def on_the_list_when_told_only_in_classic():
    entries = [[has(design, "subscription", seed) for seed in SEEDS] for design in (CLASSIC, EVENTS)]
    return min(entries[0]) == 1 and max(entries[1]) < 0.1


def same_luck():
    for service in ("database", "mailing-list"):
        classic, events = (worked(design.run(), service)[:50] for design in (CLASSIC, EVENTS))
        assert classic == pytest.approx(events, abs=1e-6)
    return True


def worked(run, service):
    """How long a service worked for each customer."""
    rows = run.tables.rows
    mine = np.array([place.service == service for place in run.tables.places] + [False])[rows["place"]]
    return (rows["ended"] - rows["started"])[mine][np.argsort(rows["request"][mine])]


def errors_in_classic_have_a_row():
    columns = seen(CLASSIC.replace(down("mailing-list")))
    return all(column["told error"] == column["told error, something done"] > 0 for column in columns)


def nobody_is_told_error_in_events():
    return (means(EVENTS.replace(down("mailing-list")), "told error") == 0).all()


def the_list_is_steeper_when_it_is_back():
    run = EVENTS.replace(down("mailing-list")).run()
    times = run.tables.requests.first_time[run.tables.effect_names.index("subscription")]
    start, back = outage()
    stopped = ((times > start + 1) & (times < back)).sum()
    return stopped == 0 and ((times > back) & (times < back + 5)).sum() > 5 * 10 * 1.3


def nothing_but_the_hops_between_monolith_and_classic():
    costs = means(CLASSIC, TOLD) - means(lesson_size("monolith"), TOLD)
    return (costs > 2).all() and (costs < 10).all()


def register_is_mostly_held():
    works = CLASSIC.services["register"].handle[0].time.mean
    return worked(CLASSIC.run(), "register")[0] > 20 * works


def a_chain_fails_about_one_in_ten():
    good = np.concatenate([chain(10).run(seed=seed).tables.requests.outcome == OK for seed in SEEDS])
    return abs(good.mean() - 0.99**10) < 3 * np.sqrt(0.1 * 0.9 / len(good)) and 0.08 < 1 - 0.99**10 < 0.12


def a_yes_has_waited_for_ten():
    one, ten = (chain(n).run().tables.requests for n in (1, 10))
    times = [requests.response[requests.outcome == OK].mean() for requests in (one, ten)]
    return times[1] / times[0] == pytest.approx(10, rel=0.1)


def settings_of_the_chain():
    service = chain(3).services["service-2"]
    work, fail, _ = service.handle
    return work.time.mean == 0.05 and fail.probability == 0.01


def a_chain_of_one_has_three_errors_in_three_hundred():
    counts = [len(chain(1).run(seed=seed).tables.requests.row) for seed in range(1, 11)]
    errors = ran("01-classic-registration").gave["ten-seeds"]
    return abs(np.mean(counts) - 300) < 25 and len(errors) == 10 and 2 < np.mean(errors) < 5


def the_first_and_the_last_of_ten_runs_quarrel():
    first, *_, last = ran("01-classic-registration").gave["ten-seeds"]
    return max(first, last) >= 2 * min(first, last)


def steps_before_the_failed_one_are_done():
    requests = chain(5).run().tables.requests
    return ((requests.outcome != OK) & (requests.present > 0)).any()


def the_mean_falls():
    broken, healthy = means(CLASSIC.replace(down("mailing-list")), TOLD), means(CLASSIC, TOLD)
    return (broken < healthy).all()


def a_no_is_fast():
    requests = CLASSIC.replace(down("mailing-list")).run().tables.requests
    good = requests.outcome == OK
    return requests.response[~good].mean() < 0.5 * requests.response[good].mean()


def repairs():
    again, ignored = ran("02-the-mailing-list-is-down").printed["repairs"].split("\n")[:2]
    told_error = promises(run=CLASSIC.replace(down("mailing-list")).run())["run"]["told error"]
    still = int(re.search(r"(\d+) told error, but customer row done", again)[1])
    assert f" {told_error} told yes, but no subscription" in ignored and "error" not in ignored
    return 0.9 * told_error <= still <= told_error


def busy(percent):
    """As the slider of the lesson has it."""
    return CLASSIC.replace({"workloads.register-page.arrivals.poisson": percent / 100 * 2 / 0.120})


def the_list_is_as_busy_as_the_slider_says():
    for percent in (30, 60, 80):
        runs = [busy(percent).run(seed=seed) for seed in range(1, 11)]
        found = np.mean([run.services["mailing-list"]["utilisation"] for run in runs])
        assert found == pytest.approx(percent / 100, abs=0.05)
    return True


def the_busier_the_slower():
    slow = [means(busy(percent), TOLD).mean() for percent in (30, 60, 80, 95)]
    rises = np.diff(slow)
    return (rises > 0).all() and rises[2] > 2 * rises[0]


def an_honest_order_only_moves_the_lie():
    steps = [{"work": "2ms"}, {"call": "mailing-list"}, {"call": "database"}, {"reply": "registered"}]
    swapped = CLASSIC.replace({"services.register.handle": steps})
    done = "told error, something done"
    honest, moved = (means(swapped.replace(down(target)), done) for target in ("mailing-list", "database"))
    return (honest == 0).all() and (moved > 0).all()


def events_lie_between():
    printed = ran("03-event-driven-registration").printed["pairs"]
    (_, low, _), (_, after, _) = re.findall(r"(\+[\d.]+) ms \(([\d.]+) to ([\d.]+)\)", printed)
    return 0 < float(low) < 15 < float(after)


def dead_after_five():
    run = EVENTS.replace(ran("03-event-driven-registration").names["taken"]).run()
    dead = run.tables.deliveries.state == 3
    share = dead.sum() / len(run.tables.requests.row)
    return dead.any() and set(run.tables.deliveries.attempts[dead]) == {5} and 0.02 < share < 0.08


def classic_says_no_and_events_yes():
    classic, events = ran("03-event-driven-registration").printed["taken"].splitlines()
    return "told error and nothing done" in classic and "told yes, but no customer row" in events


def fewer_partitions_are_later():
    path = "channels.customer-registered.log.partitions"
    one, two, sixteen = (means(EVENTS.replace({path: number}), DONE) for number in (1, 2, 16))
    classic = means(CLASSIC, DONE)
    return (one > two).all() and (two > classic).all() and (classic > sixteen).all()


def other_wiring_only():
    same = ("database", "mailing-list")
    return all(CLASSIC.services[name].handle == EVENTS.services[name].handle for name in same)


@dataclass(frozen=True)
class Claim:
    """A phrase of the prose of a lesson, and what has to be true for it."""

    lesson: str
    phrase: str
    holds: Callable


CLAIMS = [Claim(*each) for each in [
    ("00", "for customer 0", lambda: 'request=0)' in source("00", "lives")),
    ("00", "Both designs have the same luck", same_luck),
    ("00", "At second 8 the mailing list goes down, and it comes back 5 seconds later.",
     lambda: outage() == (8, 13)),
    ("00", "Ten customers a second", lambda: CLASSIC.workloads["register-page"].arrivals.rate == 10),
    ("00", "In *classic* you wait for everything, and then you hear the truth.",
     on_the_list_when_told_only_in_classic),
    ("00", "These customers were told *error*, and they are in the database.", errors_in_classic_have_a_row),
    ("00", "*events*: nobody was told an error.", nobody_is_told_error_in_events),
    ("00", "The line of the list stops, and then it is steeper", the_list_is_steeper_when_it_is_back),
    ("00", "from second 8 to second 13", lambda: outage("database") == (8, 13)),
    ("01", "take 50 and 120 ms, when do they take 170 ms together, and when 120",
     lambda: settings(CLASSIC) == (0.05, 0.12)),
    ("01", "A little, and nothing else changes", nothing_but_the_hops_between_monolith_and_classic),
    ("01", "The bar of *register* is mostly light", register_is_mostly_held),
    ("01", "a front calls service 1, then service 2, and so on.", lambda: "service-2" in chain(2).services),
    ("01", "Each takes 50 ms on average, and fails for one customer in a hundred.", settings_of_the_chain),
    ("01", "Each service works for 99 customers in 100.", settings_of_the_chain),
    ("01", "How many of 100 customers does a chain of ten tell an error: about 1, 5, 10 or 20?",
     a_chain_fails_about_one_in_ten),
    ("01", "whoever is told yes has waited for ten services", a_yes_has_waited_for_ten),
    ("01", "each says yes with probability 0.99", settings_of_the_chain),
    ("01", "They are near each other, and not the same.", a_chain_fails_about_one_in_ten),
    ("01", "It fails for 1 customer in 100, and about 300 customers come: we expect about 3 errors.",
     a_chain_of_one_has_three_errors_in_three_hundred),
    ("01", "Had you seen only the first run, and your neighbour only the last one",
     the_first_and_the_last_of_ten_runs_quarrel),
    ("01", "some steps are done: all those before the one that failed", steps_before_the_failed_one_are_done),
    ("02", "A service can do 100 a minute, and 80 a minute come.", the_busier_the_slower),
    ("02", "At second 8 the list goes down, at second 13 it is back.", lambda: outage() == (8, 13)),
    ("02", "A *no* is fast", a_no_is_fast),
    ("02", "pull the mean down", the_mean_falls),
    ("02", "was told *error*, and has a row in the database", errors_in_classic_have_a_row),
    ("02", "Trying again saves hardly anybody", repairs),
    ("02", "these customers were told yes, and they never get on the list", repairs),
    ("02", "Our list is busy 80 % of the time.", the_list_is_as_busy_as_the_slider_says),
    ("02", "The order of the calls decides whom it is untrue for.", an_honest_order_only_moves_the_lie),
    ("02", "The busier a service, the longer the line before it", the_busier_the_slower),
    ("03", "No step of the database or of the list has changed", other_wiring_only),
    ("03", "with 20 seeds each", lambda: "n=20" in source("03", "pairs")),
    ("03", "the interval in which the true mean lies (95 %)", events_lie_between),
    ("03", "*events* is done before *classic*, and after *parallel*.", events_lie_between),
    ("03", "At the moment when they are told, nearly nobody has a row.", nearly_nobody_has_a_row_in_events),
    ("03", "Let it refuse 1 customer in 20", dead_after_five),
    ("03", "The broker gave the event to the database five times", dead_after_five),
    ("03", "In *events* they were told *registered* long before the database looked.",
     classic_says_no_and_events_yes),
    ("03", "With too few partitions they are slower.",
     fewer_partitions_are_later),
    *claims_04.CLAIMS,
]]  # fmt: skip
HARMLESS = (
    r"# \d\d · ", r"\*\*\d+ minutes\.\*\*", r"\(\d+ minutes(, in pairs)?\)", r"`[^`]*`",
    r"[Ll]essons? \d\d( (to|and) \d\d)*", r"of 1978",
)  # fmt: skip


def name_of(lesson):
    (name,) = (each for each in NAMES if each.startswith(lesson))
    return name


def source(lesson, cell):
    return next(each.source for each in cells(name_of(lesson)) if each.id == cell)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.lesson} {claim.phrase[:50]}")
def test_the_prose_says_so_and_it_is_so(claim):
    assert claim.phrase in prose(name_of(claim.lesson))
    assert claim.holds()


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_prose_is_in_a_claim(name):
    text = prose(name)
    for claim in CLAIMS:
        if name.startswith(claim.lesson):
            text = text.replace(claim.phrase, "")
    for pattern in HARMLESS:
        text = re.sub(pattern, "", text)
    assert not re.findall(r".{0,40}\d.{0,40}", text)
