"""The pictures of event loops are worked out a second time, from the pieces of work of random systems."""

import re
from collections import Counter

import pytest

from evsim.lesson.loop_picture import whose_loop
from evsim.parts.event_loop import picture
from evsim.parts.event_loop.words import OF_POOL
from evsim.ticks import ticks
from evsim.view.words import count, seconds, short
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 300 if NIGHTLY else 60  # systems
LANES, PIECES = 12, 1500  # that are drawn
FEW = 2, 5  # the same, where there is less room


class Pieces:
    """The pieces of work of a service, in the order in which they began: [(began, ended, queued, lane, row)]."""

    def __init__(self, plain, service):
        code = list(plain.scenario.services).index(service)
        self.plain, self.all = plain, []
        for began, ended, queued, _, of, lane, row in plain.run.records.pieces:
            if of == code and lane >= 0:  # the others were noted of shared cores
                over = plain.ended_at if ended != ended else ended
                self.all.append((began, over, queued, int(lane), plain.rows[int(row)]))
        self.all.sort(key=lambda each: each[0])

    def of_instance(self, instance, begin, end):
        """Those that held a lane of an instance at some time between two."""
        return [each for each in self.all if self.plain.instance_of(each[4]) == instance - 1
                and each[0] < end and each[1] > begin]  # fmt: skip


def lane_name(lane):
    return f"loop {lane + 1}" if lane < OF_POOL else f"pool thread {lane - OF_POOL + 1}"


def assert_loops_are_true(plain, service, instance, begin, end, most=(LANES, PIECES)):
    """What the picture of one instance showed: kinds of pieces, and what makes it another one."""
    settings = plain.scenario.complete.services[service].event_loop
    pieces = Pieces(plain, service).of_instance(instance, begin, end)
    made = picture.scene(plain.run, service, instance, begin, end)
    threads = sorted({lane for *_, lane, _ in pieces if lane >= OF_POOL})
    lanes = [*range(settings.loops), *threads][: most[0]]
    assert [text for _, text in made.y.ticks] == [lane_name(lane) for lane in lanes]
    wanted, left_out, turn, too_long, held, until = [], 0, Counter(), [], Counter(), end
    for began, ended, _, lane, row in pieces:
        limit = settings.warn_after if lane < OF_POOL else settings.pool_warn_after
        long = ticks(ended) - ticks(began) > ticks(limit)
        kind = "held for too long" if long else ("held", "held by the next")[turn[lane] % 2]
        turn[lane] += 1
        too_long += [(lane, ended - began)] if long else []
        held[lane] += min(ended, end) - max(began, begin)
        if lane in lanes and len(wanted) < most[1]:
            wanted.append((kind, max(began, begin), min(ended, end), lanes.index(lane), f"{row.request:,}"))
        else:
            left_out += 1
            until = min(until, began) if lane in lanes else until
    drawn = []
    for kind in ("held", "held by the next", "held for too long"):
        for mark in marks(made, "Bars", kind):
            drawn += [(kind, left, right, round((low + high) / 2), inside)
                      for (left, right, low, high), inside in zip(boxes([mark]), mark.inside, strict=True)]  # fmt: skip
    assert Counter(drawn) == Counter(wanted)
    free = boxes(marks(made, "Bars", "free"))
    assert [(left, right, round((low + high) / 2)) for left, right, low, high in free] == [
        (begin, until, line) for line in range(len(lanes))
    ]  # what is left out is not said to be free
    note = f"; {count(left_out, 'piece')} left out" + (f" from {seconds(until)} on" if until < end else "")
    assert made.x.label.endswith(note) if left_out else "left out" not in made.x.label
    of = "The loop" if settings.loops == 1 else f"The {settings.loops} loops"
    said = re.fullmatch(rf"{of} of {re.escape(short(service))}: held for (\d+) % of the time(.*)", made.title)
    share = sum(held[lane] for lane in range(settings.loops)) / (settings.loops * (end - begin))
    assert abs(int(said[1]) - 100 * share) <= 0.5 + 1e-6
    if too_long:
        longest = seconds(max(took for _, took in too_long))
        assert said[2] == f"; {count(len(too_long), 'piece')} too long, up to {longest}"
    else:
        assert said[2] == ", never for longer than its limit by one piece"
    told = []
    for lane in lanes:
        long = sum(each == lane for each, _ in too_long)
        more = f", {long:,} of them too long" if long else ""
        told.append(f"{lane_name(lane)}: {count(turn[lane], 'piece')}{more}, {seconds(held[lane])} in all.")
    assert made.alt == f"{made.title}. {' '.join(told)}"
    seen = {kind for kind, *_ in wanted} | ({"a thread"} if threads else set())
    return seen | {"at the edge" for began, ended, *_ in pieces if began < begin or ended > end}


def assert_customers_are_true(plain, start, length):
    """Whose loop it is: what the customers who came within a time waited for, and who worked for them."""
    run, order = plain.run, list(plain.scenario.workloads)
    its = [each for each in plain.customers.values() if start <= each.born < start + length]
    its.sort(key=lambda each: (order.index(each.workload), each.request))
    made = whose_loop(run, start, length)
    if not its:
        assert made.title == "Nobody came in this time."
        return
    kinds, waits = {name: [] for name in ("something", "loop", "works", "pool")}, []
    for line, customer in enumerate(its):
        kinds["something"].append(
            (customer.born, plain.ended_at if customer.settled is None else customer.settled, line)
        )
    for service, settings in plain.scenario.services.items():
        if settings.event_loop is not None:
            for began, ended, queued, lane, row in Pieces(plain, service).all:
                if row.customer in its:
                    line = its.index(row.customer)
                    kinds["works" if lane < OF_POOL else "pool"].append((began, ended, line))
                    if lane < OF_POOL and began > queued:
                        kinds["loop"].append((queued, began, line))
                        waits.append(began - queued)
    names = {"something": "waits for something else", "loop": "waits for the loop", "works": "the loop works",
             "pool": "a thread of the pool works"}  # fmt: skip
    for kind, spans in kinds.items():
        inside = [(max(left - start, 0.0), min(right - start, length), line) for left, right, line in spans]
        wanted = sorted(each for each in inside if each[1] > each[0])
        drawn = boxes(marks(made, "Bars", names[kind]))
        assert sorted((left, right, round((low + high) / 2)) for left, right, low, high in drawn) == wanted, kind
    longer = f" longer than {seconds(max(waits))}" if waits else ""
    assert made.title == f"Of {count(len(its), 'customer')} nobody waits{longer} for the loop"
    together = f" Together they wait {seconds(sum(waits))} for it." if waits else ""
    assert made.alt.endswith(f"each in a row. {made.title}.{together}")


def assert_pictures_are_true(run):
    plain, seen = Plain(run), set()
    for service, settings in run.scenario.services.items():
        if settings.event_loop is not None:
            for instance in range(1, run.tables.capacity[service].count + 1):
                seen |= assert_loops_are_true(plain, service, instance, 0.0, run.ended_at)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(picture, "MOST_LANES", FEW[0])
                    patch.setattr(picture, "MOST_PIECES", FEW[1])
                    seen |= assert_loops_are_true(plain, service, instance, run.ended_at / 4, run.ended_at / 2, FEW)
    for start, length in ((0.0, run.ended_at), (run.ended_at / 4, 1.0)):
        assert_customers_are_true(plain, start, length)
    return seen


def test_what_held_the_loops_of_any_system_is_what_its_records_say():
    seen = set()

    @holds(0.2, systems().filter(lambda each: "event_loop:" in each.to_yaml()), of=MANY)
    def are_true(scenario):
        seen.update(assert_pictures_are_true(run_of(scenario)))

    are_true()
    assert {"held", "held by the next", "held for too long", "a thread", "at the edge"} <= seen


@holds(0.1, elastic_systems(), of=MANY)
def test_what_held_the_loops_of_services_that_come_and_go_is_what_the_records_say(scenario):
    assert_pictures_are_true(run_of(scenario))
