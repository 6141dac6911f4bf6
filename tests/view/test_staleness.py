from io import BytesIO

import numpy as np
import pytest

from evsim.results.requests import OK
from evsim.scenario import Scenario
from evsim.ticks import elapsed
from evsim.view.staleness import staleness
from tests.view.drawing import finding
from tests.view.runs import EDGES, classic, cut, events, few, lesson, many, nobody, refused, silent


def lines(ax):
    return {line.get_label(): line.get_data() for line in ax.lines if line.get_drawstyle() == "steps-post"}


def test_every_line_counts_whom_something_misses_so_long_after_the_answer():
    run = events()
    requests, drawn = run.tables.requests, lines(staleness(run))
    told = requests.outcome == OK
    there = {"everything": requests.completed_at}
    there |= {name: requests.first_time[code] for code, name in enumerate(run.tables.effect_names)}
    assert drawn.keys() == there.keys()
    for name, times in there.items():
        lag = elapsed(times, requests.answered)[told]
        x, y = drawn[name]
        assert list(y) == [(lag > time).sum() for time in x]
        assert y[0] > 0
        assert y[-1] == 0


def test_in_the_classic_design_yes_is_true():
    ax = staleness(classic())
    assert all(not np.any(y) for _, y in lines(ax).values())
    good = int((classic().tables.requests.outcome == OK).sum())
    assert finding(ax) == f"Whoever of the {good} customers was told yes, it was true"


def test_what_never_comes_stays_above_zero():
    steps = {"services.register.handle.1.publish": {"channel": "customer-registered", "acks": 0}}
    run = lesson("registration-events", duration=20, **steps, **{"network.loss": 0.03}).run()
    requests = run.tables.requests
    told = requests.outcome == OK
    never = int((told & (requests.present < requests.due)).sum())
    assert never
    ax = staleness(run)
    assert lines(ax)["everything"][1][-1] == never
    assert f"{never} for ever" in finding(ax)


def test_a_run_that_was_cut_does_not_say_for_ever():
    title = finding(staleness(cut()))
    assert "to the end of the run" in title
    assert "for ever" not in title


def test_almost_everybody_is_not_everybody():
    later = {"maybe": {"probability": 0.9995, "then": {"effect": "row"}}}
    run = Scenario.from_dict(
        {
            "name": "later",
            "workloads": {"page": {"target": "form", "arrivals": {"constant": 1000}}},
            "services": {"form": {"workers": 9, "handle": [{"reply": "yes"}, {"work": "1ms"}, later]}},
            "run": {"duration": 5},
        }
    ).run()
    lag = run.tables.requests.consistency_lag > 0
    assert 0.998 < lag.mean() < 1
    title = finding(staleness(run))
    assert float(title.partition("for ")[2].partition(" %")[0]) == pytest.approx(100 * lag.mean(), abs=0.01)
    assert "100 %" not in title


def test_designs_are_compared_on_one_axis():
    ax = staleness([classic(down=False), events(down=False)])
    title = finding(ax)
    assert "0 % (registration-classic)" in title
    assert "100 % (registration-events)" in title
    shares = staleness([classic(), events()])
    assert max(shares.lines[1].get_ydata()) <= 1  # so many were told differ: shares, not counts


def test_where_nothing_is_due_nothing_is_missing():
    assert not np.any(lines(staleness(silent()))["everything"][1])


def test_many_effects_are_one_line():
    assert list(lines(staleness(many()))) == ["everything"]


def test_nobody_told_gives_a_sentence():
    for run in (nobody(), refused()):
        assert staleness(run).alt_text == "Nobody was told yes, so nobody expects anything to be true."


@pytest.mark.slow
@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    ax = staleness(EDGES[name]())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text


@pytest.mark.slow
def test_a_long_tail_is_drawn_on_a_logarithmic_axis():
    assert staleness(events()).get_xscale() == "linear"
    down = {"outage": "mailing-list", "at": 100, "for": 60}
    ax = staleness(lesson("registration-events", [down], duration=1500).run())
    assert ax.get_xscale() == "log"
    everything = ax.lines[0]
    assert everything.get_ydata()[-1] == 0 and 0 < ax.get_xlim()[0] < 0.01 < 60 < ax.get_xlim()[1]


def test_a_few_are_counted_in_whole_steps():
    assert all(tick == int(tick) for tick in staleness(few()).get_yticks())
