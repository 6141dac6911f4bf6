"""Presets: what a product does by default, as data with sources, merged below what is written.

A setting that a preset may give is None where nobody wrote it. `complete` fills it: from the preset that the channel,
or the part of a service, is `like`, or else as plain ones are.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from . import reading
from .errors import Problem, ScenarioError, a, refuse, suggest
from .groups import group_of, shared_groups
from .part import Part, Tagged
from .service_setting import ServiceSetting
from .step_kind import AnyStep


@dataclass(frozen=True)
class Preset:
    """A product: (value, source) of each setting of its `channel` and of who `subscribe`s, or of its `service`."""

    name: str
    product: str
    version: str
    date: str
    about: str
    kind: str
    channel: dict
    subscribe: dict
    service: dict


class AnyChannel(Tagged):
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

    def read_plainly(self, service, shared=False):
        """How a service reads it where nothing is written; shared: other services are in its group."""
        return {}

    def binds(self, service, subscription):
        """Whether a message that waits at a service waits for one instance of it."""
        return False


class Likened(AnyChannel):
    """A kind of channel of which products have their own: `like` names a preset."""

    like: Annotated[str | None, Field(description="the name of a preset: what a product does by default")] = None

    @model_validator(mode="after")
    def _known(self):
        return _of_its_kind(self, self.kind)


class _LikeProducts(Part):
    """Settings of a part, by its `word`, of which products have their own: `like` names a preset."""

    word: ClassVar[str]
    plain: ClassVar[dict] = {}  # what it does where nothing is written

    like: Annotated[str | None, Field(description="the name of a preset: what a product does by default")] = None

    @model_validator(mode="after")
    def _known(self):
        return _of_its_kind(self, self.word)

    @property
    def complete(self):
        """With every setting filled in that its preset and plain ones give."""
        return _filled(self, self, "service", self.plain)


class LikenedSetting(_LikeProducts, ServiceSetting):
    """A setting of a service that may be like a product's."""


class LikenedReading(_LikeProducts):
    """A setting of a subscription that may be like a product's."""


class LikenedStep(_LikeProducts, AnyStep):
    """A step that may be like a product's."""


def _of_its_kind(part, kind):
    """The `part`, if there is a preset of its `kind` by the name that it is like."""
    if part.like is None:
        return part
    of_kind = [name for name in preset_names() if load_preset(name).kind == kind]
    if part.like not in of_kind:
        other = f"is {a(load_preset(part.like).kind)}" if part.like in preset_names() else "is no preset"
        raise refuse(f"{part.like} {other}", suggest(part.like, of_kind), name="like")
    return part


def preset_names():
    """Names of the presets."""
    there = (file.name for file in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in there if name.endswith(".yaml"))


@lru_cache
def load_preset(name):
    """The :class:`Preset` of that name."""
    data, _ = reading.read(preset_text(name), f"{name}.yaml")
    settings = {
        part: {setting: (each["value"], each["source"]) for setting, each in data.pop(part, {}).items()}
        for part in ("channel", "subscribe", "service")
    }
    return Preset(name=name, **data, **settings)  # type: ignore[arg-type]


def preset_text(name):
    """The YAML of a preset, as it ships."""
    if name not in preset_names():
        raise ScenarioError([Problem("", f"there is no preset {name}", hint=suggest(name, preset_names()))])
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8")


def complete(scenario):
    """The scenario with every setting that presets and plain channels give filled in."""
    channels = {name: completed(each) for name, each in scenario.channels.items()}
    shared = shared_groups(scenario)
    services = {
        name: service.model_copy(update={"subscribe": tuple(
            _likened(each) if each.is_shared else
            _likened(_filled(_settled(each, channel), channel, "subscribe",
                             channel.read_plainly(service, (each.channel, group_of(name, each)) in shared)))
            for each in service.subscribe for channel in [scenario.channels[each.channel]]
        )} | {word: each.complete for word, each in service.policies.items() if isinstance(each, LikenedSetting)})
        for name, service in scenario.services.items()
    }  # fmt: skip
    return scenario.model_copy(update={"channels": channels, "services": services})


def _likened(subscription):
    """A subscription with the parts that may be like a product's filled in."""
    settings = subscription.policies.items()
    update = {word: each.complete for word, each in settings if isinstance(each, LikenedReading)}
    return subscription.model_copy(update=update) if update else subscription


def _settled(subscription, channel):
    """A subscription with what its parts say of when it settles, before any preset has its say."""
    if subscription.settled is None:
        return subscription
    return subscription.model_copy(update=channel.settling(subscription.settled))


def completed(channel):
    """A channel with every setting filled in that its preset and plain channels give."""
    return _filled(channel, channel, "channel", channel.plain)


def _filled(part, channel, which, plain):
    """`part` with what it leaves open taken from the channel's preset, and what that leaves open from `plain`."""
    given = dict(plain)
    like = getattr(channel, "like", None)
    if like is not None:
        written = {name: value for name, (value, _) in getattr(load_preset(like), which).items()}
        needed = {name: getattr(part, name) for name, field in type(part).model_fields.items() if field.is_required()}
        read = type(part).model_validate({**needed, **written})
        given |= {name: getattr(read, name) for name in written}
    return part.model_copy(update={name: value for name, value in given.items() if getattr(part, name) is None})


def _folder():
    return files("evsim") / "presets"
