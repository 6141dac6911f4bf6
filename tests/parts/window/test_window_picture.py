"""Event time against the clock: what is drawn and said is what the records have."""

import re

import pytest

from evsim.parts.window import picture
from tests.parts.window.test_window import stream
from tests.view.drawing import is_whole

LATE = {"tumbling": 2, "by": "all", "out_of_order": 1}


@pytest.fixture(scope="module")
def run():
    return stream(LATE, {"poisson": 8}, duration=20, delay={"exponential": 1}).run(seed=2)


def marks_of(scene, name):
    return [mark for mark in scene.marks if getattr(mark, "name", "") == name]


@pytest.mark.parametrize("until", [None, 3.0, 11.0])
def test_its_sentence_counts_what_has_come_by_then(run, until):
    scene, end = run.plot.scene("windows", until=until), until or run.ended_at
    said = re.fullmatch(
        r"The watermark of counter was (.*) behind the clock when it moved last: (\d+) results?, "
        r"and (\d+) of (\d+) events too late",
        scene.title,
    )
    events = [event for event in run.records.events if event.time <= end]
    panes = [pane for pane in run.records.panes if pane.time <= end]
    assert [int(each) for each in said.groups()[1:]] == [len(panes), sum(event.late for event in events), len(events)]
    moved = [(time, at) for time, _, _, at, _ in run.records.watermarks if time <= end][-1]
    assert float(said[1].removesuffix(" s")) == pytest.approx(moved[0] - moved[1], abs=0.06)


def test_each_event_is_a_dot_and_each_window_a_box_until_it_is_shown(run):
    scene = run.plot.scene("windows")
    counted, late = (
        {*zip(dots.x, dots.y, strict=True)} for name in ("counted", "too late") for dots in marks_of(scene, name)
    )
    assert counted == {(event.time, event.at) for event in run.records.events if not event.late}
    assert late == {(event.time, event.at) for event in run.records.events if event.late} and late
    (boxes,) = marks_of(scene, "shown on time")
    assert list(zip(boxes.right, boxes.low, boxes.high, strict=True)) == [
        (pane.time, pane.start, pane.end) for pane in run.records.panes
    ]
    (line,) = marks_of(scene, "watermark")
    assert [*zip(line.x, line.y, strict=True)][:-1] == [(time, at) for time, _, _, at, _ in run.records.watermarks]


def test_step_by_step_nothing_is_drawn_that_has_not_happened(run):
    records = run.records
    steps = sorted(
        {*(each.time for each in (*records.events, *records.panes)), *(each[0] for each in records.watermarks)}
    )
    for until in steps[5::40]:
        scene = run.plot.scene("windows", until=until)
        named = [mark for mark in scene.marks if getattr(mark, "name", "") not in ("", "the clock itself")]
        drawn = [x for mark in named for x in getattr(mark, "right", None) or mark.x]
        assert {mark.name for mark in named} >= {"counted", "open"}
        assert max(drawn) <= until
        assert (scene.x, scene.y) == (run.plot.scene("windows").x, run.plot.scene("windows").y), "the axes hold still"


@pytest.mark.slow
def test_it_has_room_for_what_it_says_and_says_so_where_there_is_nothing(run):
    assert is_whole(run.plot.windows())
    without = stream(LATE, duration=5).replace({"services.counter.handle": [{"work": "1ms"}]}).run()
    assert "write window" in without.plot.scene("windows").title


@pytest.mark.parametrize("name", ["windows", "backpressure"])
def test_a_service_that_has_no_window_is_named_with_those_that_have_one(run, name):
    with pytest.raises(ValueError, match="'page' has no window; there are counter"):
        run.plot.scene(name, service="page")


def test_where_there_are_too_many_events_the_dots_are_spread_over_the_whole_run(run, monkeypatch):
    monkeypatch.setattr(picture, "MOST", 20)
    scene = run.plot.scene("windows")
    (dots,) = marks_of(scene, "counted")
    counted = [event.time for event in run.records.events if not event.late]
    assert len(counted) / 8 < len(dots.x) <= 20 and max(dots.x) > counted[-1] - 2
    drawn = sum(len(dots.x) for name in ("counted", "too late") for dots in marks_of(scene, name))
    assert f"{len(run.records.events) - drawn} events left out" in scene.x.label
