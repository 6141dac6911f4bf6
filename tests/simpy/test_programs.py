"""Programs written with SimPy: the same on both clocks, and at home beside plain callables."""

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from evsim.engine.environment import Environment

DELAYS = st.integers(0, 3)


def visit(env, log, name, resource, actions):
    """A SimPy process that waits and queues, and writes down when it did."""
    for kind, delay in actions:
        if kind == "wait":
            yield env.timeout(delay)
        else:
            with resource.request() as turn:
                yield turn | env.timeout(delay)
                log.append((env.now, name, turn.triggered))
                yield env.timeout(delay)
        log.append((env.now, name, kind))


ACTIONS = st.lists(st.tuples(st.sampled_from(["wait", "hold"]), DELAYS), max_size=5)


@pytest.mark.slow
@given(st.lists(ACTIONS, max_size=5))
def test_a_program_of_simpy_does_the_same_on_simpys_clock(program):
    logs = [], []
    for log, env in zip(logs, (Environment(), simpy.Environment())):
        resource = simpy.Resource(env)
        for name, actions in enumerate(program):
            env.process(visit(env, log, name, resource, actions))
        env.run()
        log.append(env.now)
    assert logs[0] == logs[1]


def test_a_process_and_a_callable_queue_for_the_same_resource_in_the_order_they_came(env, log):
    desk = simpy.Resource(env)

    def customer(name):
        with desk.request() as turn:
            yield turn
            log.append((env.now, name))
            yield env.timeout(2)

    def enter(name):
        turn = desk.request()
        turn.callbacks.append(lambda _: (log.append((env.now, name)), env.call_in(2, leave, turn)))

    def leave(turn):
        desk.release(turn)

    env.process(customer("process"))
    env.call_at(1, enter, "callable")
    env.call_at(1, lambda _: env.process(customer("late process")))
    env.run()
    assert log == [(0, "process"), (2, "callable"), (4, "late process")]


def test_a_callable_puts_into_a_store_and_a_container_what_processes_wait_for(env, log):
    store, tank = simpy.Store(env), simpy.Container(env, init=0)

    def taker():
        item = yield store.get()
        log.append((env.now, item))
        yield tank.get(3)
        log.append((env.now, tank.level))

    env.process(taker())
    env.call_at(1, store.put, "letter")
    env.call_at(2, tank.put, 2)
    env.call_at(3, tank.put, 2)
    env.run()
    assert log == [(1, "letter"), (3, 1)]


def test_a_callable_interrupts_a_process_and_answers_an_event_it_waits_for(env, log):
    answer = env.event()

    def worker():
        try:
            yield env.timeout(10)
        except simpy.Interrupt as interrupt:
            log.append((env.now, interrupt.cause))
        log.append((yield answer | env.timeout(10))[answer])

    process = env.process(worker())
    env.call_at(1, process.interrupt, "crash")
    env.call_at(2, answer.succeed, "yes")
    assert env.run(until=process) is None
    assert (log, env.now) == ([(1, "crash"), "yes"], 2)
