from io import BytesIO

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from evsim.results.records import Verdict
from evsim.scenario import Scenario
from evsim.view.lives import lives
from evsim.view.story import Story
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


def words(ax):
    return [text.get_text().replace("\n", " ") for text in ax.texts if text.get_text()]


def heads(ax):
    return [label.get_text().replace("-\n", "-").strip() for label in ax.get_xticklabels()]


def told(ax):
    """(what, when) of the heavy lines."""
    heavy = [each for each in ax.collections if str(each.get_label()).startswith("told")]
    return [(each.get_label(), each.get_segments()[0][0][1]) for each in heavy]


def boxes(ax, label):
    return [each for each in ax.patches if isinstance(each, Rectangle) and each.get_label() == label]


def test_two_designs_stand_side_by_side_on_one_time_axis():
    ax = lives(classic(), events(), request=20)
    assert heads(ax) == [
        "customer", "register", "database", "mailing-list",
        "customer", "register", "customer-registered", "database", "mailing-list",
    ]  # fmt: skip
    low, high = ax.get_ylim()
    assert low > high  # downwards
    assert {"registration-classic", "registration-events"} <= set(words(ax))


def test_lifelines_keep_their_order_where_the_trace_has_another():
    calls = {"services.register.handle.1.call": "mailing-list", "services.register.handle.2.call": "database"}
    ax = lives(lesson("registration-classic", duration=5, **calls).run(), events(), request=20)
    assert heads(ax)[:4] == ["customer", "register", "mailing-list", "database"]
    assert heads(ax)[4:] == ["customer", "register", "customer-registered", "mailing-list", "database"]


def test_the_customer_is_told_where_the_records_say():
    ax = lives(classic(), events(), request=20)
    assert told(ax) == [("told yes", pytest.approx(run.tables.requests.response[20])) for run in (classic(), events())]


def test_an_effect_is_a_mark_at_its_time():
    ax = lives(events(), request=20)
    drawn = {line.get_label(): line.get_ydata()[0] for line in ax.lines if line.get_label()[0] != "_"}
    arrived = events().tables.requests.arrived[20]
    rows = events().effects.query("request == 20")
    assert drawn == {row.effect: pytest.approx(row.time - arrived) for row in rows.itertuples()}


def test_the_zone_lasts_from_the_answer_to_the_last_effect():
    (zone,) = boxes(lives(events(), request=20), "not true yet")
    requests = events().tables.requests
    assert zone.get_y() == pytest.approx(requests.response[20])
    assert zone.get_height() == pytest.approx(requests.consistency_lag[20])


def test_the_picture_says_how_much_later_it_was_true():
    run = events(down=False)
    lag = run.tables.requests.consistency_lag[20] * 1000
    assert f"told yes; it was true {lag:.0f} ms later" in words(lives(run, request=20))
    assert "told yes, and it was true" in words(lives(classic(), request=20))


def test_an_error_that_left_something_done_is_said():
    number = int(np.flatnonzero((classic().tables.requests.outcome != 1) & (classic().tables.requests.present == 1))[0])
    ax = lives(classic(), request=number)
    assert told(ax)[0][0] == "told error"
    assert not boxes(ax, "not true yet")
    assert "told error, but customer row done" in words(ax)
    assert f"Customer {number} was told error" in ax.alt_text


def test_work_is_a_filled_bar_and_being_held_a_hatched_one():
    ax = lives(classic(), request=20)
    story = Story(classic(), 20)
    bars = [each for each in ax.patches if isinstance(each, Rectangle)]
    held = [each for each in bars if each.get_hatch() == "////"]
    held = {(round(each.get_y(), 9), round(each.get_height(), 9)) for each in held}
    calls = {(round(call.born, 9), round(call.settled - call.born, 9)) for call in story.root.children}
    assert calls | {(0.0, round(story.answered, 9))} == held
    filled = {(round(each.get_y(), 9), round(each.get_height(), 9)) for each in bars if not each.get_hatch()}
    for span in story.spans.values():
        assert (round(span.started, 9), round(span.ended - span.started, 9)) in filled


def test_a_message_is_a_line_whose_slope_is_its_latency():
    ax, story = lives(classic(), request=20), Story(classic(), 20)
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    arrows = {(round(each.xyann[1], 9), round(each.xy[1], 9)) for each in arrows}
    for span in story.spans.values():
        assert (round(span.born, 9), round(span.ready, 9)) in arrows
        assert (round(span.ended, 9), round(span.settled, 9)) in arrows


def test_attempts_at_one_service_at_a_time_stand_beside_one_another():
    rows = doubled().tables.rows
    again = np.flatnonzero(rows["attempt"] == 2)
    meanwhile = again[rows["started"][again] < rows["ended"][rows["first"][again]]]
    number = int(rows["request"][meanwhile[0]])
    ax, story = lives(doubled(), request=number), Story(doubled(), number)
    assert len({each.get_x() for each in ax.patches if 1.8 < each.get_x() < 2.5}) > 1  # of the database
    gave_up = sum(span.verdict == Verdict.TIMEOUT for span in story.spans.values())
    assert sum(line.get_marker() == "x" for line in ax.lines) >= gave_up >= 1
    assert sum(name == "customer row" for _, name in story.effects) > 1
    assert "(customer row more than once)" in ax.alt_text


def test_a_fault_is_a_band_on_the_lifeline_it_hits():
    number = int((events().tables.requests.arrived < OUTAGE["at"] + 1).sum())
    ax = lives(events(), request=number)
    (band,) = [each for each in ax.patches if isinstance(each, Rectangle) and each.get_hatch() == "///"]
    assert band.get_x() + band.get_width() / 2 == heads(ax).index("mailing-list")
    assert band.get_height() == pytest.approx(13 - events().tables.requests.arrived[number])
    assert "down" in words(ax)


def test_what_never_came_is_said_and_the_zone_reaches_the_end():
    always = {"error_rate": "mailing-list", "probability": 1, "at": 0}
    run = lesson("registration-events", [always], duration=3).run()
    ax = lives(run, request=3)
    assert "told yes, but no subscription" in words(ax)
    (zone,) = boxes(ax, "not true yet")
    assert zone.get_y() + zone.get_height() == pytest.approx(Story(run, 3).end)


def test_a_message_the_broker_refuses_ends_in_a_cross():
    run = lesson("registration-events", [{"outage": "customer-registered", "at": 0}], duration=3).run()
    ax = lives(run, request=0)
    assert "refused" in words(ax)
    assert "told error and nothing done" in words(ax)


def test_a_lost_message_ends_halfway():
    run = lesson("registration-classic", duration=5, **{"network.loss": 0.9, "network.give_up": 1}).run()
    assert "lost" in words(lives(run, request=0))


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
    assert heads(lives(run, request=1)) == ["customer", "front", "jobs"]


def test_a_wide_name_stands_above_its_neighbours():
    labels = [label.get_text() for label in lives(events(), request=20).get_xticklabels()]
    assert labels[2].startswith("customer-\nregistered\n")


def test_twenty_services_are_drawn_with_turned_names():
    ax = lives(many(), many(), request=5)
    assert len(heads(ax)) == 42
    assert ax.get_xticklabels()[0].get_rotation() == 60
    ax.figure.savefig(BytesIO())


@pytest.mark.parametrize("name", [name for name in EDGES if name != "two"])
def test_it_is_drawn_and_told_for(name):
    ax = lives(EDGES[name](), request=1 if name != "nobody" else 0)
    ax.figure.savefig(BytesIO())
    assert ax.alt_text.endswith(".")


def test_nobody_is_a_sentence():
    assert lives(nobody()).alt_text == "Nobody arrived in registration-events within 10 s."


def test_several_workloads_need_a_name():
    with pytest.raises(ValueError, match="name one of"):
        lives(two_workloads(), request=0)
    assert lives(two_workloads(), request=0, workload="mobile-app").alt_text


def test_a_request_that_never_came_is_refused():
    with pytest.raises(ValueError, match="did not arrive"):
        lives(classic(), events(), request=99999)


def test_it_is_reached_from_a_run():
    assert classic().plot.lives(events(), 20).alt_text == lives(classic(), events(), 20).alt_text
