"""What theory says of each service of a scenario, beside what its runs have measured."""

import math
from dataclasses import dataclass

from evsim import theory
from evsim.experiment.text_tables import cell, html_table, text_table
from evsim.figures import write, write_as
from evsim.scenario.channel_rules import callees, readers
from evsim.scenario.distributions import Exponential
from evsim.scenario.handlers import all_steps
from evsim.scenario.routing import homes

__all__ = ["StationTheory", "TheoryPanel", "predictions", "response_mean"]

SMALLEST = 1e-9  # customers a second: less is not followed further


class _Unknown(Exception):
    """Why something can't be said before a run."""


@dataclass(frozen=True)
class StationTheory:
    """What is known of one service before it runs.

    ``rate``: what comes (1/s); ``work``: mean time of a worker (s); ``workers``; ``utilisation``; ``saturates``: the
    customers a second, of all workloads together, at which its workers are all busy. ``formula`` gives the mean
    ``wait`` (s); None where none applies. ``exact``: whether all that it assumes is so; ``why`` says what is not.
    """

    service: str
    rate: float
    work: float
    workers: int
    saturates: float
    formula: str | None
    wait: float | None
    exact: bool
    why: tuple

    @property
    def utilisation(self):
        return self.rate * self.work / self.workers


def predictions(scenario):
    """service -> :class:`StationTheory`; a service of which nothing is known is left out."""
    scenario = scenario.complete
    total = sum(each.arrivals.mean_rate(scenario.run_settings.duration) for each in scenario.workloads.values())
    flow = _Flow(scenario)
    found = {}
    for name, service in scenario.services.items():
        rate, work, workers = flow.rates[name], _own(service)[0], service.workers * service.instances
        if flow.unknown or not rate or callable(service.handle):
            continue
        saturates = math.inf if not work else total * workers / (rate * work)
        why = [*_blockers(scenario, service, rate * work / workers)]
        if name in flow.batches:
            why.append(f"{flow.batches[name]} sends it several messages at a time, and those wait for each other")
        if why:
            found[name] = StationTheory(name, rate, work, workers, saturates, None, None, False, tuple(why))
        else:
            formula, wait, near = _formula(service, rate, workers)
            notes = [*flow.notes[name], *near]
            found[name] = StationTheory(name, rate, work, workers, saturates, formula, wait, not notes, tuple(notes))
    return found


def response_mean(scenario, predicted):
    """(the mean time until customers have their answer, why it can't be told); one of both is None.

    The sum of what lies one after the other: own work, hops, and the mean sojourn at each service that is called.
    """
    scenario = scenario.complete
    try:
        rates = {name: each.arrivals.customers_per_second or 0.0 for name, each in scenario.workloads.items()}
        if not all(rates.values()):
            raise _Unknown("customers do not come at a constant rate")
        times = [
            rates[name] * _answer(scenario, predicted, each.target, {}) for name, each in scenario.workloads.items()
        ]
        return sum(times) / sum(rates.values()), None
    except _Unknown as reason:
        return None, str(reason)


class _Flow:
    """``rates``: service -> what comes a second, if nothing fails; ``notes``: why its gaps are only nearly random;
    ``batches``: service -> who sends it several messages at a time.
    """

    def __init__(self, scenario):
        self._scenario = scenario
        self.rates = dict.fromkeys(scenario.services, 0.0)
        self.notes: dict = {name: [] for name in scenario.services}
        self.unknown, self.batches = "", {}
        try:
            for workload in scenario.workloads.values():
                rate = workload.arrivals.customers_per_second
                if rate is None:
                    raise _Unknown("customers do not come at a constant rate")
                if not workload.arrivals.at_random:
                    self._note(workload.target, "its customers do not come at random moments")
                self._come(workload.target, rate)
        except _Unknown as reason:
            self.unknown = str(reason)

    def _note(self, name, text):
        if text not in self.notes[name]:
            self.notes[name].append(text)

    def _come(self, name, rate):
        if rate < SMALLEST:
            return
        self.rates[name] += rate
        self._go(name, self._scenario.services[name].handle, rate)

    def _go(self, name, steps, rate):
        if callable(steps):
            raise _Unknown(f"the handler of {name} is a Python function")
        for step in steps:
            if step.by_way:
                raise _Unknown(f"what {name} does depends on the operation that it is asked for")
            for other in self._receivers(step):
                self._note(other, f"what comes to it comes through {name}, so that the gaps are only nearly random")
                if step.times.most > 1:
                    self.batches.setdefault(other, name)
                self._come(other, rate * step.times.mean)
            for where, inner, by_chance in step.inside:
                self._go(name, inner, rate * _share(step, where, by_chance))

    def _receivers(self, step):
        if step.asks:
            return callees(self._scenario, step)
        if not step.hands_over:
            return []
        return [name for channel in homes(self._scenario, step) for name in readers(self._scenario, channel)]


def _share(step, where, by_chance):
    """How often steps inside a step are taken; what only follows a failure is not."""
    if not by_chance:
        return 1.0
    probability = getattr(step, "probability", None)
    if probability is None:
        return 0.0
    return probability if where == ("then",) else 1 - probability


def _own(service):
    """(mean, variance) of the time that a handling takes by itself."""
    steps = [] if callable(service.handle) else [step for step in service.handle if step.lasts]
    means = [step.time.mean for step in steps]
    return sum(means), sum((step.time.cv * step.time.mean) ** 2 for step in steps)


def _blockers(scenario, service, utilisation):
    """Why no formula tells how long one waits for this service."""
    asked = [name for step in all_steps(service.handle) if step.asks for name in callees(scenario, step)]
    if asked:
        yield f"its workers also wait for {', '.join(dict.fromkeys(asked))}, and no formula here adds that"
    elif any(step.awaits for step in all_steps(service.handle)):
        yield "its workers also wait for a reply that a channel brings"
    elif any(step.holds for step in all_steps(service.handle)):
        yield "its workers also wait until a channel confirms"
    if any(step.inside for step in service.handle):
        yield "what it does depends on chance, or runs side by side"
    if scenario.faults:
        yield "something fails meanwhile, and a formula is of what goes on for ever as it is"
    unknown = [word for word, its in service.policies.items() if not its.own_inboxes]
    if unknown:
        yield f"it has {' and '.join(unknown)}"
    if service.limit is not None:
        yield "its inbox is bounded: see evsim.theory.mmck"
    if service.own_inboxes:
        yield "each instance has an inbox of its own"
    mean, variance = _own(service)
    if not math.isfinite(variance):
        yield "the times of its work have no finite variance"
    if utilisation >= 1:
        yield "more work comes than its workers can do: the queue grows as long as that lasts"
    if not mean:
        yield "its work takes no time"


def _formula(service, rate, workers):
    """(name, mean wait in seconds, notes on what is only near)."""
    mean, variance = _own(service)
    (*others, last) = [step.time for step in service.handle if step.lasts]
    notes = []
    if any(each.channel for each in service.subscribe):
        notes.append("a channel gives it its work, and partitions, polls or prefetch may make that wait")
    if not others and isinstance(last, Exponential):
        name = f"M/M/{workers}"
        return name, theory.mmc(rate, 1 / mean, workers).wait_mean, notes
    if workers == 1:
        cv = math.sqrt(variance) / mean
        return ("M/G/1" if cv else "M/D/1"), theory.mg1(rate, mean, cv).wait_mean, notes
    notes.append("several workers and times that are not exponential: an approximation (Allen and Cunneen)")
    wait = theory.mmc(rate, 1 / mean, workers).wait_mean * (1 + variance / mean**2) / 2
    return f"M/G/{workers}", wait, notes


def _answer(scenario, predicted, name, known):
    """The mean time from a request's arrival at a service to its answer there."""
    if name in known:
        return known[name]
    service = scenario.services[name]
    if callable(service.handle):
        raise _Unknown(f"the handler of {name} is a Python function")
    if scenario.faults:
        raise _Unknown("something fails meanwhile")
    total = _wait(predicted, service, name)
    for step in service.handle:
        if step.inside and not step.asks:
            raise _Unknown(f"{name} has steps that depend on chance or run side by side")
        if step.asks:
            if step.hands_over:
                raise _Unknown(f"{name} asks over a channel")
            hop = scenario.network.latency.mean
            total += 2 * hop + _answer(scenario, predicted, step.service, known)
        elif step.holds or step.awaits:
            raise _Unknown(f"{name} waits until a channel {'brings a reply' if step.awaits else 'confirms'}")
        elif step.lasts:
            total += step.time.mean
        if step.replies:
            break
    known[name] = total
    return total


def _wait(predicted, service, name):
    """The mean wait for a worker; that for one of plenty is nothing."""
    found = predicted.get(name)
    if found is None:
        raise _Unknown(f"nothing is known of {name} before a run")
    if found.wait is not None:
        return found.wait
    if any(step.asks for step in service.handle) and not service.policies and service.limit is None:
        return 0.0
    raise _Unknown(f"{name}: {found.why[0]}")


class TheoryPanel:
    """Predicted beside measured, for each service and for the answer: :meth:`Run.theory`, :meth:`Replications.theory`.

    ``predictions``: service -> :class:`StationTheory`; ``bottleneck``: the one whose workers are busy first.
    """

    def __init__(self, scenario, services, summary):
        self.scenario, self._services, self._summary = scenario, services, summary
        self.predictions = predictions(scenario)
        self._flow = _Flow(scenario.complete)
        self.response, self._no_response = response_mean(scenario, self.predictions)

    @property
    def bottleneck(self):
        known = [each for each in self.predictions.values() if math.isfinite(each.saturates)]
        return min(known, key=lambda each: each.saturates, default=None)

    def table(self):
        """(header, rows): a row a service, and one for the answer; measured values have their interval, if any."""
        rows = []
        for name, each in self.predictions.items():
            measured = self._services[name]
            rows.append([
                name, each.formula or "-", write("wait_mean", each.wait), cell("wait_mean", measured["wait_mean"]),
                write("utilisation", each.utilisation) if each.formula else "-",
                cell("utilisation", measured["utilisation"]),
            ])  # fmt: skip
        answer = write("response_mean", self.response), cell("response_mean", self._summary["response_mean"])
        return ["", "formula", "wait mean", "measured", "utilisation", "measured"], [
            *rows,
            ["answer (mean)", "-", *answer, "-", "-"],
        ]

    @property
    def notes(self):
        """Sentences: why a formula is only near, or none applies; and what bounds the whole."""
        if self._flow.unknown:
            return [f"No formula: {self._flow.unknown}."]
        said = []
        for name, each in self.predictions.items():
            if each.why:
                said.append(f"{name}: {'no formula: ' if each.formula is None else 'near: '}{'; '.join(each.why)}.")
        if self.response is None:
            said.append(f"The answer's mean: no formula: {self._no_response}.")
        first = self.bottleneck
        if first is not None:
            total = first.saturates * first.utilisation
            said.append(
                f"The first without a free worker is {first.service}, at {write_as('1/s', first.saturates)} customers; "
                f"{write_as('1/s', total)} come."
            )
        return said

    def __str__(self):
        header, rows = self.table()
        return "\n".join([text_table(header, rows, left=(0, 1)), "", *self.notes])

    def _repr_html_(self):
        header, rows = self.table()
        return html_table(header, rows, "Theory beside what was measured") + "".join(
            f"<p>{each}</p>" for each in self.notes
        )
