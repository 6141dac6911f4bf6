"""What all parts of a scenario have in common: they are immutable, refuse unknown settings, and read and
write the short forms that people use in YAML.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core.core_schema import no_info_before_validator_function, wrap_serializer_function_ser_schema

from evsim.counting import listed

from .errors import ScenarioError, explain, refuse, suggest


class FrozenDict(dict):
    """A dict that refuses change, can be pickled, and equals a dict with the same entries."""

    def _refuse(self, *_, **__):
        raise TypeError("a scenario is immutable; scenario.replace({path: value}) makes a changed one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self):  # type: ignore[override]  # a dict has none, and this one cannot change
        return hash(frozenset(self.items()))

    def __reduce__(self):
        return FrozenDict, (dict(self),)


class _PartType(type(BaseModel)):  # type: ignore[misc]
    """Makes `Service(workers=0)` in Python raise the same `ScenarioError` as a file does."""

    def __call__(cls, *args, **settings):
        try:
            return super().__call__(*args, **settings)
        except ValidationError as error:
            raise ScenarioError(explain(error, settings, cls)) from None


class FileSettings(BaseModel, metaclass=_PartType):
    """Settings that people write in files: whatever is missing, unknown or of another kind is a `ScenarioError`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    @classmethod
    def model_validate(cls, data, place=None, source=None, **options):  # type: ignore[override]
        """The part in plain data; errors are a `ScenarioError`, as everywhere.

        place: knows the lines of data from a file. source: what errors call that file.
        """
        try:
            return super().model_validate(data, **options)
        except ValidationError as error:
            raise ScenarioError(explain(error, data, cls, place), source) from None


class Part(FileSettings):
    """A piece of a scenario: frozen, hashable, equal when its settings are equal."""

    may_change: ClassVar[tuple[str, ...]] = ()  # settings that a change may make others while the system runs
    exchangeable: ClassVar[bool] = False  # whether, as a part, it may come, go, and be another while the system runs

    @property
    def remembered(self):
        """What is remembered beside the settings, by the names of its private attributes, which are slow to read."""
        return self.__pydantic_private__

    def why_not(self, other):
        """Why it cannot become an `other` while the system runs; None if it can."""

    def hinders(self, name, other):
        """Why one of its settings that may change cannot become this `other` while the system runs; None if it can."""
        now = getattr(self, name)
        return now.why_not(other) if isinstance(now, Part) and isinstance(other, Part) else None

    def not_by_default(self):
        """Names of the settings, as written, that are others than by default."""
        fields = type(self).model_fields.items()
        return [field.alias or name for name, field in fields if getattr(self, name) != field.default]

    def __setattr__(self, name, value):
        if not name.startswith("_"):
            raise AttributeError(
                f"{name} cannot be set: a scenario is immutable; scenario.replace({{path: value}}) makes a changed one"
            )
        super().__setattr__(name, value)

    def __eq__(self, other):  # not what is only remembered beside the settings, as a folder
        return type(self) is type(other) and self.__dict__ == other.__dict__


def every_part(kind=Part):
    """All classes of parts that are there."""
    for each in kind.__subclasses__():
        yield each
        yield from every_part(each)


class Tagged(Part):
    """A part written as `{kind: settings}`.

    Its settings are a mapping; or the bare value, when it has one setting; or else the value of the setting
    named `short`; or a list in the order of the fields, when `listed`. When `beside`, the other settings
    stand next to the kind: `{csv: FILE, column: timestamp}`. When `mapped`, one setting is no bare value.
    """

    if TYPE_CHECKING:
        kind: str = ""  # each class of its own has its word
    short: ClassVar[str | None] = None
    listed: ClassVar[bool] = False
    beside: ClassVar[bool] = False
    mapped: ClassVar[bool] = False

    @classmethod
    def settings(cls):
        """Names of the settings as written, in order."""
        return [field.alias or name for name, field in cls.model_fields.items() if name != "kind"]

    @classmethod
    def is_word(cls):
        """Whether the kind may stand alone, as in `channels: {tasks: queue}`."""
        return cls.mapped or not cls.settings()

    @classmethod
    def _bare(cls):
        return len(cls.settings()) == 1 and not cls.mapped

    @classmethod
    def unpack(cls, body):
        """The settings in `body`, what is written after the kind."""
        names = cls.settings()
        if cls.listed:
            if not isinstance(body, list | tuple) or len(body) != len(names):
                raise cls._refuse(f"must be a list [{', '.join(names)}]", body)
            return dict(zip(names, body))
        if cls._bare():
            return {names[0]: body}
        if isinstance(body, Mapping):
            if "kind" in body:
                raise cls._refuse("unknown setting kind", body)
            return dict(body)
        if body is None and not names:
            return {}
        if cls.short:
            return {cls.short: body}
        raise cls._refuse("must be a mapping of settings" + (f" ({', '.join(names)})" if names else ""), body)

    @classmethod
    def _refuse(cls, rule, body):
        return refuse(rule, name=cls.model_fields["kind"].default, value=body)

    def pack(self, settings):
        """The written form, from the written settings: the inverse of `unpack`."""
        names = self.settings()
        if not settings and self.is_word():
            return self.kind
        if self.listed:
            return {self.kind: [settings[name] for name in names]}
        if self._bare():
            return {self.kind: settings[names[0]]}
        if list(settings) == [self.short]:
            return {self.kind: settings[self.short]}
        if self.beside:
            return {self.kind: settings.pop(self.short), **settings}
        return {self.kind: settings}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        written = cls.describe(dict(schema))
        schema.clear()
        schema.update(written)
        return reference

    @classmethod
    def describe(cls, settings):
        """JSON Schema of the written form, from that of the settings."""
        kind = cls.model_fields["kind"].default
        entries = settings.get("properties", {})
        entries.pop("kind", None)
        text = settings.pop("description", None)
        required = [name for name in settings.pop("required", []) if name != "kind"]
        if required:
            settings["required"] = required
        names = cls.settings()
        if cls.listed:
            body = {
                "type": "array",
                "prefixItems": [entries[name] for name in names],
                "minItems": len(names),
                "maxItems": len(names),
            }
        elif cls._bare():
            body = entries[names[0]]
        elif cls.short and not cls.beside:
            body = {"anyOf": [entries[cls.short], settings]}
        else:
            body = settings
        whole = {kind: body}
        if cls.beside:
            whole = {kind: entries.pop(cls.short), **entries}
        written = {"type": "object", "properties": whole, "required": [kind], "additionalProperties": False}
        return {"title": cls.__name__, **({"description": text} if text else {}), **written}


class OneOrMany:
    """JSON Schema of a list that may be written as its only entry."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        many = handler(core_schema)
        return {"anyOf": [many["items"], many]}


class OrName:
    """JSON Schema of what may be written as a bare name."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}


def one_of(what, *classes, bare=None):
    """The type of a value that is one of the tagged `classes`.

    `bare` names the kind that a value which is no mapping stands for, as 2ms is a constant.
    """
    kinds = {each.model_fields["kind"].default: each for each in classes}
    union = Union[classes]  # noqa: UP007 (as many as there are)
    return Annotated[union, Field(discriminator="kind"), _OneOf(partial(_unpack, what, kinds, bare), kinds)]


class _OneOf:
    """How pydantic reads, writes and describes one of several kinds, some of which may be written as a word."""

    def __init__(self, read, kinds):
        self.read, self.words = read, [kind for kind, each in kinds.items() if each.is_word()]

    def __get_pydantic_core_schema__(self, source, handler):
        write = wrap_serializer_function_ser_schema(_pack)
        return no_info_before_validator_function(self.read, handler(source), serialization=write)

    def __get_pydantic_json_schema__(self, core_schema, handler):
        schema = handler(core_schema)
        return {"anyOf": [{"enum": self.words}, schema]} if self.words else schema


def _pack(part, write):
    settings = write(part)
    settings.pop("kind", None)
    return part.pack(settings)


def _unpack(what, kinds, bare, value):
    if isinstance(value, Part):
        if type(value) not in kinds.values():
            raise refuse(f"must be {what}, not a {type(value).__name__}")
        return value
    if not isinstance(value, Mapping):
        if bare in kinds:
            value = {bare: value}
        elif isinstance(value, str) and value in kinds:
            value = {value: {} if kinds[value].is_word() else None}
        else:
            raise refuse(f"must be {what}", suggest(value, kinds))
    named = [name for name in value if name in kinds]
    if len(named) > 1:
        raise refuse(f"is {listed(named)} at once", "write one of them")
    if not named:
        unknown = next(iter(value), None)
        rule = f"must be {what}" if unknown is None else f"is not {what}"
        raise refuse(rule, suggest(unknown, kinds), name=unknown)
    kind = named[0]
    beside = {name: setting for name, setting in value.items() if name != kind}
    if beside and not kinds[kind].beside:
        other, short = next(iter(beside)), kinds[kind].short
        hint = f"the settings of {kind} belong inside it" if kinds[kind].settings() else None
        if hint and short and not isinstance(value[kind], Mapping) and other in kinds[kind].settings():
            hint += f": {kind}: {{{short}: {value[kind]}, {other}: ...}}"
        raise refuse(f"unknown setting beside {kind}", hint, name=other)
    if "kind" in beside:
        raise refuse("unknown setting", name="kind")
    if kinds[kind].beside and isinstance(value[kind], Mapping):
        rule, hint = "has its settings beside it", f"write {{{kind}: {kinds[kind].short.upper()}, ...}}"
        raise refuse(rule, hint, name=kind)
    body = {kinds[kind].short: value[kind]} if kinds[kind].beside else kinds[kind].unpack(value[kind])
    return {**body, **beside, "kind": kind}


def _kebab(name):
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise refuse("must be a name of small letters, digits and hyphens, such as mailing-list")
    return name


Name = Annotated[str, AfterValidator(_kebab), Field(json_schema_extra={"pattern": "^[a-z][a-z0-9-]*$"})]
Text = Annotated[str, Field(min_length=1)]


def names_of(kind):
    """The type of a read-only mapping from names to `kind`."""
    no_others = Field(json_schema_extra={"additionalProperties": False})
    return Annotated[dict[Name, kind], AfterValidator(FrozenDict), no_others]
