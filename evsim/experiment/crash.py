"""Crash at every step: what one customer is told, and what becomes true, wherever a part dies on the way."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from evsim.experiment.running import audited_run, in_order
from evsim.results.outcomes import TOLD
from evsim.scenario import ScenarioError
from evsim.scenario.arguments import a_number, a_scenario, a_time, names_of_designs
from evsim.scenario.atomicity import in_one_transaction
from evsim.scenario.errors import Problem
from evsim.scenario.handlers import step_at, titles

__all__ = ["CrashCase", "CrashMatrix", "crash_matrix", "crash_points"]

KINDS = ("kept", "honest", "broken", "denied", "repeated", "open")
FIELDS = ("design", "target", "service", "step", "when", "told", "kind", "words")


@dataclass(frozen=True)
class CrashCase:
    """What came of a request of one design when a part crashed.

    ``target`` crashed ``when`` (before, after) the request came to a ``step`` of a ``service``: that service itself, or
    the channel to which it publishes. ``told``: yes, no, error or nothing. ``kind``: repeated; kept (told yes, and
    true); broken (told yes, and not true); honest (told no or error, and nothing is done); denied (told no or error,
    and something is done); open (told nothing). ``words``: what came of it. ``effects``: how often each due effect
    happened. ``others``: how many more of the other customers than without the crash were told an error, miss an effect
    or have one twice.
    """

    design: str
    target: str
    service: str
    step: str
    when: str
    told: str
    kind: str
    words: str
    effects: dict
    others: dict

    @property
    def point(self):
        """Where it struck, in words."""
        return f"{self.target}, {self.moment}"

    @property
    def moment(self):
        """When it struck, in words."""
        if self.target == self.service:
            return f"{self.when} {self.step}"
        _, _, number = self.step.partition(" #")
        doing = "publishes" if self.when == "before" else "has published"
        return f"{self.when} {self.service} {doing}" + (f" #{number}" if number else "")

    @property
    def present(self):
        """Names of the due effects that happened."""
        return [name for name, times in self.effects.items() if times]

    @property
    def untrue(self):
        """Whether what the customer was told is not what is true, or something happened more than once."""
        return self.kind in ("broken", "denied", "repeated")


class CrashMatrix(tuple):
    """A :class:`CrashCase` for each design and crash point, in the order of the designs; prints as a table."""

    @property
    def designs(self):
        """design -> its crashes."""
        found = {}
        for crash in self:
            found.setdefault(crash.design, []).append(crash)
        return found

    def of(self, target):
        """The crashes of one part, in all designs."""
        return CrashMatrix(crash for crash in self if crash.target == target)

    def counts(self, design):
        """How many crash points of a design are of each kind."""
        return Counter(crash.kind for crash in self.designs[design])

    @property
    def totals(self):
        """The counts of all designs as a pandas frame, one row each."""
        import pandas

        counts = {design: {kind: self.counts(design)[kind] for kind in KINDS} for design in self.designs}
        return pandas.DataFrame.from_dict(counts, orient="index", columns=KINDS)

    def frame(self):
        """The crashes as a pandas frame, one row each."""
        import pandas

        return pandas.DataFrame(
            {
                **{name: getattr(crash, name) for name in FIELDS},
                **crash.effects,
                **{f"others: {name}": number for name, number in crash.others.items()},
            }
            for crash in self
        )

    def plot(self, ax=None):
        """The matrix as a picture (:func:`evsim.view.crash_pictures.crashes`)."""
        from evsim.view.crash_pictures import crashes

        return crashes(self, ax=ax)

    def scene(self):
        """The same as a :class:`~evsim.view.scene.scene.Scene`, for a slider."""
        from evsim.view.crash_pictures import scene

        return scene(self)

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

    A crash point lies before each step of each handler that works for the request, and after the last one unless
    that is the reply (the answer leaves with the end of the handler). A step that writes into an outbox happens
    together with the effect before it: there is no point between the two. A broker crashes before and after each
    message that is published to it. Every run is audited. Ctrl-C raises a KeyboardInterrupt that keeps the crashes that
    are done, as in :func:`evsim.experiment.running.in_order`.

    >>> import evsim
    >>> events = evsim.load("registration-events").replace({"run.duration": "9s", "run.warmup": 0, "faults": []})
    >>> for crash in evsim.crash_matrix(events)[2:5]:
    ...     print(f"{crash.point}: {crash.words}")
    register, before reply: told error, but all done
    customer-registered, before register publishes: told error and nothing done
    customer-registered, after register has published: told yes and all done
    """
    if len(scenarios) == 1 and isinstance(scenarios[0], dict):
        labels, scenarios = tuple(scenarios[0]), tuple(scenarios[0].values())
    scenarios, request = tuple(map(a_scenario, scenarios)), a_number(request, "request")
    back_after = a_time(back_after, "back_after")
    if not scenarios:
        raise ValueError("name at least one scenario")
    labels = names_of_designs(scenarios, labels)
    points = [point for each in zip(labels, scenarios, strict=True) for point in _of_design(*each, request)]
    return in_order(partial(_crashed, back_after=back_after), points, jobs=1, progress=False, gather=_matrix)


def _matrix(crashes):
    return CrashMatrix(crash for crash in crashes if crash is not None)


def _of_design(label, scenario, request):
    """(label, run without a crash, number of the request, crash point) for each of its crash points."""
    if len(scenario.workloads) != 1:
        raise ScenarioError([Problem("workloads", "a crash matrix follows one customer of one workload",
                                     len(scenario.workloads), hint="take the others out")])  # fmt: skip
    well = audited_run(scenario, scenario.run_settings.seed)
    request = _chosen(well, request)
    return [(label, well, request, point) for point in crash_points(well, request)]


def _crashed(each, back_after):
    """The :class:`CrashCase` at one point, or None if the request did not come to it."""
    label, well, request, (target, service, step, when) = each
    scenario = well.scenario
    moment = {"request": request, "service": service, "step": step, "when": when}
    fault = {"crash": target, "at_step": moment, "for": back_after}
    run = audited_run(scenario.replace({f"faults.{len(scenario.faults)}": fault}), well.seed)
    came = run.records.incidents != well.records.incidents
    return _told((label, target, service, step, when), run, well, request) if came else None


def _chosen(run, request):
    arrived = run.tables.requests.arrived
    if not len(arrived):
        raise ScenarioError(
            [Problem("scenario", "has no customer to follow", run.scenario.name, hint="make it longer")]
        )
    if request is None:
        third = np.searchsorted(arrived, run.scenario.run_settings.duration / 3)
        return int(min(third, len(arrived) - 1))
    if not 0 <= request < len(arrived):
        raise ScenarioError([Problem("request", "did not arrive", request, hint=f"there are 0 to {len(arrived) - 1}")])
    return request


def crash_points(run, request):
    """(target, service, step, when) of every crash point on the way of a request."""
    rows, places = run.tables.rows, run.tables.places
    mine = np.flatnonzero((rows["request"] == request) & ~np.isnan(rows["started"]))
    order = mine[np.argsort(rows["started"][mine], kind="stable")]
    for service in dict.fromkeys(places[rows["place"][row]].service for row in order.tolist()):
        handle = run.scenario.services[service].handle
        if callable(handle):
            continue
        found, before = list(titles(handle).items()), None
        for position, title in found:
            step = step_at(handle, position)
            if not in_one_transaction(before, step):
                yield service, service, title, "before"
            before = step
        if not handle[-1].replies:
            yield service, service, dict(found)[len(handle) - 1,], "after"
        for position, title in found:
            step = step_at(handle, position)
            if step.kind == "publish" and run.scenario.channels[step.channel].brokered:
                for when in ("before", "after"):
                    yield step.channel, service, title, when


def _told(where, run, well, request):
    told, workload = run.outcomes, run.tables.requests.workloads[0]
    named = [(name, told.names.index(name)) for name in run.tables.due[workload] if name in told.names]
    effects = {name: int(told.done[code, request]) for name, code in named if told.due[code, request]}
    return CrashCase(*where, TOLD[told.told[request]], _kind(told, request), told.words(request), effects,  # type: ignore[call-arg]
                 _others(run, well, request))  # fmt: skip


def _kind(told, request):
    kinds = {
        "repeated": told.repeated,
        "broken": told.yes_untrue,
        "kept": told.yes,
        "denied": told.no_yet_true | told.error_yet_true,
        "honest": told.no | told.error,
    }
    return next((kind for kind, who in kinds.items() if who[request]), "open")


def _others(run, well, request):
    """How many more of the other customers than without the crash came to harm."""
    before = _harmed(well, request)
    return {name: number - before[name] for name, number in _harmed(run, request).items()}


def _harmed(run, request):
    told = run.outcomes
    kinds = {"told error": told.error, "missing": told.missing.any(axis=0), "twice": told.repeated}
    return {name: int(np.delete(mask, request).sum()) for name, mask in kinds.items()}
