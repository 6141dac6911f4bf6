"""How messages travel without a waiting caller: each kind of channel, a file each."""

from ..part import one_of
from .log import Log
from .queue import Queue

__all__ = ["Channel", "Log", "Queue"]

Channel = one_of("a channel", Queue, Log)
