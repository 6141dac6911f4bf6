"""Files that a scenario names: read as they are meant, or refused with the line when the scenario is read."""

import time

import numpy as np
import pytest

from evsim.scenario import Scenario, ScenarioError
from tests.cli.test_run import evsim_

TEXT = """\
name: replayed
workloads: {people: {target: desk, arrivals: {csv: log.csv%s}}}
services: {desk: {workers: 9, handle: [{work: %s}]}}
run: {duration: %s}
"""


def scenario(folder, content, settings="", work="1ms", duration="100h", **files):
    for name, each in {"log": content, **files}.items():
        data = each if isinstance(each, bytes) else each.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return Scenario.from_yaml(TEXT % (settings, work, duration), source="mine.yaml", folder=folder)


def arrived(*arguments, **settings):
    return scenario(*arguments, **settings).run().requests.arrived.tolist()


# What a time means.


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be changed here")
def test_more_rows_than_a_service_can_do_are_warned_of(tmp_path):
    """Ten a second, the last one after the end of the run."""
    rows = "timestamp\n" + "\n".join(str(number / 10) for number in range(101))
    (warning,) = scenario(tmp_path, rows, work="900ms", duration="9990ms").warnings()[:1]
    assert "10.01/s of 900ms each keep 9.009 workers busy" in warning
    assert not any("busy" in each for each in scenario(tmp_path, rows, work="899ms", duration="9990ms").warnings())


def test_a_time_without_a_zone_is_utc_wherever_the_machine_is(tmp_path, monkeypatch):
    """In New York the night of 1 November 2015 had 25 hours."""
    hours = "timestamp\n2015-11-01T00:30\n2015-11-01 01:30:00\n2015-11-01T02:30:00\n2015-11-01T03:30:00.5\n"
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert arrived(tmp_path, hours) == [0, 3600, 7200, 10800.5]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_zones_are_heard(tmp_path):
    times = "timestamp\n2015-11-01T00:30:00Z\n2015-11-01T02:00:00+01:00\n2015-10-31T21:30:00-05:00\n"
    assert arrived(tmp_path, times) == [0, 1800, 7200]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2015-11-01T00:30:00\n2015-11-01T02:00:00Z", "line 3: is an ISO 8601 time with a zone, and that in line 2 is"),
        ("5\n2015-11-01T02:00:00Z", "line 3: is an ISO 8601 time with a zone, and that in line 2 is a number"),
        ("2015-11-01T02:00:00\n\n7", "line 4: is a number, and that in line 2 is an ISO 8601 time without a zone"),
    ],
)
def test_a_mixture_is_refused(tmp_path, rows, said):
    with pytest.raises(ScenarioError, match=said):
        scenario(tmp_path, f"timestamp\n{rows}\n")


@pytest.mark.parametrize("unit, digits", [("s", ""), ("ms", "000"), ("us", "000000"), ("ns", "000000000")])
def test_numbers_are_in_seconds_or_in_the_unit_that_is_named(tmp_path, unit, digits):
    rows = f"timestamp\n1431857100{digits}\n1431857102{digits}\n"
    assert arrived(tmp_path, rows, f", unit: {unit}") == [0, 2]
    if unit != "s":
        with pytest.raises(ScenarioError, match=f"log.csv, line 2: in s this is far from now.*write unit: {unit}"):
            scenario(tmp_path, rows)


def test_epochs_are_exact_to_the_nanosecond(tmp_path):
    assert arrived(tmp_path, "timestamp\n1431857100.123456789\n1431857100.123456790\n") == [0, 1e-9]
    assert arrived(tmp_path, "timestamp\n2026-01-01T00:00:00.000001\n2026-01-01T00:00:00.000003\n") == [0, 2e-6]


@pytest.mark.parametrize(
    "text",
    ["nan", "-inf", "1e300", "1e999", "1_000", "10:05", "17/May/2015:10:05:00 +0000", "2015-02-30", "9" * 99, ""],
)
def test_what_is_no_time_is_refused_with_its_line(tmp_path, text):
    with pytest.raises(ScenarioError, match="log.csv, line 3: "):
        scenario(tmp_path, f'timestamp,x\n1,1\n"{text}",1\n')


def test_iso_times_have_no_unit(tmp_path):
    with pytest.raises(ScenarioError, match="ISO 8601 times, which are not in ms"):
        scenario(tmp_path, "timestamp\n2015-11-01T02:00:00Z\n", ", unit: ms")


# The order of the rows, and how many there are.


def test_rows_out_of_order_are_counted_and_refused_or_sorted_with_their_keys(tmp_path):
    rows = "timestamp,who\n5,e\n3,c\n4,d\n1,a\n3,C\n"
    with pytest.raises(ScenarioError, match=r"line 3: its time is before.*2 of 5 rows; .*sort: true"):
        scenario(tmp_path, rows)
    requests = scenario(tmp_path, rows, ", key: who, sort: true").run().requests
    assert requests.arrived.tolist() == [0, 2, 2, 3, 4]
    assert requests.key.tolist() == ["a", "c", "C", "d", "e"]  # of two at one moment the first in the file


def test_rows_after_the_end_of_the_run_are_counted_in_a_warning(tmp_path):
    rows = "timestamp\n" + "".join(f"{5 * number}\n" for number in range(1000))
    short = scenario(tmp_path, rows, duration="10s")
    (warning,) = short.warnings()
    assert "998 of 1,000 rows of log.csv come after the end" in warning and "4,995 s" in warning
    run = short.run()
    assert len(run.requests) == 2 and warning in run.warnings
    assert not scenario(tmp_path, rows, ", scale: 0.002", duration="10s").warnings()


# What a file can be.


GOOD = "timestamp,who\n1,a\n3,b\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r"), GOOD.rstrip(),
        "\n" + GOOD + "\n\n", ' timestamp , "who"\n1,"a"\n3,"b"\n', GOOD.replace(",a", ',"a, ""b"" \u2028 \x0b"'),
    ],
)  # fmt: skip
def test_ways_to_write_the_same(tmp_path, content):
    assert arrived(tmp_path, content, ", key: who") == [0, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("timestamp,who\n", "no rows"),
        (GOOD.encode("utf-16"), "is UTF-16; save the file as UTF-8"),
        (GOOD.encode("utf-32"), "is UTF-32"),
        (GOOD.encode() + b"4,\xff\n", "line 4: is not UTF-8"),
        (GOOD.encode() + b"4,\0\n", "line 4: holds a NUL byte"),
        (GOOD.replace(",", ";"), "separated by semicolons"),
        (GOOD.replace(",", "\t"), "separated by tabs"),
        ("1,a\n3,b\n", "the first line must name the columns"),
        ("timestamp,who,timestamp\n1,a,2\n", "2 columns are named 'timestamp'"),
        ("timestamp,who,who\n1,a,b\n", "2 columns are named 'who'"),
        ("timestamps,who\n1,a\n", "no column 'timestamp'.*did you mean timestamps"),
        ('timestamp,who\n1,"a\n2,b\n3,c\n', "line 2: a quote is opened and not closed"),
        ('timestamp,who\n1,"a\n2,b\n3,c"\n4,d\n', "line 2: a quote is opened and not closed"),
        ('timestamp,who\n1,a\n2,"b', "line 3: a quote is opened and not closed"),
        ('timestamp,who\n1,"a\n' + "2,b\n" * 50_000, "line 2: a quote is opened and not closed"),
        ('timestamp,who\n1,"a"b\n', "line 2: is not CSV"),
        ("timestamp,who\n1," + "x" * 131_073 + "\n", "line 2: a field is longer than 131,072 characters"),
        ("timestamp,who\n1,a\n2\n", "line 3: the row has 1 field, and.*no who"),
        ("timestamp,who\n1,a\n2,b,c\n", "line 3: the row has 3 fields.*needs quotes"),
        ("timestamp,who\n1,a\n2,\n", "line 3: the row has no who"),
    ],
)  # fmt: skip
def test_a_file_that_would_be_misread_is_refused_when_the_scenario_is_read(tmp_path, content, said):
    with pytest.raises(ScenarioError, match=said) as caught:
        scenario(tmp_path, content, ", key: who")
    assert "mine.yaml, line 2: workloads.people.arrivals.csv: log.csv" in str(caught.value)


def test_a_long_field_in_another_column_is_too_long_as_well_and_no_defect(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT % ("", "1ms", "1h"))
    (tmp_path / "log.csv").write_text("timestamp,agent\n1," + "x" * 200_000 + "\n")
    for command in ("validate", "run"):
        result = evsim_(command, file)
        assert result.exit_code == 2 and "take that column out" in result.stderr


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "log.csv").mkdir()
    with pytest.raises(ScenarioError, match="log.csv: is a folder"):
        Scenario.from_yaml(TEXT % ("", "1ms", "1h"), folder=tmp_path)


def test_keys_come_from_one_place(tmp_path):
    text = (TEXT % (", key: who", "1ms", "1h")).replace("{target", "{key: {uniform: 9}, target")
    (tmp_path / "log.csv").write_text(GOOD)
    with pytest.raises(ScenarioError, match="workloads.people.key: the keys are in the file, column who"):
        Scenario.from_yaml(text, folder=tmp_path)


def test_a_file_that_has_changed_is_read_again(tmp_path):
    mine = scenario(tmp_path, GOOD)
    assert len(mine.run().requests) == 2
    (tmp_path / "log.csv").write_text(GOOD + "4,c\n")
    assert len(mine.run().requests) == 3


def test_a_file_that_has_gone_before_the_run_is_named(tmp_path):
    mine = scenario(tmp_path, GOOD)
    (tmp_path / "log.csv").unlink()
    assert mine.warnings() == []
    with pytest.raises(ScenarioError, match="log.csv: there is no such file"):
        mine.run()


# Times of work.


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no times"),
        ("seconds\n", "holds no times"),
        ("5mss\n6ms\n", "line 1: must be a time"),
        ("time\n5ms\nslow\n", "line 3: must be a time"),
        ("5ms\n-1\n", "line 2: must not be negative"),
        ("a,b\n5ms,1\n", "line 2: has several columns"),
        ("5,1\n6,2\n", "line 1: has several columns"),
        ("5ms\n".encode("utf-16"), "is UTF-16"),
        (b"5ms\n\0\n", "line 2: holds a NUL byte"),
    ],
)
@pytest.mark.parametrize("place", ["work", "latency", "mttr", "think"])
def test_a_file_of_times_is_checked_when_the_scenario_is_wherever_it_is_named(tmp_path, content, said, place):
    (tmp_path / "times.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "log.csv").write_text(GOOD)
    times = "{empirical: times.csv}"
    text = TEXT % ("", times if place == "work" else "1ms", "1h")
    if place == "latency":
        text += f"network: {{latency: {times}}}\n"
    elif place == "mttr":
        text += f"faults: [{{crash: desk, mtbf: 5s, mttr: {times}}}]\n"
    elif place == "think":
        text = text.replace("{csv: log.csv}", f"{{closed: {{users: 2, think: {times}}}}}")
    with pytest.raises(ScenarioError, match=f"empirical: times.csv.*{said}"):
        Scenario.from_yaml(text, folder=tmp_path)
    (tmp_path / "times.csv").write_text("ms\n\n5ms\n")
    assert Scenario.from_yaml(text, folder=tmp_path).warnings() is not None


def test_real_requests_may_be_shuffled_and_are_the_same_when_sorted(tmp_path):
    luck = np.random.default_rng(3)
    rows = [f"{second},{luck.integers(50)}" for second in np.unique(luck.integers(9000, size=2000))]
    plain = arrived(tmp_path, "\n".join(["timestamp,who", *rows]))
    luck.shuffle(rows)
    assert arrived(tmp_path, "\n".join(["timestamp,who", *rows]), ", sort: true") == plain


# Work times of the rows.

ROWS = "{rows: log.csv, column: took, unit: ms}"
TOOK = "timestamp,took\n0,5\n1,250ms\n2,7.5\n3,1us\n"


def test_each_request_works_as_long_as_its_row_says(tmp_path):
    run = scenario(tmp_path, TOOK, work=ROWS).run(seed=7)
    assert run.requests.response.tolist() == [0.005, 0.25, 0.0075, 1e-6]
    assert run.scenario.services["desk"].handle[0].time.mean == pytest.approx(0.26250100 / 4)


def test_what_is_tried_again_takes_as_long_again(tmp_path):
    """The desk gives up after 100 ms, and so does its second try at request 1, and nobody else's."""
    text = TEXT.replace("services: {", "services: {door: {workers: 9, handle: [{call: {service: desk, timeout: 100ms, "
                        "retry: {attempts: 2}}}]}, ").replace("target: desk", "target: door")  # fmt: skip
    (tmp_path / "log.csv").write_text(TOOK)
    run = Scenario.from_yaml(text % ("", ROWS, "1h"), folder=tmp_path).run()
    assert run.requests.outcome.tolist() == ["ok", "timeout", "ok", "ok"]
    spans = run.spans[run.spans.service == "desk"]
    assert sorted((spans.ended - spans.started).round(9)) == [1e-6, 0.005, 0.0075, 0.25, 0.25]


def test_after_the_last_row_the_first_one_follows(tmp_path):
    (tmp_path / "took.csv").write_text("took\n10ms\n20ms\n30ms\n")
    rows = "{rows: took.csv, column: took}"
    run = scenario(tmp_path, "timestamp\n" + "\n".join(map(str, range(7))), work=rows).run()
    assert run.requests.response.round(9).tolist() == [0.01, 0.02, 0.03, 0.01, 0.02, 0.03, 0.01]


def test_the_quantile_of_the_times_of_a_file_is_the_one_that_so_many_rows_are_below(tmp_path):
    (tmp_path / "took.csv").write_text("took\n" + "".join(f"{row}ms\n" for row in (5, 1, 4, 2, 3)))
    took = scenario(tmp_path, "timestamp\n0\n", work="{rows: took.csv, column: took}").services["desk"].handle[0].time
    shares = [0, 0.1, 0.2, 0.5, 0.79, 0.8, 1]
    assert [took.quantile(share) for share in shares] == pytest.approx(
        [0.001, 0.001, 0.002, 0.003, 0.004, 0.005, 0.005]
    )


@pytest.mark.parametrize("record", ["full", "summary"])
def test_each_of_many_requests_takes_the_time_of_its_own_row(tmp_path, record):
    """More than are read at once, twice over; a second workload counts its rows anew."""
    (tmp_path / "took.csv").write_text("took\n" + "".join(f"{row + 1}us\n" for row in range(1500)))
    others = "others: {target: desk, arrivals: {constant: 250/s}}"
    text = TEXT.replace("csv: log.csv%s", "constant: 1000/s").replace("people:", f"{others}, people:")
    written = text % ("{rows: took.csv, column: took}", "3200ms")
    run = Scenario.from_yaml(written, source="mine.yaml", folder=tmp_path).run(record=record)
    expected = [[1e-6 * (row % 1500 + 1) for row in range(count)] for count in (799, 3199)]
    if record == "full":
        for workload, times in zip(("others", "people"), expected, strict=True):
            mine = run.requests[run.requests.workload == workload]
            assert mine.response.tolist() == pytest.approx(times, abs=1e-9)
    else:
        assert run.summary()["response_mean"] == pytest.approx(np.mean(np.concatenate(expected)), rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "settings", "said"),
    [
        ("timestamp,took\n0,5\n1,slow\n", "", "line 3: took: must be a time such as 10ms"),
        ("timestamp,took\n0,5\n1,-5\n", "", "line 3: took: must not be negative"),
        ("timestamp,took\n0,5\n1,\n", "", "line 3: took: must be a time"),
        ("timestamp,tok\n0,5\n", "", "there is no column 'took'.*did you mean tok?"),
        ("timestamp,took\n", "", "has no rows"),
        (TOOK, ", sort: true", "in another order than the requests, which are sorted"),
    ],
)
def test_a_column_of_work_times_is_checked_when_the_scenario_is(tmp_path, rows, settings, said):
    with pytest.raises(ScenarioError, match=said):
        scenario(tmp_path, rows, settings, work=ROWS)
