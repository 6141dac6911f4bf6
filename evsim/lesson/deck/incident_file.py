"""What the file of an incident holds, as settings: what is missing, unknown or of another kind is refused."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from evsim.scenario.errors import refuse
from evsim.scenario.part import FileSettings, Name
from evsim.scenario.units import Number, Time

__all__ = ["IncidentFile"]


def _time_of_day(text):
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise refuse("must be a time of day from 0:00 to 23:59, such as 9:30")
    return text


class WrittenSource(FileSettings):
    title: str
    who: str
    date: str | int
    address: str


class WrittenAlarm(FileSettings):
    gauge: str
    above: Number
    minutes: Number = 1


class WrittenLook(FileSettings):
    label: str
    minutes: Number
    shows: tuple[str, ...]
    tells: str | None = None


class WrittenSuspect(FileSettings):
    label: str
    is_: str | None = Field(None, alias="is")
    not_: str | None = Field(None, alias="not")


class WrittenMend(FileSettings):
    label: str
    minutes: Number
    money: Number
    does: tuple[dict[str, Any], ...]
    since: str | None = None


class WrittenExpert(FileSettings):
    looks: tuple[str, ...] = ()
    mends: tuple[str, ...] = ()


class WrittenNote(FileSettings):
    at: Time
    says: str


class IncidentFile(FileSettings):
    incident: Name
    title: str
    source: WrittenSource
    retells: str
    draws: dict[str, dict[str, Any]]
    system: dict[str, Any]
    alarm: WrittenAlarm
    symptoms: tuple[str, ...]
    looks: dict[str, WrittenLook]
    suspects: dict[str, WrittenSuspect]
    right: str
    mends: dict[str, WrittenMend]
    expert: WrittenExpert
    cheaper: str
    promise: Time = 120.0
    prices: dict[str, Number] = Field(default_factory=dict)
    notes: tuple[WrittenNote, ...] = ()
    clock: Annotated[str, AfterValidator(_time_of_day)] = "10:00"
