"""Results of which one event is the first are different messages: none is taken for another, and each has its luck."""

from collections import Counter

import pytest

from evsim.scenario import Scenario
from tests.truth.measuring import balanced


def overlapping(results="queue", board=None, **more):
    """Each message lies in four windows, and each window shows itself twice."""
    window = {"to": "results", "sliding": {"size": "2s", "every": "500ms"}, "by": "all", "early": 9}
    return Scenario.from_dict({
        "name": "overlapping",
        "workloads": {"people": {"target": "page", "arrivals": {"poisson": 5}}},
        "services": {
            "page": {"workers": 20, "handle": [{"publish": "events"}]},
            "counter": {"subscribe": "events", "handle": [{"window": window}]},
            "board": {"workers": 9, "subscribe": "results", "handle": [{"work": {"exponential": "10ms"}},
                                                                       {"effect": "line"}], **(board or {})},
            **more,
        },
        "channels": {"events": "queue", "results": results, "again": {"queue": {"deduplication": ONCE}}},
        "run": {"duration": "20s"},
    })  # fmt: skip


ONCE = {"by": "content", "window": "1min"}
HANDS_ON = [{"work": "1ms"}, {"publish": "again"}]
READER = {"subscribe": "again", "handle": [{"effect": "line"}]}
WAYS = {
    "a queue that knows contents": overlapping({"queue": {"deduplication": ONCE}}),
    "a reader that knows contents": overlapping(board={"idempotent": {"by": "content"}}),
    "a queue behind a reader": overlapping(board={"handle": HANDS_ON}, reader=READER),
    "a reader behind a call": overlapping(
        board={"handle": [{"call": "clerk"}]}, clerk={"idempotent": {"by": "content"}, "handle": [{"effect": "line"}]}
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_result_is_taken_for_another_one_by(way):
    run = balanced(WAYS[way])
    first = Counter(pane.rows[0] for pane in run.records.panes if pane.rows)
    assert max(first.values()) > 1  # an event is the first of several results
    assert len(run.tables.effects["row"]) == len(run.records.panes) > 40


def test_each_result_takes_a_time_of_its_own_downstream():
    run = balanced(overlapping())
    rows, board = run.tables.rows, [place.number for place in run.tables.places if place.service == "board"]
    mine = rows["place"] == board[0]
    took = (rows["ended"] - rows["started"])[mine].round(9).tolist()
    assert len(set(took)) == len(took) == len(run.records.panes)


def test_a_message_that_comes_again_has_the_value_that_it_had():
    """Each time is that of the message: its first handling, one that follows a failure behind the window, one after a
    crash.
    """
    window = {"to": "results", "tumbling": "2s", "by": "all", "aggregate": {"sum": {"exponential": "10ms"}}}
    run = balanced(Scenario.from_dict({
        "name": "sums",
        "workloads": {"people": {"target": "page", "arrivals": {"poisson": 20}}},
        "services": {
            "page": {"workers": 20, "handle": [{"publish": "events"}]},
            "counter": {"subscribe": {"channel": "events", "commit": "checkpoint"},
                        "handle": [{"window": {**window, "checkpoint": {"every": "3s"}}}]},
            "board": {"subscribe": "results", "handle": [{"effect": "line"}]},
        },
        "channels": {"events": "log", "results": "queue"},
        "faults": [{"crash": "counter", "at": "5s", "for": "1s"}],
        "run": {"duration": "10s"},
    }))  # fmt: skip
    parent, values, again = run.tables.rows["parent"], {}, 0
    for event in run.records.events:
        message = int(parent[event.row])
        again += message in values
        assert values.setdefault(message, event.value) == event.value
    assert again > 10 and len(set(values.values())) == len(values) > 100
