"""Whom a check of a lesson names is worked out a second time, for random systems."""

from collections import Counter
from itertools import permutations

import pytest

from evsim.lesson import properties
from evsim.scenario import Scenario
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.crowded import crowded_systems
from tests.figures.customers import elapsed, follow
from tests.figures.plain import Plain
from tests.support.done import run_the_others, what_is_done  # noqa: F401

pytestmark = pytest.mark.slow

LIMIT = 0.7  # s
NAMED = Counter()


def expected(customers, effects):
    """(property, its arguments) -> who is named, in order of the effects, and of the customers."""
    yes = [each for each in customers if each.ending == "ok"]
    refused = [each for each in customers if each.ending not in ("ok", "pending")]
    pairs = list(permutations(effects, 2))
    return {
        ("nobody_told_error",): [each for each in customers if each.ending != "ok"],
        ("told_within", LIMIT): [each for each in customers if each.response is not None and each.response > LIMIT],
        ("everything_done", *effects): [each for name in effects for each in yes if not _times(each, name)],
        ("true_when_told", *effects): [each for name in effects for each in yes if _lag(each, name) > 0],
        ("done_within", LIMIT, *effects): [each for name in effects for each in yes
                                           if _times(each, name) and _lag(each, name) > LIMIT],
        ("nothing_done_twice", *effects): [each for name in effects for each in customers if _times(each, name) > 1],
        ("refusal_means_nothing_done", *effects): [each for name in effects for each in refused if _times(each, name)],
    } | {
        ("both_or_neither", one, other): [each for has, lacks in ((one, other), (other, one)) for each in customers
                                          if _times(each, has) and not _times(each, lacks)]
        for one, other in pairs
    }  # fmt: skip


def _times(customer, name):
    return len(customer.repeats.get(name, ()))


def _lag(customer, name):
    """Seconds from the answer to the first time; infinity: never."""
    return min((elapsed(time, customer.settled) for time in customer.stands.get(name, ())), default=float("inf"))


def assert_each_check_names_whom_it_says(scenario):
    run = run_of(scenario)
    customers, effects = follow(Plain(run)), run.tables.effect_names
    rows = run.tables.requests.row.tolist()
    place = {(each.workload if len(scenario.workloads) > 1 else None, each.request): each.number for each in customers}
    for (name, *arguments), who in expected(customers, effects).items():
        found = getattr(properties, name)(run, *arguments)
        assert [place[each.workload, each.customer] for each in found] == [each.number for each in who], name
        NAMED[name] += bool(who)
    assert sorted(rows) == sorted(place.values())
    return run


@holds(0.2, crowded_systems(), of=40)
def test_each_check_of_a_busy_system_names_whom_it_says(scenario):
    assert_each_check_names_whom_it_says(scenario)


@holds(0.6, systems(), of=40)
def test_each_check_of_any_system_names_whom_it_says(scenario):
    assert_each_check_names_whom_it_says(scenario)


def test_each_check_of_a_system_that_says_no_names_whom_it_says():
    """Whose name is taken is told no, and has a row all the same."""
    steps = [{"effect": "row"}, {"effect": {"name": "name", "unique": True}}]
    workload = {"target": "desk", "arrivals": {"poisson": 3}, "key": {"uniform": 9}}
    scenario = {"name": "taken", "workloads": {"customers": workload}, "services": {"desk": {"handle": steps}}}
    run = assert_each_check_names_whom_it_says(Scenario.from_dict(scenario | {"run": {"duration": 9}}))
    assert (run.outcomes.no & run.outcomes.something).any()


def test_there_are_systems_in_which_each_check_names_somebody():
    run_the_others(globals(), "test_each_check")
    others = {"counterexample", "beyond", "Counterexample", "asked_at_once", "done_by", "somebody_told_error",
              "told_what"}  # fmt: skip
    assert set(properties.__all__) - others == {name for name, many in NAMED.items() if many}
