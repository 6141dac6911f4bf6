"""What an operator reads in an incident is worked out a second time, for random systems at random moments."""

from collections import Counter
from random import Random
from types import SimpleNamespace

import pytest

from evsim.lesson.deck import parted, toll
from evsim.lesson.deck.card import PRICES
from evsim.lesson.deck.gauges import GAUGES
from evsim.lesson.deck.parted import TABLES
from evsim.lesson.deck.watched import Watched
from evsim.lesson.deck.what_is_shown import said
from evsim.scenario import Scenario
from evsim.view.words import seconds
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.crowded import crowded_systems
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.lesson.plain_gauges import Operator
from tests.parts.for_each.drawing import batch_systems
from tests.parts.log.drawing import log_systems
from tests.support.done import run_the_others, what_is_done  # noqa: F401

pytestmark = pytest.mark.slow

PROMISES = 0.3, 2.1  # s
BACK = 3.7  # s of a table
SHOWN = Counter()  # what showed something


def moments(run):
    """Stretches of a run: three at random, on whose ends no record lies, and one between seconds, where many do."""
    random, middle = Random(run.seed), float(run.scenario.run_settings.duration // 2)
    ends = [random.uniform(0.2, 1.1) * run.scenario.run_settings.duration for _ in range(3)]
    return [*((max(0.0, end - random.uniform(1, 6)), end) for end in ends), (max(0.0, middle - 3), middle)]


def places(gauge, run):
    scenario = run.scenario
    return {
        "": [""], "service": scenario.services, "channel": scenario.channels,
        "service or channel": [*scenario.services, *scenario.channels], "effect": run.tables.effect_names,
    }[gauge.of]  # fmt: skip


def assert_operator_sees_what_there_is(scenario):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parted, "BACK", BACK)
        patch.setattr(toll, "MINUTE", 2.0)
        _assert_operator_sees_what_there_is(run_of(scenario))


def _assert_operator_sees_what_there_is(run):
    plain, promise = Plain(run), PROMISES[run.seed % 2]
    watched, operator = Watched(run, promise), Operator(plain, promise)
    for start, end in moments(run):
        for name, gauge in GAUGES.items():
            for place in places(gauge, run):
                found, expected = gauge.value(watched, place, start, end), operator.show(name, place, start, end)
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (name, place, start, end)
                SHOWN[name] += found > 0
        for kind, rows in tables(plain, operator, end).items():
            place, kind = kind
            assert TABLES[kind](watched, place, end)[1] == rows, (kind, place, end)
            SHOWN[kind] += bool(rows)
    assert_toll_is_what_it_says(run, promise, operator)


def tables(plain, operator, now):
    """(place, kind) -> rows, of what had happened in the time before."""
    start = now - BACK
    operator.start, operator.end = start, now
    found, scenario = {}, plain.scenario
    key_of = dict(zip(plain.run.tables.requests.row.tolist(), plain.run.tables.request_keys.tolist(), strict=True))
    for name, channel in scenario.channels.items():
        if channel.partitioned:
            found[name, "partitions"] = tuple(_partition(plain, operator, name, number)
                                              for number in range(channel.partitions))  # fmt: skip
    for name in scenario.services:
        found[name, "instances"] = tuple(_instance(plain, operator, name, number)
                                         for number in range(plain.instances(name)))[:12]  # fmt: skip
    for name in scenario.workloads:
        came = [each for (workload, _), each in plain.customers.items() if workload == name]
        keys = Counter(key_of[each.number] for each in came if start <= each.born < now)
        found[name, "keys"] = tuple((key, str(many), f"{100 * many / keys.total():.0f} %")
                                    for key, many in keys.most_common(12))  # fmt: skip
    return found


def _partition(plain, operator, channel, number):
    came = [each for each in plain.messages if each.channel == channel and each.partition == number
            and each.appended is not None and operator.start <= each.appended < operator.end]  # fmt: skip
    rows = [row for row in operator.of(channel) if plain.messages[row.parent].partition == number]
    ages = [operator.end - row.ready for row in rows
            if row.ready is not None and row.ready < operator.end <= operator.over(row)]  # fmt: skip
    return f"partition {number}", str(len(came)), str(len(ages)), seconds(max(ages, default=0.0))


def _instance(plain, operator, service, number):
    start, end = operator.start, operator.end
    rows = [row for row in plain.rows_at(service) if row.worker >= 0 and plain.instance_of(row) == number]
    busy = operator._busy(service, number)
    done = sum(row.ended is not None and start <= row.ended < end for row in rows)
    return f"{service}/{number + 1}", f"{100 * busy:.0f} %" if busy == busy else "-", str(done)


def assert_toll_is_what_it_says(run, promise, operator):
    lost, untrue, never, minutes = set(), set(), set(), {}
    for each in operator.customers:
        if each.ending == "pending" or operator.told_error(each):
            lost.add(each.number)
        stands = any(name in each.stands for name in each.due | each.back)
        if operator.disappointed(each) or (operator.told_error(each) and stands) or each.repeated:
            untrue.add(each.number)
        if each.told == "yes, never true":
            never.add(each.number)
        minutes.setdefault(each.born // toll.MINUTE, []).append(each.number in lost | untrue)
    down = sum(sum(harmed) >= len(harmed) / 5 for harmed in minutes.values())
    costs = {"lost": 20 * len(lost), "untrue": 30 * len(untrue), "never": 40 * len(never), "down": 50 * down}
    card = SimpleNamespace(promise=promise, prices=PRICES)
    found = toll.toll(run, card, 7)
    assert (found.lost, found.untrue, found.never, found.down) == (len(lost), len(untrue), len(never), down)
    assert found.total == 7 + sum(costs.values())
    for name, many in (("lost", lost), ("untrue", untrue), ("never", never), ("down", down)):
        SHOWN[name] += bool(many)


@holds(0.2, crowded_systems(), of=40)
def test_each_gauge_of_a_busy_system_shows_what_happened(scenario):
    assert_operator_sees_what_there_is(scenario)


@holds(0.2, elastic_systems(), of=40)
def test_each_gauge_of_functions_and_loops_shows_what_happened(scenario):
    assert_operator_sees_what_there_is(scenario)


@holds(0.2, batch_systems(), of=40)
def test_each_gauge_of_batches_shows_what_happened(scenario):
    assert_operator_sees_what_there_is(scenario)


@holds(0.2, log_systems(), of=40)
def test_each_gauge_of_a_log_shows_what_happened(scenario):
    assert_operator_sees_what_there_is(scenario)


@holds(0.4, systems(), of=40)
def test_each_gauge_of_any_system_shows_what_happened(scenario):
    assert_operator_sees_what_there_is(scenario)


def test_there_are_systems_in_which_each_gauge_and_table_shows_something():
    run_the_others(globals(), "test_each_gauge")
    assert {*GAUGES, *TABLES, "lost", "untrue", "never", "down"} - {name for name in SHOWN if SHOWN[name]} == set()


def test_before_is_the_last_whole_minute_before_the_trouble_and_now_the_minute_before_now():
    """One customer a second comes in the first minute, two in the second ...; the trouble begins in the third."""
    minutes = [[60 * minute + end, minute + 1] for minute in range(5) for end in (0, 60)]
    workload = {"target": "shop", "arrivals": {"profile": {"points": minutes, "gaps": "constant"}}}
    services = {"shop": {"workers": 9, "handle": [{"work": 0}]}}
    scenario = Scenario.from_dict(
        {"name": "minutes", "workloads": {"all": workload}, "services": services, "run": {"duration": 300}}
    )
    card = SimpleNamespace(scenario=scenario, begins=150.0)
    assert said("{customers}, {customers before}", card, Watched(scenario.run(), 1.0), 240) == "240, 120"


def test_an_instance_of_event_loops_is_as_busy_as_its_loops_whatever_they_have_in_hand():
    """Three pieces of a minute on two loops, of ten minutes that they have in five: 30 %. There are 900 workers."""
    run = Scenario.from_dict({
        "name": "loops", "run": {"duration": "6 min"},
        "workloads": {"page": {"target": "web", "arrivals": {"burst": 3}}},
        "services": {"web": {"workers": 900, "event_loop": {"loops": 2}, "handle": [{"work": "1 min"}]}},
    }).run()  # fmt: skip
    assert TABLES["instances"](Watched(run, 60), "web", 300.0)[1] == (("web/1", "30 %", "3"),)
