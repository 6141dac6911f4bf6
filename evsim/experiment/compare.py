"""Designs side by side: the same customers with the same luck in each of them.

Runs are compared in pairs (the same seed) and customers in pairs (the same request number). What luck gives
to one design it gives to the other, so small differences show in few runs. With a closed workload the
arrivals depend on the design, and the pairs share only keys and service times.
"""

import math
from dataclasses import asdict
from functools import cached_property, partial

import numpy as np

from evsim.counting import listed, places
from evsim.experiment.judging import judge, unproved, verdict_table
from evsim.experiment.replicate import Replications
from evsim.experiment.running import audited_run, figures_of, in_order, runs_and_seeds, seeds_from
from evsim.experiment.statistics import difference, estimate
from evsim.experiment.text_tables import html_table, paragraphs, phase_tables, text_table
from evsim.figures import better_or_worse, groups, label, write_estimate
from evsim.scenario.arguments import a_mapping, a_scenario, names_of_designs

__all__ = ["Comparison", "compare", "pair_of", "paired"]

PAIRING = (
    "pairing: which share of the variance of a difference the same luck removes, against runs with luck of their own"
)


def compare(a, b, *more, n=30, seed=None, labels=None, objectives=None, jobs=None, progress=None):
    """Run each design ``n`` times, with the same seeds: ``seed`` (default: that of ``a``) and those after it.

    Differences are against the first design. ``labels`` name the designs (default: names of the scenarios).
    ``objectives``: metric -> limit as in the YAML file, for all designs (default: those of each).
    ``jobs`` and ``progress`` as in :func:`evsim.experiment.running.in_order`. Returns :class:`Comparison`.
    """
    designs = tuple(map(a_scenario, (a, b, *more)))
    if objectives is not None:
        designs = tuple(
            design.replace({"objectives": dict(a_mapping(objectives, "objectives", '{"response_p99": "200ms"}'))})
            for design in designs
        )
    labels = names_of_designs(designs, labels)
    seeds = seeds_from(designs[0], n, seed)
    return in_order(partial(pair_of, designs), seeds, jobs, progress, partial(paired, designs, labels))


def paired(designs, labels, results):
    """The comparison that runs with the same seeds make (:func:`pair_of`)."""
    runs = zip(*(figures for figures, _ in results), strict=True)
    customers = zip(*(pairs for _, pairs in results), strict=True)
    return Comparison(
        {name: Replications(*each) for name, *each in zip(labels, designs, runs, strict=True)},
        dict(zip(labels[1:], customers, strict=True)),
    )


def pair_of(designs, seed):
    """Figures of each design, and the customers of each but the first against those of the first."""
    first = audited_run(designs[0], seed)
    figures, pairs = [figures_of(first)], []
    for design in designs[1:]:
        run = audited_run(design, seed)
        figures.append(figures_of(run))
        pairs.append(_customers(first, run))
    return figures, pairs


def _customers(first, second):
    """Mean differences, second - first, over the customers that both designs served."""
    response, completion = [], []
    yes = first.outcomes.yes, second.outcomes.yes
    first, second = first.tables.requests, second.tables.requests
    for name in first.workloads:
        if name not in second.workloads:
            continue
        mine, other = _part(first, name), _part(second, name)
        count = min(mine.stop - mine.start, other.stop - other.start)
        one = slice(mine.start, mine.start + count)
        two = slice(other.start, other.start + count)
        counted = first.cohort[one] & second.cohort[two]
        answered = counted & yes[0][one] & yes[1][two]
        response.append((second.response[two] - first.response[one])[answered])
        later = (second.completion[two] - first.completion[one])[counted]
        completion.append(later[~np.isnan(later)])
    return {"response": _mean(response), "completion": _mean(completion)}


def _part(tally, workload):
    code = tally.workloads.index(workload)
    return slice(tally.starts[code], tally.starts[code + 1])


def _mean(parts):
    values = np.concatenate(parts) if parts else np.empty(0)
    return float(values.mean()) if len(values) else math.nan


def _columns(runs):
    """metric -> its values, one a run."""
    return {metric: [run["summary"][metric] for run in runs] for metric in runs[0]["summary"]}


class Comparison:
    """Several designs, run with the same seeds.

    ``designs``: label -> :class:`evsim.experiment.replicate.Replications`. ``differences``: label of each design but
    the first -> metric -> :class:`evsim.experiment.statistics.Difference` (design - first design).
    ``customers``: the same labels -> Estimates of the mean difference of a customer's ``response`` (answered
    ok in both designs) and ``completion`` (all effects there in both). ``verdicts``: label of each design ->
    a :class:`evsim.experiment.judging.Judgement` for each of its objectives. ``frame``: a pandas frame, a row a
    metric and design.
    """

    def __init__(self, designs, customers):
        self.designs, self._customer_runs = designs, customers
        self.first = next(iter(designs))

    def __repr__(self):
        return f"<Comparison of {self._title(self.designs)}>"

    def __str__(self):
        return self.table()

    @property
    def seeds(self):
        return self.designs[self.first].seeds

    @property
    def warnings(self):
        """Warnings of all designs, each once, and of settings that make them hard to compare."""
        said: dict = {}
        for name, design in self.designs.items():
            for text in design.warnings:
                said.setdefault(text, []).append(name)
        found = [f"{listed(names)}: {text}" for text, names in said.items()]
        settings = {name: design.scenario.run_settings for name, design in self.designs.items()}
        first = settings[self.first]
        for name, run in settings.items():
            if (run.duration, run.warmup) != (first.duration, first.warmup):
                found.append(f"{name}: counts other customers than {self.first}: duration or warm-up differ")
        return tuple(found)

    def _title(self, names):
        return f"{listed(names)}: {runs_and_seeds(self.seeds, ' each')}"

    def summary(self):
        """label -> metric -> :class:`evsim.experiment.statistics.Estimate`."""
        return {name: design.summary() for name, design in self.designs.items()}

    @cached_property
    def differences(self):
        columns = {name: _columns(design.runs) for name, design in self.designs.items()}
        first = columns.pop(self.first)
        return {
            name: {metric: difference(values, other[metric]) for metric, values in first.items() if metric in other}
            for name, other in columns.items()
        }

    @cached_property
    def customers(self):
        return {
            name: {what: estimate([run[what] for run in runs]) for what in ("response", "completion")}
            for name, runs in self._customer_runs.items()
        }

    @cached_property
    def verdicts(self):
        return {name: judge(each.scenario.objectives, each.summary()) for name, each in self.designs.items()}

    @cached_property
    def frame(self):
        import pandas

        rows = []
        for name, design in self.designs.items():
            for metric, mine in design.summary().items():
                row = {"metric": metric, "design": name, **asdict(mine)}
                if apart := self.differences.get(name, {}).get(metric):
                    row |= {
                        "difference": apart.mean,
                        "difference_low": apart.low,
                        "difference_high": apart.high,
                        "verdict": apart.verdict,
                        "pairing": apart.pairing,
                    }
                rows.append(row)
        return pandas.DataFrame(rows).set_index(["metric", "design"])

    def _tables(self):
        """(title, header, rows) for each design but the first."""
        base = self.designs[self.first].summary()
        for name, differences in self.differences.items():
            other = self.designs[name].summary()
            header = ["", self.first, name, "difference", "verdict", "pairing"]
            rows = []
            for group, metrics in groups(differences).items():
                rows.append([group])
                for metric in metrics:
                    apart = differences[metric]
                    verdict = ", ".join(filter(None, (apart.verdict, better_or_worse(metric, apart.verdict))))
                    shared = "" if math.isnan(apart.pairing) else f"{places(100 * apart.pairing, 0)} %"
                    rows.append([
                        f"  {label(metric)}", write_estimate(metric, base[metric]),
                        write_estimate(metric, other[metric]), write_estimate(metric, apart, difference=True),
                        verdict, shared,
                    ])  # fmt: skip
            rows.append(["The same customer in both"])
            for what, apart in self.customers[name].items():
                text = write_estimate(f"{what}_mean", apart, difference=True)
                rows.append([f"  {what}", "", "", text, "", ""])
            yield self._title([self.first, name]), header, rows

    def table(self):
        """The comparison as plain text; ± is half the width of a 95 % interval."""
        parts = [f"{title}\n\n{text_table(header, rows, left=(0, 4))}" for title, header, rows in self._tables()]
        parts += [PAIRING] if parts else []
        parts += [f"{title}\n\n{text_table(header, rows)}" for title, header, rows in self._phases()]
        columns = range(1 + len(self.designs))
        parts += [f"{title}\n\n{text_table(header, rows, left=columns)}" for title, header, rows in self._objectives()]
        parts += ["\n".join(unproved(self.verdicts))] if unproved(self.verdicts) else []
        return "\n\n".join(parts)

    def _objectives(self):
        """(title, header, rows) of the verdicts, if anything was promised."""
        if any(self.verdicts.values()):
            yield "Objectives", *verdict_table(self.verdicts)

    def _phases(self):
        """(title, header, rows) for each design and fault."""
        for name, design in self.designs.items():
            yield from phase_tables(design.phases, name)

    def _repr_html_(self):
        tables = [*self._tables(), *self._phases(), *self._objectives()]
        text = "".join(html_table(header, rows, title) for title, header, rows in tables)
        return text + paragraphs([*unproved(self.verdicts), PAIRING])
