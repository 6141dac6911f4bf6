"""What is read from files that are longer than a run: of which part the load is, and whether nobody gets lost."""

import json
from random import Random

import numpy as np
import pytest

import evsim
from evsim.imports import measured, minute_counts
from evsim.imports.measured import arrivals_of_counts
from evsim.scenario import Scenario

MINUTE = 60.0


def come(arrivals, seconds):
    """How many come by some arrivals in so many seconds."""
    settings = {"target": "desk", "arrivals": arrivals}
    scenario = Scenario.from_dict({"name": "come", "workloads": {"all": settings}, "run": {"duration": seconds},
                                   "services": {"desk": {"handle": [{"work": 1}]}}})  # fmt: skip
    return scenario.workloads["all"].arrivals.mean_rate(seconds) * seconds


@pytest.mark.parametrize("count", [2, 7, 10, 23, 60])
def test_as_many_come_as_were_counted(count):
    """Also where the load jumps, and where stretches are taken together."""
    random = Random(count)
    for _ in range(20):
        counts = [random.choice([0, 40, 400, random.randrange(1000)]) for _ in range(count - 1)] + [9]
        arrivals, _, length = arrivals_of_counts(counts, 30.0)
        assert length == 30.0 * count
        assert come(arrivals, length) == pytest.approx(sum(counts), rel=2e-3, abs=1)


@pytest.mark.parametrize("seed", range(4))
def test_of_a_day_the_busiest_minutes_that_a_run_can_hold_are_taken_for_each_function(seed, tmp_path, monkeypatch):
    """Functions of their own are those with most calls of the day, not of a minute; the others are one box."""
    random, holds, own, minutes = Random(seed), 900, 3, 40
    monkeypatch.setattr(minute_counts, "LONGEST_RUN", holds)
    monkeypatch.setattr(minute_counts, "MOST", own)
    rows = [[random.randrange(9) for _ in range(minutes)] for _ in range(5)]
    rows.append([0] * minutes)
    rows[-1][random.randrange(minutes)] = 60  # many in one minute, and few in all
    names = [f"{letter}" * 8 for letter in "abcdef"]
    lines = [f"o,a,{name},http,{','.join(map(str, row))}" for name, row in zip(names, rows, strict=True)]
    header = ",".join(["HashOwner", "HashApp", "HashFunction", "Trigger", *map(str, range(1, minutes + 1))])
    file = tmp_path / "day.csv"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    length = minutes
    while True:
        together = [sum(sum(row[first : first + length]) for row in rows) for first in range(minutes - length + 1)]
        if max(together) <= holds:
            break
        length //= 2
    first = together.index(max(together))
    order = sorted(range(len(rows)), key=lambda number: -sum(rows[number]))
    expected = {f"http-{names[number]}": sum(rows[number][first : first + length]) for number in order[:own]}
    expected["others"] = sum(sum(rows[number][first : first + length]) for number in order[own:])
    scenario = evsim.from_file(file).scenario
    assert scenario.run_settings.duration == length * MINUTE
    found = {each.target: each.arrivals.mean_rate(length * MINUTE) * length * MINUTE
             for each in scenario.workloads.values()}  # fmt: skip
    assert found == pytest.approx({name: many for name, many in expected.items() if many}, rel=2e-3, abs=1)


def test_times_of_work_are_those_of_the_requests_that_are_taken(tmp_path, monkeypatch):
    """The busiest hundred take 20 ms each; the others 500 ms, and there are more of them."""
    monkeypatch.setattr(measured, "LONGEST_RUN", 100)
    moments = [*range(0, 600, 4), *(600 + each // 4 for each in range(100)), *range(640, 1240, 4)]
    lines = []
    for moment in moments:
        took = "0.020" if 600 <= moment < 625 else "0.500"
        lines.append(
            f'1.2.3.4 - - [02/Mar/2026:09:{moment // 60:02}:{moment % 60:02} +0000] "GET / HTTP/1.1" 200 5 {took}'
        )
    file = tmp_path / "access.log"
    file.write_text("\n".join(lines), encoding="utf-8")
    scenario = evsim.from_file(file).scenario
    (workload,) = scenario.workloads.values()
    (service,) = scenario.services.values()
    assert service.handle[0].time.mean == 0.02
    assert workload.arrivals.customers_per_second == pytest.approx(4, rel=0.05)


def test_a_table_in_which_nobody_is_counted_is_told_so(tmp_path):
    file = tmp_path / "quiet.csv"
    file.write_text("time,count\n2026-03-02T09:00:00Z,0\n2026-03-02T09:01:00Z,0\n", encoding="utf-8")
    with pytest.raises(evsim.ScenarioError, match="counts nobody"):
        evsim.from_file(file)


@pytest.mark.slow
def test_whom_only_callers_have_seen_takes_as_long_for_them_as_they_have_seen(tmp_path):
    """A web server that takes 3 ms, and a database of which it waits for 5 ms, 200 times a second: at once 3 of them.

    A hop takes 1 ms: of the 5 ms the database works for three.
    """
    spans, generator = {"front": [], "web": []}, np.random.default_rng(2)

    def span(service, number, begin, end, kind, parent=None, **about):
        spans[service].append({
            "traceId": f"{number:032x}", "spanId": f"{len(spans['front']) + 10_000 * len(spans['web']):016x}",
            "name": "work", "kind": kind, "startTimeUnixNano": round(begin * 1e9), "endTimeUnixNano": round(end * 1e9),
            **({"parentSpanId": parent} if parent else {}),
            "attributes": [{"key": key.replace("_", "."), "value": {"stringValue": value}}
                           for key, value in about.items()],
        })  # fmt: skip
        return spans[service][-1]["spanId"]

    for number, time in enumerate(1_700_000_000 + np.cumsum(generator.exponential(1 / 200, 2000))):
        root = span("front", number, time, time + 0.013, 2)
        asked = span("front", number, time + 0.001, time + 0.011, 3, root, server_address="web")
        web = span("web", number, time + 0.002, time + 0.010, 2, asked)
        span("web", number, time + 0.004, time + 0.009, 3, web, db_system="postgresql", server_address="db")
    groups = [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]},
               "scopeSpans": [{"spans": its}]} for name, its in spans.items()]  # fmt: skip
    (tmp_path / "trace.json").write_text(json.dumps({"resourceSpans": groups}))
    draft = evsim.from_file(tmp_path / "trace.json")
    run = draft.scenario.run()
    assert run.services["db"]["sojourn_mean"] == pytest.approx(0.003) and run.services["db"]["wait_mean"] == 0
    assert run.services["web"]["sojourn_mean"] == pytest.approx(0.008, rel=0.01)
    assert "without the network, waiting in it" in draft.scenario.origins["services.db.handle"]
    assert "at once in trace.json, who waited is in its work" in draft.scenario.origins["services.db.workers"]
