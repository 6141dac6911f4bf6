"""Dead letters, drawn: who was told yes, who got what was promised, how many letters lie there, what was done again."""

from functools import partial

import numpy as np

from evsim.results.deliveries import DELIVERY_STATES
from evsim.view.scene.axes import Frame, counts, times
from evsim.view.scene.bands import bands, faults_told
from evsim.view.scene.marks import End, Look, Steps, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import ERROR, INK, TOLD, count, effect_marks, seconds
from evsim.view.what_changed import Noticed

__all__ = ["dead_letters"]

LYING, AGAIN = Look(INK, "D", width=2.4), Look(ERROR.colour, "X", (4, 1.5), 2.4)


def dead_letters(run, effect):
    """A picture of a run: counts against time (s) of those told yes, of an effect, and of dead letters that lie there.

    Where something was done a second time, it is counted too. It is a :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene(run, effect)


def _scene(run, effect, frame=None):
    requests, told = run.tables.requests, run.outcomes
    code = run.tables.effect_names.index(effect)
    came, left = _lying(run)
    again = _again(run)
    lines = [
        ("told yes", np.sort(told.told_at[told.yes]), None, look_of(TOLD, 3.6)),
        (effect, np.sort(requests.first_time[code]), None, look_of(effect_marks(run)[effect])),
        ("dead letters", came, left, LYING),
        *([("done a second time", again, None, AGAIN)] if len(again) else []),
    ]
    until = max(run.scenario.run_settings.duration, *(_last(line) for line in lines))
    frame = frame or Frame(until, 1.04 * len(requests.row))
    marks = tuple(Steps(name, *_steps(up, down, frame.right), look) for name, up, down, look in lines)
    totals = {name: int(np.sum(~np.isnan(up))) - (0 if down is None else len(down)) for name, up, down, _ in lines}
    ends = tuple(End(total, f"{total:,} {name}", look) for (name, total), (*_, look) in zip(totals.items(), lines))
    finding = _finding(came, left, again, run)
    each = ", ".join(f"{total:,} {name}" for name, total in totals.items())
    alt = f"Counts against time, from 0 to {seconds(frame.right)}. {finding}. At the end: {each}."
    return Scene(
        "dead letters", finding, alt + faults_told(run, frame.right), (8.0, 4.5), frame,
        times(0.0, frame.right), counts(0.0, frame.top, "customers"), bands(run, frame.right), marks, ends,
        noticed={run.scenario.name: Noticed(run)}, again=partial(_scene, run, effect),
    )  # fmt: skip


def _lying(run):
    """When dead letters came to where they lie, and when they left, sorted (s)."""
    scenario, deliveries = run.scenario, run.tables.deliveries
    readers = [each.dead_letter for service in scenario.services.values() for each in service.subscribe]
    own = [getattr(channel, "dead_letter", None) for channel in scenario.channels.values()]
    targets = [number for number, name in enumerate(scenario.channels) if name in (*readers, *own)]
    there = np.isin(deliveries.channel, targets)
    left = deliveries.settled[there]
    return np.sort(deliveries.born[there]), np.sort(left[~np.isnan(left)])


def _again(run):
    """When an effect happened to a customer to whom it had happened before (s)."""
    effects = run.effects
    return np.sort(effects.time[effects.duplicated(["workload", "request", "effect"])].to_numpy())


def _steps(up, down, right) -> tuple[list, list]:
    """A count that goes up at some times and down at others."""
    up = up[~np.isnan(up)]
    down = np.empty(0) if down is None else down
    moments = np.concatenate([up, down])
    order = np.argsort(moments, kind="stable")
    level = np.cumsum(np.r_[np.ones(len(up)), -np.ones(len(down))][order])
    return [0.0, *moments[order].tolist(), right], [0, *level.astype(int).tolist(), int(level[-1]) if len(level) else 0]


def _last(line):
    return max((float(np.nanmax(each)) for each in line[1:3] if each is not None and len(each)), default=0.0)


def _finding(came, left, again, run):
    if not len(came):
        given_up = int((run.tables.deliveries.state == DELIVERY_STATES.index("dead")).sum())
        return f"{count(given_up, 'event')} given up, and kept nowhere" if given_up else "Nothing was given up"
    most = max(_steps(came, left, 0.0)[1])
    lying = len(came) - len(left)
    now = f"{lying:,} lie there at the end" if lying else "none lies there at the end"
    more = f"; {count(len(again), 'effect')} happened a second time" if len(again) else ""
    return f"At most {count(most, 'dead letter')} lay there, and {now}{more}"
