import numpy as np
import pytest

from evsim.results.endings import Verdict
from evsim.scenario import Scenario
from evsim.view.lifelines import HELD, WORKS
from evsim.view.lives import lives, scene
from evsim.view.story import Story
from tests.view.drawing import boxes, drawn, marks, written
from tests.view.runs import (
    EDGES,
    OUTAGE,
    classic,
    doubled,
    events,
    lesson,
    many,
    nobody,
    two_workloads,
)


def heads(scene):
    return [text.replace("-\n", "-").strip() for _, text in scene.x.ticks]


def told(scene):
    """(what, when) of the heavy lines."""
    return [(each.name, each.y[0]) for each in marks(scene, "Line") if each.name.startswith("told")]


def zone(scene):
    """(from, to) of what is not true yet."""
    ((_, _, low, high),) = boxes(marks(scene, "Bars", "not true yet"))
    return low, high


def test_two_designs_stand_side_by_side_on_one_time_axis():
    made = scene(classic(), events(), request=20)
    assert heads(made) == [
        "customer", "register", "database", "mailing-list",
        "customer", "register", "customer-registered", "database", "mailing-list",
    ]  # fmt: skip
    low, high = made.y.low, made.y.high
    assert low > high  # downwards
    assert {"registration-classic", "registration-events"} <= set(written(made))


def test_lifelines_keep_their_order_where_the_trace_has_another():
    calls = {"services.register.handle.1.call": "mailing-list", "services.register.handle.2.call": "database"}
    made = scene(lesson("registration-classic", duration=5, **calls).run(), events(), request=20)
    assert heads(made)[:4] == ["customer", "register", "mailing-list", "database"]
    assert heads(made)[4:] == ["customer", "register", "customer-registered", "mailing-list", "database"]


def test_the_customer_is_told_where_the_records_say():
    made = scene(classic(), events(), request=20)
    assert told(made) == [
        ("told yes", pytest.approx(run.tables.requests.response[20])) for run in (classic(), events())
    ]


def test_an_effect_is_a_mark_at_its_time():
    made = scene(events(), request=20)
    drawn = {mark.name: mark.y[0] for mark in marks(made, "Dots") if mark.name}
    arrived = events().tables.requests.arrived[20]
    rows = events().effects.query("request == 20")
    assert drawn == {row.effect: pytest.approx(row.time - arrived) for row in rows.itertuples()}


def test_the_zone_lasts_from_the_answer_to_the_last_effect():
    low, high = zone(scene(events(), request=20))
    requests = events().tables.requests
    assert low == pytest.approx(requests.response[20])
    assert high - low == pytest.approx(requests.consistency_lag[20])


def test_the_picture_says_how_much_later_it_was_true():
    run = events(down=False)
    lag = run.tables.requests.consistency_lag[20] * 1000
    assert f"told yes; it was true {lag:.0f} ms later" in written(scene(run, request=20))
    assert "told yes, and it was true" in written(scene(classic(), request=20))


def test_an_error_that_left_something_done_is_said():
    number = int(np.flatnonzero((classic().tables.requests.outcome != 1) & (classic().tables.requests.present == 1))[0])
    made = scene(classic(), request=number)
    assert told(made)[0][0] == "told error"
    assert not marks(made, "Bars", "not true yet")
    assert "told error, but customer row done" in written(made)
    assert f"Customer {number} was told error" in made.alt


def test_work_is_a_filled_bar_and_being_held_a_hatched_one():
    made = scene(classic(), request=20)
    story = Story(classic(), 20)
    held, filled = (
        {
            (round(low, 9), round(high - low, 9))
            for *_, low, high in boxes(mark for mark in marks(made, "Bars") if mark.look == look)
        }
        for look in (HELD, WORKS)
    )
    calls = {(round(call.born, 9), round(call.settled - call.born, 9)) for call in story.root.children}
    assert calls | {(0.0, round(story.answered, 9))} == held
    for span in story.spans.values():
        assert (round(span.started, 9), round(span.ended - span.started, 9)) in filled


def test_a_message_is_a_line_whose_slope_is_its_latency():
    made, story = scene(classic(), request=20), Story(classic(), 20)
    arrows = {tuple(round(time, 9) for time in each.y) for each in marks(made, "Line") if each.head}
    for span in story.spans.values():
        assert (round(span.born, 9), round(span.ready, 9)) in arrows
        assert (round(span.ended, 9), round(span.settled, 9)) in arrows


def test_attempts_at_one_service_at_a_time_stand_beside_one_another():
    rows = doubled().tables.rows
    again = np.flatnonzero(rows["attempt"] == 2)
    meanwhile = again[rows["started"][again] < rows["ended"][rows["first"][again]]]
    number = int(rows["request"][meanwhile[0]])
    made, story = scene(doubled(), request=number), Story(doubled(), number)
    assert len({left for left, *_ in boxes(marks(made, "Bars")) if 1.8 < left < 2.5}) > 1  # of the database
    gave_up = sum(span.verdict == Verdict.TIMEOUT for span in story.spans.values())
    assert sum(mark.look.marker == "x" for mark in marks(made, "Dots")) >= gave_up >= 1
    assert sum(name == "customer row" for _, name in story.effects) > 1
    assert "(customer row more than once)" in made.alt


def test_a_fault_is_a_band_on_the_lifeline_it_hits():
    number = int((events().tables.requests.arrived < OUTAGE["at"] + 1).sum())
    made = scene(events(), request=number)
    ((left, right, low, high),) = boxes(mark for mark in marks(made, "Bars") if mark.look.hatch == "///")
    assert (left + right) / 2 == heads(made).index("mailing-list")
    assert high - low == pytest.approx(13 - events().tables.requests.arrived[number])
    assert "down" in written(made)


def test_what_never_came_is_said_and_the_zone_reaches_the_end():
    always = {"error_rate": "mailing-list", "probability": 1, "at": 0}
    run = lesson("registration-events", [always], duration=3).run()
    made = scene(run, request=3)
    assert "told yes, but no subscription" in written(made)
    assert zone(made)[1] == pytest.approx(Story(run, 3).end)


def test_a_message_the_broker_refuses_ends_in_a_cross():
    run = lesson("registration-events", [{"outage": "customer-registered", "at": 0}], duration=3).run()
    made = scene(run, request=0)
    assert "refused" in written(made)
    assert "told error and nothing done" in written(made)


def test_a_lost_message_ends_halfway():
    run = lesson("registration-classic", duration=5, **{"network.loss": 0.9, "network.give_up": 1}).run()
    assert "lost" in written(scene(run, request=0))


def test_a_message_in_a_queue_nobody_reads_waits_to_the_end():
    run = Scenario.from_dict({
        "name": "unread",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 1}}},
        "services": {
            "front": {"handle": [{"publish": "jobs"}]},
            "back": {"subscribe": "jobs", "handle": [{"work": 1}]},
        },
        "channels": {"jobs": "queue"},
        "faults": [{"outage": "back", "at": 0}],
        "run": {"duration": 3, "drain_limit": 1},
    }).run()  # fmt: skip
    assert heads(scene(run, request=1)) == ["customer", "front", "jobs"]


def test_a_wide_name_stands_above_its_neighbours():
    labels = [text for _, text in scene(events(), request=20).x.ticks]
    assert labels[2].startswith("customer-\nregistered\n")


@pytest.mark.slow
def test_twenty_services_are_drawn_with_turned_names():
    made = scene(many(), many(), request=5)
    assert len(heads(made)) == 42
    assert made.x.turned and drawn(made.draw()).get_xticklabels()[0].get_rotation() == 50


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EDGES if name != "two"])
def test_it_is_drawn_and_told_for(name):
    made = scene(EDGES[name](), request=1 if name != "nobody" else 0)
    assert drawn(made.draw()).alt_text.endswith(".")


def test_nobody_is_a_sentence():
    assert lives(nobody()).alt_text == "Nobody arrived in registration-events within 10 s."


def test_several_workloads_need_a_name():
    with pytest.raises(ValueError, match="name one of"):
        lives(two_workloads(), request=0)
    assert lives(two_workloads(), request=0, workload="mobile-app").alt_text


def test_a_request_that_never_came_is_refused():
    with pytest.raises(ValueError, match="did not arrive"):
        lives(classic(), events(), request=99999)


@pytest.mark.slow
def test_it_is_reached_from_a_run():
    assert classic().plot.lives(events(), 20).alt_text == lives(classic(), events(), 20).alt_text
