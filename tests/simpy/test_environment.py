"""The clock: order, ends of a run, refusals, failures, and SimPy's processes beside plain callables."""

import re
from itertools import permutations
from math import inf, nan

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.core import EmptySchedule

from evsim.engine import environment
from evsim.engine.environment import (
    ANSWER,
    ARRIVAL,
    FAULT,
    OBSERVER,
    TIMEOUT,
    Environment,
    SimulationError,
    name_of,
)

SIMPY = "SimPy"
ORDER = [FAULT, ANSWER, ARRIVAL, TIMEOUT, SIMPY, OBSERVER]
DELAYS = st.integers(0, 3)


def put(env, log, delay, rank, word):
    """Have `word` written into the log after `delay`, by a callable of that rank or by a SimPy timeout."""
    if rank == SIMPY:
        env.timeout(delay, word).callbacks.append(lambda event: log.append(event.value))
    else:
        env.call_in(delay, log.append, word, rank)


# What comes first.


@pytest.mark.parametrize("ranks", list(permutations(ORDER, 3)))
def test_at_equal_times_the_rank_decides(env, log, ranks):
    for rank in ranks:
        put(env, log, 1, rank, rank)
    env.run()
    assert log == sorted(ranks, key=ORDER.index)


@given(st.lists(st.tuples(DELAYS, st.sampled_from(ORDER))))
def test_the_order_is_that_of_time_then_rank_then_scheduling(program):
    env, log = Environment(), []
    for number, (delay, rank) in enumerate(program):
        put(env, log, delay, rank, (delay, ORDER.index(rank), number))
    env.run()
    assert log == sorted(log)
    assert len(log) == len(program)


def test_what_is_scheduled_at_the_present_instant_still_keeps_its_rank(env, log):
    def now(word):
        log.append(word)
        put(env, log, 0, OBSERVER, "observer")
        put(env, log, 0, SIMPY, "SimPy")
        put(env, log, 0, FAULT, "fault")

    env.call_in(1, now, "first")
    put(env, log, 1, TIMEOUT, "timeout")
    env.run()
    assert log == ["first", "fault", "timeout", "SimPy", "observer"]


def test_a_simpy_process_starts_and_is_interrupted_before_anything_else_at_that_time(env, log):
    def sleeper():
        log.append("started")
        try:
            yield env.timeout(5)
        except simpy.Interrupt:
            log.append("interrupted")

    put(env, log, 0, FAULT, "fault")
    process = env.process(sleeper())
    env.run(until=1)
    put(env, log, 0, FAULT, "fault")
    process.interrupt()
    env.run()
    assert log == ["started", "fault", "interrupted", "fault"]


def test_a_part_that_pushes_entries_itself_gets_its_place_in_the_order_from_the_counter_of_its_rank(env):
    assert env.key_counter(ANSWER) is env.key_counter(ANSWER)
    first, second, fault = next(env.key_counter(ANSWER)), next(env.key_counter(ANSWER)), next(env.key_counter(FAULT))
    assert fault < first < second < next(env.key_counter(ARRIVAL))


# The end of a run.


@pytest.mark.parametrize("rank", ORDER)
def test_nothing_that_is_due_exactly_at_the_end_runs_until_the_run_goes_on(env, log, rank):
    put(env, log, 3, rank, "due")
    env.run(until=3)
    assert (env.now, log) == (3, [])
    env.run(until=4)
    assert (env.now, log) == (4, ["due"])
    assert isinstance(env.now, int)


def test_a_run_without_an_end_stops_when_nothing_is_left_and_one_with_an_end_goes_on_to_it(env, log):
    put(env, log, 2, ARRIVAL, "last")
    env.run()
    assert env.now == 2
    env.run(until=7.5)
    assert env.now == 7.5


def test_a_run_until_an_event_returns_its_value_at_once_if_it_is_over(env, log):
    event = env.timeout(2, "value")
    put(env, log, 2, OBSERVER, "after")
    assert env.run(until=event) == "value"
    assert (env.now, log) == (2, [])
    env.run()
    assert log == ["after"]
    assert env.run(until=event) == "value"


def test_who_else_waits_for_the_event_that_ended_a_run_comes_first_when_it_goes_on(env, log):
    event = env.timeout(2)
    env.call_at(1, lambda _: event.callbacks.append(lambda _: log.append("waits")))
    put(env, log, 2, SIMPY, "another")
    env.run(until=event)
    assert log == []
    env.run()
    assert log == ["waits", "another"]


def test_a_run_until_an_event_that_fails_raises_its_error(env):
    event = env.event()
    env.call_at(1, event.fail, KeyError("gone"))
    with pytest.raises(KeyError, match="gone"):
        env.run(until=event)


def test_a_run_until_an_event_that_never_comes_says_so(env, log):
    put(env, log, 1, ARRIVAL, "only")
    with pytest.raises(RuntimeError, match="was not triggered"):
        env.run(until=env.event())
    assert log == ["only"]


@pytest.mark.parametrize("until", [5, 5.0, 4, -1, nan])
def test_a_run_until_now_or_the_past_is_refused_and_leaves_no_trace(env, until):
    env.run(until=5)
    before = env.entries()
    with pytest.raises(ValueError, match="must be greater than the current simulation time"):
        env.run(until=until)
    assert (env.now, env.entries()) == (5, before)


# Refusals.


@pytest.mark.parametrize("delay", [-1, -1e-9, -inf, nan])
def test_a_delay_that_is_negative_or_no_number_is_refused_with_its_value(env, delay):
    env.run(until=1)
    before = env.entries()
    with pytest.raises(ValueError, match=re.escape(f"delay ({delay})")):
        env.call_in(delay, print)
    with pytest.raises(ValueError, match=re.escape(f"time ({1 + delay})")):
        env.call_at(1 + delay, print)
    with pytest.raises(ValueError, match=f"delay {delay}" if delay < 0 else "Delay nan"):
        env.timeout(delay)
    assert env.entries() == before


def test_an_event_that_never_happens_may_be_scheduled(env):
    env.call_in(inf, print)
    env.run(until=1e9)
    assert env.now == 1e9


# A look ahead, and single steps.


def test_peek_and_step_see_callables_and_events_alike(env, log):
    put(env, log, 2, SIMPY, "event")
    put(env, log, 1, ARRIVAL, "callable")
    for time, word in (1, "callable"), (2, "event"):
        assert env.peek() == time
        env.step()
        assert (env.now, log[-1]) == (time, word)
    assert env.peek() == inf
    with pytest.raises(EmptySchedule):
        env.step()


def test_entries_lists_what_is_to_come_in_order_and_leaves_it_there(env, log):
    put(env, log, 2, ARRIVAL, "b")
    put(env, log, 2, FAULT, "a")
    put(env, log, 1, TIMEOUT, "first")
    assert [(time, word) for time, _, word in env.entries()] == [(1, "first"), (2, "a"), (2, "b")]
    env.run()
    assert log == ["first", "a", "b"]


# Failures.


def break_down(_):
    raise KeyError("row 7")


def test_a_callable_that_fails_is_named_with_the_time_and_the_run_can_go_on(env, log):
    put(env, log, 1, ARRIVAL, "before")
    env.call_at(2.5, break_down)
    put(env, log, 2.5, OBSERVER, "beside")
    put(env, log, 3, ARRIVAL, "after")
    with pytest.raises(SimulationError, match=r"break_down failed at 2\.5 s: KeyError\('row 7'\)") as caught:
        env.run()
    assert isinstance(caught.value.__cause__, KeyError)
    assert (env.now, log) == (2.5, ["before"])
    env.run()
    assert log == ["before", "beside", "after"]


def test_a_callable_that_knows_its_owner_is_named_by_it(env):
    def handle(_):
        raise ZeroDivisionError

    handle.owner = "services.database"
    assert name_of(handle) == "services.database"
    env.call_at(1, handle)
    with pytest.raises(SimulationError, match="^services.database failed at 1 s"):
        env.run()


def test_the_failure_of_a_simpy_process_is_raised_as_simpy_does(env, log):
    def process():
        yield env.timeout(1)
        raise KeyError("mine")

    env.process(process())
    put(env, log, 2, ARRIVAL, "after")
    with pytest.raises(KeyError, match="mine"):
        env.run()
    env.run()
    assert log == ["after"]


@pytest.mark.slow
def test_a_million_callbacks_at_one_instant_are_an_error_that_names_the_part(env):
    def again(_):
        env.call_in(0, again)

    again.owner = "services.busy"
    env.call_at(3, again)
    with pytest.raises(SimulationError, match=r"services\.busy: 1,000,000 things happened at 3 s"):
        env.run()


def test_a_simpy_process_that_never_lets_time_pass_is_an_error_too(env, monkeypatch):
    monkeypatch.setattr(environment, "STUCK_AFTER", 1000)

    def spinning():
        while True:
            yield env.timeout(0)

    env.process(spinning())
    with pytest.raises(SimulationError, match="1,000 things happened at 0 s"):
        env.run()


def test_many_callbacks_over_many_instants_are_none(env, monkeypatch):
    monkeypatch.setattr(environment, "STUCK_AFTER", 100)
    for number in range(1000):
        env.call_at(number // 50, id)
    env.run()
    assert env.now == 19


# Changes of what is to come.


def about(word):
    return lambda _, argument: argument == word


@pytest.mark.slow
@given(st.lists(st.tuples(DELAYS, st.sampled_from(ORDER[:4]), st.sampled_from("ab"))))
def test_withdrawn_entries_are_handed_over_in_order_and_the_others_stay_in_theirs(program):
    env, log = Environment(), []
    for time, rank, word in program:
        env.call_at(time, lambda word: log.append((env.now, word)), word, rank)
    planned = [(time, word) for time, _, word in env.entries()]
    taken = env.withdraw(about("a"))
    assert [(time, word) for time, _, word in taken] == [row for row in planned if row[1] == "a"]
    assert env.withdraw(about("a")) == []
    env.run()
    assert log == [row for row in planned if row[1] == "b"]


@given(st.lists(st.tuples(DELAYS, st.sampled_from("ab"))), st.integers(1, 3))
def test_postponed_entries_come_later_by_the_delay_and_keep_their_order(program, delay):
    env, log = Environment(), []
    for time, word in program:
        env.call_at(time, lambda word: log.append((env.now, word)), word)
    env.postpone(about("b"), delay)
    env.run()
    moved = [(time + delay * (word == "b"), word) for time, word in program]
    assert log == sorted(moved, key=lambda row: row[0])


def test_a_running_callable_may_withdraw_and_postpone_what_is_to_come(env, log):
    env.call_at(1, lambda _: env.withdraw(about("gone")))
    env.call_at(1, lambda _: env.postpone(about("late"), 5))
    for word in ("gone", "late", "kept"):
        put(env, log, 2, ARRIVAL, word)
    env.run()
    assert (log, env.now) == (["kept", "late"], 7)
