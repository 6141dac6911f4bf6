from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from evsim.results.records import Verdict
from evsim.view.story import Message, Story
from evsim.view.style import TOLD, effect_marks
from evsim.view.waterfall import HELD, IN_LINE, WORK, waterfall
from tests.view.drawing import finding
from tests.view.runs import EDGES, OUTAGE, classic, doubled, events, lesson, many, nobody, two_workloads


def bars(ax, colour):
    """(row, begin, end) of the bars of a colour."""
    found = [each for each in ax.patches if each.get_facecolor() == to_rgba(colour)]
    return sorted((row(each), each.get_x(), each.get_x() + each.get_width()) for each in found)


def row(bar):
    return round(bar.get_y() + bar.get_height() / 2)


def held(story):
    """(row of the picture, started, ended) of what held a worker."""
    for level, (_, node) in enumerate(story):
        if not isinstance(node, Message) and node.ended > node.started:
            yield level, node.started, node.ended


def test_work_and_waiting_fill_the_time_a_worker_was_held():
    for run in (classic(), events(), doubled()):
        ax, story = waterfall(run, 5), Story(run, 5)
        drawn = {}
        for level, begin, end in bars(ax, WORK) + bars(ax, HELD):
            drawn.setdefault(level, []).append((begin, end))
        wanted = {level: (begin, end) for level, begin, end in held(story)}
        assert drawn.keys() == wanted.keys()
        for level, parts in drawn.items():
            parts.sort()
            assert parts[0][0] == pytest.approx(wanted[level][0])
            assert parts[-1][1] == pytest.approx(wanted[level][1])
            assert all(one[1] == pytest.approx(two[0]) for one, two in zip(parts, parts[1:]))


def test_a_service_that_waits_for_its_calls_is_held_and_does_not_work():
    story = Story(classic(), 5)
    (first, *_) = [each for each in bars(waterfall(classic(), 5), HELD) if each[0] == 0]
    call = story.root.children[0]
    assert first[1:] == pytest.approx((call.born, call.settled))


def test_waiting_in_line_is_hatched():
    story = Story(classic(), 200)
    waits = [(level, node.ready) for level, (_, node) in enumerate(story) if node.started > node.ready]
    drawn = [each for each in waterfall(classic(), 200).patches if each.get_hatch()]
    assert waits
    assert sorted((row(each), each.get_x()) for each in drawn) == waits
    assert len(bars(waterfall(classic(), 200), IN_LINE)) == len(waits)


def test_each_effect_is_a_mark_at_its_time():
    run = doubled()
    number = int(np.argmax(run.tables.requests.times_done.sum(axis=0)))
    marks, story = effect_marks(run), Story(run, number)
    ax = waterfall(run, number)
    for name in run.tables.effect_names:
        drawn = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == marks[name].marker]
        assert sorted(drawn) == [time for time, each in story.effects if each == name]
    assert "came" in finding(ax)


def test_the_told_line_stands_at_the_answer():
    ax = waterfall(events(), 5)
    (told,) = [line for line in ax.lines if line.get_color() == TOLD.colour and len(line.get_xdata()) == 2]
    assert told.get_xdata()[0] == pytest.approx(events().tables.requests.response[5])


def test_the_title_tells_when_all_was_true():
    requests = events(down=False).tables.requests
    title = finding(waterfall(events(down=False), 3))
    assert title.startswith("Customer 3 was told yes after ")
    assert f"all was true {1000 * requests.consistency_lag[3]:.0f} ms later" in title
    assert finding(waterfall(classic(down=False), 3)).endswith("all was true by then")


def test_an_error_is_told_with_what_never_came():
    run = lesson("registration-classic", [OUTAGE]).run()
    number = int(np.flatnonzero((run.tables.requests.outcome == 2) & (run.tables.requests.present == 1))[0])
    ax = waterfall(run, number)
    assert "was told of an error" in finding(ax)
    assert "subscription never came" in finding(ax)
    assert {"failed", "refused"} <= {text.get_text() for text in ax.texts}


def test_an_attempt_given_up_says_so():
    run = doubled()
    row = int(np.flatnonzero(run.tables.rows["verdict"] == Verdict.TIMEOUT)[0])
    ax = waterfall(run, int(run.tables.rows["request"][row]))
    assert "given up" in [text.get_text() for text in ax.texts]


def test_rows_are_named_and_nested():
    labels = [label.get_text() for label in waterfall(events(), 5).get_yticklabels()]
    assert labels == ["register", "  customer-registered", "    database", "    mailing-list"]


def test_long_stories_are_cut_with_a_word():
    ax = waterfall(many(60), 0)
    assert len(ax.get_yticklabels()) == 40
    assert "and 20 more bars" in [text.get_text() for text in ax.texts]


def test_the_workload_must_be_named_where_there_are_several():
    with pytest.raises(ValueError, match="several workloads"):
        waterfall(two_workloads(), 0)
    assert waterfall(two_workloads(), 0, "mobile-app").alt_text


@pytest.mark.parametrize("name", [name for name in EDGES if name != "nobody"])
def test_every_run_has_a_picture_with_words(name):
    run = EDGES[name]()
    ax = waterfall(run, len(run.tables.requests.row) // 3, next(iter(run.scenario.workloads)))
    ax.figure.savefig(BytesIO())
    assert ax.alt_text


def test_nobody_is_a_sentence():
    assert waterfall(nobody()).alt_text == "Nobody arrived within 10 s."
