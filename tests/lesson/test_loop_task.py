"""Lesson 16: keep the loop free. What passes, what fails for whom, and what is not tried."""

import numpy as np
import pytest

from evsim.lesson.loop_picture import whose_loop
from evsim.lesson.loop_task import first_report, heard, loop, on_the_bus, pages_and_reports, served
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK = "keep-the-loop-free"
REPORT, PAUSE = {"effect": "report"}, {"wait": "1ms"}


def work(time):
    return {"work": f"{time}ms"}


def blocking(time):
    return {"blocking": f"{time}ms"}


@pytest.mark.parametrize(
    "given",
    [
        [blocking(60), REPORT],
        [blocking(20), blocking(40), REPORT],
        [{"parallel": [blocking(30), blocking(30)]}, REPORT],
        [{"ask": "reports"}],
        [{"call": "reporter"}],
        [work(2), PAUSE] * 30 + [REPORT],  # small pieces, and the loop is free between them
    ],
)
def test_work_in_the_pool_or_elsewhere_or_in_small_pieces_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ([work(60), REPORT], "asked for a page, and was told after \\d{3} ms"),
        ([work(30), PAUSE, work(30), REPORT], "asked for a page, and was told after \\d{3} ms"),
        ([work(10), PAUSE] * 6 + [REPORT], "asked for a page, and was told after 1\\d\\d ms"),
        ([{"send": "reports"}], "was told yes, and had it \\d+ ms later"),
        ([{"publish": "reports"}], "was told yes, and had it \\d+ ms later"),
        ([{"ask": "reports"}, REPORT], "got a report twice"),
        ([blocking(60)], "was told yes, and never had it"),
    ],
)
def test_long_pieces_and_reports_that_are_promised_fail(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ([REPORT], "a report is 60 ms of work, and in your steps 0 ms"),
        ([], "a report is 60 ms of work, and in your steps 0 ms"),
        ([{"wait": "60ms"}, REPORT], "in your steps 0 ms"),
        ([blocking(6), REPORT], "in your steps 6 ms"),
        ([{"maybe": {"probability": 0, "then": [blocking(60)]}}, REPORT], "there is maybe"),
        ([{"blocking": "sixty"}, REPORT], "must be a time such as"),
        ([{"reply": "soon"}, blocking(60), REPORT], "replies more than once"),
        ("blocking", "give a list of steps, not 'blocking'"),
    ],
)
def test_less_work_and_what_are_no_steps_is_refused(given, words):
    assert_refused(TASK, given, words)


def test_what_the_picture_says_is_what_the_customers_waited():
    run, start = loop(60).run(), first_report()
    requests = run.tables.requests
    mine = (requests.arrived >= start) & (requests.arrived < start + 0.2)
    scene = whose_loop(run, start)
    bars = {mark.name: mark for mark in scene.marks}
    assert set(np.round(np.add(bars["the loop works"].low, 0.42))) == set(range(mine.sum()))
    assert (np.subtract(bars["the loop works"].right, bars["the loop works"].left) > 0.05).sum() == 1  # the report
    longest = max(np.subtract(bars["waits for the loop"].right, bars["waits for the loop"].left))
    assert f"nobody waits longer than {1000 * longest:.0f} ms for the loop" in scene.title and longest > 0.05
    first = np.flatnonzero(mine)[0]
    assert bars["waits for something else"].left[0] == pytest.approx(requests.arrived[first] - start)
    assert "Nobody came" in whose_loop(run, 1e6).title


def test_the_tables_are_as_the_customers_have_it():
    run = pages_and_reports().run()
    asked = run.effects[run.effects.effect == "asked for a report"]
    its = served(run=run)["run"]
    response = run.requests.response
    assert its["reports told after, mean (ms)"] == round(1000 * response[run.requests.index.isin(asked.request)].mean())
    table = heard(run=on_the_bus(rate=150).run())["run"]
    assert table["messages lost"] == 2 * table["customers"] - table["have a row"] - table["are on the list"] > 1000
