"""What goes wrong, from when to when, at random, or when one request comes to a step."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, get_type_hints

from pydantic import Field, create_model, model_serializer, model_validator

from evsim.counting import listed
from evsim.registry import FAULT, parts

from .distributions import AnyDistribution
from .errors import refuse, suggest
from .part import Name, Part, Text
from .units import PositiveTime, Time, Whole

FAULT_KINDS = {each.word: each.settings for each in parts(FAULT)}
FAULTS = tuple(FAULT_KINDS)
KILLING = frozenset(word for word, kind in FAULT_KINDS.items() if kind.kills)
OF_LINKS = tuple(word for word, kind in FAULT_KINDS.items() if "link" in kind.strikes)
# The settings of all kinds, each as a type that may be left out.
_TYPES = {
    name: (hint | None, Field(default=None, description=kind.model_fields[name].description))
    for kind in FAULT_KINDS.values()
    for name, hint in get_type_hints(kind, include_extras=True).items()
    if name in kind.model_fields
}
WHEN = "at (a moment), mtbf (at random) or at_step (of one request)"


def _check_target(kind, target):
    """Refuse what is no target of a kind of fault."""
    if isinstance(target, str):
        does = FAULT_KINDS[kind]
        if not re.match(does.pattern, target):
            raise refuse(f"must be {does.named}", name=kind, value=target)
        return
    if not isinstance(target, list | tuple) or len(target) != 2 or not all(isinstance(each, str) for each in target):
        rule = "must be a name, or the two places of a link, such as [register, database]"
        raise refuse(rule, name=kind, value=target)
    if kind not in OF_LINKS:
        hint = f"between two places there may be {', '.join(OF_LINKS)}"
        raise refuse("strikes one place", hint, name=kind, value=target)


class AtStep(Part):
    """The moment before or after a step of one `request`: its number in its workload, counted from 0.

    A step is called by its kind and what it is about: `work`, `call database`, `publish customer-registered`,
    `effect customer row`, `reply`; `work #2` is the second of its name in the handler. `service` is whose
    step it is (by default the one that is struck). It happens once, when the request first comes there.
    """

    request: Annotated[Whole, Field(description="the number of the request in its workload, from 0 on")]
    step: Annotated[Text, Field(description="the step, by its kind and what it is about, such as publish orders")]
    when: Annotated[Literal["before", "after"], Field(description="on which side of the step")] = "before"
    service: Annotated[Name | None, Field(description="whose step it is; by default the one that is struck")] = None
    workload: Annotated[Name | None, Field(description="whose request it is; needed if there are several")] = None


class _Fault(Part):
    """Something that goes wrong with `target`: a service, one instance (`register/2`), a channel, or a link:
        its name, or the two places `[register, database]` between which it lies.

    {kinds}

        It lasts from `at` for `for` (to the end of the run by default), or comes at random: after times drawn
        from `mtbf`, for times drawn from `mttr`; or it begins `at_step`.
        Written `{outage: mailing-list, at: 20s, for: 10s}`.
    """

    kind: Literal[FAULTS]
    target: Annotated[str | tuple[str, str], Field(description="what it strikes, written after its kind")]
    at: Annotated[Time | None, Field(description="when it begins")] = None
    duration: PositiveTime | None = Field(
        description="how long it lasts; by default to the end of the run", default=None, alias="for"
    )
    mtbf: Annotated[
        AnyDistribution | None, Field(description="the time from the end of one to the begin of the next, at random")
    ] = None
    mttr: Annotated[AnyDistribution | None, Field(description="how long one of these lasts")] = None
    at_step: Annotated[AtStep | None, Field(description="the step of one request at which it begins")] = None

    @property
    def does(self):
        """What its kind says of itself (:class:`evsim.scenario.fault_kind.AnyFault`)."""
        return FAULT_KINDS[self.kind]

    @property
    def of_link(self):
        """Whether a link is struck."""
        return "link" in self.does.strikes and not (isinstance(self.target, str) and "service" in self.does.strikes)

    @property
    def place(self):
        """Name of the service, channel or link, without the number of an instance; both of a pair."""
        return self.does.place_of(self.target) if isinstance(self.target, str) else self.target

    @property
    def instance(self):
        """Number of the instance, from 1, or None for all."""
        number = self.target.partition("/")[2] if isinstance(self.target, str) and self.does.strikes else ""
        return int(number) if number else None

    @property
    def subject(self):
        """What is struck, in words."""
        return self.target if isinstance(self.target, str) else " and ".join(self.target)

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written, info):
        if not isinstance(written, Mapping):
            return written
        if info.context is None and "kind" in written:  # by attributes, in Python
            return written
        named = [name for name in written if name in FAULTS]
        if len(named) > 1:
            raise refuse(f"is {listed(named)} at once", "write one fault for each")
        if not named:
            known = {field.alias or name for name, field in cls.model_fields.items()}
            unknown = next((name for name in written if name not in known), None)
            raise refuse("is no fault", suggest(unknown, FAULTS), name=unknown)
        settings = {name: value for name, value in written.items() if name != named[0]}
        for name in ("kind", "target"):
            if name in settings:
                raise refuse("unknown setting", f"the target is written after {named[0]}", name=name)
        _check_target(named[0], written[named[0]])
        return {"kind": named[0], "target": written[named[0]], **settings}

    @model_validator(mode="after")
    def _complete(self):
        _check_target(self.kind, self.target)
        if sum(when is not None for when in (self.at, self.mtbf, self.at_step)) != 1:
            raise refuse(f"needs one of {WHEN}")
        if self.mttr is not None and self.mtbf is None:
            raise refuse("mttr belongs to mtbf", "write for")
        if self.mtbf is not None and (self.mttr is None or self.duration is not None):
            raise refuse("a fault at random needs mtbf and mttr, and no for")
        if self.mtbf is not None and self.mtbf.is_constant and self.mtbf.value == 0:
            raise refuse("mtbf must be greater than 0")
        self._check_settings()
        return self

    def _check_settings(self):
        own = self.does.model_fields
        given = [name for name in _TYPES if getattr(self, name) is not None]
        for name in given:
            if name not in own:
                knows = [kind for kind, settings in FAULT_KINDS.items() if name in settings.model_fields]
                raise refuse(f"{name} belongs to {', '.join(knows)}, not to {self.kind}")
        if self.duration is not None and not self.does.lasts:
            raise refuse(f"{self.kind} is over at once", "leave it out", name="for")
        self.does.check(self)

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return {settings.pop("kind"): settings.pop("target"), **settings}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        properties = schema["properties"]
        properties.pop("kind")
        one, pair = properties.pop("target")["anyOf"]
        ones = {word: {**one, "pattern": kind.pattern} for word, kind in FAULT_KINDS.items()}
        properties.update({word: {"anyOf": [ones[word], pair]} if word in OF_LINKS else ones[word] for word in FAULTS})
        schema["required"] = []
        schema["oneOf"] = [{"required": [kind]} for kind in FAULTS]
        return reference


def _about():
    """What a fault is, with a line for each kind."""
    lines = [f"{word}: {' '.join((kind.__doc__ or '').split())}" for word, kind in FAULT_KINDS.items()]
    return (_Fault.__doc__ or "").replace("{kinds}", "\n    ".join(lines))


if TYPE_CHECKING:
    Fault = _Fault
else:
    Fault = create_model("Fault", __base__=_Fault, __doc__=_about(), __module__=__name__, **_TYPES)


def failpoint_after_reply(scenario, service):
    """Whether a fault strikes after a reply of `service`: then the reply does not wait for the end of its handler."""
    moments = [(fault.at_step.service or fault.place, fault.at_step) for fault in scenario.faults if fault.at_step]
    return any(name == service and each.when == "after" and each.step.startswith("reply") for name, each in moments)
