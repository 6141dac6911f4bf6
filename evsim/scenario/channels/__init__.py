"""How messages travel without a waiting caller: each kind of channel, a file each."""

from ..part import one_of
from .bus import Bus
from .exchange import Exchange
from .log import Log
from .pipe import Pipe
from .queue import Queue

__all__ = ["CHANNELS", "Bus", "Channel", "Exchange", "Log", "Pipe", "Queue"]

CHANNELS = {each.model_fields["kind"].default: each for each in (Queue, Exchange, Log, Bus, Pipe)}
Channel = one_of("a channel", *CHANNELS.values())
