"""The picture of windows is worked out a second time, from the records of random streams."""

from collections import Counter
from math import ceil

import pytest

from evsim.counting import listed
from evsim.parts.window import picture
from evsim.view.words import count, seconds
from tests.books.holding import holds, run_of
from tests.parts.window.drawing import stream_systems
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = pytest.mark.slow

MANY = 300 if NIGHTLY else 20  # systems
LIMITS = [(3000, 60), (30, 5)]  # how many dots there may be, and boxes: as it is, and few


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


def assert_windows_are_true(run, until, dots=LIMITS[0][0], last=LIMITS[0][1]):
    """Dots, watermark, boxes with their values, and what is said of them."""
    number, service = list(run.scenario.services).index("counter"), run.scenario.services["counter"]
    events, made = events_by(run, number, until), picture.scene(run, service="counter", until=until)
    if not events:
        assert "Nothing has come to the windows of counter" in made.title
        return
    drawn = 0
    for name, late in (("counted", False), ("too late", True)):
        mine = Counter((each.time, each.at) for each in events if each.late == late)
        found = [point for each in marks(made, "Dots", name) for point in zip(each.x, each.y, strict=True)]
        every = ceil(mine.total() / dots) or 1
        assert len(found) == ceil(mine.total() / every) <= dots and Counter(found) <= mine, name
        drawn += len(found)
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
            (min(came[row] for row in each.rows), each) for each in shown[-last:] if each.kind == kind and each.rows
        ]
        mine = Counter((left, max(left, each.time), each.start, each.end) for left, each in begun)
        assert Counter(boxes(marks(made, "Bars", f"shown {kind}"))) == mine, kind
    to_come = [each for each in panes if each.time > until and any(row in came for row in each.rows)]
    left = [min(came[row] for row in each.rows if row in came) for each in to_come]
    mine = Counter((begin, until, each.start, each.end) for begin, each in zip(left, to_come, strict=True))
    assert Counter(boxes(marks(made, "Bars", "open"))) == mine

    assert_words_are_true(run, made, events, points, shown, len(events) - drawn, max(0, len(shown) - last))
    low = min(each.at for each in events_by(run, number, float("inf")))
    values = [(f"{each.value:,.6g}", max(each.time, min(came[row] for row in each.rows)), max(each.start, low))
              for each in shown[-last:] if each.rows]  # fmt: skip
    assert Counter((text.text, text.x, text.y) for text in marks(made, "Text")) == Counter(values)


def assert_words_are_true(run, made, events, points, shown, dots_left, boxes_left):
    """Its title, the last five results in words, and how much has no room."""
    if points:
        time, at = points[-1]
        behind = seconds((round(time * 1e9) - round(at * 1e9)) / 1e9)
        about = f"The watermark of counter was {behind} behind the clock when it moved last"
    else:
        clock = run.scenario.services["counter"].handle[-1].complete.clock
        of_each = "Each partition has a time of its own"
        about = "The watermark has not moved" if clock == "watermark" else of_each
    late = sum(each.late for each in events)
    assert (
        made.title == f"{about}: {count(len(shown), 'result')}, and {late:,} of {count(len(events), 'event')} too late"
    )
    told = [f"From {seconds(each.start)} to {seconds(each.end)}: {each.value:,.6g}, shown {each.kind} at "
            f"{seconds(each.time)}." for each in shown[-5:]]  # fmt: skip
    assert made.alt == f"{made.title}. {' '.join(told)}"
    parts = [count(many, what) for many, what in ((dots_left, "event"), (boxes_left, "result")) if many]
    assert made.x.label.partition("; ")[2] == (f"{listed(parts)} left out" if parts else "")


@holds(0.1, stream_systems(), of=MANY * 10)
def test_the_picture_of_windows_of_any_stream_is_what_the_records_say(scenario):
    run = run_of(scenario)
    for until, limits in zip((run.ended_at, scenario.run_settings.duration / 2), LIMITS, strict=True):
        assert_windows_are_true(run, until)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(picture, "MOST", limits[0])
            patch.setattr(picture, "BOXES", limits[1])
            assert_windows_are_true(run, until, *limits)


@holds(0.1, stream_systems().filter(lambda scenario: scenario.services["counter"].instances > 1), of=MANY * 5)
def test_the_watermark_in_the_picture_is_that_of_the_instance_that_is_behind(scenario):
    assert_windows_are_true(run_of(scenario), scenario.run_settings.duration)
