"""The Trace Event Format, held against what its documentation asks of each kind of event.

Perfetto's own trace processor is a program that its Python package fetches from the network, so it is not used here.
"""

import json
from collections import Counter

import pytest

from evsim.results.export.identity import nanoseconds
from tests.exports.runs import NAMES, a_run

NEEDED = {  # phase -> fields besides ph, pid, tid and name
    "M": {"args"}, "X": {"ts", "dur", "cat"}, "i": {"ts", "s", "cat"}, "b": {"ts", "cat", "id"},
    "e": {"ts", "cat", "id"}, "s": {"ts", "cat", "id"}, "f": {"ts", "cat", "id", "bp"},
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def exported(request, tmp_path_factory):
    run = a_run(request.param)
    path = run.export(tmp_path_factory.mktemp("perfetto") / "trace.json", "perfetto")
    return run, json.loads(path.read_text(encoding="utf-8"))


def of(trace, phase, category=None):
    return [e for e in trace["traceEvents"] if e["ph"] == phase and category in (None, e.get("cat"))]


def nano(time):
    return round(time * 1000)


def test_every_event_has_the_fields_of_its_phase(exported):
    _, trace = exported
    assert trace["displayTimeUnit"] == "ms"
    for event in trace["traceEvents"]:
        assert NEEDED[event["ph"]] | {"ph", "pid", "tid", "name"} <= event.keys()
        if "ts" in event:
            assert event["ts"] >= 0 and event.get("dur", 0) >= 0
        if event["ph"] == "i":
            assert event["s"] in ("g", "p", "t")


def test_processes_and_threads_have_one_name_each(exported):
    run, trace = exported
    names = Counter((e["name"], e["pid"], e["tid"]) for e in of(trace, "M"))
    assert set(names.values()) <= {1}
    named = {(e["pid"], e["tid"]) for e in of(trace, "M") if e["name"] == "thread_name"}
    processes = {e["pid"] for e in of(trace, "M") if e["name"] == "process_name"}
    assert {(e["pid"], e["tid"]) for e in of(trace, "X")} <= named
    assert {e["pid"] for e in trace["traceEvents"]} <= processes
    workers = sum(service.instances * service.workers for service in run.scenario.services.values())
    assert len(named) == workers


def test_events_are_in_order_of_time(exported):
    times = [event["ts"] for event in exported[1]["traceEvents"] if event["ph"] != "M"]
    assert times == sorted(times)


def test_a_worker_does_one_thing_at_a_time_and_all_that_the_records_say(exported):
    run, trace = exported
    ends, rows = {}, set()
    for event in of(trace, "X"):
        thread, begin = (event["pid"], event["tid"]), nano(event["ts"])
        assert begin >= ends.get(thread, 0) - 1, "two slices of a thread overlap"
        ends[thread] = begin + nano(event["dur"])
        row = event["args"]["row"]
        rows.add(row)
        assert begin == nanoseconds(run.tables.rows["started"][row])
        ended = run.tables.rows["ended"][row]
        assert ends[thread] == nanoseconds(ended if ended == ended else run.ended_at)
        assert event["tid"] == run.tables.rows["worker"][row] + 1
    assert rows == {row for row, started in enumerate(run.tables.rows["started"].tolist()) if started == started}


def test_what_begins_without_a_thread_ends_once(exported):
    open_ = {}
    for event in exported[1]["traceEvents"]:
        if event["ph"] in "be":
            key = event["pid"], event["cat"], event["id"], event["name"]
            if event["ph"] == "b":
                assert key not in open_
                open_[key] = event["ts"]
            else:
                assert open_.pop(key) <= event["ts"]
    assert not open_


def test_an_arrow_leads_from_work_to_the_work_that_it_causes(exported):
    """Each end of an arrow belongs to a slice of its thread that is there at that moment."""
    _, trace = exported
    slices = {}
    for event in of(trace, "X"):
        span = nano(event["ts"]), nano(event["ts"]) + nano(event["dur"])
        slices.setdefault((event["pid"], event["tid"]), []).append(span)
    starts = {event["id"]: event for event in of(trace, "s")}
    ends = {event["id"]: event for event in of(trace, "f")}
    assert starts.keys() == ends.keys()
    assert len(ends) == len(of(trace, "f"))
    for end in (*starts.values(), *ends.values()):
        time = nano(end["ts"])
        assert any(begin <= time <= last for begin, last in slices[end["pid"], end["tid"]])
    for number, start in starts.items():
        assert start["ts"] <= ends[number]["ts"]
        assert start["cat"] == ends[number]["cat"]
    caused = [e for e in of(trace, "X") if e["name"] != "request"]
    assert len(caused) == len(ends)


def test_effects_are_instants_on_the_thread_that_made_them(exported):
    run, trace = exported
    effects = of(trace, "i", "effect")
    told = sorted((nano(e["ts"]), e["name"], e["tid"]) for e in effects)
    columns = run.tables.effects
    worker = run.tables.rows["worker"][columns["row"]]
    assert told == sorted(
        (nanoseconds(time), run.tables.effect_names[name], worker + 1)
        for time, name, worker in zip(columns["time"].tolist(), columns["name"].tolist(), worker.tolist())
    )


def test_a_request_lasts_from_the_click_to_the_answer(exported):
    run, trace = exported
    begins = {e["id"]: e for e in of(trace, "b", "request")}
    ends = {e["id"]: e for e in of(trace, "e", "request")}
    assert len(begins) == len(run.tables.requests.row)
    lasting = sorted((nano(e["ts"]), nano(ends[name]["ts"])) for name, e in begins.items())
    answered = [
        answered if answered == answered else run.ended_at for answered in run.tables.requests.answered.tolist()
    ]
    assert lasting == sorted(
        (nanoseconds(a), nanoseconds(b)) for a, b in zip(run.tables.requests.arrived.tolist(), answered)
    )


def test_faults_are_bands_with_an_instant_at_their_start(tmp_path):
    run = a_run("events")
    trace = json.loads(run.export(tmp_path / "trace.json", "perfetto").read_text(encoding="utf-8"))
    ((begin,), (end,), (instant,)) = of(trace, "b", "fault"), of(trace, "e", "fault"), of(trace, "i", "fault")
    assert (begin["name"], begin["ts"], end["ts"], instant["ts"]) == ("outage", 8e6, 13e6, 8e6)
    process = next(e for e in of(trace, "M") if e["name"] == "process_name" and e["pid"] == begin["pid"])
    assert process["args"]["name"] == "mailing-list"
