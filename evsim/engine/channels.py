"""The channels of a system, each made by its part."""

from evsim.engine.log import Log
from evsim.registry import part

__all__ = ["channel"]

CHANNELS = {"log": Log}


def channel(system, name, settings, number):
    """The running counterpart of a channel."""
    if settings.kind in CHANNELS:
        return CHANNELS[settings.kind](system, name, settings, number)
    return part(settings.kind).module("engine").build(system, name, settings, number)
