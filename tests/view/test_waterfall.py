import numpy as np
import pytest

import evsim
from evsim.results.endings import Verdict
from evsim.view.story import Message, Story
from evsim.view.style import TOLD, effect_marks
from evsim.view.waterfall import scene, waterfall
from tests.view.drawing import boxes, drawn, marks, written
from tests.view.runs import EDGES, OUTAGE, classic, doubled, events, lesson, many, nobody, two_workloads


def bars(scene, what):
    """(row, begin, end) of the bars of a kind."""
    return sorted(
        (round((low + high) / 2), left, right) for left, right, low, high in boxes(marks(scene, "Bars", what))
    )


def held(story):
    """(row of the picture, started, ended) of what held a worker."""
    for level, (_, node) in enumerate(story):
        if not isinstance(node, Message) and node.ended > node.started:
            yield level, node.started, node.ended


def test_work_and_waiting_fill_the_time_a_worker_was_held():
    parallel = evsim.load("registration-parallel").replace({"run.duration": 3, "run.warmup": 0, "faults": []}).run()
    for run in (classic(), events(), doubled(), parallel):
        made, story = scene(run, 5), Story(run, 5)
        pieces = {}
        for level, begin, end in bars(made, "work") + bars(made, "held"):
            pieces.setdefault(level, []).append((begin, end))
        wanted = {level: (begin, end) for level, begin, end in held(story)}
        assert pieces.keys() == wanted.keys()
        for level, parts in pieces.items():
            parts.sort()
            assert parts[0][0] == pytest.approx(wanted[level][0])
            assert parts[-1][1] == pytest.approx(wanted[level][1])
            assert all(one[1] == pytest.approx(two[0]) for one, two in zip(parts, parts[1:]))


def test_a_service_that_waits_for_its_calls_is_held_and_does_not_work():
    story = Story(classic(), 5)
    (first, *_) = [each for each in bars(scene(classic(), 5), "held") if each[0] == 0]
    call = story.root.children[0]
    assert first[1:] == pytest.approx((call.born, call.settled))


def test_waiting_in_line_is_hatched():
    story = Story(classic(), 200)
    waits = [(level, node.ready) for level, (_, node) in enumerate(story) if node.started > node.ready]
    assert waits
    assert [(level, begin) for level, begin, _ in bars(scene(classic(), 200), "in line")] == waits
    assert {mark.look.hatch for mark in marks(scene(classic(), 200), "Bars", "in line")} == {"////"}


def test_each_effect_is_a_mark_at_its_time():
    run = doubled()
    number = int(np.argmax(run.tables.requests.times_done.sum(axis=0)))
    looks, story = effect_marks(run), Story(run, number)
    made = scene(run, number)
    for name in run.tables.effect_names:
        its = marks(made, "Dots", name)
        assert sorted(mark.x[0] for mark in its) == [time for time, each in story.effects if each == name]
        assert {mark.look.marker for mark in its} <= {looks[name].marker}
    assert "came" in made.title


def test_the_told_line_stands_at_the_answer():
    (told,) = [line for line in marks(scene(events(), 5), "Line") if line.look.colour == TOLD.colour]
    assert told.x[0] == pytest.approx(events().tables.requests.response[5])


def test_the_title_tells_when_all_was_true():
    requests = events(down=False).tables.requests
    title = scene(events(down=False), 3).title
    assert title.startswith("Customer 3 was told yes after ")
    assert f"all was true {1000 * requests.consistency_lag[3]:.0f} ms later" in title
    assert scene(classic(down=False), 3).title.endswith("all was true by then")


def test_an_error_is_told_with_what_never_came():
    run = lesson("registration-classic", [OUTAGE]).run()
    number = int(np.flatnonzero((run.tables.requests.outcome == 2) & (run.tables.requests.present == 1))[0])
    made = scene(run, number)
    assert "was told of an error" in made.title
    assert "subscription never came" in made.title
    assert {"failed", "refused"} <= set(written(made))


def test_an_attempt_given_up_says_so():
    run = doubled()
    row = int(np.flatnonzero(run.tables.rows["verdict"] == Verdict.TIMEOUT)[0])
    assert "given up" in written(scene(run, int(run.tables.rows["request"][row])))


def test_rows_are_named_and_nested():
    labels = [text for _, text in scene(events(), 5).y.ticks]
    assert labels == ["register", "  customer-registered", "    database", "    mailing-list"]


@pytest.mark.slow
def test_long_stories_are_cut_with_a_word():
    made = scene(many(60), 0)
    assert len(made.y.ticks) == 40
    assert "and 20 more bars" in written(made)


def test_the_workload_must_be_named_where_there_are_several():
    with pytest.raises(ValueError, match="several workloads"):
        scene(two_workloads(), 0)
    assert scene(two_workloads(), 0, "mobile-app").alt


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EDGES if name != "nobody"])
def test_every_run_has_a_picture_with_words(name):
    run = EDGES[name]()
    ax = waterfall(run, len(run.tables.requests.row) // 3, next(iter(run.scenario.workloads)))
    assert drawn(ax).alt_text


def test_nobody_is_a_sentence():
    assert waterfall(nobody()).alt_text == "Nobody arrived within 10 s."
