"""Every figure is worked out a second time from the records, in plain loops, as the manual says what it means.

The systems are random ones; what must have happened in some of them is counted.
"""

from collections import Counter

import pytest

import evsim
from evsim.figures import PARTITION
from evsim.scenario import Scenario
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.channels import channels, partitions
from tests.figures.crowded import crowded_systems
from tests.figures.customers import follow
from tests.figures.designs import customers_apart, difference, estimate
from tests.figures.drawn import THINGS, happened
from tests.figures.elastic import elastic_systems
from tests.figures.ledger import ledger
from tests.figures.moved import Moved
from tests.figures.phases import phases
from tests.figures.plain import Plain
from tests.figures.programs import programs
from tests.figures.stations import services
from tests.figures.summary import summary
from tests.parts.for_each.drawing import batch_systems
from tests.parts.log.drawing import log_systems
from tests.parts.window.drawing import stream_systems
from tests.support.done import run_the_others, what_is_done  # noqa: F401
from tests.support.nightly import NIGHTLY

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 200 if NIGHTLY else 80  # systems: so that each thing happened in some of them
ROUNDING = 1e-9
OF_MONEY = 1e-18  # what a message costs that is kept for a second is as little as 1e-13
FEWEST = 5 if NIGHTLY else 1  # systems in which each thing must have happened
SEEN, MOVED = Counter(), Moved()


def assert_same(found, expected, what):
    """The same names, and the same numbers but for rounding."""
    assert found.keys() == expected.keys(), (what, "a figure without a second computation")
    for name, value in expected.items():
        least = OF_MONEY if name.startswith("cost") else ROUNDING
        assert found[name] == pytest.approx(value, rel=ROUNDING, abs=least, nan_ok=True), (what, name)


def assert_every_figure_agrees(run):
    plain = Plain(run)
    customers, entries = follow(plain), ledger(plain)
    assert_same(run.summary(), summary(plain, customers, entries), "summary")
    for found, expected, what in (
        (run.services, services(plain), "services"),
        (run.channels, channels(plain, entries), "channels"),
        (run.partitions, partitions(plain, entries), "partitions"),
        (run.phases, phases(plain, customers), "phases"),
    ):
        assert list(found) == list(expected), what
        for name, figures in expected.items():
            assert_same(found[name], figures, (what, name))
    assert_frames_agree(run, customers, entries)
    if any(channel.kind == "pipe" for channel in run.scenario.channels.values()):
        assert_programs_agree(run, programs(plain))
    SEEN.update(happened(plain, customers, entries))
    MOVED.see(run)


def assert_frames_agree(run, customers, entries):
    frame = run.requests
    for name, values in {
        "outcome": [each.ending for each in customers],
        "response": [each.response for each in customers],
        "told": [each.told for each in customers],
        "effects": [each.effects_are for each in customers],
        "completion": [each.completion for each in customers],
        "consistency_lag": [each.consistency_lag for each in customers],
        "cohort": [each.counted for each in customers],
    }.items():
        assert_column(frame[name], values, name)
    frame = run.ledger
    for name in ("state", "attempts", "handlings", "reordered", "replay", "settled"):
        assert_column(frame[name], [getattr(each, name) for each in entries], name)
    assert_column(frame["cohort"], [each.counted for each in entries], "cohort")


def assert_column(column, values, name):
    found = [None if each != each else each for each in column.tolist()]
    assert found == pytest.approx(values, abs=ROUNDING) if name in TIMES else found == values, name


TIMES = ("response", "completion", "consistency_lag", "settled")


def assert_programs_agree(run, expected):
    found = {each.name: each for each in run.pipeline}
    assert found.keys() == expected.keys()
    for name, (read, written, blocked, ended, status) in expected.items():
        stage = found[name]
        assert (stage.read, stage.written, stage.status) == (read, written, status), name
        assert stage.blocked == pytest.approx(blocked, abs=ROUNDING), name
        assert stage.ended != stage.ended if ended is None else stage.ended == ended, name


@holds(0.25, crowded_systems(), of=MANY)
def test_every_figure_of_a_busy_system_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


@holds(0.75, systems(), of=MANY)
def test_every_figure_of_any_system_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


@holds(0.25, elastic_systems(), of=MANY)
def test_every_figure_of_functions_and_loops_and_prices_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


@holds(0.2, stream_systems(), of=MANY)
def test_every_figure_of_windows_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


@holds(0.25, log_systems(), of=MANY)
def test_every_figure_of_a_log_with_replicas_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


@holds(0.2, batch_systems(), of=MANY)
def test_every_figure_of_batches_is_what_the_manual_says(scenario):
    assert_every_figure_agrees(run_of(scenario))


def test_every_figure_of_programs_that_end_is_what_the_manual_says():
    """`yes | head`: the writer is killed when it writes to a pipe without a reader."""
    pipeline = {
        "name": "yes-head",
        "workloads": {"lines": {"target": "yes", "arrivals": {"poisson": 2}}},
        "services": {
            "yes": {"handle": [{"work": {"exponential": 0.1}}, {"publish": "pipe"}]},
            "head": {"subscribe": {"channel": "pipe", "take": 5}, "handle": [{"work": 0.5}, {"effect": "line"}]},
        },
        "channels": {"pipe": {"pipe": {"capacity": 3}}},
        "run": {"duration": 10, "warmup": 1},
    }
    for seed in range(FEWEST):
        run = Scenario.from_dict(pipeline).run(seed=seed)
        assert {each[2] for each in run.records.incidents if each[1] == "ended"} == {"yes", "head"}
        assert_every_figure_agrees(run)


SPANS = [
    [(2, 2), (4, 1)], [(2, 2), (3, 2)], [(2, 1), (2, 3)], [(2, 4), (3, 1), (6, 1)], [(0, 1), (7, 1)],
    [(3, 3), (6, None)],
]  # fmt: skip


@pytest.mark.parametrize("spans", SPANS)
@pytest.mark.parametrize("warmup", [0, 2, 4])
def test_figures_around_faults_that_touch_or_overlap_are_what_the_manual_says(spans, warmup):
    """Customers come, faults begin and end, and the warm-up is over, on the second; (when, for how long)."""
    scenario = design("one", faulty=False).replace({
        "workloads.customers.arrivals": {"constant": 1}, "run.duration": 8, "run.warmup": warmup,
        "faults": [{"outage": "back", "at": at} | ({} if long is None else {"for": long}) for at, long in spans],
    })  # fmt: skip
    assert_every_figure_agrees(scenario.run())


def test_of_a_hundred_values_ten_lie_beyond_ninety_per_cent():
    """In floating point 100 x (1 - 0.9) is a little below 10."""
    scenario = design("one", faulty=False).replace({"workloads.customers.arrivals": {"burst": 100}, "run.warmup": 0})
    figures = scenario.run().summary()
    assert figures["requests"] == 100 and figures["response_p90"] > 0
    assert figures["response_p95"] != figures["response_p95"], "five lie beyond that one"


def test_there_are_systems_in_which_each_thing_happened_that_a_figure_may_count_wrongly():
    run_the_others(globals(), "test_every_figure")
    assert {name: SEEN[name] for name in THINGS if SEEN[name] < FEWEST} == {}


def test_every_figure_of_a_system_that_begins_badly_is_what_the_manual_says():
    """In the warm-up most come, some are told no and have a row, and it costs; a checkpoint lasts beyond its end."""
    at_first = {"profile": [[0, 8], [3, 8], [3, 1], [14, 1]]}
    window = {"tumbling": 1, "by": "key", "to": "results", "early": 1, "checkpoint": {"every": 1, "takes": 0.75}}
    scaled = {"by": "concurrency", "target": 1, "every": 0.5, "down_after": 0}
    row = [{"effect": "row"}, *({"publish": each} for each in ("facts", "posts", "parcels"))]
    row.append({"effect": {"name": "name", "unique": True}})
    dies = {"channel": "facts", "retry": {"attempts": 1}}
    packs = {"channel": "parcels", "batch": 3, "batch_window": 2}
    services = {
        "front": {"price": {"gb_month": 1000, "size": "1GiB"}, "handle": row},
        "slow": {"handle": [{"work": 100}]},
        "page": {"handle": [{"publish": "events"}]},
        "worker": {"autoscale": scaled, "price": {"hour": 1}, "handle": [{"work": 0.5}]},
        "thumb": {"function": {"keep_alive": 0.5}, "handle": [{"work": 0.5}]},
        "reader": {"subscribe": dies, "handle": [{"work": 3}, {"effect": "note"}, {"fail": 0.6}]},
        "poster": {"workers": 4, "subscribe": "posts", "handle": [{"work": 1}]},
        "packer": {"subscribe": packs, "price": {"requests": 9},
                   "handle": [{"for_each": [{"work": 0.05}, {"fail": 0.4}]}]},
        "counter": {"instances": 2, "subscribe": {"channel": "events", "commit": "checkpoint"},
                    "handle": [{"work": {"exponential": 0.2}}, {"window": window}]},
    }  # fmt: skip
    workloads = {f"to-{each}": {"target": each, "arrivals": at_first, "key": {"uniform": 6}} for each in services}
    workloads = {name: each for name, each in workloads.items() if "subscribe" not in services[each["target"]]}
    workloads["to-page"]["delay"] = {"uniform": [0, 3]}
    channels = {"facts": {"log": {"partitions": 2, "compaction": 2}}, "events": {"log": {"partitions": 2}}}
    parcels = {"visibility_timeout": 3, "price": {"requests": 9, "size": "1kB", "chunk": "64kB"}}
    channels |= {"posts": {"queue": {"ttl": 2}}, "parcels": {"queue": parcels}, "results": "queue"}
    faults = [{"crash": "counter", "at": 3.5, "for": 0.5}]
    run = {"duration": 14.4, "warmup": 6, "drain_limit": 0}
    scenario = {"name": "bad", "workloads": workloads, "services": services, "channels": channels, "faults": faults,
                "run": run}  # fmt: skip
    for seed in range(1, 1 + FEWEST):
        assert_every_figure_agrees(Scenario.from_dict(scenario).run(seed=seed))


ONLY_QUEUES = {(PARTITION, "expired")}  # of what has partitions nothing expires


def test_each_figure_is_another_one_where_the_warm_up_is_not_left_out():
    run_the_others(globals(), "test_every_figure")
    assert MOVED.known - MOVED.warm_up == ONLY_QUEUES


@pytest.mark.parametrize("faulty", [False, True])
def test_the_comparison_of_two_designs_is_what_the_manual_says(faulty):
    """Over three seeds; one design has a second workload before the first, so that positions differ."""
    first = design("one", faulty)
    second = design("two", faulty)
    found = evsim.compare(first, second, n=3, seed=5, jobs=1)
    figures, customers = {}, {}
    for scenario in (first, second):
        for seed in (5, 6, 7):
            plain = Plain(scenario.run(seed=seed))
            mine = follow(plain)
            customers.setdefault(scenario.name, []).append(mine)
            figures.setdefault(scenario.name, []).append(summary(plain, mine, ledger(plain)))
    for name, runs in figures.items():
        means = found.summary()[name]
        assert means.keys() == runs[0].keys()
        for metric in runs[0]:
            assert_interval(means[metric], estimate([run[metric] for run in runs]), (name, metric))
    for metric, apart in found.differences["two"].items():
        pairs = ([run[metric] for run in figures[name]] for name in ("one", "two"))
        assert_interval(apart, difference(*pairs), metric)
    apart = [customers_apart(*both) for both in zip(customers["one"], customers["two"], strict=True)]
    for what, mean in found.customers["two"].items():
        assert_interval(mean, estimate([each[what] for each in apart]), what)


def design(name, faulty):
    """`two` is slower, counts from another moment on, and has a second workload, which comes first."""
    other = name == "two"
    customers = {"customers": {"target": "front", "arrivals": {"poisson": 5}, "patience": 3}}
    before = {"before": {"target": "back", "arrivals": {"poisson": 1}}}
    return Scenario.from_dict(
        {
            "name": name,
            "workloads": {**(before if other else {}), **customers},
            "services": {
                "front": {"workers": 2, "handle": [{"work": {"exponential": 0.3 if other else 0.2}},
                                                   {"call": "back"}, {"effect": "row"}]},
                "back": {"handle": [{"work": 0.05}, {"fail": 0.1}, {"effect": "entry"}]},
            },
            "faults": [{"crash": "front", "at": 8, "for": 2}] if faulty else [],
            "run": {"duration": 40, "warmup": 10 if other else 5},
        }
    )  # fmt: skip


def assert_interval(found, expected, what):
    mean, low, high = (float("nan") if each is None else each for each in expected)
    assert (found.mean, found.low, found.high) == pytest.approx((mean, low, high), 1e-6, 1e-9, nan_ok=True), what
