"""What every kind of channel says of itself, and the settings that parts add to any of them."""

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, create_model, model_validator

from evsim.registry import OF_CHANNEL

from .part import Tagged
from .presets import of_its_kind
from .written import beside, written

__all__ = ["AnyChannel", "Likened"]


class _AnyChannel(Tagged):
    """What every kind of channel says of itself. The core asks for what it can, never for its word."""

    mapped: ClassVar[bool] = True
    plain: ClassVar[dict] = {}  # what a plain channel does where nothing is written
    read_with: ClassVar[tuple[str, ...]] = ()  # settings of a subscription that it knows
    settles: ClassVar[tuple[str, ...]] = ()  # when, of the work, one of its messages may be settled
    not_read_with: ClassVar[dict] = {}  # why it does not know another one, and the way out, if there is more to say
    brokered: ClassVar[bool] = True  # whether something stands between those who use it, keeps and acknowledges
    competing: ClassVar[bool] = False  # whether those who read it compete for each message
    partitioned: ClassVar[bool] = False  # whether each group that reads it has each message, in order in its partition
    partitions_at_last: ClassVar[int] = 0  # how many there are when all have been added
    brokers: ClassVar[int] = 1  # how many keep what it keeps, of which one leads
    transactional: ClassVar[bool] = False  # whether what is published to it may become visible with a commit
    readers_give_up: ClassVar[bool] = False  # whether who reads it decides alone that a message is dead
    direct: ClassVar[bool] = False  # whether a message goes straight to a service, which may refuse it and be asked
    routes: ClassVar[bool] = False  # whether it only hands on what comes, by its routing key, and keeps nothing
    breaks: ClassVar[bool] = False  # whether who writes to it dies when its reader has
    confirms: ClassVar[bool] = True  # whether a publisher waits until it has its message
    may_refuse: ClassVar[bool] = False  # whether a message may not be taken although nothing fails
    keeps_for: ClassVar[float] = math.inf  # seconds after which a message that waits is gone
    keeps_most: ClassVar[float] = math.inf  # messages that wait, of which those beyond are gone or refused
    blocks: ClassVar[bool] = False  # whether a publisher waits for room
    waits_in: ClassVar[str | None] = None  # what publishers keep its messages in before they send them
    keeps_own_times: ClassVar[bool] = False  # whether a message may bring a time to live, or a delay, of its own
    counts_bytes: ClassVar[bool] = False  # whether a message needs a size
    is_polled: ClassVar[bool] = False  # whether consumers hold no connection, so that nobody sees them fail or die
    may_be_polled: ClassVar[bool] = False  # the same, before a preset has had its say
    has_clocks: ClassVar[bool] = False  # whether a lease ends by the clock
    deletes_late: ClassVar[bool] = False  # whether an acknowledgement counts until somebody else has the message
    faults: ClassVar[tuple[str, ...]] = ("outage", "crash", "pause")  # that may strike it
    unanswered: ClassVar[tuple[str, str] | None] = None  # why no publisher waits for an answer of it, and the way out
    nowhere: ClassVar[tuple[str, str] | None] = None  # why no network leads to it, and the way out

    @property
    def replicated(self):
        """Whether a leader may fail while others have what it has."""
        return self.brokers > 1

    @property
    def title(self):
        """What it is, in a word or two."""
        return self.kind

    def forwards_to(self, routing_key=None):
        """Names of the channels to which it hands a message on; without a key, wherever any key may lead."""
        return []

    @property
    def surely(self):
        """Names of those that get whatever comes."""
        return []

    def misfit(self, step):
        """(setting, rule, way out) if a publish step does not fit it; else None."""
        return None

    def problems(self, scenario, name):
        """What is wrong with a scenario that has it by this name, each an :class:`evsim.scenario.errors.Problem`."""
        return ()

    def settling(self, when):
        """The settings of a subscription whose messages are settled then."""
        return {}

    def sent_before(self, rate):
        """How many leave together with a message and before it, on average, if one publishes at a `rate` a second."""
        return 0.0

    def read_plainly(self, service, shared=False):
        """How a service reads it where nothing is written; shared: other services are in its group."""
        return {}

    def binds(self, service, subscription):
        """Whether a message that waits at a service waits for one instance of it."""
        return False

    @property
    def policies(self):
        """word -> settings of the parts that are written at it."""
        return written(self, OF_CHANNEL)


if TYPE_CHECKING:
    AnyChannel = _AnyChannel
else:
    AnyChannel = create_model(
        "AnyChannel", __base__=_AnyChannel, __doc__=_AnyChannel.__doc__, __module__=__name__, **beside(OF_CHANNEL)
    )


class Likened(AnyChannel):
    """A kind of channel of which products have their own: `like` names a preset."""

    like: Annotated[str | None, Field(description="the name of a preset: what a product does by default")] = None

    @model_validator(mode="after")
    def _known(self):
        return of_its_kind(self, self.kind)
