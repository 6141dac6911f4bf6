"""Windows in the running simulation: what theory says of them, who is told, and what is refused."""

import json

import pytest

import evsim
from evsim.scenario import Scenario, ScenarioError
from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure


def stream(window, arrivals=None, partitions=1, duration=60, delay=None, faults=(), keys=None, subscribe=None, **more):
    """Customers whose messages a window counts; what comes of it goes to a board."""
    customers = {"target": "page", "arrivals": arrivals or {"poisson": 10}, "delay": delay}
    customers |= {"key": {"uniform": keys}} if keys else {}
    return Scenario.from_dict(
        {
            "name": "stream",
            "workloads": {"people": customers},
            "services": {
                "page": {"workers": 1000, "handle": [{"publish": "events"}]},
                "counter": {
                    "workers": partitions,
                    "subscribe": subscribe or "events",
                    "handle": [{"window": {"to": "results", **window}}],
                },
                "board": {"subscribe": "results", "handle": [{"effect": "result"}]},
                **more,
            },
            "channels": {"events": {"log": {"partitions": partitions}}, "results": "queue", "others": "queue"},
            "faults": list(faults),
            "run": {"duration": duration},
        }
    )


def values(run):
    return [pane.value for pane in run.records.panes]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "replications"), [("LATE-100", 10), ("LATE-5", 10)])
def test_the_share_that_comes_too_late_depends_on_the_rate_as_theory_says(name, replications):
    given = case(name)["parameters"]
    window = {"tumbling": given["W"], "out_of_order": given["B"], "by": "all"}
    scenario = stream(
        window,
        {"poisson": given["lam"]},
        duration=12_000 / given["lam"],
        delay={"exponential": given["delay_mean"]},
    )
    found = measure(name, scenario, lambda run: {"late": run.summary()["too_late_share"]}, replications)
    assert agrees(found["late"], expected(name, "exact"), notices=0.25, because="it is rare, and comes in bursts")


@pytest.mark.slow
def test_tumbling_windows_have_as_many_events_as_a_poisson_process_in_that_time():
    scenario = stream({"tumbling": 10, "by": "all"}, {"poisson": 3}, duration=2400)
    found = measure(
        "TUMBLING", scenario, lambda run: {"mean": (found := values(run)[1:]) and sum(found) / len(found)}, 8
    )
    assert agrees(found["mean"], expected("TUMBLING", "mean"), notices=0.1)


@pytest.mark.slow
def test_sessions_are_as_long_as_the_busy_period_of_an_unlimited_server():
    def sessions(run):
        panes = run.records.panes[1:]
        lengths = [pane.end - pane.start for pane in panes]
        return {"events": sum(pane.value for pane in panes) / len(panes), "length": sum(lengths) / len(lengths)}

    given = case("SESSION")["parameters"]
    scenario = stream({"session": given["gap"], "by": "all"}, {"poisson": given["lam"]}, duration=5000)
    found = measure("SESSION", scenario, sessions, 8)
    assert agrees(found["events"], expected("SESSION", "mean events"), notices=0.25, because="sessions differ much")
    assert agrees(
        found["length"],
        expected("SESSION", "mean window length (last-first+gap)"),
        notices=0.25,
        because="sessions differ much",
    )


def test_events_of_thirty_years_ago_are_counted_as_those_of_now():
    old, new = (stream({"tumbling": 2, "by": "all"}, duration=10, delay=delay).run() for delay in (1e9, None))
    assert old.audit()
    assert len(values(new)) == 4 and values(old) == values(new)


def test_a_partition_without_messages_holds_all_windows_back_until_it_is_idle():
    one_key = {"tumbling": 5, "by": "all"}
    run = balanced(stream(one_key, partitions=2, keys=1))
    assert values(run) == []
    run = balanced(stream({**one_key, "idle": 2}, partitions=2, keys=1))
    assert len(values(run)) == 11 and run.services["counter"]["results"] == 11
    run = balanced(stream({**one_key, "clock": "stream_time"}, partitions=2, keys=1))
    assert len(values(run)) == 11, "each partition has its own time"


def test_where_event_time_never_begins_the_run_says_why_there_is_no_result():
    """One key comes to one of three partitions."""

    def told(partitions, **window):
        scenario = stream({"tumbling": 5, "by": "all", **window}, {"constant": 10}, partitions, keys=1)
        return [each for each in scenario.run().warnings if "no window was ever over" in each]

    (said,) = told(3)
    assert said.startswith("services.counter: no window was ever over: nothing came to 2 of 3 partitions")
    assert told(3, idle=8) == told(3, clock="stream_time") == told(1) == []


@pytest.mark.slow
def test_at_checkpoints_that_take_a_while_fewer_can_be_counted_than_the_work_allows():
    """Ten a second but for 2 s of every 10 s: 8.2 a second, as each worker does one more meanwhile."""
    window = {"to": "results", "tumbling": 5, "by": "all", "checkpoint": {"every": 10, "takes": 2}}
    scenario = stream({"tumbling": 5}, {"poisson": 9}, duration=300).replace({
        "services.counter.handle": [{"work": "100ms"}, {"window": window}],
        "services.counter.subscribe": {"channel": "events", "commit": "checkpoint"}, "run.drain_limit": 0,
    })  # fmt: skip
    run = scenario.run()
    assert run.services["counter"]["completed"] < 8.4 * 300
    assert "counter, at 10/s customers or fewer; 9/s come" in str(run.theory())


def test_sums_and_distinct_keys_are_those_of_the_events():
    run = balanced(stream({"tumbling": 10, "by": "all", "aggregate": {"sum": "1500ms"}}, {"constant": 10}))
    assert values(run)[1:] == [150.0] * 4
    run = balanced(stream({"tumbling": 10, "by": "all", "aggregate": "distinct"}, {"constant": 10}, keys=7))
    assert values(run) == [7.0] * 5


def test_a_result_has_many_causes_and_each_of_them_is_told_of_it():
    run = balanced(stream({"tumbling": 1}, {"constant": 5}, keys=2, duration=4))
    first = run.records.panes[0]
    requests = {int(run.tables.rows["request"][row]) for row in run.tables.causes[first.message]}
    assert len(requests) == first.value > 1
    for request in requests:
        assert f"counter to results  (message {first.message}" in str(run.trace(request)), request
        assert "counter-)results: " in run.sequence(request).mermaid(), request


def test_a_result_is_linked_to_all_its_messages_in_opentelemetry(tmp_path):
    run = balanced(stream({"tumbling": 1, "by": "all"}, {"constant": 5}, duration=3))
    run.export(tmp_path / "spans.json", format="otlp")
    resources = json.loads((tmp_path / "spans.json").read_text())["resourceSpans"]
    spans = {each["spanId"]: each for one in resources for scope in one["scopeSpans"] for each in scope["spans"]}
    results = [each for each in spans.values() if each["name"] == "send results"]
    assert sorted(len(each["links"]) for each in results) == sorted(values(run))
    for result in results:
        linked = [spans[link["spanId"]] for link in result["links"]]
        assert {each["name"] for each in linked} == {"send events"}
        assert [each["traceId"] for each in linked] == [link["traceId"] for link in result["links"]]


@pytest.mark.parametrize(("load", "meets"), [(1, True), (3, False)])
@pytest.mark.parametrize("name", ["registrations-per-minute", "checkpoint-and-crash"])
def test_the_scenarios_are_healthy_and_break_at_three_times_their_load(name, load, meets):
    scenario = evsim.load(name)
    rates = {
        f"workloads.{each}.arrivals.poisson": load * settings.arrivals.rate
        for each, settings in scenario.workloads.items()
    }
    run = scenario.replace({**rates, "run.duration": 60}).run()
    limits = {"result_wait_mean": 8 if name == "registrations-per-minute" else 5}
    assert all((run.summary()[figure] <= limit) == meets for figure, limit in limits.items())


@pytest.mark.slow
def test_the_board_of_the_scenario_shows_results_twice_after_a_crash_unless_it_is_idempotent():
    scenario = evsim.load("checkpoint-and-crash").replace({"faults": [{"crash": "counter", "at": 38, "for": 2}]})
    plain, once = scenario.run(), scenario.replace({"services.board.idempotent": True}).run()
    assert plain.audit() and once.audit()
    assert plain.services["counter"]["results_repeated"] == once.services["counter"]["results_repeated"] == 2
    counts = [run.channels["per-five-seconds", "board"]["duplicated"] for run in (plain, once)]
    assert counts == [2, 0]


def test_what_is_too_late_takes_other_steps():
    late = {"late_messages": [{"publish": "others"}]}
    desk = {"subscribe": "others", "handle": [{"effect": "note"}]}
    run = balanced(stream({"tumbling": 2, **late}, delay={"exponential": 1}, keys=3, desk=desk))
    too_late = sum(event.late for event in run.records.events)
    assert too_late == run.services["counter"]["too_late"] == run.channels["others", "desk"]["delivered"] > 20


def test_a_window_of_windows_takes_each_result_at_the_end_of_its_window():
    more = {"hours": {"subscribe": "others", "handle": [{"window": {"to": "results", "tumbling": 10, "by": "all"}}]}}
    scenario = stream({"tumbling": 2, "by": "all"}, {"constant": 10}, **more)
    run = balanced(
        scenario.replace({"services.counter.handle": [{"window": {"to": "others", "tumbling": 2, "by": "all"}}]})
    )
    assert [pane.value for pane in run.records.panes if pane.service == 3] == [5.0] * 5


def test_a_pause_moves_the_clocks_of_windows():
    early = {"tumbling": 60, "by": "all", "early_every": 1}
    run = balanced(stream(early, {"constant": 10}, duration=10, faults=[{"pause": "counter", "at": 3.5, "for": 3}]))
    times = [pane.time for pane in run.records.panes if pane.kind == "early"]
    assert not any(3.5 < time < 6.5 for time in times) and times


def test_the_same_windows_are_opened_on_the_guarded_path():
    scenario = stream({"sliding": {"size": 4, "every": 2}, "out_of_order": 1}, delay={"exponential": 1}, keys=3)
    plain, guarded = scenario.run(seed=3), scenario.run(seed=3, guarded=True)
    assert plain.records.panes == guarded.records.panes and plain.records.events == guarded.records.events


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ({}, "says not which events belong together; write one of tumbling, sliding and session"),
        ({"tumbling": 1, "session": 1}, "is tumbling and session at once"),
        ({"sliding": {"size": 1, "every": 2}}, "would leave gaps between them"),
        ({"sliding": {"size": "1h", "every": "1ms"}}, "more than 1,000 windows"),
        ({"tumbling": 1, "aggregate": "distinct"}, "write by: all"),
        ({"tumbling": 1, "offset": 2}, "windows begin anew before that"),
        ({"session": 1, "offset": 1}, "a session begins with its first event"),
        ({"tumbling": 1, "checkpoint": {"every": 1}}, "commit: checkpoint"),
        ({"tumbling": 1, "like": "flunk"}, "did you mean flink"),
        ({"tumbling": 0}, "tumbling"),
        ({"tumbling": 1, "to": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(window, says):
    with pytest.raises(ScenarioError, match=says):
        stream(window)


def test_who_has_windows_ends_with_them_and_reads_one_message_at_a_time():
    scenario, step = stream({"tumbling": 1}), {"window": {"to": "results", "tumbling": 1}}
    for changes, says in (
        ({"services.counter.handle": [step, {"work": "1ms"}]}, "must be the last step"),
        ({"services.counter.subscribe": {"channel": "events", "batch": 5}}, "one message at a time"),
        (
            {"services.counter.subscribe": {"channel": "events", "commit": "checkpoint"}},
            "has no window with a checkpoint",
        ),
        ({"channels.results": "bus"}, "want a channel that keeps them"),
    ):
        with pytest.raises(ScenarioError, match=says):
            scenario.replace(changes)


@pytest.mark.parametrize("name", ["flink", "kafka-streams", "beam"])
def test_products_show_other_panes_of_the_same_stream(name):
    run = balanced(stream({"tumbling": 5, "like": name, "by": "all"}, {"constant": 4}, duration=20))
    kinds = {pane.kind for pane in run.records.panes}
    assert kinds == ({"early"} if name == "kafka-streams" else {"on time"})
    assert len(run.records.panes) == {"flink": 3, "beam": 3, "kafka-streams": 79}[name]
