"""Files whose numbers lie exactly on a limit of what is read from them, and what is taken of those that are long."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evsim
from evsim.imports import incident_table, measured, minute_counts
from evsim.imports.handling_fit import HandlingFit, Item, fit_handlings
from evsim.imports.measured import arrivals_of, busiest
from evsim.imports.sketch import LONGEST_NAME, Sketch, slug
from evsim.imports.sketch import MOST as MOST_BOXES
from evsim.imports.span_tree import at_once
from evsim.imports.spans import SERVER, TraceSpan
from evsim.scenario import units
from tests.imports.test_replay import SMALL

MOST = 5  # customers of a run, where a test makes a limit small
COUNTS = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=14))
def test_of_a_long_log_the_first_of_the_shortest_stretches_is_taken(gaps):
    moments = np.cumsum(gaps).astype(float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measured, "LONGEST_RUN", MOST)
        first, last, whole = busiest(moments)
    lengths = [moments[n + MOST - 1] - moments[n] for n in range(len(moments) - MOST + 1)]
    shortest = lengths.index(min(lengths)) if lengths else 0
    assert (first, last) == (shortest, min(len(moments), shortest + MOST)) and whole == (len(moments) <= MOST)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(COUNTS)
def test_of_counts_a_minute_the_longest_halving_with_as_many_as_a_run_holds_is_taken(counts):
    """As many minutes as there are, half of them ...: the busiest stretch that has no more than a run may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minute_counts, "LONGEST_RUN", MOST)
        first, last = minute_counts._busiest(np.array(counts, dtype=float))
    minutes = len(counts)
    while minutes >= 1:
        sums = [sum(counts[begin : begin + minutes]) for begin in range(len(counts) - minutes + 1)]
        if max(sums) <= MOST or minutes == 1:
            break
        minutes //= 2
    assert (first, last) == (sums.index(max(sums)), sums.index(max(sums)) + minutes)


def test_a_log_of_as_many_as_a_run_holds_is_taken_as_a_whole():
    """Even ones, whose rate is told; one more, and the last is left out."""
    for count, whole in ((measured.LONGEST_RUN, True), (measured.LONGEST_RUN + 1, False)):
        first, last, all_ = busiest(np.arange(count, dtype=float))
        assert (first, last, all_) == (0, measured.LONGEST_RUN, whole)


def span(start, end, **more):
    settings = {"trace": "t", "id": f"{start}-{end}", "parent": "", "service": "desk", "instance": "", "name": "n",
                "kind": SERVER, "error": False, "about": {}}  # fmt: skip
    return TraceSpan(**settings | {"start": start, "end": end} | more)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=8))
def test_who_begins_as_another_ends_is_not_there_with_it(spans):
    spans = [span(start, start + length) for start, length in spans]
    expected = max(sum(each.start <= moment < each.end for each in spans) for moment in range(12))
    assert at_once(spans) == expected


@pytest.mark.parametrize(("begins", "tried"), [(20_000, 2), (20_001, 2), (19_999, 1)])
def test_a_call_that_begins_as_a_failed_one_ends_is_made_again(begins, tried):
    """Nanoseconds; one that begins before that goes beside it, as a call of its own."""
    handling = HandlingFit(span(0, 60_000))
    handling.items = [
        Item("call", "stock", 10_000, 20_000, span(10_000, 20_000, error=True)),
        Item("call", "stock", begins, 40_000, span(begins, 40_000)),
    ]
    calls = [step["call"] for step, _ in fit_handlings([handling], "trace") if "call" in step]
    calls += [each["call"] for step, _ in fit_handlings([handling], "trace") for each in step.get("parallel", ())]
    backoff = units.write_time((begins - 20_000) / 1e9)
    again = [{"service": "stock", "retry": {"attempts": 2, "backoff": backoff}}]
    assert calls == (again if tried == 2 else ["stock", "stock"])


@pytest.mark.parametrize(("ends", "waits"), [(20_000, True), (20_001, False)])
def test_a_publish_that_ends_as_the_next_call_begins_is_waited_for(ends, waits):
    handling = HandlingFit(span(0, 60_000))
    handling.items = [
        Item("publish", "mail", 10_000, ends, span(10_000, ends)),
        Item("call", "stock", 20_000, 40_000, span(20_000, 40_000)),
    ]
    (publish,) = (step["publish"] for step, _ in fit_handlings([handling], "trace") if "publish" in step)
    assert publish == ("mail" if waits else {"channel": "mail", "acks": 0})


def table(tmp_path, lines):
    path = tmp_path / "requests.csv"
    path.write_text("\n".join(lines) + "\n")
    return evsim.from_file(path)


@pytest.mark.parametrize(("status", "errors"), [(499, 0), (500, 0.5), (599, 0.5), (600, 0)])
def test_answers_from_500_to_599_are_failures(tmp_path, status, errors):
    rows = [f"{second},{status if second % 2 else 200}" for second in range(40)]
    handle = table(tmp_path, ["time,status", *rows]).scenario.services["web"].handle
    assert [step.probability for step in handle if step.kind == "fail"] == ([errors] if errors else [])


@pytest.mark.parametrize(("begin", "seconds"), [(10**11 - 40, 1.0), (10**11, 1e-3), (10**14, 1e-6), (10**17, 1e-9)])
def test_a_number_from_three_thousand_years_on_is_in_a_finer_unit(tmp_path, begin, seconds):
    """Fifty rows, 1,000 units apart; the first twenty are looked at."""
    step = 1000 if seconds < 1 else 1
    draft = table(tmp_path, ["time", *(str(begin + step * number) for number in range(39))])
    (workload,) = draft.scenario.workloads.values()
    assert workload.arrivals.rate == pytest.approx(1 / (step * seconds), rel=1e-3)


LINE = '1.2.3.4 - - [02/Mar/2026:09:00:{:02} +0000] "GET / HTTP/1.1" 200 5{}'


@pytest.mark.parametrize(("say", "guessed"), [(18, False), (17, True)])
def test_nine_of_ten_lines_that_say_how_long_they_took_are_enough(tmp_path, say, guessed):
    path = tmp_path / "access.log"
    path.write_text("\n".join(LINE.format(n, ' "-" "-" 0.25' if n < say else ' "-" "-"') for n in range(20)) + "\n")
    (work, *_) = evsim.from_file(path).scenario.services["web"].handle
    assert (work.time.mean == 0.01) == guessed and (guessed or work.time.mean == 0.25)


@pytest.mark.parametrize(("count", "kind"), [(19, "poisson"), (20, "constant")])
def test_twenty_even_arrivals_are_taken_for_even(count, kind):
    assert list(arrivals_of(np.arange(count, dtype=float))[0]) == [kind]


def timeline(tmp_path, rows):
    (tmp_path / "timeline.csv").write_text("\n".join(["time,what,target,value", *rows]) + "\n")
    (tmp_path / "observed.csv").write_text("time,requests\n0,1\n10s,1\n")
    files = tmp_path / "timeline.csv", tmp_path / "observed.csv"
    return evsim.replay(evsim.Scenario.from_dict(SMALL), *files, n=1, jobs=1).scenario


def test_of_two_rows_at_one_time_the_later_line_holds(tmp_path):
    found = timeline(tmp_path, ["5s,load,page,20/s", "5s,load,page,x3", "5s,scale,desk,3", "5s,scale,desk,2"])
    assert found.workloads["page"].arrivals.points[-1] == (5, 30)
    assert found.services["desk"].autoscale.schedule[-1].instances == 2


@pytest.mark.parametrize(("number", "fits"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_there_were_from_one_to_a_thousand_instances(tmp_path, number, fits):
    if fits:
        assert timeline(tmp_path, [f"5s,scale,desk,{number}"]).services["desk"].autoscale.most == max(1, number)
    else:
        with pytest.raises(evsim.ScenarioError, match="must be from 1 to 1,000 instances"):
            timeline(tmp_path, [f"5s,scale,desk,{number}"])


@pytest.mark.parametrize("clock", [1e-3, 5e-3])
def test_times_that_a_clock_has_rounded_are_spread_evenly_around_what_it_took_for_them(clock):
    times = np.rint(np.random.default_rng(3).exponential(0.02, 4000) / clock) * clock
    spread = measured._apart(times) - times
    inside = times > 0  # below zero there are none
    assert abs(spread[inside]).max() <= clock / 2 + 1e-8
    assert spread[inside].mean() == pytest.approx(0, abs=3.5 * clock / (12 * inside.sum()) ** 0.5)
    assert spread[inside].std() == pytest.approx(clock / 12**0.5, rel=0.1)


def test_times_that_are_hardly_rounded_stay_as_they_are():
    times = np.random.default_rng(3).exponential(0.02, 400)
    assert (measured._apart(times) == times).all()


def test_a_page_has_as_many_boxes_and_channels_as_it_may_and_counts_the_others():
    sketch = Sketch()
    for number in range(MOST_BOXES + 2):
        sketch.box(f"box{number}")
        sketch.channel(f"channel{number}", {}, "")
    assert (len(sketch.boxes), len(sketch.channels), sketch.left_out) == (MOST_BOXES, MOST_BOXES, 4)


def test_a_name_just_as_long_as_it_may_be_stays():
    assert slug("a" * LONGEST_NAME) == "a" * LONGEST_NAME != slug("a" * (LONGEST_NAME + 1))
    assert len(slug("a" * (LONGEST_NAME + 1))) == LONGEST_NAME


@pytest.mark.parametrize("over", [0, 1])
def test_a_table_may_have_as_many_rows_as_is_said(tmp_path, monkeypatch, over):
    monkeypatch.setattr(incident_table, "MOST", MOST)
    (tmp_path / "rows.csv").write_text("time\n" + "1s\n" * (MOST + over))
    if over:
        with pytest.raises(evsim.ScenarioError, match=f"line {MOST + 2}: has more than {MOST} rows"):
            incident_table.read_table(tmp_path / "rows.csv", ("time",))
    else:
        assert len(incident_table.read_table(tmp_path / "rows.csv", ("time",))) == MOST


def test_a_moment_that_is_the_start_is_zero_and_none_lies_before_it(tmp_path):
    path, begin = tmp_path / "rows.csv", None
    at, begin = incident_table.seconds_of(path, 2, "2026-03-02T09:00:00Z", begin)
    assert (at, incident_table.seconds_of(path, 3, "2026-03-02T09:00:00Z", begin)[0]) == (0, 0)
    with pytest.raises(evsim.ScenarioError, match="line 4"):
        incident_table.seconds_of(path, 4, "2026-03-02T08:59:59Z", begin)


GROUPS = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID\n"


@pytest.mark.parametrize(("partition", "lag", "count", "cut"), [
    (9999, 100_000, 10_000, False), (9999, 100_001, 10_000, True), (10_000, 5, 1, False),
])  # fmt: skip
def test_of_consumer_groups_ten_thousand_partitions_and_a_hundred_thousand_messages_are_taken(
    tmp_path, partition, lag, count, cut
):
    rows = [f"mail facts {number} 0 {left} {left} - - -" for number, left in ((0, 0), (partition, lag))]
    (tmp_path / "groups.txt").write_text(GROUPS + "\n".join(rows) + "\n")
    draft = evsim.from_file(tmp_path / "groups.txt")
    assert draft.scenario.channels["facts"].partitions == count
    assert ("are taken: a run holds no more" in str(draft.notes)) is cut
    arrivals = [each.arrivals.count for each in draft.scenario.workloads.values() if each.arrivals.at_once]
    assert arrivals == ([] if count == 1 else [100_000])


@pytest.mark.parametrize(("count", "said"), [(49, "mean and variation of 49 times"), (50, "50 times")])
def test_a_distribution_is_fitted_to_fifty_times_and_not_to_fewer(count, said):
    times = np.random.default_rng(1).exponential(20e6, count)
    setting, words = measured.time_setting(times)
    assert words == said and ("exponential" in setting) == (count == 50)
