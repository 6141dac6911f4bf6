"""Random streams through our windows, and through Apache Beam's direct runner: recorded answers, not a dependency.

``beam_oracle.py`` says how they were made.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from evsim.parts.window.aggregates import AGGREGATES
from evsim.parts.window.key_groups import instance_of_key
from evsim.parts.window.windows import Rules, Windows

FILE = Path(__file__).resolve().parents[2] / "data" / "beam_windows.json"
STREAMS = json.loads(FILE.read_text(encoding="utf-8"))


def through_ours(stream, instances=1):
    """The results of a stream, of which each of some instances has the keys of its groups, and hears all watermarks.

    Beam's watermark says that nothing before it is expected, ours has come to one before; and the direct runner still
    takes what comes when its watermark stands at the very end of the lateness.
    """
    rules = Rules(
        stream["kind"], stream["size"], every=stream["every"], lateness=stream["lateness"] + 1,
        discarding=not stream["accumulating"], joins=False, late_joins=False,
    )  # fmt: skip
    all_windows, panes = [Windows(rules, AGGREGATES["count"]) for _ in range(instances)], []
    for number, step in enumerate(stream["steps"]):
        if isinstance(step, list):
            panes += all_windows[instance_of_key(step[0], instances)].add(step[0], step[1], number)[1]
        else:
            for windows in all_windows:
                panes += windows.advance(step - 1)
    return sorted([pane.window.key, pane.window.start, pane.window.end, pane.value] for pane in panes)


def of_a_session_that_had_expired(stream):
    """The runner has not forgotten yet what it accumulated of one, and an event that touches it brings it back."""
    ours, theirs = Counter(map(tuple, through_ours(stream))), Counter(map(tuple, stream["results"]))
    ((key, start, end, count),), ((same, before, last, more),) = ours - theirs, theirs - ours
    return stream["accumulating"] and (key, end) == (same, last) and before < start and count < more


@pytest.mark.parametrize("kind", ["tumbling", "sliding", "session"])
def test_random_streams_give_the_results_of_beams_direct_runner(kind):
    mine = [stream for stream in STREAMS if stream["kind"] == kind]
    assert len(mine) >= 10 and sum(len(stream["results"]) for stream in mine) > 60
    others = [stream for stream in mine if through_ours(stream) != stream["results"]]
    assert [stream for stream in others if not of_a_session_that_had_expired(stream)] == []
    assert len(others) <= 1


@pytest.mark.parametrize("instances", [2, 3, 7])
def test_several_instances_give_the_results_of_beam_as_one_does(instances):
    assert [through_ours(stream, instances) for stream in STREAMS] == [through_ours(stream) for stream in STREAMS]
    keys = {step[0] for stream in STREAMS for step in stream["steps"] if isinstance(step, list)}
    assert len({instance_of_key(key, instances) for key in keys}) > 1
