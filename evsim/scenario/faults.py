"""What goes wrong, from when to when, at random, or when one request comes to a step."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from .distributions import AnyDistribution
from .errors import refuse, suggest
from .part import Name, Part, Text
from .units import Number, PositiveTime, Share, Time, Whole

TARGET = "^[a-z][a-z0-9-]*(/[1-9][0-9]{0,5})?$"
# The settings of each kind; it needs one of them.
SETTINGS = {
    "outage": (), "crash": (), "pause": (), "slowdown": ("factor",), "error_rate": ("probability",), "poison": ("key",),
    "partition": (), "latency": ("factor", "add"), "loss": ("probability",), "duplication": ("probability",),
    "leader_failure": (),
}  # fmt: skip
FAULTS = tuple(SETTINGS)
OF_LINKS = ("partition", "latency", "loss", "duplication")
WHEN = "at (a moment), mtbf (at random) or at_step (of one request)"


def _key(key):
    if key is not None and (isinstance(key, bool) or not isinstance(key, int | str)):
        raise refuse("must be a whole number or a text")
    return key


def _check_target(kind, target):
    """Refuse what is no target of a kind of fault."""
    if isinstance(target, str):
        if not re.match(TARGET, target):
            rule = "must be a name such as register, or register/2 for its second instance"
            raise refuse(rule, name=kind, value=target)
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

    request: Whole
    step: Text
    when: Literal["before", "after"] = "before"
    service: Name | None = None
    workload: Name | None = None


class Fault(Part):
    """Something that goes wrong with `target`: a service, one instance (`register/2`), a channel, or a link:
    its name, or the two places `[register, database]` between which it lies.

    outage: nothing new starts, work in hand ends
    crash: work in hand is lost, and `for` is the time until it is back
    pause: all freezes and goes on later
    slowdown: times of work started meanwhile are multiplied by `factor`
    error_rate: handling fails with `probability`
    poison: handling fails for one `key`, at every attempt
    partition: everything sent over the link is lost, answers and acknowledgements too
    latency: hops over the link take `factor` times as long, or `add` longer
    loss, duplication: what is sent is lost, or comes twice, with `probability`
    leader_failure: a log loses the broker that leads it, and `for` is the time until that is back

    It lasts from `at` for `for` (to the end of the run by default), or comes at random: after times drawn
    from `mtbf`, for times drawn from `mttr`; or it begins `at_step`.
    Written `{outage: mailing-list, at: 20s, for: 10s}`.
    """

    kind: Literal[FAULTS]
    target: str | tuple[str, str]
    at: Time | None = None
    duration: PositiveTime | None = Field(default=None, alias="for")
    mtbf: AnyDistribution | None = None
    mttr: AnyDistribution | None = None
    at_step: AtStep | None = None
    factor: Annotated[Number, Field(gt=0)] | None = None
    add: PositiveTime | None = None
    probability: Share | None = None
    key: Annotated[
        Any, BeforeValidator(lambda key: _key(key)), Field(json_schema_extra={"type": ["string", "integer", "null"]})
    ] = None

    @property
    def place(self):
        """Name of the service, channel or link, without the number of an instance; both of a pair."""
        return self.target.partition("/")[0] if isinstance(self.target, str) else self.target

    @property
    def instance(self):
        """Number of the instance, from 1, or None for all."""
        number = self.target.partition("/")[2] if isinstance(self.target, str) else ""
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
            raise refuse(f"is {' and '.join(named)} at once", "write one fault for each")
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
        own = SETTINGS[self.kind]
        given = [name for name in ("factor", "add", "probability", "key") if getattr(self, name) is not None]
        for name in given:
            if name not in own:
                knows = [kind for kind, settings in SETTINGS.items() if name in settings]
                raise refuse(f"{name} belongs to {', '.join(knows)}, not to {self.kind}")
        if own and len(given) != 1:
            raise refuse(f"{self.kind} needs {' or '.join(own)}")

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
        one["pattern"] = TARGET
        properties.update({kind: {"anyOf": [one, pair]} if kind in OF_LINKS else one for kind in FAULTS})
        schema["required"] = []
        schema["oneOf"] = [{"required": [kind]} for kind in FAULTS]
        return reference


def strikes_after_reply(scenario, service):
    """Whether a fault strikes after a reply of `service`: then the reply does not wait for the end of its handler."""
    moments = [(fault.at_step.service or fault.place, fault.at_step) for fault in scenario.faults if fault.at_step]
    return any(name == service and each.when == "after" and each.step.startswith("reply") for name, each in moments)
