"""The whole scenario: one complete, immutable description of a system and of how to run it."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from evsim.ticks import LONGEST

from . import reading
from .changes import AS_BY_DEFAULT, with_others
from .channels import Channel
from .errors import Problem, ScenarioError, refuse, suggest
from .faults import Fault
from .lint import warnings
from .objectives import Objectives
from .origins import Origin
from .part import FrozenDict, Name, Part, every_part, names_of
from .parts import Network, Service, Workload
from .presets import complete
from .units import PositiveTime, Time, up_to, write_time
from .validation import check


class RunSettings(Part):
    """How long a run takes and what is left out of its averages: the time before `warmup`.

    After `duration` no request arrives; what is open is worked off for `drain_limit` at most
    (10 x duration by default, and not beyond the latest end that a run may have). A run estimated to need more than
    `max_rows` rows of records is refused.
    """

    duration: Annotated[PositiveTime, Field(description="until when requests arrive")]
    warmup: Annotated[Time, Field(description="until when nobody is counted")] = 0.0
    seed: Annotated[up_to(2**63 - 1, least=0), Field(description="the luck; the same seed gives the same run")] = 1
    drain_limit: Annotated[
        Time | None, Field(description="for how long what is open is worked off; by default 10 times the duration")
    ] = None
    max_rows: Annotated[up_to(100_000_000), Field(description="how many rows of records there may be")] = 2_000_000

    @property
    def end(self):
        """When the run ends at the latest."""
        limit = 10 * self.duration if self.drain_limit is None else self.drain_limit
        return min(self.duration + limit, LONGEST)

    @model_validator(mode="after")
    def _countable(self):
        for name, end in (("duration", self.duration), ("drain_limit", self.duration + (self.drain_limit or 0.0))):
            if end > LONGEST:
                rule = f"a run and its drain_limit must end within {LONGEST:.0f} s (48.5 days): it counts nanoseconds"
                hint = "make it shorter, or let a second stand for a longer time"
                raise refuse(rule, hint, name=name, value=write_time(getattr(self, name)))
        return self

    @model_validator(mode="after")
    def _warm_in_time(self):
        if self.warmup >= self.duration:
            raise refuse("the warm-up must end before the run", name="warmup", value=write_time(self.warmup))
        return self


class Scenario(Part):
    """One complete description: workloads, services, channels, network, faults, run, objectives."""

    name: Annotated[Name, Field(description="what it is called")]
    about: Annotated[str, Field(description="what it shows, in a sentence or two")] = ""
    workloads: Annotated[names_of(Workload), Field(min_length=1), Field(description="who comes, and when")]
    services: Annotated[names_of(Service), Field(min_length=1), Field(description="who does the work")]
    channels: names_of(Channel) = Field(description="how messages travel", default={}, validate_default=True)
    network: Annotated[Network, Field(description="what lies between services")] = Network.model_construct()
    faults: Annotated[tuple[Fault, ...], Field(description="what goes wrong, and when")] = ()
    run_settings: RunSettings = Field(description="how long it runs, and what is counted", alias="run")
    objectives: Objectives = Field(
        description="which figures it promises; see the page of figures", default={}, validate_default=True
    )
    origins: Annotated[dict[str, Origin], AfterValidator(FrozenDict)] = Field(
        description="where numbers come from: path -> `measured: a source`, `published: a source` or `guessed`",
        default={},
        validate_default=True,
    )

    _folder: Path | None = PrivateAttr(None)
    _complete: "Scenario | None" = PrivateAttr(None)
    _written: "Scenario | None" = PrivateAttr(None)
    _ages: dict | None = PrivateAttr(None)
    _warnings: tuple | None = PrivateAttr(None)

    @property
    def folder(self):
        """Where relative files are looked up; None: where Python runs. Not a part of the description."""
        return self.remembered["_folder"]

    @property
    def complete(self):
        """The same scenario, with all that presets and plain channels give where nothing is written."""
        if self.remembered["_complete"] is None:
            made = with_others(complete(self), self)
            made._complete, made._written, made._ages, made._warnings = made, self, None, None
            self._complete = made
        return self.remembered["_complete"]

    @property
    def as_written(self):
        """The same scenario, without what :attr:`complete` has filled in."""
        return self.remembered["_written"] or self

    @property
    def ages(self):
        """(changes in force) -> the scenario that it then is, of those that :mod:`evsim.scenario.changes` has made."""
        if self.remembered["_ages"] is None:
            self._ages = {}
        return self.remembered["_ages"]

    def run(self, seed=None, until=None, *, guarded=False, record="full"):
        """Run it once with `seed` (default: its own), to its end or to the time `until`: a :class:`evsim.run.Run`.

        guarded: built with the care that systems take in which something may break; the records are the same. record:
        "full", or "summary" for a long run of which figures are kept and no single request
        (:class:`evsim.results.run_summary.RunSummary`).
        """
        from evsim.run import Simulation  # the one thing a scenario knows of what is above it

        return Simulation(self, seed, guarded=guarded, record=record).run(until)

    @model_validator(mode="after")
    def _check(self, info):
        if info.context:
            self._folder = info.context["folder"]
        problems = check(self)
        if problems:
            raise PydanticCustomError("checks", "see the problems", {"problems": problems})
        return self

    @classmethod
    def from_dict(cls, data, folder=None):
        """The scenario in plain data, in the form of the YAML file."""
        return cls._validated(data, folder)

    @classmethod
    def from_yaml(cls, text, source=None, folder=None):
        """The scenario in a YAML text; `source` names the text in errors."""
        if not isinstance(text, str):
            raise ScenarioError([Problem("text", "must be the text of a YAML file", str(text))], source)
        data, place = reading.read(text, source)
        return cls._validated(data, folder, place, source)

    @classmethod
    def _validated(cls, data, folder, place=None, source=None):
        if not isinstance(data, Mapping):
            problem = Problem("", "must be a mapping of settings: name, workloads, services, run, ...")
            raise ScenarioError([problem], source)
        if reading.is_too_deep(data):
            raise ScenarioError([Problem("", reading.TOO_DEEP)], source)
        context = {"folder": None if folder is None else Path(folder)}
        return cls.model_validate(data, place, source, context=context, by_name=False, by_alias=True)

    def to_dict(self):
        """Plain data in the form of the YAML file, without what is as by default."""
        return _plain(self.model_dump(by_alias=True, exclude_defaults=True))

    def to_yaml(self):
        """The YAML file of the scenario."""
        for name, service in self.services.items():
            if callable(service.handle):
                rule = "a Python function cannot be written to YAML"
                raise ScenarioError([Problem(f"services.{name}.handle", rule)])
        return reading.write(self.to_dict())

    def replace(self, changes):
        """A new scenario with the values at some paths changed.

        Paths are those of the YAML file, with numbers for the entries of a list:
        `{"services.database.workers": 4, "services.register.handle.0.work": "5ms"}`.
        """
        if not isinstance(changes, Mapping) or not all(isinstance(path, str) for path in changes):
            rule = 'must be a mapping of paths to values, such as {"run.duration": "5s"}'
            raise ScenarioError([Problem("changes", rule, "None" if changes is None else changes)])
        data = _plain(self.model_dump(by_alias=True))
        for path, value in changes.items():
            _set(data, path, _plain(value))  # a copy: a later path may lead into it
            if isinstance(value, Mapping | list | tuple):  # what was said of its parts is said of them no more
                data["origins"] = {of: said for of, said in data["origins"].items() if not of.startswith(f"{path}.")}
        return self.from_dict(data, self.folder)

    def value(self, path):
        """What stands at a path, in plain data: what :meth:`replace` would change."""
        return self.reader()(path)

    def reader(self):
        """:meth:`value` for many paths, which writes the scenario out once."""
        return partial(_value, _plain(self.model_dump(by_alias=True)))

    @classmethod
    def schema(cls):  # type: ignore[override]
        """JSON Schema of the YAML file, for completion and checks in an editor."""
        for kind in every_part():  # pydantic 2.12.0 writes no default of a model that is not built yet
            kind.model_rebuild()
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **cls.model_json_schema()}

    def warnings(self):
        """What is allowed but hardly meant, one sentence each."""
        if self.remembered["_warnings"] is None:
            self._warnings = tuple(warnings(self))
        return list(self.remembered["_warnings"])


def _value(data, path):
    """What stands at a dotted `path` in plain data that has all its settings written out."""
    if not isinstance(path, str):
        raise ScenarioError([Problem("path", "must be a text such as run.duration", str(path))])
    *above, last = steps = _steps(path)
    node = data
    for number, step in enumerate(above):
        node = _enter(node, step, ".".join(steps[: number + 1]))
    if isinstance(node, dict) and last in node:
        return node[last]
    if isinstance(node, list) and last.isdigit() and int(last) < len(node):
        return node[int(last)]
    raise ScenarioError([_no_such(node, path)])


def _plain(data):
    """Data with lists for tuples."""
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list | tuple) else data


def _steps(path):
    """The parts of a dotted path; the dot of `p99.9` is none of its own."""
    return re.split(r"(?<!p99)\.", path)


def _set(data, path, value):
    """Put `value` at the dotted `path` in plain data that has all its settings written out."""
    *above, last = steps = _steps(path)
    node = data
    for number, step in enumerate(above):
        node = _enter(node, step, ".".join(steps[: number + 1]))
    if last.isdigit() and isinstance(node, dict):
        node = _listed(node) or node
    if value is AS_BY_DEFAULT:
        if not (isinstance(node, dict) and last in node):
            raise ScenarioError([_no_such(node, path)])
        del node[last]
    elif isinstance(node, dict):
        node[last] = value
    elif isinstance(node, list | tuple) and last.isdigit() and int(last) <= len(node):
        node[int(last) : int(last) + 1] = [value]  # type: ignore[index]
    else:
        raise ScenarioError([_no_such(node, path)])


def _listed(node):
    """The list that some settings may be written as, where they have nothing beside it; None if there is none."""
    return next((node[name] for name in ("branches", "points") if name in node), None)


def _enter(node, step, path):
    """What is at `step` of `node`; a setting that is not set yet begins empty."""
    if isinstance(node, dict) and step.isdigit():
        node = _listed(node) or [node]  # one subscription alone
    if isinstance(node, list) and step.isdigit() and int(step) < len(node):
        return node[int(step)]
    if isinstance(node, dict) and step in node:
        if node[step] is None:
            node[step] = {}
        return node[step]
    raise ScenarioError([_no_such(node, path)])


def _no_such(node, path):
    above, _, name = path.rpartition(".")
    if isinstance(node, dict):
        return Problem(path, "no such setting", hint=suggest(name, node))
    if isinstance(node, list):
        rule = f"no such entry: {above} is a list of {len(node)}"
        return Problem(path, rule, hint="entries are counted from 0")
    return Problem(path, f"no such setting: {above} is {node!r}", hint=f"replace {above} as a whole")
