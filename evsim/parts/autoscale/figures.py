"""What autoscaling adds to the figures of its service."""

import numpy as np

from evsim.figures import Figure
from evsim.results.intervals import highest, inside

__all__ = ["FIGURES", "changes_of"]


def changes_of(run, name):
    """By how much the number of instances was to change, decision by decision: ``(times, changes)`` where it was."""
    code = list(run.scenario.services).index(name)
    mine = [each for each in run.records.decisions if each[1] == code]
    found = [(time, wanted - number) for time, _, _, number, wanted in mine if wanted != number]
    return np.array(found or np.empty((0, 2))).T


def _within(at):
    times, changes = changes_of(at.run, at.name)
    return changes[(times >= at.window[0]) & (times < at.window[1])]


def _turns(at):
    directions = np.sign(_within(at))
    return int((directions[1:] != directions[:-1]).sum())


def _presence(at):
    lives = at.run.tables.capacity[at.name]
    return lives.ready, np.where(np.isnan(lives.ended), np.inf, lives.ended), at.window


FIGURES = (
    Figure("instances_mean", "count", "how many instances could work, on average over the window",
           lambda at: float(inside(*_presence(at)).sum() / at.run.tables.window), adds="last"),
    Figure("instances_max", "count", "the most instances that could work at one time of the window",
           lambda at: highest(*_presence(at)), adds="last"),
    Figure("scalings", "count", "decisions that changed the number of instances", lambda at: len(_within(at)),
           adds="last"),
    Figure("turns", "count", "how often a growth was followed by a shrinking, or the other way round: thrash", _turns,
           adds="last"),
)  # fmt: skip
