"""The clock: a SimPy environment on whose heap plain callables lie beside ordinary SimPy events."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import count, repeat
from math import inf
from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, URGENT, Event, EventPriority

from evsim.engine.depth import roomy
from evsim.ticks import SECOND, ticks

__all__ = [
    "ANSWER",
    "ARRIVAL",
    "Environment",
    "ExactEnvironment",
    "FAULT",
    "OBSERVER",
    "SimulationError",
    "TIMEOUT",
    "owned",
]

# What comes first when two things are due at the same time. SimPy's priorities are multiples of ten,
# so URGENT is 0 (a run stops before anything else happens) and NORMAL is 10.
FAULT, ANSWER, ARRIVAL, TIMEOUT, OBSERVER = 1, 2, 3, 4, 11
_SIMPY_STEP = 10
_SEQUENCE_BITS = 50
STUCK_AFTER = 1_000_000  # callbacks at one instant


class SimulationError(RuntimeError):
    """A callable of the simulation failed; the message names the part and the simulated time."""


class _Counters(dict[int, Iterator[int]]):
    """One counter for each rank: the key of a heap entry is rank and order of scheduling in one integer."""

    def __missing__(self, rank):
        self[rank] = counter = count(rank << _SEQUENCE_BITS)
        return counter


class Environment(simpy.Environment):
    """A :class:`simpy.Environment` that also runs plain callables, several times faster than processes.

    A heap entry is ``(time, key, function, argument)``. :meth:`call_at` and :meth:`call_in` push a callable;
    a SimPy event is an entry whose function is :meth:`fire`. SimPy processes, timeouts, interrupts,
    conditions, resources, ``peek``, ``step`` and ``run`` work as in SimPy, in SimPy's order.

    At equal times the order is: the end of the run, faults, answers and completions, arrivals, timeouts,
    ordinary SimPy events, observers; and within one of these the order of scheduling.
    """

    _queue: Any  # of SimPy, here of other entries

    def __init__(self, initial_time=0):
        super().__init__(initial_time)
        self._counters = _Counters()
        self._normal_counter = self._counters[NORMAL * _SIMPY_STEP]
        self._fire = self.fire  # one bound method for all events, made once
        self.depth = 0  # how deep its callables may call each other, beyond what is usual

    def key_counter(self, rank):
        """An iterator over the heap keys of `rank`; parts keep it and push entries themselves."""
        return self._counters[rank]

    def call_at(self, time, function, argument=None, rank=ARRIVAL):
        """Call ``function(argument)`` when the clock reads `time` (not before now)."""
        if not time >= self._now:
            raise ValueError(f"time ({time}) must not be before the current simulation time ({self._now})")
        heappush(self._queue, (time, next(self._counters[rank]), function, argument))

    def call_in(self, delay, function, argument=None, rank=ARRIVAL):
        """Call ``function(argument)`` after `delay` (0 or more)."""
        if not delay >= 0:
            raise ValueError(f"delay ({delay}) must be a number, 0 or more")
        heappush(self._queue, (self._now + delay, next(self._counters[rank]), function, argument))

    def schedule(self, event, priority=NORMAL, delay=0):
        """Schedule a SimPy `event` with a given `priority` and `delay`."""
        if delay != delay:
            raise ValueError(f"Delay {delay} of {event} is not a number")
        key = next(self._normal_counter if priority == NORMAL else self._counters[priority * _SIMPY_STEP])
        heappush(self._queue, (self._now + delay, key, self._fire, event))

    def peek(self):
        """The time of the next entry, or infinity if there is none."""
        return self._queue[0][0] if self._queue else inf

    def step(self):
        """Process the next entry; :exc:`simpy.core.EmptySchedule` if there is none."""
        if not self._queue:
            raise EmptySchedule
        self._now, _, function, argument = heappop(self._queue)
        function(argument)

    def fire(self, event):
        """Process a SimPy event: run its callbacks; raise its exception if nobody has handled it."""
        callbacks, event.callbacks = event.callbacks, None
        try:
            for callback in callbacks:
                callback(event)
        except StopSimulation:
            self._resume_later(event, callbacks, callback)
            raise
        if not event._ok and not hasattr(event, "_defused"):
            raise _copy_of(event._value)

    def _resume_later(self, event, callbacks, last):
        """A callback has stopped the run: those after it are called when the run goes on."""
        event.callbacks = callbacks[callbacks.index(last) + 1 :]
        self.schedule(event, EventPriority(-1))

    def run(self, until=None):
        """Run until the heap is empty, the clock reads `until`, or the event `until` has happened.

        Nothing that is due exactly at the time `until` runs. Returns the value of the event `until`.
        """
        if until is not None:
            if not isinstance(until, Event):
                until = self._stop_at(until)
            elif until.callbacks is None:
                return until.value
            until.callbacks.append(StopSimulation.callback)
        try:
            with roomy(self.depth):
                self._drain()
        except StopSimulation as stop:
            return stop.args[0]
        if until is not None:
            assert not until.triggered
            raise RuntimeError(f'No scheduled events left but "until" event was not triggered: {until}')
        return None

    def _drain(self):
        """The run loop. It processes SimPy's events itself as :meth:`fire` does: a call for each would cost a fifth."""
        queue, pop, fire = self._queue, heappop, self._fire
        function = argument = None
        callbacks: Any = ()
        try:
            while queue:
                began = self._now
                for _ in repeat(None, STUCK_AFTER):
                    self._now, _, function, argument = pop(queue)
                    if function is fire:
                        callbacks, argument.callbacks = argument.callbacks, None
                        for callback in callbacks:
                            callback(argument)
                        if not argument._ok and not hasattr(argument, "_defused"):
                            raise _copy_of(argument._value)
                    else:
                        function(argument)
                    if not queue:
                        return
                if self._now == began:
                    raise SimulationError(
                        f"{name_of(function)}: {STUCK_AFTER:,} things happened at {self.now} s and the clock never "
                        "moved; give the part some work or its link some latency"
                    )
        except StopSimulation:
            if function is fire:
                self._resume_later(argument, callbacks, callback)
            raise
        except SimulationError:
            raise
        except Exception as error:
            if function is fire:
                raise
            raise SimulationError(f"{name_of(function)} failed at {self.now} s: {error!r}") from error

    def _stop_at(self, time):
        time = time if isinstance(time, int) else float(time)
        if not time > self.now:
            raise ValueError(f"until ({time}) must be greater than the current simulation time")
        stop = Event(self)
        stop._ok, stop._value = True, None
        heappush(self._queue, (self._moment(time), next(self._counters[URGENT * _SIMPY_STEP]), self._fire, stop))
        return stop

    def _moment(self, time):
        """What the clock reads at a time given to :meth:`run`; the sum is SimPy's."""
        return self._now + (time - self._now)

    def withdraw(self, belongs):
        """Take out every entry for which ``belongs(function, argument)``; return the arguments, in heap order."""
        taken = [entry for entry in self._queue if belongs(entry[2], entry[3])]
        if taken:
            gone = set(map(id, taken))
            self._queue[:] = [entry for entry in self._queue if id(entry) not in gone]
            heapify(self._queue)
        return [(time, function, argument) for time, _, function, argument in sorted(taken)]

    def postpone(self, belongs, delay):
        """Move every entry for which ``belongs(function, argument)`` later by `delay`."""
        self._queue[:] = [
            (time + delay, key, function, argument) if belongs(function, argument) else (time, key, function, argument)
            for time, key, function, argument in self._queue
        ]
        heapify(self._queue)

    def entries(self):
        """``(time, function, argument)`` of everything scheduled, in order: what an inventory looks at."""
        return [(time, function, argument) for time, _, function, argument in sorted(self._queue)]


class ExactEnvironment(Environment):
    """An :class:`Environment` whose clock counts whole nanoseconds, so that times add up exactly.

    What SimPy has speaks of seconds: ``now``, ``timeout``, ``schedule``, ``run``, ``peek``. What only the engine has
    speaks of ticks: the clock itself, heap entries, ``call_at``, ``call_in``, ``withdraw``, ``postpone``, ``entries``.
    """

    def __init__(self):
        super().__init__(0.0)

    @property
    def now(self):
        """The current simulation time, in seconds."""
        return self._now / SECOND

    def schedule(self, event, priority=NORMAL, delay=0):
        """Schedule a SimPy `event` after `delay` seconds, to the nanosecond."""
        super().schedule(event, priority, ticks(delay) if delay == delay else delay)

    def peek(self):
        """The time of the next entry in seconds, or infinity if there is none."""
        return super().peek() / SECOND

    def _moment(self, time):
        return ticks(time)


def _copy_of(exception):
    """A copy of an exception, caused by it, with a traceback of its own."""
    copy = type(exception)(*exception.args)
    copy.__cause__ = exception
    return copy


def owned(name, function) -> Any:
    """`function`, which belongs to the service or channel of this name: messages say so."""
    function.owner = name
    return function


def name_of(function):
    """The name of what a callable belongs to, for messages."""
    owner = getattr(function, "__self__", None)
    place = getattr(owner, "place", None)
    return (
        getattr(function, "owner", None)
        or getattr(owner, "name", None)
        or getattr(place, "service", None)
        or getattr(function, "__qualname__", repr(function))
    )
