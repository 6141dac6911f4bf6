"""The picture of windows is worked out a second time, from the records of random streams."""

from collections import Counter

import pytest

from evsim.parts.window import picture
from tests.books.holding import holds, run_of
from tests.parts.window.drawing import stream_systems
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = pytest.mark.slow

MANY = 300 if NIGHTLY else 20  # systems
FEW, LAST = 200, 60  # events that are all drawn; results that have a box


def events_by(run, number, until):
    return [each for each in run.records.events if each.service == number and each.time <= until]


def slowest(run, number, instances, until):
    """[(time, watermark)] whenever the instance moves on that is behind all others, once each has a watermark."""
    moved = [each for each in run.records.watermarks if each[1] == number and each[0] <= until and each[2] < 0]
    points = []
    for seen in range(1, len(moved) + 1):
        last = {clock: at for _, _, clock, at, _ in moved[:seen]}
        behind = min(last.values()) if len(last) == instances else None
        if behind is not None and (not points or behind > points[-1][1]):
            points.append((moved[seen - 1][0], behind))
    return points


def assert_windows_are_true(run, until):
    number, service = list(run.scenario.services).index("counter"), run.scenario.services["counter"]
    events, made = events_by(run, number, until), picture.scene(run, service="counter", until=until)
    if not events:
        assert "Nothing has come to the windows of counter" in made.title
        return
    for name, late in (("counted", False), ("too late", True)):
        mine = Counter((each.time, each.at) for each in events if each.late == late)
        found = [point for dots in marks(made, "Dots", name) for point in zip(dots.x, dots.y, strict=True)]
        assert Counter(found) == mine or mine.total() > FEW, name
    points = slowest(run, number, service.instances, until)
    steps = [list(zip(each.x, each.y, strict=True)) for each in marks(made, "Steps", "watermark")]
    assert steps == ([[*points, (max(until, points[-1][0]), points[-1][1])]] if points else [])
    came = {}
    for each in events:
        came.setdefault(each.row, each.time)
    panes = [each for each in run.records.panes if each.service == number]
    shown = [each for each in panes if each.time <= until]
    for kind in ("early", "on time", "late"):
        begun = [
            (min(came[row] for row in each.rows), each) for each in shown[-LAST:] if each.kind == kind and each.rows
        ]
        mine = Counter((left, max(left, each.time), each.start, each.end) for left, each in begun)
        assert Counter(boxes(marks(made, "Bars", f"shown {kind}"))) == mine, kind
    to_come = [each for each in panes if each.time > until and any(row in came for row in each.rows)]
    left = [min(came[row] for row in each.rows if row in came) for each in to_come]
    mine = Counter((begin, until, each.start, each.end) for begin, each in zip(left, to_come, strict=True))
    assert Counter(boxes(marks(made, "Bars", "open"))) == mine


@holds(0.1, stream_systems(), of=MANY * 10)
def test_the_picture_of_windows_of_any_stream_is_what_the_records_say(scenario):
    run = run_of(scenario)
    for until in (run.ended_at, scenario.run_settings.duration / 2):
        assert_windows_are_true(run, until)


@holds(0.1, stream_systems().filter(lambda scenario: scenario.services["counter"].instances > 1), of=MANY * 5)
def test_the_watermark_in_the_picture_is_that_of_the_instance_that_is_behind(scenario):
    assert_windows_are_true(run_of(scenario), scenario.run_settings.duration)
