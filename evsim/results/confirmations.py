"""Confirmations: messages whose publisher is held until the channel has them."""

import numpy as np

__all__ = ["waited_for"]


def waited_for(run):
    """Numbers of the messages that held the worker of their publisher until the channel had them."""
    channels = run.scenario.channels
    waits = [step.holds and channels[step.channel].confirms for _, step in run.tables.routes]
    messages = run.tables.messages
    return np.flatnonzero((messages["origin"] < 0) & np.array([*waits, False])[messages["route"]])
