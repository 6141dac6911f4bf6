"""Presets: what a product does by default, as data with sources, merged below what is written.

A setting that a preset may give is None where nobody wrote it. `complete` fills it: from the preset that the channel,
or the part of a service, is `like`, or else as plain ones are.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, ClassVar

from pydantic import Field, model_serializer, model_validator

from . import reading
from .errors import Problem, ScenarioError, a, refuse, suggest
from .groups import group_of, shared_groups
from .part import Part
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


class _LikeProducts(Part):
    """Settings of a part, by its `word`, of which products have their own: `like` names a preset."""

    word: ClassVar[str]
    plain: ClassVar[dict] = {}  # what it does where nothing is written

    like: Annotated[str | None, Field(description="the name of a preset: what a product does by default")] = None

    @model_validator(mode="after")
    def _known(self):
        return of_its_kind(self, self.word)

    @property
    def complete(self):
        """With every setting filled in that its preset and plain ones give."""
        return _filled(self, self, "service", self.plain)


class LikenedSetting(_LikeProducts, ServiceSetting):
    """A setting of a service that may be like a product's."""


class LikenedReading(_LikeProducts):
    """A setting of a subscription that may be like a product's; ``true`` is all of it as usual."""

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return {} if written is True else written

    @model_serializer(mode="wrap")
    def _written(self, write):
        return write(self) or True


class LikenedStep(_LikeProducts, AnyStep):
    """A step that may be like a product's."""


def of_its_kind(part, kind):
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
        raise ScenarioError(
            [
                Problem(
                    "",
                    f"there is no preset {name}",
                    hint=suggest(name, preset_names()) or f"one of {', '.join(preset_names())}",
                )
            ]
        )
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8")


def complete(scenario):
    """The scenario with every setting that presets and plain channels give filled in."""
    channels = {name: _with_settings(completed(each)) for name, each in scenario.channels.items()}
    shared = shared_groups(scenario)
    services = {
        name: service.model_copy(update={"subscribe": tuple(
            _likened(each) if each.is_shared else
            _likened(_filled(_settled(each, channel), channel, "subscribe",
                             channel.read_plainly(service, (each.channel, group_of(name, each)) in shared)))
            for each in service.subscribe for channel in [scenario.channels[each.channel]]
        )} | _complete_settings(service))
        for name, service in scenario.services.items()
    }  # fmt: skip
    return scenario.model_copy(update={"channels": channels, "services": services})


def _complete_settings(thing):
    """word -> settings, complete, of the parts of a service or a channel that may be like a product's."""
    return {word: each.complete for word, each in thing.policies.items() if isinstance(each, LikenedSetting)}


def _with_settings(channel):
    update = _complete_settings(channel)
    return channel.model_copy(update=update) if update else channel


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
