"""What the rest of a scenario wants to know of a setting of a publish that is a part, without asking for its name."""

from typing import ClassVar

from .part import Part

__all__ = ["PublishSetting"]


class PublishSetting(Part):
    """Settings of a part of the socket ``publish``: how a message gets to its channel, if not at once, or how many do.

    ``relays``: the message is written down with the effects of its handler, which waits for nothing, and sent later.
    ``multiplies``: each time the step is taken, several messages go, ``fewest`` to ``most`` of them, ``mean`` on
    average; ``numbers(chances)`` turns numbers in [0, 1) into how many.
    """

    relays: ClassVar[bool] = False
    multiplies: ClassVar[bool] = False

    def sent_before(self, rate):
        """How many leave together with a message and before it, on average, if one publishes at a `rate` a second."""
        return 0.0
