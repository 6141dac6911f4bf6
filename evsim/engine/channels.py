"""The kinds of channels: the broker's side and the side of a service that subscribes, by the word of a scenario."""

from evsim.engine.log import Log, group
from evsim.engine.queue import Consumer, Queue

__all__ = ["CHANNELS"]

CHANNELS = {"log": (Log, group), "queue": (Queue, Consumer)}
