"""What the rest of a scenario wants to know of a setting of a service that is a part, without asking for its name."""

from typing import ClassVar

from .part import Part

__all__ = ["ServiceSetting"]


class ServiceSetting(Part):
    """Settings of a part of the socket ``service``.

    ``refuses``: some who come are turned away. ``knows_again``: what was handled is not handled a second time.
    """

    refuses: ClassVar[bool] = False
    knows_again: ClassVar[bool] = False

    def problems(self, path, service):
        """The problems of these settings, at `path`, in this `service`."""
        return ()
