"""The same scenario many times, each time with other luck."""

import math
from functools import cached_property, partial

from evsim.counting import count, listed
from evsim.experiment.running import audited_run, figures_of, in_order, its_seeds, runs_and_seeds, seeds_from
from evsim.experiment.statistics import FEW, estimate, runs_for_skew
from evsim.experiment.text_tables import html_table, phase_tables, text_table
from evsim.figures import RUN, figure, figures, groups, label, write_as, write_estimate
from evsim.scenario.arguments import a_mapping, a_number, a_scenario
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.units import UnitError, fraction

__all__ = ["Replications", "estimates", "replicate"]

HEADER = ["", "mean, 95 % interval"]


def replicate(scenario, n=30, seed=None, precision=None, max_runs=1000, jobs=None, progress=None, record="full"):
    """Run ``scenario`` ``n`` times, with ``seed`` (default: its own) and the seeds after it.

    precision: figure -> share (``{"response_p99": "2%"}``): after the first ``n`` it runs on until half the interval of
    each is at most that share of its mean, or up to ``max_runs``. Every run's books are balanced. Results do not depend
    on order, processes or cores. record: "summary" for figures alone, of runs of any length. ``jobs`` and ``progress``
    as in :func:`evsim.experiment.running.in_order`. Returns :class:`Replications`, whose ``warnings`` name what was not
    reached.
    """
    scenario = a_scenario(scenario)
    wanted, max_runs = _wanted(precision), a_number(max_runs, "max_runs") or 0
    done, seeds = Replications(scenario, (), wanted), seeds_from(scenario, n, seed)
    while seeds:
        gather = partial(_gathered, scenario, wanted, done.runs)
        done = in_order(partial(_one, scenario, record), seeds, jobs, progress, gather)
        more = _more(done.runs, wanted, max_runs)
        seeds = seeds_from(scenario, more, seeds[-1] + 1) if more else ()
    return done


def _gathered(scenario, wanted, before, runs):
    return Replications(scenario, [*before, *runs], wanted)


def _wanted(precision):
    """figure -> share."""
    given = {} if precision is None else a_mapping(precision, "precision", '{"response_p99": "2%"}')
    wanted = {}
    for metric, written in given.items():
        if figure(metric) is None:
            known = [name for each in figures(RUN) for name in each.names]
            hint = suggest(metric, known) or "such as response_p99"
            raise ScenarioError([Problem("precision", "is no figure of a run", metric, hint=hint)])
        try:
            share = fraction(written)
        except UnitError as error:
            raise ScenarioError([Problem(f"precision.{metric}", error.rule, str(written))]) from None
        if not 0 < share < 1:
            raise ScenarioError([Problem(f"precision.{metric}", "must be a share between 0 and 1", str(written))])
        wanted[metric] = share
    return wanted


def _more(runs, wanted, max_runs):
    """How many runs to add: about as many as the widest interval needs, and at least a tenth more.

    None for a figure that no run has: more of them will have it no more.
    """
    need = 0
    for found, share in ((_estimated(runs, metric), share) for metric, share in wanted.items()):
        if is_wide(found, share) and found.n:
            half = math.inf if math.isnan(found.half_width) else found.half_width
            times = (half / (share * abs(found.mean))) ** 2 if found.mean else math.inf
            need = max(need, math.ceil(len(runs) * min(times, 3)) - len(runs), math.ceil(len(runs) / 10))
    return max(0, min(need, max_runs - len(runs)))


def _estimated(runs, metric):
    return estimate([run["summary"].get(metric, math.nan) for run in runs])


def is_wide(found, share):
    """Whether half an interval is more than a share of the mean; one without a mean or an interval is."""
    return not found.half_width <= share * abs(found.mean)


def _one(scenario, record, seed):
    return figures_of(audited_run(scenario, seed, record))


class Replications:
    """Many runs of one scenario.

    ``runs``: a dict a seed, with ``seed``, ``summary`` (metric -> value), ``services`` (service -> figures),
    ``channels`` ((channel, service) -> figures), ``phases`` (before, during and after each fault -> figures) and
    ``warnings``. ``frame``: a pandas frame of the summaries,
    a row a seed.
    """

    def __init__(self, scenario, runs, precision=None):
        self.scenario, self.runs = scenario, list(runs)
        self._precision = precision or {}

    def __repr__(self):
        return f"<{count(len(self.runs), 'run')} of {self.scenario.name}, {its_seeds(self.seeds)}>"

    @property
    def seeds(self):
        return tuple(run["seed"] for run in self.runs)

    @property
    def warnings(self):
        """Warnings of all runs, each once; figures whose precision was not reached, or whose intervals may be wrong."""
        missed = []
        for metric, share in self._precision.items():
            found = _estimated(self.runs, metric)
            if not found.n:
                missed.append(f"{label(metric)}: no run has it; a percentile of so few customers needs a longer run")
            elif is_wide(found, share):
                known = f"{label(metric)} is {write_estimate(metric, found)} after {count(len(self.runs), 'run')}"
                missed.append(f"{known}, and {write_as('share', share)} of the mean was asked for")
        of_runs = (warning for run in self.runs for warning in run["warnings"])
        return tuple(dict.fromkeys([*of_runs, *missed, *self._skewed()]))

    def _skewed(self):
        """Of the figures that matter, what makes their intervals too short."""
        matter = dict.fromkeys([*self.scenario.objectives, *self._precision])
        found = {name: [run["summary"].get(name, math.nan) for run in self.runs] for name in matter}
        n, vary = len(self.runs), [label(name) for name, values in found.items() if estimate(values).sd > 0]
        if 1 < n < FEW and vary:
            are = "is" if len(vary) == 1 else "are"
            yield (
                f"{n} runs are too few to see whether {listed(vary)} {are} skewed; of a skewed figure a 95 % interval "
                f"of so few covers some 89 %: take {FEW} or more"
            )
        for name, values in found.items():
            if n >= FEW and (needed := runs_for_skew(values)):
                yield (
                    f"{label(name)}: {n} runs are few for a figure so skewed, and its interval covers less than 95 %; "
                    f"some {needed:,} runs would do"
                )

    @cached_property
    def _summary(self):
        return estimates([run["summary"] for run in self.runs])

    def summary(self):
        """metric -> :class:`evsim.experiment.statistics.Estimate` over the runs."""
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
        return f"{self.scenario.name}: {runs_and_seeds(self.seeds)}"

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
