"""Where they wait: what the picture says is in the records, and a pipe of this computer is like the simulated one."""

import sys

import numpy as np
import pytest

import evsim
from evsim.lesson import real_pipe, where_they_wait
from evsim.lesson.pipe_task import advertised, pipeline
from evsim.lesson.real_pipe import LINE


def most(line):
    return max(line.y)


def in_the_channel(run, moment):
    """How many messages lie in the only queue at a moment, counted one by one."""
    messages = run.tables.messages["appended"]
    handed = {int(row): float(time) for row, time in zip(run.tables.rows["parent"], run.tables.rows["leased"])}
    return sum(
        came <= moment and not handed.get(message, np.inf) <= moment for message, came in enumerate(messages.tolist())
    )


def test_at_any_moment_it_shows_how_many_messages_lie_in_the_queue():
    run = advertised(200, "reject_publish").run()
    _, mails = where_they_wait(run).marks
    for place in range(5, 300, 37):  # up to the last arrival
        assert mails.y[place] == in_the_channel(run, mails.x[place])


@pytest.mark.parametrize("holds", [1, 16, 256])
def test_a_pipe_never_holds_more_than_it_can_and_the_rest_waits_before_it(holds):
    before, listed, kept = where_they_wait(pipeline(holds).run()).marks
    assert most(listed) == holds >= most(kept)
    assert most(before) == pytest.approx(1500 - holds, rel=0.12)  # half of 3,000 have gone on when the last one comes


def test_its_title_says_when_all_is_over_and_where_most_waited():
    run = pipeline(16).run()
    title = where_they_wait(run).title
    assert title.startswith(f"All is over after {run.effects.time.max():.0f} s; at most 1,4")
    assert ", 16 in listed, " in title


def test_a_run_of_many_channels_has_a_line_for_each():
    run = evsim.load("topic-exchange").run()
    assert [line.name for line in where_they_wait(run).marks] == ["before", *run.scenario.channels]
    assert len(run.scenario.channels) > 4


@pytest.mark.skipif(
    sys.platform != "linux", reason="Linux says how much a pipe holds, and when it may be written again"
)
def test_a_pipe_of_linux_holds_as_much_as_ours():
    ours = evsim.Scenario.from_dict(
        {
            "name": "nobody-reads",
            "workloads": {"lines": {"target": "list", "arrivals": {"constant": "1000/s"}}},
            "services": {
                "list": {"handle": [{"publish": {"channel": "listed", "size": f"{len(LINE)}B"}}]},
                "keep": {"subscribe": "listed", "handle": [{"work": "1h"}, {"effect": "kept"}]},
            },
            "channels": {"listed": {"pipe": {"like": "linux"}}},
            "run": {"duration": "2s", "drain_limit": "0s"},
        }
    )
    inside = ~np.isnan(ours.run().tables.messages["appended"])
    held = int(inside.sum()) - 1  # one is in the reader's hand
    assert f"held after {held:,} lines" in " ".join(real_pipe().split())


def test_where_no_pipe_can_be_filled_it_says_what_linux_does(monkeypatch):
    monkeypatch.delattr("os.set_blocking")
    assert "This computer can't tell" in real_pipe() and "1,024 lines, 65,536 bytes" in real_pipe()
