"""What the clock does, of itself: calls and SimPy's events in their order, ends of a run, refusals and failures."""

from math import nan
from unittest.mock import patch

from simpy.core import EmptySchedule

from evsim.engine import environment
from evsim.engine.environment import ANSWER, FAULT, OBSERVER, TIMEOUT, Environment, ExactEnvironment

__all__ = ["CLOCKS"]


def _tried(do, *arguments, **settings):
    try:
        return do(*arguments, **settings)
    except (EmptySchedule, RuntimeError, ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}; from {type(error.__cause__).__name__}"


def _walk(env, log):
    for delay in (0, 0.25, 1):
        log.append((env.now, (yield env.timeout(delay, f"after {delay}"))))
    return "done"


def _fails(env):
    yield env.timeout(0.5)
    raise KeyError("broken")


def _take(event):
    event.defused = True


def _fill(env, log):
    """Calls and events at the same moments, some with several callbacks; the event that ends one run."""
    unit = 10**9 if isinstance(env, ExactEnvironment) else 1
    for rank in (OBSERVER, TIMEOUT, ANSWER, FAULT):
        env.call_in(unit, log.append, ("rank", rank), rank)
    env.call_at(2 * unit, log.append, "two")
    env.call_at(0, log.append, "at once")
    event = env.timeout(1, "event")
    for number in range(3):
        event.callbacks.append(lambda event, number=number: log.append((number, event.value)))
    return event, env.process(_walk(env, log))


def _runs():
    for kind in (Environment, ExactEnvironment):
        for name, until in (
            ("to the end", None),
            ("to 1", 1),
            ("to 1.25", 1.25),
            ("to a text", "2"),
            ("to now", 0),
            ("back", -1),
        ):
            env, log = kind(), []
            _fill(env, log)
            found = [_tried(env.run, until) if until is not None else _tried(env.run), env.now, env.peek()]
            yield f"{kind.__name__} {name}", f"{found} {log} {_tried(env.run)} {env.now} {env.peek()} {log}"
        env, log = kind(), []
        event, process = _fill(env, log)
        ends = [_tried(env.run, until=each) for each in (event, process, event)]
        yield f"{kind.__name__} to events", f"{ends} {env.now} {log}"
        yield f"{kind.__name__} to what never comes", f"{_tried(env.run, env.event())}".partition("<")[0]
        env, log = kind(), []
        _fill(env, log)
        steps = [(env.peek(), _tried(env.step), env.now) for _ in range(20)]
        yield f"{kind.__name__} in steps", f"{steps} {log}"
        found = [_tried(call, when, print) for call in (env.call_at, env.call_in) for when in (-1, env.now - 1, nan)]
        found += [_tried(env.timeout, -1), str(_tried(env.schedule, env.event(), delay=nan))[:20]]
        yield f"{kind.__name__} refuses", "\n".join(map(str, [*found, _tried(env.schedule, env.event())]))


def _failures():
    for kind in (Environment, ExactEnvironment):
        for name, steps in (("run", lambda env: env.run()), ("steps", lambda env: [env.step() for _ in range(5)])):
            env = kind()
            env.process(_fails(env))
            yield f"{kind.__name__} {name} of a process that fails", f"{_tried(steps, env)} at {env.now}"
            env = kind()
            env.process(_fails(env)).callbacks.append(_take)
            yield f"{kind.__name__} {name} of a failure that is taken", f"{_tried(steps, env)} at {env.now}"
        env = kind()
        env.call_at(3, lambda _: {}["nothing"])
        yield f"{kind.__name__} of a call that fails", f"{_tried(env.run)}"
    for most in (5, 6, 7):
        with patch.object(environment, "STUCK_AFTER", most):
            env, log = Environment(1), []
            for number in range(6):
                env.call_in(0, log.append, number)
            env.call_at(2, log.append, "later")
            yield f"{most} at one moment", f"{_tried(env.run)} {log}"


CLOCKS = {"clocks that run": _runs, "clocks that fail": _failures}
