"""What theory says of each service of a scenario, beside what its runs have measured."""

import math

from evsim.experiment.flow_rates import RESULTS
from evsim.experiment.mishaps import More
from evsim.experiment.predicted_answer import response_mean
from evsim.experiment.predicted_waits import predictions, with_flow
from evsim.experiment.station_theory import StationTheory
from evsim.experiment.text_tables import cell, html_table, text_table
from evsim.experiment.unhindered_answer import without_waiting
from evsim.figures import write, write_as
from evsim.scenario.handlers import all_steps

__all__ = ["StationTheory", "TheoryPanel", "predictions", "response_mean"]


def _written_wait(wait):
    return "without end" if wait == math.inf else write("wait_mean", wait)


class TheoryPanel:
    """Predicted beside measured, for each service and for the answer: :meth:`Run.theory`, :meth:`Replications.theory`.

    ``predictions``: service -> :class:`StationTheory`; ``bottleneck``: the one that can do no more first.
    """

    def __init__(self, scenario, services, summary):
        self.scenario, self._services, self._summary = scenario, services, summary
        self._flow, self.predictions = with_flow(scenario.complete)
        duration = scenario.run_settings.duration
        self._come = sum(each.arrivals.mean_rate(duration) for each in scenario.workloads.values())
        self.response, self._no_response = response_mean(scenario, self._flow, self.predictions)

    @property
    def _unsure(self):
        """Names of services of which nobody knows how much comes to them."""
        return {*self._flow.results, *self._flow.unclear, *self._boundless}

    @property
    def _boundless(self):
        """Names of services that work, and of which nobody knows how much they can do."""
        return {name for name, each in self.predictions.items() if each.held and each.saturates == math.inf}

    def _has_more(self, name):
        """Whether at least what is counted comes to a service, so that it is full at that many customers or fewer."""
        return name not in self._flow.results and isinstance(self._flow.unclear.get(name), More)

    def _does_less(self, name):
        """Whether workers of a service are held for longer than each of its steps takes once."""
        handle = self.scenario.services[name].handle
        still = not callable(handle) and any(step.stands_still for step in all_steps(handle))
        return still or name in self._flow.longer

    @property
    def bottleneck(self):
        known = [
            each
            for each in self.predictions.values()
            if math.isfinite(each.saturates) and (each.service not in self._unsure or self._has_more(each.service))
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
        time = without_waiting(self.scenario)
        return "" if time is None else f" If nobody ever waited it would be {write('response_mean', time)}."

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
            the = "Of the others the" if self._unsure - {first.service} else "The"
            fewer = " or fewer" * (self._has_more(first.service) or self._does_less(first.service))
            said.append(
                f"{the} first that can do no more is {first.service}, at {write_as('1/s', first.saturates)} customers"
                f"{fewer}; {write_as('1/s', self._come)} come."
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
