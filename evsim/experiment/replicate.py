"""The same scenario many times, each time with other luck."""

from functools import cached_property, partial

from evsim.experiment.running import audited_run, figures_of, in_order, seeds_from
from evsim.experiment.statistics import estimate
from evsim.experiment.text_tables import html_table, phase_tables, text_table
from evsim.figures import groups, label, write_estimate
from evsim.scenario.arguments import a_scenario

__all__ = ["Replications", "estimates", "replicate"]

HEADER = ["", "mean, 95 % interval"]


def replicate(scenario, n=30, seed=None, jobs=None, progress=None):
    """Run ``scenario`` ``n`` times, with ``seed`` (default: its own) and the seeds after it.

    Every run's books are balanced. Results do not depend on order, processes or cores. ``jobs`` and
    ``progress`` as in :func:`evsim.experiment.running.in_order`. Returns :class:`Replications`.
    """
    scenario = a_scenario(scenario)
    seeds = seeds_from(scenario, n, seed)
    return in_order(partial(_one, scenario), seeds, jobs, progress, partial(Replications, scenario))


def _one(scenario, seed):
    return figures_of(audited_run(scenario, seed))


class Replications:
    """Many runs of one scenario.

    ``runs``: a dict a seed, with ``seed``, ``summary`` (metric -> value), ``services`` (service -> figures),
    ``channels`` ((channel, service) -> figures), ``phases`` (before, during and after each fault -> figures) and
    ``warnings``. ``frame``: a pandas frame of the summaries,
    a row a seed.
    """

    def __init__(self, scenario, runs):
        self.scenario, self.runs = scenario, list(runs)

    def __repr__(self):
        return f"<{len(self.runs)} runs of {self.scenario.name}, seeds {self.seeds[0]} to {self.seeds[-1]}>"

    @property
    def seeds(self):
        return tuple(run["seed"] for run in self.runs)

    @property
    def warnings(self):
        """Warnings of all runs, each once."""
        return tuple(dict.fromkeys(warning for run in self.runs for warning in run["warnings"]))

    @cached_property
    def _summary(self):
        return estimates([run["summary"] for run in self.runs])

    def summary(self):
        """metric -> :class:`evsim.experiment.Estimate` over the runs."""
        return dict(self._summary)

    @cached_property
    def services(self):
        """service -> figure -> Estimate."""
        return _inner([run["services"] for run in self.runs])

    @cached_property
    def channels(self):
        """(channel, service) -> figure -> Estimate."""
        return _inner([run["channels"] for run in self.runs])

    @cached_property
    def phases(self):
        """phase -> figure -> Estimate, over the runs that have the phase."""
        names = dict.fromkeys(name for run in self.runs for name in run["phases"])
        return {name: estimates([run["phases"][name] for run in self.runs if name in run["phases"]]) for name in names}

    @cached_property
    def frame(self):
        import pandas

        rows = [{"scenario": self.scenario.name, "seed": run["seed"], **run["summary"]} for run in self.runs]
        return pandas.DataFrame(rows).set_index("seed")

    def theory(self):
        """What formulas say of each service, beside what these runs measured, with intervals.

        A formula that does not apply is not used; the panel says why. Returns
        :class:`evsim.experiment.theory_panel.TheoryPanel`.
        """
        from evsim.experiment.theory_panel import TheoryPanel

        return TheoryPanel(self.scenario, self.services, self.summary())

    def _rows(self):
        for group, metrics in groups(self._summary).items():
            yield [group]
            for name in metrics:
                yield [f"  {label(name)}", write_estimate(name, self._summary[name])]

    def _title(self):
        return f"{self.scenario.name}: {len(self.runs)} runs, seeds {self.seeds[0]} to {self.seeds[-1]}"

    def __str__(self):
        tables = [(self._title(), HEADER, self._rows()), *phase_tables(self.phases)]
        return "\n\n".join(f"{title}\n\n{text_table(header, rows)}" for title, header, rows in tables)

    def _repr_html_(self):
        tables = [(self._title(), HEADER, self._rows()), *phase_tables(self.phases)]
        return "".join(html_table(header, rows, title) for title, header, rows in tables)


def estimates(figures):
    """metric -> Estimate, from one dict of figures a run."""
    return {name: estimate([each[name] for each in figures]) for name in figures[0]}


def _inner(runs):
    return {name: estimates([run[name] for run in runs]) for name in runs[0]}
