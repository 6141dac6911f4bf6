"""The kinds of channels, by the word of a scenario: the channel, its side of a subscriber, and that of a publisher."""

from evsim.engine.bus import Bus, Handler, Sending
from evsim.engine.exchange import Exchange
from evsim.engine.log import Log, group
from evsim.engine.pipe import Pipe, Reader, Writing
from evsim.engine.publishing import Publishing
from evsim.engine.queue import consumer, queue

__all__ = ["CHANNELS"]

CHANNELS = {
    "log": (Log, group, Publishing),
    "queue": (queue, consumer, Publishing),
    "exchange": (Exchange, None, Publishing),  # nobody reads one
    "bus": (Bus, Handler, Sending),
    "pipe": (Pipe, Reader, Writing),
}
