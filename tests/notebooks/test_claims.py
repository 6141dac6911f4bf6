"""What the lessons say in numbers and in words is true, and every number in their prose is looked after."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from evsim.lesson import chain, lesson_size, promises
from evsim.lesson.answers import down
from evsim.lesson.heard import NOTHING
from evsim.lesson.toys import toy
from evsim.results.requests import OK
from tests.notebooks import (
    claims_04,
    claims_05,
    claims_06,
    claims_07,
    claims_08,
    claims_09,
    claims_10,
    claims_11,
    claims_12,
    claims_13,
    claims_14,
    claims_15,
    claims_16,
    claims_17,
    claims_18,
    claims_19,
    claims_20,
    claims_21,
)
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


def on_the_list_when_told_only_in_classic():
    entries = [[has(design, "subscription", seed) for seed in SEEDS] for design in (CLASSIC, EVENTS)]
    return min(entries[0]) == 1 and max(entries[1]) < 0.1


def the_first_toy_is_wrong_twice():
    """For whoever comes while the list is down, as the toy begins."""
    classic, events = toy("both pages are wrong").runs
    (fault,) = classic.scenario.faults
    came = classic.tables.requests.arrived
    during = (came > fault.at) & (came < fault.at + fault.duration - 0.5)
    told_error = classic.outcomes.error[during] & classic.outcomes.something[during]
    requests = events.tables.requests
    listed = requests.first_time[events.tables.effect_names.index("subscription")]
    return during.any() and told_error.all() and (listed > requests.answered + 0.1)[during].all()


def the_bet_is_about_five_seconds():
    (fault,) = toy("it recovers").runs[0].scenario.faults
    return fault.target == "mailing-list" and fault.duration == 5


def bad_day():
    return ran(name_of("02")).names["bad_day"]


def the_caller_waits_two_seconds():
    return bad_day().services["register"].handle[2].timeout == 2


def three_ways_to_hear_nothing():
    kinds = [fault.kind for fault in bad_day().faults]
    table = ran(name_of("02")).gave["bad-day"]
    reasons = set(bad_day().run().spans.reason)
    return kinds == ["outage", "loss", "slowdown"] and table.loc[NOTHING].min() > 0 and {"timeout", "link"} <= reasons


def patience_costs_time():
    path = "services.register.handle.2.call.timeout"
    short, long = (promises(run=bad_day().replace({path: each}).run())["run"] for each in ("0.5s", "4s"))
    untrue = "told error, something done"
    return short[untrue] > long[untrue] > 0 and short[TOLD] < long[TOLD]


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
    requests = chain(3).run().tables.requests
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


def an_honest_order_only_moves_the_lie():
    steps = [{"work": "2ms"}, {"call": "mailing-list"}, {"call": "database"}, {"reply": "registered"}]
    swapped = CLASSIC.replace({"services.register.handle": steps})
    done = "told error, something done"
    honest, moved = (means(swapped.replace(down(target)), done) for target in ("mailing-list", "database"))
    return (honest == 0).all() and (moved > 0).all()


def events_lie_between():
    parallel, events, classic = (means(lesson_size(each), DONE) for each in ("parallel", "events", "classic"))
    return (parallel < events).all() and (events < classic).all()


def a_newcomer_costs_a_call_in_classic_and_nothing_in_events():
    names = ran(name_of("03")).names
    before, after = names["events"], names["more"]
    same = before.services["register"] == after.services["register"]
    no_longer = means(before, TOLD) == pytest.approx(means(after, TOLD))
    gift = {"handle": names["gift"]["handle"]}
    calls = [{"work": "2ms"}, {"call": "database"}, {"call": "mailing-list"}, {"call": "gift"}, {"reply": "registered"}]
    longer = CLASSIC.replace({"services.gift": gift, "services.register.handle": calls})
    return same and no_longer and (means(longer, TOLD) > means(CLASSIC, TOLD) + 20).all()


def classic_says_no_and_events_yes():
    seen = ran(name_of("03")).gave["taken"]
    told = (seen["classic"]["told no at once"], seen["events"]["told no at once"])
    without = seen["events"]["on the list without a row"]
    first = ran(name_of("03")).names["first"]
    events = ran(name_of("03")).names["taken"]["events"].outcomes
    return told[0] == without > 10 and told[1] == 0 and events.yes[first] and "customer row" in events.words(first)


def dead_letters_are_read():
    run = ran(name_of("03")).names["taken"]["events"]
    sorry = (run.effects.effect == "sorry mail").sum()
    return sorry == (run.tables.deliveries.state == 3).sum() > 10


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
    ("00", "The upper page told you *error*, and you are in the database.", the_first_toy_is_wrong_twice),
    ("00", "*registered*, and you were not on the list", the_first_toy_is_wrong_twice),
    ("00", "You have the same luck in both designs", same_luck),
    ("00", "At second 8 the mailing list goes down", lambda: outage() == (8, 13)),
    ("00", "ten customers a second", lambda: CLASSIC.workloads["register-page"].arrivals.rate == 10),
    ("00", "In *classic* you wait for everything, and then you hear the truth.",
     on_the_list_when_told_only_in_classic),
    ("00", "was away for five seconds", the_bet_is_about_five_seconds),
    ("00", "told *error*, and in the database", errors_in_classic_have_a_row),
    ("00", "In *events* nobody was told an error.", nobody_is_told_error_in_events),
    ("00", "The line of the list stops, and then it is steeper", the_list_is_steeper_when_it_is_back),
    ("00", "from second 8 to second 13", lambda: outage("database") == (8, 13)),
    ("01", "take 50 and 120 ms, when do they take 170 ms together, and when 120",
     lambda: settings(CLASSIC) == (0.05, 0.12)),
    ("01", "The network costs a little.", nothing_but_the_hops_between_monolith_and_classic),
    ("01", "The bar of *register* is mostly light", register_is_mostly_held),
    ("01", "A front calls service 1, then service 2, and so on.", lambda: "service-2" in chain(2).services),
    ("01", "Each takes 50 ms on average, and fails for one customer in a hundred.", settings_of_the_chain),
    ("01", "Each service works for 99 customers in 100.", settings_of_the_chain),
    ("01", "How many of 100 customers does a chain of ten tell an error: about 1, 5, 10 or 20?",
     a_chain_fails_about_one_in_ten),
    ("01", "whoever is told yes has waited for ten services", a_yes_has_waited_for_ten),
    ("01", "each says yes with probability 0.99", settings_of_the_chain),
    ("01", "They are near each other, and not the same.", a_chain_fails_about_one_in_ten),
    ("01", "fails for 1 customer in 100, and about 300 customers come: we expect about 3 errors.",
     a_chain_of_one_has_three_errors_in_three_hundred),
    ("01", "Had you seen only the first run, and your neighbour only the last one",
     the_first_and_the_last_of_ten_runs_quarrel),
    ("01", "some steps are done: all those before the one that failed", steps_before_the_failed_one_are_done),
    ("02", "At second 8 the list goes down, at second 13 it is back.", lambda: outage() == (8, 13)),
    ("02", "A *no* is fast", a_no_is_fast),
    ("02", "pull the mean down", the_mean_falls),
    ("02", "was told *error*, and has a row in the database", errors_in_classic_have_a_row),
    ("02", "*register* waits two seconds for an answer", the_caller_waits_two_seconds),
    ("02", "then it is six times slower", lambda: bad_day().faults[2].factor == 6),
    ("02", "A lost call, a lost answer and a slow list look alike to the caller.", three_ways_to_hear_nothing),
    ("02", "A longer timeout makes fewer such callers, and longer waits.", patience_costs_time),
    ("02", "up to three calls", lambda: ran(name_of("02")).names["again"]["retry"]["attempts"] == 3),
    ("02", "Trying again saves hardly anybody", repairs),
    ("02", "nobody is told an error, and these customers never get on the list", repairs),
    ("02", "The order of the calls decides whom it is untrue for.", an_honest_order_only_moves_the_lie),
    ("03", "No step of the database or of the list has changed", other_wiring_only),
    ("03", "*events* is done before *classic*, and after *parallel*.", events_lie_between),
    ("03", "None, and no longer. In *classic*, *register* would need one more call, and each customer one more wait.",
     a_newcomer_costs_a_call_in_classic_and_nothing_in_events),
    ("03", "In *classic* the answer waits for the database, so it can be *no*.", classic_says_no_and_events_yes),
    ("03", "was told *registered* before the database looked, and is on the list without a row",
     classic_says_no_and_events_yes),
    ("03", "here a service *apology* sends a mail", dead_letters_are_read),
    ("03", "With too few partitions they are slower.", fewer_partitions_are_later),
    *claims_04.CLAIMS,
    *claims_05.CLAIMS,
    *claims_06.CLAIMS,
    *claims_07.CLAIMS,
    *claims_08.CLAIMS,
    *claims_09.CLAIMS,
    *claims_10.CLAIMS,
    *claims_11.CLAIMS,
    *claims_12.CLAIMS,
    *claims_13.CLAIMS,
    *claims_14.CLAIMS,
    *claims_15.CLAIMS,
    *claims_16.CLAIMS,
    *claims_17.CLAIMS,
    *claims_18.CLAIMS,
    *claims_19.CLAIMS,
    *claims_20.CLAIMS,
    *claims_21.CLAIMS,
]]  # fmt: skip
HARMLESS = (
    r"# \d\d · ", r"\*\*\d+ minutes\.\*\*", r"\(\d+ minutes(, in pairs)?\)", r"`[^`]*`",
    r"[Ll]essons? \d\d( (to|and) \d\d)*",
)  # fmt: skip


def name_of(lesson):
    (name,) = (each for each in NAMES if each.startswith(lesson))
    return name


def source(lesson, cell):
    return next(each.source for each in cells(name_of(lesson)) if each.id == cell)


@pytest.mark.slow  # each runs its notebook
@pytest.mark.parametrize("claim", [pytest.param(each, id=f"{each.lesson} {each.phrase[:50]}") for each in CLAIMS])
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
