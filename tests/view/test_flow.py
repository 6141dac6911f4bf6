from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

import evsim
from evsim.view.flow import catch_ups, flow
from tests.view.drawing import drawn, finding
from tests.view.runs import EDGES, OUTAGE, classic, cut, events, few, lesson, many, nobody, refused, shop


def lines(ax):
    """What is drawn, by name: (times, counts)."""
    return {line.get_label(): line.get_data() for line in ax.lines if line.get_drawstyle() == "steps-post"}


def test_every_line_counts_what_the_records_say():
    run = classic()
    requests, drawn = run.tables.requests, lines(flow(run))
    errors = requests.answered[requests.outcome != 1]
    yes = requests.answered[requests.outcome == 1]
    told = {"arrived": requests.arrived, "told yes": yes, "told error": errors}
    effects = {name: requests.first_time[code] for code, name in enumerate(run.tables.effect_names)}
    assert drawn.keys() == told.keys() | effects.keys()
    for name, times in (told | effects).items():
        x, y = drawn[name]
        assert np.array_equal(y, [(times <= time).sum() for time in x])
        assert y[-1] == np.isfinite(times).sum()


@pytest.mark.slow
def test_a_long_line_is_thinned_to_points_that_lie_on_it():
    often = {"workloads.register-page.arrivals": {"constant": 400}}
    run = evsim.load("registration-events").replace(often).run()
    x, y = lines(flow(run))["arrived"]
    assert len(x) < 4000 < y[-1] == len(run.tables.requests.row)
    assert np.array_equal(y[1:-1], np.searchsorted(run.tables.requests.arrived, x[1:-1], "right"))


def test_the_title_tells_the_finding_without_a_fault():
    requests = events(down=False).tables.requests
    within, lag = requests.response.max() * 1000, requests.consistency_lag.max()
    words = finding(flow(events(down=False)))
    assert words == f"All 326 were told yes, within {within:.0f} ms; all was done at most {lag:.1f} s later"


def test_the_title_counts_errors_and_what_is_missing():
    requests = classic().tables.requests
    errors, missing = int((requests.outcome != 1).sum()), int((requests.present < requests.due).sum())
    words = finding(flow(classic()))
    assert words == f"{326 - errors} of 326 were told yes, {errors} an error; for {missing} not all was done"


def test_the_catch_up_is_backlog_by_capacity_less_rate():
    (found,) = catch_ups(events())
    arrived = (events().tables.requests.arrived < 13).sum()
    done = (events().effects.query("effect == 'subscription'").time < 13).sum()
    assert found.waiting == pytest.approx(arrived - done, abs=2)
    assert (found.rate, found.capacity) == (pytest.approx(10), pytest.approx(2 / 0.12))
    assert found.predicted == pytest.approx(found.waiting / (2 / 0.12 - 10))
    difference = "(16.7 \N{MINUS SIGN} 10)/s"
    assert found.arithmetic == f"{found.waiting} waiting / {difference} = {found.predicted:.1f} s"


def test_the_catch_up_comes_as_predicted_within_chance():
    """In T seconds, arrivals and work done deviate by some sqrt(rate T) each; T, by that over the rest."""
    fault = {"outage": "mailing-list", "at": 20, "for": 10}
    run = evsim.load("registration-events").replace({"faults": [fault]}).run()
    (found,) = catch_ups(run)
    deviation = (2 * found.rate * found.predicted) ** 0.5 / (found.capacity - found.rate)
    assert found.took == pytest.approx(found.predicted, abs=3 * deviation)


def test_the_prediction_is_dotted_from_the_end_of_the_fault():
    ax, (found,) = flow(events()), catch_ups(events())
    (dotted,) = [line for line in ax.lines if line.get_color() == "#2b2b30"]
    x, y = dotted.get_data()
    assert (x[0], y[0]) == (13, found.done)
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(found.capacity)
    assert x[1] - x[0] == pytest.approx(found.predicted)
    assert any(found.arithmetic in text.get_text() for text in ax.texts)
    assert found.arithmetic in ax.alt_text


def test_capacity_is_bounded_by_the_partitions_of_the_log():
    one = {"channels.customer-registered.log.partitions": 1}
    (found,) = catch_ups(lesson("registration-events", [OUTAGE], rate=4, **one).run())
    assert found.capacity == pytest.approx(1 / 0.12)


def test_callers_who_are_refused_leave_no_backlog_to_catch_up():
    assert catch_ups(classic()) == []


def test_overload_is_never_caught_up():
    (found,) = catch_ups(lesson("registration-events", [OUTAGE], rate=20).run())
    assert found.predicted == float("inf")
    assert "it never ends" in found.arithmetic


def test_a_spike_has_no_prediction():
    spike = {"profile": [["0s", 10], ["10s", 10], ["10.001s", 12]]}
    run = lesson("registration-events", [OUTAGE], **{"workloads.register-page.arrivals": spike}).run()
    assert catch_ups(run) == []
    assert flow(run).alt_text


def test_a_fault_that_comes_again_before_the_end_of_the_catch_up_has_no_prediction():
    twice = [{"outage": "mailing-list", "at": 5, "for": 5}, {"outage": "mailing-list", "at": 12, "for": 1}]
    assert [found.end for found in catch_ups(lesson("registration-events", twice).run())] == [13]


@pytest.mark.parametrize("name", EDGES)
def test_it_is_drawn_and_told_for(name):
    ax = flow(EDGES[name]())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text.endswith(".")


@pytest.mark.slow
def test_nobody_is_a_sentence():
    assert flow(nobody()).alt_text == "Nobody arrived within 10 s."


def test_a_few_are_counted_in_whole_steps():
    assert lines(flow(few()))["arrived"][1].tolist() == [0, 1, 2, 3, 3]


def test_all_refused_are_told_error():
    words = finding(flow(refused()))
    assert words.startswith("None of")
    assert lines(flow(refused()))["customer row"][1][-1] == 0


def test_a_run_cut_short_says_yet():
    ax = flow(cut())
    assert finding(ax).endswith("not all was done yet")
    assert ax.get_xlim() == (0, 10.5)


def test_too_many_effects_are_left_out_and_said():
    ax = flow(many())
    assert len(lines(ax)) == 2 + 6
    assert "14 left out" in ax.get_xlabel()


@pytest.mark.slow
def test_it_fits_into_a_part_of_a_figure():
    drawing = Figure(figsize=(8, 4))
    for ax, run in zip(drawing.subplots(1, 2), (classic(), events()), strict=True):
        flow(run, ax=ax)
        assert len(lines(ax)) == len(lines(flow(run)))
    drawing.savefig(BytesIO())
    assert len(drawing.axes) == 2, "no axes of its own"


@pytest.mark.slow
def test_the_arithmetic_hides_no_line_where_there_is_room():
    for run in (events(), shop()):
        ax = drawn(flow(run))
        (box,) = (text.get_window_extent() for text in ax.texts if "predicted catch-up" in text.get_text())
        counted = [line for line in ax.lines if not line.get_label().startswith("_")]
        points = np.vstack([ax.transData.transform(line.get_xydata()) for line in counted])
        assert not box.count_contains(points)


@pytest.mark.parametrize("length", [30, 10.5])
@pytest.mark.parametrize("channel", ["queue", {"log": {"partitions": 2}}])
def test_what_waited_is_all_that_had_come_and_was_not_done_with(channel, length):
    """Of a queue also what nobody has been handed yet."""
    services = {
        "desk": {"workers": 9, "handle": [{"publish": "jobs"}]},
        "clerk": {"subscribe": "jobs", "handle": [{"work": "50ms"}, {"effect": "row"}]},
    }
    run = evsim.Scenario.from_dict({
        "name": "backlog", "workloads": {"all": {"target": "desk", "arrivals": {"constant": 10}}}, "services": services,
        "channels": {"jobs": channel}, "faults": [{"outage": "clerk", "at": 5.03, "for": 4}],
        "run": {"duration": length, "drain_limit": 0},
    }).run()  # fmt: skip
    (found,) = catch_ups(run)
    appended = sum(each <= found.end for each in run.tables.messages["appended"].tolist())
    settled = run.tables.rows["settled"][run.spans.kind == "delivery"]
    assert found.waiting == appended - (settled <= found.end).sum() == 40
