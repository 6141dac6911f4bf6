"""Where they wait: how many lie in each channel at any time, and how many wait before the first one."""

from functools import partial
from itertools import cycle

import numpy as np

from evsim.view.scene.axes import Frame, counts, times
from evsim.view.scene.bands import bands, sentence
from evsim.view.scene.marks import End, Look, Steps
from evsim.view.scene.scene import Scene
from evsim.view.style import ARRIVED, COLOURS, seconds
from evsim.view.what_changed import Noticed

__all__ = ["where_they_wait"]

POINTS, HIGH = 600, 2.9  # of a line; inches: two in a stack, or one and a slider, fit in a window
BEFORE, AT_THE_DOOR = "before", Look(ARRIVED.colour, dash=(3, 1.2), width=2.6)
CHANNELS = [Look(COLOURS[name], width=2.4) for name in ("blue", "orange", "purple", "red")]


def where_they_wait(run):
    """A picture of how many wait, against time: in each channel, and before the first one.

    In a channel is what was put in and not yet handed to a reader. Before the first is who has come, was told nothing,
    and has nothing in it. It is a :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene(run)


def _scene(run, frame=None):
    size = (8.0, HIGH)
    lines = _stays(run)
    if not len(lines[BEFORE]):
        return sentence("where they wait", "Nobody came.", size)
    over = max(each.over for each in lines.values())
    above = 1.25 if run.scenario.faults else 1.06  # a fault has its word up there
    frame = frame or Frame(1.02 * over, above * max(each.most for each in lines.values()) or 1.0)
    moments = np.linspace(0.0, frame.right, POINTS)
    further = cycle(CHANNELS)
    looks = {name: AT_THE_DOOR if name == BEFORE else next(further) for name in lines}
    names = {name: f"{name}, at most {each.most:,}" for name, each in lines.items()}
    waited = [f"{each.most:,} {'wait before' if name == BEFORE else f'in {name}'}" for name, each in lines.items()]
    finding = f"All is over after {seconds(over)}; at most {', '.join(waited)}"
    return Scene(
        "where they wait", finding, f"How many wait, against time. {finding}.", size, frame,
        times(0.0, frame.right), counts(-0.02 * frame.top, frame.top, "waiting", most=5), bands(run, frame.right),
        tuple(
            Steps(name, moments.tolist(), each.at(moments).tolist(), looks[name], names[name])
            for name, each in lines.items()
        ),
        tuple(End((0.9 - 0.16 * place) * frame.top, names[name], looks[name]) for place, name in enumerate(lines)),
        noticed={run.scenario.name: Noticed(run)}, again=partial(_scene, run),
    )  # fmt: skip


class _Stays:
    """When each ``came`` to a place, and when each ``left``, both sorted."""

    def __init__(self, came, left, end):
        inside = ~np.isnan(came)
        self.came, self.left = np.sort(came[inside]), np.sort(np.nan_to_num(left, nan=end)[inside])

    def __len__(self):
        return len(self.came)

    def at(self, moments):
        """How many are there at each moment."""
        return np.searchsorted(self.came, moments, "right") - np.searchsorted(self.left, moments, "right")

    @property
    def over(self):
        """When the last one left."""
        return float(self.left[-1]) if len(self.left) else 0.0

    @property
    def most(self):
        return int(self.at(self.came).max(initial=0))


def _stays(run):
    """{place: its stays}; first of all before any channel."""
    tables = run.tables
    requests, messages, ledger = tables.requests, tables.messages, tables.deliveries
    entered = np.full(len(requests.row), np.inf)
    appended = messages["appended"]
    np.fmin.at(entered, tables.message_requests, appended)
    left = np.fmin(entered, requests.answered)
    left[np.isinf(left)] = np.nan
    found = {BEFORE: _Stays(requests.arrived, left, run.ended_at)}
    handed = tables.rows["leased"][ledger.row]
    for number, name in enumerate(run.scenario.channels):
        its = ledger.channel == number
        gone = np.where(np.isnan(handed), ledger.settled, handed)[its]
        found[name] = _Stays(appended[ledger.message[its]], gone, run.ended_at)
    return found
