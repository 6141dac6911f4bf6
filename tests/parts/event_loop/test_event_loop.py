"""Event loops, the pool beside them, and cores: against queueing theory, libuv and Vert.x."""

import numpy as np
import pytest

import evsim
from evsim.parts.event_loop.figures import pieces_of
from evsim.parts.event_loop.words import OF_POOL
from evsim.scenario import ScenarioError
from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure
from tests.truth.systems import poisson, system


def server(handle, arrivals, duration=10, warmup=0.0, faults=(), workers=1000, **settings):
    """One service that customers ask."""
    service = {"workers": workers, "handle": handle, **settings}
    customers = {"customers": {"target": "server", "arrivals": arrivals}}
    return system({"server": service}, customers, duration, warmup, faults=list(faults))


def answers(handle, count, **settings):
    """When each of so many who come at once has his answer."""
    run = balanced(server(handle, {"burst": {"count": count}}, **settings))
    return sorted(run.requests["response"].round(6))


def test_a_loop_does_one_piece_at_a_time_and_waits_leave_it_to_others():
    loop = {"event_loop": True}
    assert answers([{"work": "1s"}], 3, **loop) == [1, 2, 3]
    assert answers([{"wait": "1s"}], 3, **loop) == [1, 1, 1]
    assert answers([{"work": "1s"}, {"wait": "5s"}], 3, **loop) == [6, 7, 8]
    assert answers([{"work": "1s"}], 4, event_loop={"loops": 2}) == [1, 1, 2, 2]


def test_what_goes_on_at_once_is_not_interrupted_and_what_was_waited_for_queues_again():
    assert answers([{"work": "1s"}, {"effect": "row"}, {"work": "1s"}], 2, event_loop=True) == [2, 4]
    assert answers([{"work": "1s"}, {"wait": "100ms"}, {"work": "1s"}], 2, event_loop=True) == [3, 4]


def test_the_same_handler_on_threads_blocks_nobody_but_needs_a_thread_for_each():
    handle = [{"work": "10ms"}, {"wait": "1s"}]
    assert answers(handle, 3, event_loop=True) == [1.01, 1.02, 1.03]
    assert answers(handle, 3, workers=1) == [1.01, 2.02, 3.03]


@pytest.mark.parametrize("handler", ["0.1 ms handler", "1 ms handler"])
def test_a_loop_does_as_many_a_second_as_handlers_fit_into_it(handler):
    """Vert.x: 10,000 requests a second on one loop leave each a tenth of a millisecond."""
    time, rate = handler.removesuffix(" handler"), expected("EVENTLOOP-max", handler)
    users = {"closed": {"users": 5, "think": 0}}
    run = balanced(server([{"work": time.replace(" ", "")}], users, 1000 / rate, event_loop=True))
    assert len(run.requests) == pytest.approx(1000, abs=6)


@pytest.mark.slow
def test_one_handler_in_a_hundred_that_blocks_the_loop_makes_all_wait_as_pollaczek_and_khinchine_say():
    fields = case("EVENTLOOP-block")["expected"]
    handle = [{"work": {"choice": [[0.99, "1ms"], [0.01, "100ms"]]}}]
    one = server(handle, poisson(100), 60, 0.1, event_loop=True)

    def figures(run):
        return {name: run.services["server"][name] for name in ("loop_delay_mean", "loop_busy")}

    found = measure("EVENTLOOP-block on a loop", one, figures, 12, shorter=1, conserving=False)
    assert agrees(found["loop_delay_mean"], fields["Wq"] / 1000, notices=0.4, because="blocks are rare")
    assert agrees(found["loop_busy"], fields["utilisation"], notices=0.25)


def instances_of(run):
    """Which instance had each customer, in the order in which they came."""
    return run.tables.capacity["server"].instance_of(run.tables.rows["worker"]).tolist()


@pytest.mark.parametrize("shared", [{"event_loop": True}, {"cores": 1}], ids=str)
def test_instances_with_loops_or_cores_take_turns_after_a_crash_too(shared):
    run = balanced(server([{"work": "10ms"}], {"constant": 100}, 4, instances=3, **shared))
    assert instances_of(run)[:30] == [0, 1, 2] * 10
    crash = [{"crash": "server/2", "at": 1, "for": 1}]
    run = balanced(server([{"work": "10ms"}], {"constant": 100}, 4, faults=crash, instances=3, **shared))
    while_it_is_away, afterwards = instances_of(run)[110:190], instances_of(run)[210:]
    assert [while_it_is_away.count(each) for each in range(3)] == [40, 0, 40]
    assert max(map(afterwards.count, range(3))) - min(map(afterwards.count, range(3))) <= 2


@pytest.mark.parametrize("shared", [{"event_loop": True}, {"cores": 1}], ids=str)
def test_instances_take_turns_however_often_their_workers_were_free_before(shared):
    """A thousand customers for twice sixty workers, who are free again after random times."""
    run = balanced(server([{"work": {"exponential": "10ms"}}], poisson(100), 10, instances=2, workers=60, **shared))
    assert len(run.requests) > 900
    assert [place for place, instance in enumerate(instances_of(run)) if instance != place % 2] == []


@pytest.mark.slow
def test_each_of_two_loops_waits_as_one_to_which_every_second_customer_comes():
    """E2/M/1: the times between those who come to a loop are sums of two (Kleinrock, Queueing Systems 1, 6.4)."""
    rate, speed, share = 150, 100, 0.5
    for _ in range(200):
        share = (rate / (rate + speed * (1 - share))) ** 2  # of those who come, how many find the loop busy
    handle, loops = [{"work": {"exponential": "10ms"}}], {"instances": 2, "event_loop": True}
    two = server(handle, poisson(rate), 240, 0.05, workers=10_000, **loops)
    found = measure("two loops", two, lambda run: {"delay": run.services["server"]["loop_delay_mean"]}, 12)
    assert agrees(found["delay"], share / (speed * (1 - share)))


@pytest.mark.parametrize(("faults", "busy"), [((), 1.0), ([{"crash": "server", "at": 4, "for": 4}], 0.5)])
def test_a_piece_that_is_not_done_held_its_loop_too(faults, busy):
    """A customer at 0 with 20 s of work, in a run of 8 s without time to drain; or until the crash at 4 s."""
    scenario = server([{"work": "20s"}], {"burst": {"count": 1}}, 8, faults=faults, event_loop=True)
    run = scenario.replace({"run.drain_limit": 0}).run()
    run.audit()
    held = run.services["server"]["loop_busy"] * run.tables.capacity["server"].worker_time((0, 8)) / 1000
    assert held == pytest.approx(8 * busy)


# The pool, and cores.


def test_libuv_does_six_equal_pieces_in_two_waves():
    """Measured with Node 22: 22, 24, 24, 24, 42 and 42 ms."""
    assert answers([{"blocking": "21ms"}], 6, event_loop={"like": "nodejs"}) == [0.021] * 4 + [0.042] * 2
    assert answers([{"blocking": "1.1s"}], 5, event_loop={"pool": 2}) == [1.1, 1.1, 2.2, 2.2, 3.3]


def test_the_first_thread_that_is_free_takes_a_piece_and_loops_take_turns():
    """Two keep the first two threads from 1.1 s to 2.5 s; of the next two one finds the third, one waits."""
    both = server([{"work": "100ms"}, {"blocking": "1.4s"}], {"constant": 1}, 4, event_loop={"loops": 2, "pool": 3})
    run = balanced(both.replace({"workloads.second": both.to_dict()["workloads"]["customers"]}))
    pieces = pieces_of(run, "server")
    order = np.lexsort((pieces["row"], pieces["began"]))
    lanes = [(round(float(pieces["began"][each]), 9), int(pieces["lane"][each])) for each in order]
    assert [lane for time, lane in lanes if lane < OF_POOL] == [0, 1] * 3
    assert [lane - OF_POOL for time, lane in lanes if lane >= OF_POOL][:4] == [0, 1, 2, 0]


def test_more_threads_than_cores_end_all_together_and_no_sooner():
    """Measured, five on fewer cores: all at 2,955 to 3,004 ms, and the first three times later than with two."""
    five = answers([{"blocking": "1.1s"}], 5, event_loop={"pool": 5}, cores=2)
    assert five == [2.75] * 5 and answers([{"work": "1.1s"}], 5, cores=2) == five
    assert answers([{"blocking": "1.1s"}], 5, event_loop={"pool": 2}, cores=2)[0] == 1.1
    assert answers([{"wait": "1s"}], 5, cores=1) == [1] * 5


def test_the_pool_does_not_block_the_loop():
    handle = [{"work": "10ms"}, {"blocking": "1s"}, {"work": "10ms"}]
    assert answers(handle, 2, event_loop=True) == [1.02, 1.03]


@pytest.mark.slow
def test_processor_sharing_is_insensitive_and_serves_each_in_proportion_to_its_size():
    fields = case("PS-insensitive")["expected"]
    mixed = server([{"work": {"choice": [[0.8, "50ms"], [0.2, "300ms"]]}}], poisson(8), 800, 0.05, cores=1)

    def figures(run):
        pieces = pieces_of(run, "server")
        counted = pieces["began"] > run.scenario.run_settings.warmup
        took, short = pieces["ended"] - pieces["began"], pieces["alone"] < 0.1
        groups = {"mean": counted, "short": counted & short, "long": counted & ~short}
        return {name: took[mask].mean() for name, mask in groups.items()}

    found = measure("PS-insensitive", mixed, figures, 8, shorter=1, conserving=False)
    weak = {"notices": 0.5, "because": "at 80 % of use a queue settles slowly"}
    assert agrees(found["mean"], fields["mean response"], **weak)
    assert agrees(found["short"], fields["E[T|size 0.05]"], **weak)
    assert agrees(found["long"], fields["E[T|size 0.3]"], **weak)
    ratio = np.array(found["long"]) / np.array(found["short"])
    assert agrees(ratio, 6, notices=0.1)


# Warnings, and faults.


@pytest.mark.parametrize("phase", [0, 0.3, 0.999])
def test_a_block_of_six_seconds_is_warned_of_four_times(phase):
    run = balanced(
        server([{"work": "6s"}], {"burst": {"count": 1, "at": 1 + phase}}, event_loop={"like": "vertx-verticle"})
    )
    warned = run.incidents.query("kind == 'blocked thread'")["time"]
    assert len(warned) == 4 == run.services["server"]["blocked_warnings"]
    assert warned.min() - 1 - phase >= 2 and (warned % 1 == 0).all()
    assert "blocked" in str(run.sequence(0))


@pytest.mark.parametrize("settings", [{"cores": {"count": 1}}, {"event_loop": True}])
def test_what_dies_of_a_broken_pipe_leaves_its_work_and_the_books_balance(settings):
    front = {"workers": 3, "handle": [{"work": "300ms"}, {"publish": "lines"}], **settings}
    head = {"subscribe": {"channel": "lines", "take": 1}, "handle": [{"effect": "line"}]}
    customers = {"customers": {"target": "front", "arrivals": {"constant": "4/s"}}}
    run = balanced(system({"front": front, "head": head}, customers, 3, 0, channels={"lines": {"pipe": 1}}))
    assert run.spans["reason"].eq("broken pipe").sum() >= 1 and run.spans["reason"].eq("unreachable").sum() > 5


@pytest.mark.parametrize("fault", ["crash", "pause"])
@pytest.mark.parametrize(
    "settings", [{"event_loop": {"loops": 2, "pool": 2}}, {"event_loop": True, "cores": 2}, {"cores": 1}]
)
def test_a_crash_empties_loops_and_cores_and_a_pause_stops_them(fault, settings):
    handle = [{"work": "40ms"}, {"blocking": "20ms"}, {"wait": "50ms"}, {"work": "5ms"}, {"effect": "row"}]
    burst = {"burst": {"count": 200, "at": 4.01}}
    run = balanced(server(handle, burst, 20, faults=[{fault: "server", "at": 5, "for": 2}], **settings))
    assert run.summary()["pending"] == 0 and (run.summary()["errors"] > 0) == (fault == "crash")
    pieces = pieces_of(run, "server")
    assert not ((pieces["ended"] > 5) & (pieces["ended"] < 7)).any()
    if fault == "pause":
        across = (pieces["began"] < 5) & (pieces["ended"] > 7)
        assert (pieces["ended"] > 7).sum() > 100
        assert (pieces["ended"] - pieces["began"])[across].min() > 2


@pytest.mark.parametrize("at", [4.4, 4.6], ids=["with work in hand", "without"])
def test_who_is_restarted_within_a_pause_works_at_once_as_fast_as_before(at):
    """The pause would have lasted until 7 s, and lay on the instance that is no more."""
    faults = [{"pause": "server", "at": at, "for": 2.6}, {"restart": "server", "at": 5, "for": 0.25}]
    run = balanced(server([{"work": "200ms"}], {"constant": 2}, 9, faults=faults, cores=1))
    worked = run.spans[run.spans["outcome"] == "ok"]
    after = worked[worked["started"] > 5]
    assert len(after) > 5 and np.allclose(after["ended"] - after["started"], 0.2)


def test_both_paths_agree():
    handle = [{"work": {"exponential": 0.05}}, {"blocking": "20ms"}, {"effect": "row"}]
    one = server(handle, poisson(10), 20, event_loop={"pool": 2}, cores=2)
    run, again = one.run(seed=1), one.run(seed=1, guarded=True)
    assert run.records.pieces == again.records.pieces and len(run.records.pieces) > 300
    assert np.array_equal(run.tables.rows["ended"], again.tables.rows["ended"])


def test_an_event_loop_with_one_request_in_hand_is_refused():
    with pytest.raises(ScenarioError, match="write workers: 1000"):
        server([{"work": 1}], poisson(1), workers=1, event_loop=True)


# The scenario.


def at(times, **changes):
    rate = {"workloads.browsers.arrivals.poisson": 80 * times}
    return balanced(evsim.load("blocked-event-loop").replace({**rate, "run.duration": "30s", **changes}))


@pytest.mark.slow
def test_at_four_times_its_load_rare_reports_block_everybody_and_a_pool_beside_the_loop_helps():
    calm, blocked = at(1), at(4)
    assert all(calm.summary()[name] <= limit for name, limit in calm.scenario.objectives.items())
    assert blocked.summary()["response_p99"] > 0.5
    report = {"maybe": {"probability": 0.02, "then": [{"blocking": "60ms"}]}}
    helped = at(4, **{"services.web.handle.2": report})
    assert helped.summary()["response_p99"] < 0.25 and helped.services["web"]["loop_busy"] < 0.7
