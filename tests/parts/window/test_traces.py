"""Traces that others published: what Flink's, Beam's and Kafka Streams' own tests and pages expect, event by event."""

import pytest

from evsim.parts.window.aggregates import AGGREGATES
from evsim.parts.window.event_time import Watermark
from evsim.parts.window.windows import Rules, Windows


def windows(kind, size, aggregate="sum", **rules):
    return Windows(Rules(kind, size, **rules), AGGREGATES[aggregate])


def seen(panes):
    """(key, value, end - 1) of each pane."""
    return [(pane.window.key, pane.value, pane.window.last) for pane in panes]


def play(operator, script):
    """All panes of a script of watermarks and (key, value, time), and what came too late."""
    panes, late = [], []
    for step in script:
        if isinstance(step, tuple):
            key, value, time = step
            too_late, shown = operator.add(key, time, step, value)
            panes += shown
            late += [step] * too_late
        else:
            panes += operator.advance(step)
    return seen(panes), late


def test_tumbling_windows_with_lateness_do_what_flinks_test_expects():
    script = [
        ("key2", 1, 500), 1500, ("key2", 1, 1300), 2300, ("key2", 1, 1997), 6000, ("key2", 1, 1998), 7000,
    ]  # fmt: skip
    panes, late = play(windows("tumbling", 2000, lateness=500, discarding=True), script)
    assert panes == [("key2", 2, 1999), ("key2", 1, 1999)]
    assert late == [("key2", 1, 1998)]


def test_sliding_windows_do_what_flinks_test_expects():
    script = [
        ("key2", 1, 1000), 1999, ("key2", 1, 2000), 3000, ("key1", 1, 3001), ("key2", 1, 2400), ("key2", 1, 2400),
        ("key1", 1, 3001), ("key2", 1, 3900), 6000, ("key1", 1, 3001), 25000,
    ]  # fmt: skip
    panes, late = play(windows("sliding", 3000, every=1000), script)
    assert sorted(panes) == sorted([
        ("key2", 1, 1999), ("key2", 2, 2999), ("key1", 2, 3999), ("key1", 2, 4999), ("key1", 2, 5999),
        ("key2", 5, 3999), ("key2", 4, 4999), ("key2", 1, 5999),
    ])  # fmt: skip
    assert late == [("key1", 1, 3001)]


def test_a_session_shows_itself_at_each_fourth_event_and_merges_as_in_flinks_test():
    sessions = windows("session", 3000, early=4, discarding=True)
    script = [("key2", number, time) for number, time in enumerate((0, 1000, 2500, 3500), 1)]
    script += [("key1", 1, 10), ("key1", 2, 1000), ("key1", 3, 2500)]
    script += [("key1", 1, 6000), ("key1", 2, 6500), ("key1", 3, 7000)]
    assert play(sessions, script)[0] == [("key2", 10, 6499)]
    panes = sessions.add("key1", 4500, None, 10)[1]
    assert [(each.window.start, each.window.end, each.value) for each in panes] == [(10, 10000, 22)]


def test_the_watermark_is_the_latest_time_less_the_bound_and_one_as_in_flinks_test():
    watermark = Watermark(10, ["source"])
    assert watermark.advance() == float("-inf")
    for times, expected in (([1337], 1326), ([12345, 12300, 12340, 12280], 12334), ([723456], 723445), ([], 723445)):
        for time in times:
            watermark.saw("source", time)
        assert watermark.advance() == expected


def test_the_slowest_source_holds_the_watermark_back_unless_it_is_idle():
    watermark = Watermark(0, ["fast", "slow"])
    watermark.saw("fast", 100)
    assert watermark.advance() == float("-inf")
    watermark.saw("slow", 40)
    assert watermark.advance() == 39
    watermark.idle.add("slow")
    assert watermark.advance() == 99
    watermark.saw("slow", 50)  # it is back, and the watermark does not go back
    assert watermark.advance() == 99
    watermark.idle.update(("fast", "slow"))
    watermark.saw("fast", 150)
    assert watermark.advance() == 149


def test_a_window_is_kept_until_the_watermark_has_passed_its_lateness():
    minute, noon = 60_000, 12 * 3_600_000
    operator = windows("tumbling", 5 * minute, lateness=minute)
    operator.add("key", noon + 1, "first", 1)
    assert seen(operator.advance(noon + 5 * minute)) == [("key", 1, noon + 5 * minute - 1)]
    assert operator.add("key", noon + 2, "second", 1)[0] is False
    operator.advance(noon + 6 * minute - 2)
    assert len(operator) == 1
    operator.advance(noon + 6 * minute - 1)
    assert len(operator) == 0
    assert operator.add("key", noon + 3, "third", 1) == (True, [])


def test_an_offset_moves_the_windows():
    quarter = 15 * 60_000
    (window,) = windows("tumbling", 4 * quarter, "count", offset=quarter).put("key", 6 * quarter, "event")
    assert (window.start, window.last) == (5 * quarter, 9 * quarter - 1)  # 1:15:00.000 to 2:14:59.999


def beam(operator, *bundles):
    """Panes after each bundle of event times, or after a watermark: (start, end - 1, number of events)."""
    for bundle in bundles:
        if isinstance(bundle, list):
            touched = {}
            for time in bundle:
                for window in operator.put("key", time, time):
                    touched[id(window)] = window
            panes = [pane for window in touched.values() if not window.is_gone for pane in operator.shown_now(window)]
        else:
            panes = operator.advance(bundle)
        yield [(each.window.start, each.window.last, each.value) for each in panes]


def test_beams_transcripts_are_repeated():
    fixed = windows("tumbling", 10, "count")
    assert list(beam(fixed, [1, 2, 3, 10, 11], 25)) == [[], [(0, 9, 3), (10, 19, 2)]]
    fixed = windows("tumbling", 10, "count", lateness=1000)
    panes = list(beam(fixed, [1, 2, 3, 10, 11, 25], 100, [7]))
    assert panes == [[], [(0, 9, 3), (10, 19, 2), (20, 29, 1)], [(0, 9, 4)]]
    sessions = windows("session", 10, "count", lateness=1000, early=2, late=3, joins=False)
    panes = list(beam(sessions, [1, 2, 3], [4], [5], [6], 100, [1], [3, 4]))
    assert panes == [[(1, 12, 3)], [], [(1, 14, 5)], [], [(1, 15, 6)], [], [(1, 15, 9)]]


@pytest.mark.parametrize(("joins", "sessions"), [(True, [(0, 20)]), (False, [(0, 10), (10, 20)])])
def test_an_event_just_one_gap_after_a_session_joins_it_or_opens_another(joins, sessions):
    operator = windows("session", 10, joins=joins)
    operator.add("key", 0, "first", 1)
    operator.add("key", 10, "second", 1)
    assert [(each.window.start, each.window.end) for each in operator.advance(100)] == sessions


def stream_time(times, size, grace, early):
    """Values shown of windows under stream time, as (start, value), and how many events were dropped."""
    operator = windows("tumbling", size, "count", early=early, on_time="if_new")
    clock, shown, dropped = Watermark(grace), [], 0
    for time in times:
        clock.saw("partition", time)  # stream time moves before the event is looked at
        panes = operator.advance(clock.advance())
        late, more = operator.add("key", time, time)
        dropped += late
        shown += [(each.window.start, each.value) for each in panes + more]
    return shown, dropped


def test_kafka_streams_updates_and_closes_on_stream_time_as_its_test_expects():
    times = [0, 1, 2, 1, 0, 5, 0]
    assert stream_time(times, 2, 1, early=1) == ([(0, 1), (0, 2), (2, 1), (0, 3), (0, 4), (4, 1)], 1)
    assert stream_time(times, 2, 1, early=None) == ([(0, 4), (2, 1)], 1)
    finals, _ = stream_time([0, 1, 2, 0, 3, 0, 4, 0, 30], 2, 2, early=None)
    assert [value for _, value in finals] == [4, 2, 1]


def test_a_session_of_kafka_streams_takes_in_an_event_between_two():
    operator = windows("session", 5 + 1, "count", joins=False)  # its end is the last moment that still joins
    for time in (10, 12, 20):
        operator.put("key", time, time)
    assert sorted((start, end - 6) for start, end in operator.of_key["key"]) == [(10, 12), (20, 20)]
    (window,) = operator.put("key", 16, 16)
    assert (window.start, window.end - 6, window.content.result) == (10, 20, 4)


def test_an_event_just_at_the_end_of_a_window_belongs_to_the_next_one():
    operator = windows("tumbling", 10, "count")
    for time in (0, 9, 10):
        operator.add("key", time, time)
    assert [(each.window.start, each.value) for each in operator.advance(19)] == [(0, 2), (10, 1)]


def test_event_time_that_stands_just_before_the_last_moment_of_a_window_leaves_it_open():
    operator = windows("tumbling", 10, "count")
    operator.add("key", 5, "first")
    assert operator.advance(8) == [] and operator.add("key", 9, "second")[0] is False
    assert [each.value for each in operator.advance(9)] == [2]
    assert operator.add("key", 9, "third") == (True, [])
