"""Catching up: a newcomer reads the past of a log beside those who read it live, a day for each second of a run."""

from dataclasses import replace

import numpy as np

from evsim.view.flow import scene
from evsim.view.words import count

__all__ = ["catching_up", "caught_up_at"]


def catching_up(run, service, effect):
    """The picture *arrived, told, done* of a run in which a service reads a log from a moment on, in days.

    Its title says when the service had for the first time done all that had come.
    """
    return _scene(run, service, effect)


def _scene(run, service, effect, frame=None):
    drawn = scene(run, frame)
    finding = _finding(run, service, effect)
    alt = f"Counts of changes against days. {finding}. {drawn.alt.split(f'{drawn.title}. ')[-1]}"
    return replace(
        drawn, title=finding, alt=alt, x=replace(drawn.x, label="day (a second of the run)"),
        y=replace(drawn.y, label="changes"), noticed={}, again=lambda frame: _scene(run, service, effect, frame),
    )  # fmt: skip


def _finding(run, service, effect):
    when, duration = caught_up_at(run, service, effect), run.scenario.run_settings.duration
    missing = int(np.isnan(_done(run, effect)).sum())
    if missing:
        come = "comes" if missing == 1 else "come"
        return f"Of {count(len(run.tables.requests.row), 'change')} {missing:,} never {come} to {service}"
    if when <= duration:
        return f"{service} has caught up on day {when:.0f}"
    waiting = int((_done(run, effect) > duration).sum())
    wait = "waits" if waiting == 1 else "wait"
    return f"{service} has not caught up by day {duration:.0f}: {count(waiting, 'change')} {wait}"


def caught_up_at(run, service, effect):
    """When (s) a service had for the first time done all that had come; NaN: never."""
    done = np.sort(_done(run, effect))
    done = done[~np.isnan(done)]
    come = np.searchsorted(np.sort(run.tables.requests.arrived), done, "right")
    at = done[come == np.arange(1, len(done) + 1)]
    return float(at[0]) if len(at) else float("nan")


def _done(run, effect):
    tables = run.tables
    return tables.requests.first_time[tables.effect_names.index(effect)]
