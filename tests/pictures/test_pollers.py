"""The picture of pollers is worked out a second time, attempt by attempt, from the records of random systems."""

import pytest

from evsim.parts.pollers.picture import scene
from evsim.view.words import seconds, short
from tests.books.holding import holds, run_of
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.support.nightly import NIGHTLY

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 300 if NIGHTLY else 60  # systems
POINTS = 1000  # that are all drawn


def levels(spans):
    """[(time, how many are open from then on)], at nought and whenever one begins or ends."""
    times = {0.0, *(begin for begin, _ in spans), *(end for _, end in spans if end is not None)}
    return [
        (time, sum(begin <= time and (end is None or end > time) for begin, end in spans)) for time in sorted(times)
    ]


def first(*times):
    return min((time for time in times if time is not None), default=None)


def assert_pollers_are_true(run):
    """How many pictures there were."""
    plain, drawn = Plain(run), 0
    for service, settings in plain.scenario.complete.services.items():
        for reading in settings.subscribe:
            if reading.pollers is None:
                continue
            pollers, way = reading.pollers, (list(plain.scenario.channels).index(reading.channel),
                                             list(plain.scenario.services).index(service))  # fmt: skip
            most = float("inf") if pollers.concurrency is None else pollers.concurrency
            may = [(time, min(number * pollers.invokes, most)) for time, *its, number in run.records.pollers
                   if tuple(its) == way]  # fmt: skip
            rows = [row for row in plain.rows_at(service) if row.source == reading.channel and not row.copy]
            held = levels([(row.leased, first(row.settled, row.ended)) for row in rows if row.leased is not None])
            work = levels([(row.started, row.ended) for row in rows if row.started is not None])
            made = scene(run, reading.channel, service)
            for mark, points in zip(made.marks, (may, held, work), strict=True):
                if len(points) <= POINTS:
                    last = made.x.high, points[-1][1]
                    assert list(zip(mark.x, mark.y, strict=True)) == [*points, last], mark.name
                counts = [level for _, level in points]
                said = f"{counts[0]:,} at first, {max(counts):,} at most, {counts[-1]:,} at last."
                assert mark.words == f"{mark.name}: {said}" and mark.words in made.alt
            busy = max(level for _, level in work)
            text = f"{busy:,} at work" if busy else "nothing at work"
            top = max(level for _, level in may)
            when = next(time for time, level in may if level == top)
            grew = f"grew from {may[0][1]:,} to {top:,} in {seconds(when)}"
            room = f"had room for {top:,} at a time"
            growth = room if top == may[0][1] else grew
            assert made.title == f"The trigger of {short(service)} {growth}, with up to {text}"
            assert [end.text for end in made.ends] == [mark.name for mark in made.marks]
            assert [end.y for end in made.ends] == [mark.y[-1] for mark in made.marks]
            drawn += top > may[0][1]
    return drawn


def test_what_pollers_have_in_hand_in_a_busy_system_is_what_its_records_say():
    grew = []

    @holds(0.15, elastic_systems(), of=MANY)
    def are_true(scenario):
        grew.append(assert_pollers_are_true(run_of(scenario)))

    are_true()
    assert any(grew)
