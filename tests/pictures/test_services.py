"""Pictures of services and of the ways between them are worked out a second time, from records of random systems."""

from collections import Counter

import pytest

from evsim.view import diagram, instances, matrix, spread
from evsim.view.layout import SERVICE
from evsim.view.words import count, seconds, short
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.averages import highest
from tests.figures.crowded import crowded_systems
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.parts.log.drawing import log_systems
from tests.pictures.strips import Instances, Spread
from tests.pictures.wires import Wires
from tests.support.nightly import NIGHTLY
from tests.view import runs
from tests.view.drawing import boxes, marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 200 if NIGHTLY else 60  # systems
FEW, FINE = 16, 100  # instances that have a strip; spans of one that are all drawn


def alike(found, expected, what):
    """The same tuples in any order, their numbers but for rounding."""

    def rounded(its):
        return tuple(each if isinstance(each, str) else round(float(each), 9) for each in its)

    assert sorted(map(rounded, found)) == sorted(map(rounded, expected)), what


def assert_pictures_of_services_are_true(run):
    plain = Plain(run)
    for service in run.services:
        assert_spread_is_true(run, plain, service)
        assert_instances_are_true(run, plain, service)
    wires = Wires(plain)
    assert_diagram_is_true(run, wires)
    assert_matrix_is_true(run, wires)


def assert_spread_is_true(run, plain, service):
    made, spreads = spread.scene(run, service), Spread(plain, service)
    if not spreads.bars:
        later = " after the warm-up" if run.scenario.run_settings.warmup else ""
        assert made.title == f"Nobody came to {service}{later}."
        return
    assert [text for _, text in made.y.ticks] == spreads.labels()
    assert made.title == spreads.title()
    drawn = {}
    for name in ("while all were busy", "while somebody was free"):
        bars = boxes(marks(made, "Bars", name))
        drawn[name] = {round((low + high) / 2): (left, right) for left, right, low, high in bars}
    for line, (_, _, wait, behind) in enumerate(spreads.bars):
        busy = max(wait - behind, 0.0)
        wanted = {"while all were busy": (0.0, busy), "while somebody was free": (busy, busy + behind)}
        for name, (left, right) in wanted.items():
            found = drawn[name].get(line, (left, left))
            assert found == pytest.approx((left, right), abs=1e-9), (name, line)
    texts = [mark.text for mark in marks(made, "Text")]
    assert texts == [seconds(wait) for *_, wait, _ in spreads.bars]
    for name, share, wait, _ in spreads.bars:
        assert f"{name} has {100 * share:.1f} % and a wait of {seconds(wait)}" in made.alt


def assert_instances_are_true(run, plain, service):
    made, its = instances.scene(run, service), Instances(plain, service)
    if not its.numbers:
        assert made.title == f"There was never an instance of {service}."
        return
    shown = its.numbers[:FEW]
    assert [text for _, text in made.y.ticks] == [f"{service}/{number + 1}" for number in shown]
    for what, strips in its.strips.items():
        if max(map(len, strips.values())) <= FINE:
            drawn = [
                (round((low + high) / 2), left, right) for left, right, low, high in boxes(marks(made, "Bars", what))
            ]
            alike(drawn, [(line, *span) for line, number in enumerate(shown) for span in strips[number]
                          if span[1] > span[0]], what)  # fmt: skip
    there, busy = its.seconds("warm"), its.seconds("busy")
    most = highest(its.spans, -1.0, run.ended_at + 1.0)
    of_all = f", of {len(its.numbers):,} in all" if len(its.numbers) > most else ""
    whose = "its" if len(its.numbers) == 1 else "their"
    share = f"busy for {100 * busy / there:.0f} % of {whose} time" if there else "never ready"
    assert made.title == f"{short(service)} had {count(most, 'instance')} at most at a time{of_all}, {share}"
    assert all(its.words(number) in made.alt for number in shown)


def assert_diagram_is_true(run, wires):
    made = diagram.scene(run)
    assert made.alt == f"{made.title}. {wires.words()}"
    arrows = {mark.name: mark.head for mark in marks(made, "Line") if mark.head}
    kinds = {f"{one} → {two}": "solid" if kind in ("asks", "calls") else "open"
             for kind, edges in wires.edges.items() for one, two in edges}  # fmt: skip
    assert arrows == kinds
    window = wires.plain.window
    drawn = Counter(mark.text for mark in marks(made, "Text") if mark.text.endswith("/s") and mark.halo)
    rates = [wires.rates[edge] for edges in wires.edges.values() for edge in edges if edge in wires.rates]
    del drawn["0/s"]  # of ways that nobody took within the window
    assert window != window or drawn == Counter(f"{rate:.3g}/s" if rate < 1000 else f"{rate:,.0f}/s" for rate in rates)
    waited = wires.waited_for()
    later = [
        name for name in wires.services if name not in waited and any(name == two for _, two in wires.edges["delivers"])
    ]
    text = f"{short(run.scenario.name, 36)}: the customer waits for {listed(waited)}"
    if later:
        text += f"; {listed(later)} {'hears' if len(later) == 1 else 'hear'} of it later"
    busy = {name: its["utilisation"] for name, its in run.services.items() if its["utilisation"] >= 0}
    if busy and max(busy.values()) >= 0.005:
        busiest = max(busy, key=busy.get)
        text += f". Busiest: {short(busiest)}, {100 * busy[busiest]:.0f} % of its time"
    assert made.title == text
    assert_boxes_are_true(run, made, busy)


def assert_boxes_are_true(run, made, busy):
    """What stands in the boxes of a run, and of its scenario: workers, customers a second; how busy, also as a bar."""
    plan, wide = diagram.scene(run.scenario), SERVICE[0] - 0.16
    lengths = []
    for name, service in run.scenario.complete.services.items():
        each, elastic = count(service.workers, "worker"), service.function or service.autoscale
        there = elastic.most if elastic else service.instances
        words = each if there == 1 else f"{there} \N{MULTIPLICATION SIGN} {each}"
        words = f"up to {words}" if elastic else words
        assert words in texts_in(plan, name), name
        assert (f"{100 * busy[name]:.0f} % busy" if name in busy else words) in texts_in(made, name), name
        lengths += [wide, min(busy[name], 1) * wide] if name in busy else []
    drawn = [right - left for left, right, low, high in boxes(marks(made, "Bars", "")) if round(high - low, 6) == 0.08]
    assert sorted(drawn) == pytest.approx(sorted(lengths))
    for name, workload in run.scenario.workloads.items():
        arrivals = workload.arrivals
        if arrivals.kind in ("constant", "poisson"):
            rate = f"{arrivals.rate:.3g}/s" if arrivals.rate < 1000 else f"{arrivals.rate:,.0f}/s"
            assert rate in texts_in(plan, name) and rate not in texts_in(made, name), name
        if arrivals.kind == "closed":
            assert count(arrivals.users, "user") in texts_in(plan, name), name


def texts_in(made, name):
    """The words within the box of a name."""
    ((left, right, low, high),) = boxes(marks(made, "Bars", name))
    return [mark.text for mark in marks(made, "Text") if left < mark.x < right and low < mark.y < high]


def listed(names):
    if len(names) > 3:
        return f"{len(names)} services"
    names = list(map(short, names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def assert_matrix_is_true(run, wires):
    made, names = matrix.scene(run), wires.services
    if len(names) < 2:
        return
    calls, through = wires.edges["calls"], wires.through()
    wanted = {}
    for row, one in enumerate(names):
        for column, two in enumerate(names):
            pair = one, two
            kind = "itself" if one == two else "not at all"
            kind = "through a channel, without knowing it" if pair in through else kind
            kind = "calls it and waits" if pair in calls else kind
            wanted.setdefault(kind, set()).add((column, row))
    drawn = {mark.name: {(round((left + right) / 2), round((low + high) / 2))
                         for left, right, low, high in boxes([mark])} for mark in marks(made, "Bars")}  # fmt: skip
    assert drawn == wanted
    hidden = through - calls
    pairs = [f"{one} calls {two}" for one, two in sorted(calls)]
    pairs += [f"{one} reaches {two} through a channel" for one, two in sorted(hidden)]
    if calls or hidden:
        known = {name: sum(one == name for one, _ in calls) for name in names}
        most = max(known, key=known.get)
        first = (
            f"{most} must know {count(known[most], 'other service')}" if calls else "Nobody must know another service"
        )
        assert made.title == f"{first}: {count(len(calls), 'pair')} by calls, {len(hidden):,} through a channel"
    assert made.alt == f"{made.title}. {'; '.join(pairs) or 'no pair at all'}."


@holds(0.3, systems(), of=MANY)
def test_the_pictures_of_the_services_of_any_system_are_what_the_records_say(scenario):
    assert_pictures_of_services_are_true(run_of(scenario))


@holds(0.1, crowded_systems(), of=MANY)
def test_the_pictures_of_the_services_of_a_busy_system_are_what_the_records_say(scenario):
    assert_pictures_of_services_are_true(run_of(scenario))


@holds(0.15, elastic_systems(), of=MANY)
def test_the_pictures_of_functions_that_come_and_go_are_what_the_records_say(scenario):
    assert_pictures_of_services_are_true(run_of(scenario))


@holds(0.1, log_systems(), of=MANY)
def test_the_pictures_of_the_readers_of_a_log_are_what_the_records_say(scenario):
    assert_pictures_of_services_are_true(run_of(scenario))


def test_the_pictures_of_the_services_of_a_shop_are_what_the_records_say():
    assert_pictures_of_services_are_true(runs.shop())
