"""How messages travel without a waiting caller: each kind of channel, a file each."""

from ..part import one_of
from .bus import Bus
from .log import Log
from .pipe import Pipe
from .queue import Queue

__all__ = ["CHANNELS", "Bus", "Channel", "Log", "Pipe", "Queue"]

CHANNELS = {each.model_fields["kind"].default: each for each in (Queue, Log, Bus, Pipe)}
Channel = one_of("a channel", *CHANNELS.values())
