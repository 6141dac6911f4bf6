"""A handler in Python that does not end is an answer in words: what Python does is counted, the rest has a clock."""

import sys
from threading import Lock

import pytest

from evsim.engine.environment import SimulationError
from evsim.lesson import endless
from evsim.lesson.endless import assert_ends, ending
from evsim.lesson.tasks import HANDLE, without_the_list
from tests.lesson.handlers import COUNTED, adds_for_ever, sleeps, without_an_end


def design(handler):
    outage = {"outage": "mailing-list", "at": "0s"}
    return without_the_list().replace({HANDLE: ending(handler), "run.duration": "1s", "faults": [outage]})


@pytest.mark.parametrize("handler", COUNTED, ids=lambda handler: handler.__name__)
def test_a_handler_that_goes_on_in_python_is_refused_after_so_many_operations(handler):
    with pytest.raises(SimulationError, match=f"{handler.__name__} goes on and on .* a loop without an end"):
        design(handler).run()


@pytest.mark.slow
@pytest.mark.parametrize("handler", [adds_for_ever, sleeps], ids=lambda handler: handler.__name__)
def test_a_call_of_something_that_is_not_python_and_does_not_end_is_refused(handler, monkeypatch):
    monkeypatch.setattr(endless, "PATIENCE", 0.2)  # however long it is, they take longer
    with pytest.raises(SimulationError, match=f"{handler.__name__} takes too long; .* a clock on the wall"):
        assert_ends([design(handler)], [1])


def test_what_another_process_can_not_be_sent_is_not_tried_there(monkeypatch):
    monkeypatch.delattr("subprocess.run")
    lock = Lock()

    def holds_a_lock(ctx):
        with lock:
            yield from ctx.work("2ms")

    assert_ends([design(holds_a_lock)], [1])


def test_a_debugger_or_the_measuring_of_coverage_goes_on_after_an_endless_loop():
    def traced(*_):
        return None

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        with pytest.raises(SimulationError):
            design(without_an_end).run()
        assert sys.gettrace() is traced
    finally:
        sys.settrace(before)
