"""How messages travel without a waiting caller: each kind of channel is a part."""

from evsim.registry import CHANNEL, parts

from .part import one_of

__all__ = ["CHANNELS", "Channel"]

CHANNELS = {each.word: each.settings for each in parts(CHANNEL)}
Channel = one_of("a channel", *CHANNELS.values())
