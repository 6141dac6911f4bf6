"""How messages travel without a waiting caller: each kind of channel is a part."""

from evsim.registry import CHANNEL, parts

from ..part import one_of
from .log import Log

__all__ = ["CHANNELS", "Channel", "Log"]

_OF_PARTS = (each.module("settings").SETTINGS for each in parts(CHANNEL))
CHANNELS = {each.model_fields["kind"].default: each for each in (Log, *_OF_PARTS)}
Channel = one_of("a channel", *CHANNELS.values())
