"""What the rest of a scenario wants to know of a setting of a channel that is a part."""

from .part import Part

__all__ = ["ChannelSetting"]


class ChannelSetting(Part):
    """Settings of a part of the socket ``of_channel``."""

    def problems_of_channel(self, path, channel):
        """The problems of these settings, at `path`, in this `channel`."""
        return ()
