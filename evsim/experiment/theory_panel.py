"""What theory says of each service of a scenario, beside what its runs have measured."""

import math

from evsim import theory
from evsim.experiment.station_theory import StationTheory, station_theory
from evsim.experiment.text_tables import cell, html_table, text_table
from evsim.figures import write, write_as
from evsim.scenario.channel_rules import readers, waits_in
from evsim.scenario.offered_load import answer_times, holding_times, hop_mean, sent_by_step
from evsim.scenario.routing import homes, is_routed_by_key

__all__ = ["StationTheory", "TheoryPanel", "predictions", "response_mean"]

SMALLEST = 1e-9  # customers a second: less is not followed further
RESULTS = "results of the windows of {} come to it, and how many is not known before a run"
RARE = 0.001  # the share of customers that wait for a worker, up to which there are plenty


class _Unknown(Exception):
    """Why something can't be said before a run."""


def predictions(scenario):
    """service -> :class:`StationTheory`; a service of which nothing is known is left out."""
    scenario = scenario.complete
    total = sum(each.arrivals.mean_rate(scenario.run_settings.duration) for each in scenario.workloads.values())
    flow, held, found = _Flow(scenario), holding_times(scenario), {}
    for name in scenario.services:
        rate, never = flow.rates[name], []
        if flow.unknown or not rate:
            continue
        never += [
            f"{' and '.join(others)} take{'s' * (len(others) == 1)} messages of {channel}, too"
            for channel, others in _rivals(scenario, name)
        ]
        if name in flow.results:
            never.append(RESULTS.format(flow.results[name]))
        if name in flow.batches:
            never.append(f"{flow.batches[name]} sends it several messages at a time, and those wait for each other")
        found[name] = station_theory(scenario, name, rate, total, held[name], (never, flow.notes[name]))
    return found


def response_mean(scenario, predicted):
    """(the mean time until customers have their answer, why it can't be told); one of both is None.

    The sum of what lies one after the other: both hops of the customer, own work, hops, and the mean sojourn at each
    service that is called.
    """
    scenario = scenario.complete
    try:
        rates = {name: each.arrivals.customers_per_second or 0.0 for name, each in scenario.workloads.items()}
        if not all(rates.values()):
            raise _Unknown("customers do not come at a constant rate")
        times = [
            rates[name] * (2 * hop_mean(scenario, name, each.target) + _answer(scenario, predicted, each.target, {}))
            for name, each in scenario.workloads.items()
        ]
        return sum(times) / sum(rates.values()), None
    except _Unknown as reason:
        return None, str(reason)


class _Flow:
    """``rates``: service -> what comes a second, if nothing fails; ``notes``: why its gaps are only nearly random;
    ``batches``: service -> who sends it several messages at a time; ``results``: service -> whose windows send theirs.
    """

    def __init__(self, scenario):
        self._scenario, self._held = scenario, holding_times(scenario)
        self.rates = dict.fromkeys(scenario.services, 0.0)
        self.notes: dict = {name: [] for name in scenario.services}
        self.unknown, self.batches, self.results = "", {}, {}
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
            if step.kind == "publish" and is_routed_by_key(step):
                raise _Unknown(f"where {name} publishes to depends on the key")
            for channel in homes(self._scenario, step) if step.gathers else ():
                self.results |= dict.fromkeys(readers(self._scenario, channel), name)
            for other, share in sent_by_step(self._scenario, step, self._pace):
                self._note(other, f"what comes to it comes through {name}, so that the gaps are only nearly random")
                if step.times.most > 1:
                    self.batches.setdefault(other, name)
                self._come(other, rate * step.times.mean * share)
            for where, inner, by_chance in step.inside:
                self._go(name, inner, rate * _share(step, where, by_chance))

    def _pace(self, name):
        """Messages a second of a service that is never without one."""
        service = self._scenario.services[name]
        return service.most_instances * service.workers / max(self._held[name], SMALLEST)


def _rivals(scenario, name):
    """(channel, the others) of each channel of which a service gets a share of the messages."""
    for subscription in scenario.services[name].subscribe:
        channel = scenario.channels[subscription.channel]
        others = [each for each in readers(scenario, subscription.channel) if each != name]
        if others and channel.competing:
            yield subscription.channel, others


def _share(step, where, by_chance):
    """How often steps inside a step are taken; what only follows a failure is not."""
    if not by_chance:
        return 1.0
    probability = getattr(step, "probability", None)
    if probability is None:
        return 0.0
    return probability if where == ("then",) else 1 - probability


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
            if step.times.multiplies:
                raise _Unknown(f"{name} makes several calls at one step")
            if step.hands_over:
                raise _Unknown(f"{name} asks over a channel")
            hop = hop_mean(scenario, name, step.service)
            total += 2 * hop + _answer(scenario, predicted, step.service, known)
        elif step.awaits:
            raise _Unknown(f"{name} waits until a channel brings a reply")
        elif step.holds:
            total += step.times.some * _confirmation(scenario, name, step)  # several are confirmed together
        elif step.lasts:
            total += step.time.mean
        if step.replies:
            break
    known[name] = total
    return total


def _confirmation(scenario, name, step):
    """The mean time until a channel confirms: there and back, if it does nothing but keep the message."""
    channel = scenario.channels[step.channel]
    if not channel.confirms:
        return 0.0
    if channel.blocks or waits_in(scenario, step.channel) or (step.acks == "all" and channel.replicated):
        raise _Unknown(f"{name} waits until {step.channel} confirms, which takes more than a way there and back")
    return 2 * hop_mean(scenario, name, step.channel)


def _wait(predicted, service, name):
    """The mean wait for a worker; that for one of plenty is nothing."""
    found = predicted.get(name)
    if found is None:
        raise _Unknown(f"nothing is known of {name} before a run")
    if found.wait is not None:
        return found.wait
    asks = any(step.asks or step.holds for step in service.handle)
    if asks and not service.policies and service.limit is None:
        load = found.rate * found.held
        if not load or (load < found.workers and theory.erlang_c(found.workers, load) < RARE):
            return 0.0
        raise _Unknown(f"workers of {name} wait for others, and there are not so many that one is always free")
    raise _Unknown(f"{name}: {found.why[0]}")


def _written_wait(wait):
    return "without end" if wait == math.inf else write("wait_mean", wait)


class TheoryPanel:
    """Predicted beside measured, for each service and for the answer: :meth:`Run.theory`, :meth:`Replications.theory`.

    ``predictions``: service -> :class:`StationTheory`; ``bottleneck``: the one that can do no more first.
    """

    def __init__(self, scenario, services, summary):
        self.scenario, self._services, self._summary = scenario, services, summary
        self.predictions = predictions(scenario)
        self._flow = _Flow(scenario.complete)
        duration = scenario.run_settings.duration
        self._come = sum(each.arrivals.mean_rate(duration) for each in scenario.workloads.values())
        self.response, self._no_response = response_mean(scenario, self.predictions)

    @property
    def bottleneck(self):
        known = [
            each
            for each in self.predictions.values()
            if math.isfinite(each.saturates) and each.service not in self._flow.results
        ]
        return min(known, key=lambda each: each.saturates, default=None)

    def table(self):
        """(header, rows): a row a service, and one for the answer; measured values have their interval, if any."""
        rows = []
        for name, each in self.predictions.items():
            measured = self._services[name]
            rows.append([
                name, each.formula or "-", _written_wait(each.wait), cell("wait_mean", measured["wait_mean"]),
                write("utilisation", each.utilisation) if each.formula else "-",
                cell("utilisation", measured["utilisation"]),
            ])  # fmt: skip
        answer = write("response_mean", self.response), cell("response_mean", self._summary["response_mean"])
        return ["", "formula", "wait mean", "measured", "utilisation", "measured"], [
            *rows,
            ["answer (mean)", "-", *answer, "-", "-"],
        ]

    @property
    def _without_waiting(self):
        """What the answer would take if nobody ever waited, where nothing fails and nobody is turned away."""
        scenario = self.scenario.complete
        python = any(callable(service.handle) for service in scenario.services.values())
        if scenario.faults or python or any(service.turns_away for service in scenario.services.values()):
            return ""
        answers, duration = answer_times(scenario), scenario.run_settings.duration
        shares = {name: each.arrivals.mean_rate(duration) for name, each in scenario.workloads.items()}
        targets = {name: each.target for name, each in scenario.workloads.items()}
        times = [
            share * (2 * hop_mean(scenario, name, targets[name]) + answers[targets[name]])
            for name, share in shares.items()
        ]
        if not sum(shares.values()):
            return ""
        return f" If nobody ever waited it would be {write('response_mean', sum(times) / sum(shares.values()))}."

    @property
    def notes(self):
        """Sentences: why a formula is only near, or none applies; and what bounds the whole."""
        if self._flow.unknown:
            return [f"No formula: {self._flow.unknown}."]
        said = []
        for name, each in self.predictions.items():
            if each.why:
                said.append(f"{name}: {'no formula: ' if each.formula is None else 'near: '}{'; '.join(each.why)}.")
        for name in [each for each in self._flow.results if each not in self.predictions]:
            said.append(f"{name}: no formula: {RESULTS.format(self._flow.results[name])}.")
        if self.response is None:
            said.append(f"The answer's mean: no formula: {self._no_response}.{self._without_waiting}")
        elif near := [name for name, each in self.predictions.items() if each.formula and not each.exact]:
            said.append(f"The answer's mean: near, where it has in it what is near: {', '.join(near)}.")
        first = self.bottleneck
        if first is not None:
            the = "Of the others the" if self._flow.results else "The"
            said.append(
                f"{the} first that can do no more is {first.service}, at {write_as('1/s', first.saturates)} customers; "
                f"{write_as('1/s', self._come)} come."
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
