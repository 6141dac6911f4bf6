"""Windows of random streams against a slow computation: all events, all windows, in sight at once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evsim.parts.window.aggregates import AGGREGATES
from evsim.parts.window.windows import EARLY, Rules, Windows
from tests.books.holding import examples, holds, run_of
from tests.parts.window.drawing import stream_systems
from tests.parts.window.plain_windows import PlainWindows

EVENTS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(1, 9)), max_size=30)
MARKS = st.integers(1, 6)  # each so many events the watermark moves
RULES = st.builds(
    Rules, st.sampled_from(["tumbling", "sliding", "session"]), st.sampled_from([5, 6, 10]),
    every=st.sampled_from([2, 5]), lateness=st.sampled_from([0, 4, 20]), early=st.sampled_from([None, 2]),
    discarding=st.booleans(), joins=st.booleans(),
)  # fmt: skip

ALL_RULES = st.builds(
    Rules, st.sampled_from(["tumbling", "sliding", "session"]), st.sampled_from([5, 6, 10]),
    every=st.sampled_from([2, 5]), offset=st.sampled_from([0, 1]), lateness=st.sampled_from([0, 4, 20]),
    early=st.sampled_from([None, 1, 2]), late=st.sampled_from([None, 1, 2]), discarding=st.booleans(),
    on_time=st.sampled_from(["always", "if_new", "never"]), joins=st.booleans(), late_joins=st.booleans(),
)  # fmt: skip


def in_time(rules, event, mark):
    """The (start, end) of the windows of an event that are not closed; of a session those of itself alone."""
    _, time, _ = event
    every = {"tumbling": rules.size, "sliding": rules.every, "session": 0}[rules.kind]
    starts = [time] if not every else [start for start in range(-60, 60, 1) if start % every == 0]
    spans = [(start, start + rules.size) for start in starts if start <= time < start + rules.size]
    return [span for span in spans if span[1] - 1 + rules.lateness > mark]


@pytest.mark.slow
@examples(1, 150)
@given(st.tuples(ALL_RULES, EVENTS, MARKS, st.sampled_from([0, 3])))
def test_every_pane_is_that_of_a_slow_computation(drawn):
    """All panes in their order, with their kinds, numbers, values, events and the panes before: ties abound."""
    rules, events, often, out_of_order = drawn
    windows, plain, shown, latest = Windows(rules, AGGREGATES["sum"]), PlainWindows(rules), [], 0
    for number, (key, time, value) in enumerate(events, 1):
        late, panes = windows.add(key, time, number, value)
        assert late == plain.add(key, time, number, value)
        latest = max(latest, time)
        if number % often == 0:
            panes += windows.advance(latest - out_of_order)
            plain.advance(latest - out_of_order)
        if number % 7 == 0:
            panes += windows.show_new()
            plain.show_new()
        shown += [(pane, pane.window.first) for pane in panes]
    shown += [(pane, pane.window.first) for pane in windows.advance(1000)]
    plain.advance(1000)
    place = {pane.sent: number for number, (pane, _) in enumerate(shown)}
    assert plain.panes == [
        (pane.window.key, pane.window.start, pane.window.end, pane.kind, pane.number, pane.value, pane.rows,
         [place[each] for each in pane.before], first)
        for pane, first in shown
    ]  # fmt: skip
    assert len(windows) == len(plain.there) == 0


@examples(1, 60)
@given(st.tuples(RULES, EVENTS, MARKS))
def test_all_panes_of_a_window_together_have_what_lies_in_it(drawn):
    """Tumbling and sliding windows: the last pane, or all of them, is the sum of what was in time."""
    rules, events, often = drawn
    if rules.kind == "session":
        return
    rules = rules if rules.kind == "sliding" else replace(rules, every=0)
    windows, mark, expected, shown = Windows(rules, AGGREGATES["sum"]), -1, {}, {}
    latest = 0
    for number, event in enumerate(events, 1):
        key, time, value = event
        wanted = in_time(rules, event, mark)
        late, panes = windows.add(key, time, number, value)
        assert late == (not wanted)
        for span in wanted:
            expected[key, span] = expected.get((key, span), 0) + value
        latest = max(latest, time)
        if number % often == 0:
            mark = max(mark, latest - 3)
            panes = panes + windows.advance(mark)
        for pane in panes:
            about = pane.window.key, (pane.window.start, pane.window.end)
            shown[about] = pane.value + (shown.get(about, 0) if rules.discarding else 0)
            over = pane.window.last <= mark
            assert over == (pane.kind != EARLY)
    for pane in windows.advance(1000):
        about = pane.window.key, (pane.window.start, pane.window.end)
        shown[about] = pane.value + (shown.get(about, 0) if rules.discarding else 0)
    assert shown == expected and len(windows) == 0


@examples(1, 40)
@given(st.tuples(RULES, EVENTS))
def test_sessions_are_the_runs_of_events_that_no_gap_parts(drawn):
    rules, events = drawn
    windows = Windows(Rules("session", rules.size, joins=rules.joins), AGGREGATES["count"])
    for number, (key, time, _) in enumerate(events):
        windows.add(key, time, number)
    expected = {}
    for key, time in sorted((key, time) for key, time, _ in events):
        mine = expected.setdefault(key, [])
        gap = time - mine[-1][-1] if mine else None
        if gap is not None and (gap < rules.size or (gap == rules.size and rules.joins)):
            mine[-1].append(time)
        else:
            mine.append([time])
    found = {}
    for pane in windows.advance(1000):
        found.setdefault(pane.window.key, []).append((pane.window.start, pane.window.end, pane.value))
    assert found == {
        key: [(run[0], run[-1] + rules.size, len(run)) for run in runs] for key, runs in expected.items()
    }  # fmt: skip


@pytest.mark.slow
@holds(0.5, stream_systems())
def test_the_books_of_any_stream_balance_and_both_paths_show_the_same(scenario):
    run = run_of(scenario)
    run.audit()
    if not scenario.faults:
        guarded = scenario.run(guarded=True)
        assert guarded.records.panes == run.records.panes and guarded.records.events == run.records.events
