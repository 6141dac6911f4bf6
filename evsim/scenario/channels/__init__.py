"""How messages travel without a waiting caller: each kind of channel, a file each."""

from ..part import one_of
from .log import Log
from .queue import Queue

__all__ = ["CHANNELS", "Channel", "Log", "Queue"]

CHANNELS = {each.model_fields["kind"].default: each for each in (Queue, Log)}
Channel = one_of("a channel", *CHANNELS.values())
