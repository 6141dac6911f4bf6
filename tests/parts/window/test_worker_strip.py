"""The strip of a window's workers: what is drawn and said is what the records have."""

import re
from statistics import mean

import pytest

from evsim.parts.window import worker_strip
from evsim.view.words import seconds
from tests.parts.window.test_credit import kept, tandem
from tests.parts.window.test_window import stream
from tests.view.drawing import boxes, is_whole, marks


@pytest.fixture(scope="module")
def run():
    return kept(2, duration=20, takes=0.5).run(seed=1)


def spans(scene, name):
    """(from, to, lane) of each box of a kind."""
    labels = dict(scene.y.ticks)
    return sorted((left, right, labels[round((low + high) / 2)])
                  for left, right, low, high in boxes(marks(scene, "Bars", name)))  # fmt: skip


def test_each_message_in_hand_is_in_the_lane_of_its_worker_and_over_it_what_waited(run):
    scene, rows = run.plot.scene("backpressure"), run.tables.rows
    lane = {row: f"instance 1, worker {rows['worker'][row] + 1}" for row in range(len(rows["worker"]))}
    end = run.ended_at
    waits = [(began, end if ended != ended else ended, lane[row]) for began, ended, row in run.records.pressed]
    assert spans(scene, "waits for credit") == sorted(each for each in waits if each[1] > each[0])
    (place,) = [each.number for each in run.tables.places if each.service == "counter"]
    held = [
        (rows["started"][row], end if rows["ended"][row] != rows["ended"][row] else rows["ended"][row], lane[row])
        for row in range(len(rows["place"])) if rows["place"][row] == place and rows["started"][row] >= 0
    ]  # fmt: skip
    assert spans(scene, "a message in hand") == sorted(each for each in held if each[1] > each[0])


def test_a_checkpoint_is_drawn_from_its_barriers_to_when_it_is_stored(run):
    scene, whole = run.plot.scene("backpressure"), [each for each in run.records.checkpoints if each[2] == each[2]]
    assert len(whole) >= 3
    stored = [(aligned, taken, "checkpoints") for _, aligned, taken, *_ in whole]
    assert spans(scene, "stored")[: len(whole)] == stored
    waited = [(began, aligned, "checkpoints") for began, aligned, *_ in whole if aligned > began]
    assert spans(scene, "barriers on their way")[: len(waited)] == waited
    takes, stores = (mean(taken - each for *_, each, taken in its) for its in (
        [(began, taken) for began, _, taken, *_ in whole], [each[1:3] for each in whole]))  # fmt: skip
    assert scene.title.endswith(f"; a checkpoint takes {seconds(takes)}") and takes > 1.2 * stores


def test_its_sentence_has_the_figures_of_the_service():
    run = tandem(1, 0.2, 0.5, duration=60).replace({"run.warmup": 0}).run(seed=1)
    found = run.plot.scene("backpressure", end=60.0).title
    said = re.fullmatch(r"The workers of counter are (\d+) % back-pressured, (\d+) % busy, (\d+) % idle", found)
    figures = run.services["counter"]
    assert [int(each) for each in said.groups()] == [
        round(100 * figures[name]) for name in ("backpressured", "busy", "idle")
    ]


def test_a_part_of_the_time_and_a_service_can_be_chosen(run):
    scene = run.plot.scene("backpressure", service="counter", begin=5.0, end=7.0)
    assert all(5 <= left < right <= 7 for left, right, _ in spans(scene, "a message in hand"))
    assert is_whole(run.plot.backpressure(begin=5.0, end=7.0))
    with pytest.raises(ValueError, match="'board' has no window; there are counter"):
        run.plot.backpressure(service="board")
    with pytest.raises(ValueError, match="begin must lie before end"):
        run.plot.backpressure(begin=7.0, end=5.0)
    with pytest.raises(ValueError, match="at 0 or later"):
        run.plot.backpressure(begin=-1.0)


def test_it_says_what_is_not_there_and_how_many_workers_are_left_out(monkeypatch):
    free = stream({"tumbling": 2}, duration=5).run()
    assert "Nothing waits for credit." in free.plot.scene("backpressure").alt
    assert "checkpoints" not in dict(free.plot.scene("backpressure").y.ticks).values()
    without = stream({"tumbling": 2}, duration=5).replace({"services.counter.handle": [{"work": "1ms"}]}).run()
    assert "write window" in without.plot.scene("backpressure").title
    monkeypatch.setattr(worker_strip, "MOST_LANES", 1)
    assert (
        "2 workers left out"
        in stream({"tumbling": 2}, partitions=3, duration=5).run().plot.scene("backpressure").x.label
    )
