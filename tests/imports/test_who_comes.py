"""Who comes and how often, of traces, logs and tables: nobody is lost or comes twice, and rates are as measured."""

import json

import pytest

import evsim
from evsim.imports.measured import rate_words, time_setting
from evsim.scenario.units import rate

FACTS = {"key": "messaging.destination.name", "value": {"stringValue": "facts"}}


def trace(*spans):
    """A trace of spans (service, id, parent, kind, begin in ms, end in ms)."""
    return json.dumps({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
        "scopeSpans": [{"spans": [{
            "traceId": own, "spanId": own, "parentSpanId": parent, "name": own, "kind": kind, "attributes": [FACTS],
            "startTimeUnixNano": str(10**6 * begin), "endTimeUnixNano": str(10**6 * end)}]}],
    } for service, own, parent, kind, begin, end in spans]})  # fmt: skip


def draft(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return evsim.from_file(*(folder / name.replace("__", ".") for name in files))


def test_what_a_program_publishes_of_itself_reaches_each_reader_once(tmp_path):
    """A timer that nobody asks: each of its messages is an arrival, and all who read it get it from there."""
    spans = [span for n in range(40) for span in (
        ("timer", f"t{n}", "", 4, 500 * n, 500 * n + 1), ("mail", f"m{n}", f"t{n}", 5, 500 * n + 2, 500 * n + 9),
        ("sms", f"s{n}", f"t{n}", 5, 500 * n + 3, 500 * n + 9))]  # fmt: skip
    run = draft(tmp_path, t__json=trace(*spans)).scenario.run()
    assert set(run.scenario.workloads) == {"facts-clients"}
    assert len(run.requests) == 39  # evenly, and the 40th would come when the run ends
    assert [sum(run.effects["service"] == who) for who in ("mail", "sms")] == [39, 39]


def test_who_asks_two_services_comes_to_both(tmp_path):
    asked = [(what, f"{what}{n}", n * every) for n in range(20) for what, every in (("cart", 1000), ("search", 250))]
    spans = [span for what, own, at in asked for span in (
        ("browser", own, "", 3, at, at + 9), (what, f"in-{own}", own, 2, at, at + 8))]  # fmt: skip
    workloads = draft(tmp_path, t__json=trace(*spans)).scenario.workloads
    rates = {each.target: each.arrivals.customers_per_second for each in workloads.values()}
    assert (rates["cart"], rates["search"]) == (1.0, 4.0)


def test_who_was_seen_at_work_is_not_described_by_who_calls_it(tmp_path):
    """Of two files: in one a service was seen itself, in the other one by its caller alone."""
    files = {"a__json": trace(("stock", "1", "", 2, 0, 3)),
             "b__json": trace(("shop", "2", "", 2, 0, 9), ("shop", "3", "2", 3, 1, 8)).replace(
                 "messaging.destination.name", "peer.service").replace("facts", "stock")}  # fmt: skip
    page = draft(tmp_path, **files).yaml
    assert "work: 3ms" in page and "seen in b.json" not in page


@pytest.mark.parametrize("measured", [0.0, 3.175e-8, 5.5555e-5, 9.9994e-4, 0.001, 12.345, 9999.4, 9999.9, 123456.7])
def test_a_rate_is_written_with_four_digits_and_no_exponent(measured):
    written = rate_words(measured)
    assert set(written) <= set("0123456789./s") and "./" not in written
    assert rate(written) == pytest.approx(measured, rel=5e-4)


def test_one_time_of_many_that_differs_is_in_the_variation():
    """Few of many times are looked at, and they may all be the same."""
    times = [1e6, *[2e6] * 1001]
    setting, words = time_setting(times[::-1])
    assert setting == {"lognormal": {"mean": "1.999ms", "cv": 0.0158}} and words.endswith("none fits")


def test_a_lag_of_many_digits_is_not_cut(tmp_path):
    table = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID\nmail facts 0 0 1 {} -\n"
    for lag, said in (("999999999999", "999,999,999,999"), ("1234567890123", "1,000,000,000,000")):
        assert f"lag {said} in facts" in draft(tmp_path, t__txt=table.format(lag)).yaml


def test_a_group_that_reads_several_topics_has_its_lag_in_each(tmp_path):
    rows = (
        "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID",
        "mail jobs 0 0 1 5 a",
        "mail facts 0 0 1 7 b",
    )
    assert "# 2 members in t.txt; lag 5 in jobs, 7 in facts" in draft(tmp_path, t__txt="\n".join(rows) + "\n").yaml
