import numpy as np
import pytest

from evsim.lesson import caught_up, lesson_size, promises, stack, told_and_true, told_then_done, wiring
from evsim.lesson.answers import down
from evsim.results.requests import OK
from evsim.view.scene.marks import Bars, Dots

CLASSIC, EVENTS = lesson_size("classic"), lesson_size("events")


def test_the_table_counts_what_the_records_hold():
    run = CLASSIC.replace(down("mailing-list")).run()
    requests, column = run.tables.requests, promises(broken=run)["broken"]
    yes = requests.outcome == OK
    assert column["customers"] == len(yes) == column["told yes"] + column["told error"]
    assert column["told yes"] == yes.sum()
    assert column["told after (ms)"] == pytest.approx(1e3 * requests.response.mean(), abs=0.05)
    assert column["all done after (ms)"] == pytest.approx(1e3 * np.nanmean(requests.completion), abs=0.05)
    assert column["never all done"] == np.isnan(requests.completion).sum()
    assert column["told error, something done"] == (~yes & (requests.present > 0)).sum() > 0
    assert column["told yes, not true 1 s later"] == 0
    assert all(isinstance(column[name], int) for name in column.index if "(ms)" not in name)


def test_the_table_leaves_the_warm_up_out_of_every_mean():
    """The list stands still in the first five seconds: who came then waits for long, and does not count."""
    run = EVENTS.replace({"faults": [{"outage": "mailing-list", "at": "1s", "for": "4s"}], "run.warmup": "6s"}).run()
    requests, column = run.tables.requests, promises(broken=run)["broken"]
    mine = requests.cohort & ~np.isnan(requests.completion)
    assert column["customers"] == requests.cohort.sum() < len(requests.cohort)
    assert column["all done after (ms)"] == pytest.approx(1e3 * requests.completion[mine].mean(), abs=0.05)
    assert column["told after (ms)"] == pytest.approx(1e3 * requests.response[requests.cohort].mean(), abs=0.05)
    assert 2 * requests.completion[mine].mean() < np.nanmean(requests.completion)


def test_the_table_counts_who_was_told_yes_a_second_too_early():
    run = EVENTS.replace(down("mailing-list")).run()
    late = (run.tables.requests.completed_at - run.tables.requests.answered > 1).sum()
    assert promises(broken=run)["broken"]["told yes, not true 1 s later"] == late > 50


def test_the_table_survives_a_run_in_which_nobody_came():
    empty = EVENTS.replace({"workloads.register-page.arrivals.poisson": "0.000001/s"}).run()
    column = promises(empty=empty)["empty"]
    assert column["customers"] == 0 and np.isnan(column["told after (ms)"])
    assert "Nobody was told yes" in told_then_done(empty=empty).alt


def test_for_whom_nothing_is_due_nothing_is_missing():
    """A quarter of the customers of a page that writes a row for the others."""
    maybe = {"maybe": {"probability": 0.75, "then": [{"call": "database"}]}}
    design = lesson_size("classic").replace({"services.register.handle": [maybe, {"reply": "registered"}]})
    told = promises(some=(run := design.run()))["some"]
    assert (run.tables.requests.due == 0).sum() > 40 and told["never all done"] == 0 == told["told error"]


def test_what_is_all_there_at_once_is_drawn():
    """Nobody waits for anything: the axis has a length all the same."""
    steps = {"services.register.handle": [{"effect": "row"}, {"reply": "registered"}], "network.latency": "0s"}
    scene = told_then_done(at_once=lesson_size("classic").replace(steps).run())
    assert scene.x.high > 0 and "at_once (0 s)" in scene.title


def test_the_sum_of_all_customers_is_theirs():
    run = CLASSIC.replace(down("mailing-list")).run()
    text = told_and_true(run)
    assert text.startswith(f"{len(run.tables.requests.row)} = ") and "told error, but customer row done" in text


def test_the_wiring_of_the_twins_differs_in_register_the_subscriptions_and_the_channel():
    lines = wiring(CLASSIC, EVENTS).splitlines()
    assert [line[1:].strip() for line in lines if line.startswith("-")] == [
        "- call: {service: database, timeout: 2s}",
        "- call: {service: mailing-list, timeout: 2s}",
    ]
    assert [line[1:].strip() for line in lines if line.startswith("+")] == [
        "- {publish: customer-registered}",
        "subscribe: customer-registered",
        "subscribe: customer-registered",
        "channels:",
        "customer-registered:",
        "log: {partitions: 16}",
    ]
    assert wiring(CLASSIC, CLASSIC) == ""


def test_it_has_caught_up_when_the_backlog_is_gone():
    time = caught_up(EVENTS.replace(down("mailing-list")).run())
    assert 13 < time < 30
    assert np.isnan(caught_up(EVENTS.run()))


def test_pictures_stand_one_above_the_other_with_their_names():
    figure = stack("flow", one=CLASSIC.run(), other=EVENTS.run()).draw()
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert [title.split(":")[0] for title in titles] == ["one", "other"]
    assert [ax.alt_text.split(":")[0] for ax in figure.axes] == ["one", "other"]
    for limits in ("get_xlim", "get_ylim"):
        assert getattr(figure.axes[0], limits)() == getattr(figure.axes[1], limits)()


def test_told_and_done_are_drawn_where_they_are():
    runs = {"classic": CLASSIC.run(), "events": EVENTS.run()}
    scene = told_then_done(**runs)
    dots = [mark for mark in scene.marks if isinstance(mark, Dots)]
    told, done = ([mark.x[0] for mark in dots if mark.name == name] for name in ("told yes", "all done"))
    assert told == pytest.approx([run.tables.requests.response.mean() for run in runs.values()])
    assert done == pytest.approx([run.tables.requests.completion.mean() for run in runs.values()])
    (between,) = (mark for mark in scene.marks if isinstance(mark, Bars))  # events' promise is open; classic's never is
    assert (between.left, between.right) == ([told[1]], [done[1]])
    assert scene.title.startswith("On average, told yes first: events (6.1 ms)")


def test_what_was_never_done_is_counted_in_the_picture():
    broken = CLASSIC.replace(down("mailing-list")).run()
    assert "(57 never)" in told_then_done(broken=broken).alt
    nothing = {"services.register.handle": [{"fail": 1}, {"call": "database"}, {"reply": "yes"}]}
    assert "Nobody was told yes" in told_then_done(refused=CLASSIC.replace(nothing).run()).alt
