"""Crash at every step: what one customer is told, and what becomes true, wherever a program dies on the way."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from evsim.engine import simulate
from evsim.results.tally import OK, PENDING
from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem
from evsim.scenario.steps import titles

__all__ = ["Crash", "CrashMatrix", "crash_matrix"]


@dataclass(frozen=True)
class Crash:
    """What came of a request of one design whose `service` crashed `when` (before, after) a `step` of its handler.

    ``told``: yes, error or nothing. ``effects``: how often each due effect happened. ``others``: how many more of the
    other customers than without the crash were told an error, miss an effect or have one twice.
    """

    design: str
    service: str
    step: str
    when: str
    told: str
    effects: dict
    others: dict

    @property
    def point(self):
        return f"{self.service}, {self.when} {self.step}"

    @property
    def missing(self):
        return [name for name, times in self.effects.items() if not times]

    @property
    def repeated(self):
        return [name for name, times in self.effects.items() if times > 1]

    @property
    def present(self):
        return [name for name, times in self.effects.items() if times]

    @property
    def kind(self):
        """repeated; kept (told yes, and true); broken (told yes, and not true); honest (told error, and nothing is
        done); denied (told error, and something is done); open (told nothing)."""
        if self.repeated:
            return "repeated"
        if self.told == "yes":
            return "broken" if self.missing else "kept"
        if self.told == "nothing":
            return "open"
        return "denied" if self.present else "honest"

    @property
    def words(self):
        """What came of it, for a reader."""
        return {
            "repeated": f"told {self.told}; {_and(self.repeated)} twice or more",
            "kept": "told yes, and all is true",
            "broken": f"told yes, and no {_and(self.missing)}",
            "honest": "told error, and nothing is done",
            "denied": f"told error, and {_and(self.present)} done"
            + (f", {_and(self.missing)} not" if self.missing else ""),
            "open": "told nothing",
        }[self.kind]


class CrashMatrix(tuple):
    """A :class:`Crash` for each design and crash point, in the order of the designs; prints as a table."""

    @property
    def designs(self):
        """design -> its crashes."""
        found = {}
        for crash in self:
            found.setdefault(crash.design, []).append(crash)
        return found

    def counts(self, design):
        """How many crash points of a design are of each kind."""
        return Counter(crash.kind for crash in self.designs[design])

    def frame(self):
        """The crashes as a pandas frame, one row each."""
        import pandas

        return pandas.DataFrame(
            {
                **{name: getattr(crash, name) for name in ("design", "service", "step", "when", "told", "kind", "words")},
                **crash.effects,
                **{f"others: {name}": number for name, number in crash.others.items()},
            }
            for crash in self
        )

    def plot(self, ax=None):
        """The matrix as a picture (:func:`evsim.view.crashes.crashes`)."""
        from evsim.view.crashes import crashes

        return crashes(self, ax=ax)

    def __repr__(self):
        width = max((len(crash.point) for crash in self), default=0)
        lines = []
        for design, crashes in self.designs.items():
            lines += [design, *(f"  {crash.point:<{width}}  {crash.words}" for crash in crashes)]
        return "\n".join(lines)


def crash_matrix(*scenarios, request=None, back_after="2s", labels=None):
    """Run each scenario once for every crash point of one request, and tell what came of that request.

    scenarios: designs of one workload, or one dict of them by name. request: its number (by default the first that
    arrives when a third of the run is over). back_after: how long the crashed program is away. labels: names of the
    designs (those of the scenarios).

    A crash point lies before each step of each handler that works for the request, and after the last one unless that
    is the reply (the answer leaves with the end of the handler). A step that writes into an outbox happens together with
    the effect before it: there is no point between the two. Every run is audited.
    """
    if len(scenarios) == 1 and isinstance(scenarios[0], dict):
        labels, scenarios = tuple(scenarios[0]), tuple(scenarios[0].values())
    if not scenarios:
        raise ValueError("name at least one scenario")
    labels = tuple(each.name for each in scenarios) if labels is None else tuple(labels)
    if len(labels) != len(scenarios):
        raise ValueError(f"{len(labels)} labels for {len(scenarios)} scenarios; give each its own")
    found = []
    for label, scenario in zip(labels, scenarios, strict=True):
        found += _of_design(label, scenario, request, back_after)
    return CrashMatrix(found)


def _of_design(label, scenario, request, back_after):
    if len(scenario.workloads) != 1:
        raise ScenarioError([Problem("workloads", "a crash matrix follows one customer of one workload",
                                     len(scenario.workloads), hint="take the others out")])  # fmt: skip
    well = _audited(scenario)
    request = _chosen(well, request)
    for service, step, when in _points(well, request):
        fault = {"crash": service, "at_step": {"request": request, "step": step, "when": when}, "for": back_after}
        run = _audited(scenario.replace({f"faults.{len(scenario.faults)}": fault}))
        if any(kind == "crash" and target == service for _, kind, target, _ in run.records.incidents):
            yield _told(label, service, step, when, run, well, request)


def _audited(scenario):
    run = simulate(scenario)
    run.audit()
    return run


def _chosen(run, request):
    arrived = run.tally.arrived
    if request is None:
        return int(np.searchsorted(arrived, run.scenario.run.duration / 3))
    if not 0 <= request < len(arrived):
        raise ScenarioError([Problem("request", "did not arrive", request, hint=f"there are 0 to {len(arrived) - 1}")])
    return request


def _points(run, request):
    """(service, step, when) of every crash point on the way of a request."""
    rows, places = run.rows, run.places
    mine = np.flatnonzero((rows["request"] == request) & ~np.isnan(rows["started"]))
    order = mine[np.argsort(rows["started"][mine], kind="stable")]
    for service in dict.fromkeys(places[rows["place"][row]].service for row in order.tolist()):
        handle = run.scenario.services[service].handle
        if callable(handle):
            continue
        found, before = list(titles(handle).items()), None
        for position, title in found:
            step = _at(handle, position)
            joined = step.kind == "publish" and step.outbox is not None and before is not None and before.kind == "effect"
            if not joined:
                yield service, title, "before"
            before = step
        if before.kind != "reply":
            yield service, found[-1][1], "after"


def _at(handle, position):
    """The step at a position of a handler."""
    step = handle[position[0]]
    for branch, index in zip(position[1::2], position[2::2]):
        step = (step.branches if step.kind == "parallel" else (step.then, step.otherwise))[branch][index]
    return step


def _told(label, service, step, when, run, well, request):
    tally = run.tally
    told = "yes" if tally.outcome[request] == OK else "nothing" if tally.outcome[request] == PENDING else "error"
    due = tally.is_due[:, request]
    effects = {name: int(tally.times_done[code, request]) for code, name in enumerate(run.effect_names) if due[code]}
    return Crash(label, service, step, when, told, effects, _others(run, well, request))


def _others(run, well, request):
    """How many more of the other customers than without the crash came to harm."""

    def harmed(each):
        tally = each.tally
        errors = (tally.outcome != OK) & (tally.outcome != PENDING)
        kinds = {"told error": errors, "missing": tally.present < tally.due, "twice": tally.repeated > 0}
        return {name: int(np.delete(mask, request).sum()) for name, mask in kinds.items()}

    now, before = harmed(run), harmed(well)
    return {name: now[name] - before[name] for name in now}


def _and(names):
    return " and ".join(names)
