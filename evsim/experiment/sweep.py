"""Many settings of one scenario, each run with the same seeds: all combinations of values, or a list of changes."""

from collections.abc import Mapping
from functools import cached_property, lru_cache, partial
from itertools import product
from uuid import uuid4

from evsim.counting import count
from evsim.experiment.cluster import on_cluster
from evsim.experiment.judging import judge, unproved
from evsim.experiment.replicate import Replications
from evsim.experiment.resuming import as_kept, kept_figures
from evsim.experiment.run_store import design_key, opened
from evsim.experiment.running import audited_run, figures_of, keeping, seeds_from
from evsim.experiment.statistics import estimate
from evsim.experiment.text_tables import cell, html_table, paragraphs, text_table
from evsim.experiment.workers import spread
from evsim.figures import label
from evsim.scenario.arguments import a_path, a_scenario, a_text, several
from evsim.scenario.errors import Problem, ScenarioError, suggest

__all__ = ["Sweep", "sweep"]

MOST = 1_000_000  # runs
# Columns, where no objective names others.
USUAL = ("response_p99", "completion_p99", "availability", "effects_missing")


def sweep(scenario, values, n=10, seed=None, store=None, jobs=None, dask=None, progress=None):
    """Run ``scenario`` with each combination of some values, ``n`` times each, with the same seeds.

    values: path -> list of values (``{"services.database.workers": [1, 2, 4]}``), or a list of changes as for
    :meth:`Scenario.replace`. store: a file (SQLite) that keeps what is finished: the same sweep begun again goes on
    where it was ended, whatever ended it, and a larger one takes what is there. dask: the address of a Dask scheduler,
    ``tcp://...``, whose workers run it. ``seed``, ``jobs`` and ``progress`` as in :func:`evsim.replicate`. Results do
    not depend on any of these. Returns :class:`Sweep`.
    """
    scenario = a_scenario(scenario)
    changes = _changes(values)
    store = None if store is None else a_path(store, "store")
    dask = a_text(dask, "dask", "the address of a scheduler, such as tcp://127.0.0.1:8786")
    seeds = seeds_from(scenario, n, seed)
    if len(changes) * len(seeds) > MOST:
        rule = f"asks for {len(changes) * len(seeds):,} runs, and {MOST:,} is the most"
        raise ScenarioError([Problem("values", rule, hint="give fewer values or fewer runs")])
    designs = [_changed(scenario, each) for each in changes]
    items, done = [(number, each) for number in range(len(designs)) for each in seeds], {}
    result = partial(Sweep, scenario, changes, designs, seeds, done)
    jobs, elsewhere = (jobs, spread) if dask is None else (-1, partial(on_cluster, dask))
    with opened(store) as kept, keeping(len(items), lambda: (len(done), result() if done else None)):
        keys = [] if kept is None else [design_key(design) for design in designs]
        here = None if kept is None else kept_figures(kept, lambda item: (keys[item[0]], item[1]))
        for item, figures in as_kept(partial(_one, _Points(scenario, changes)), items, here, jobs, progress, elsewhere):
            done[item] = figures
    return result()


def _changes(values):
    """The changes of each point."""
    if isinstance(values, Mapping):
        lists = [list(several(each, f"values of {path}", "values")) for path, each in values.items()]
        found = [dict(zip(values, each, strict=True)) for each in product(*lists)]
    else:
        found = [dict(each) for each in several(values, "values", "changes, or a mapping of paths to lists of values")]
    if not found or not all(found):
        raise ScenarioError([Problem("values", "there is nothing to change", hint='give {"run.duration": ["5s"]}')])
    return found


def _changed(scenario, changes):
    try:
        return scenario.replace(changes)
    except ScenarioError as error:
        error.add_note(f"with {words(changes)}")
        raise


def _one(points, item):
    number, seed = item
    return figures_of(audited_run(_design(points, number), seed))


class _Points:
    """The points of one sweep, which travels between processes: each of them makes the design of a point once."""

    def __init__(self, scenario, changes):
        self.scenario, self.changes, self._name = scenario, changes, uuid4()

    def __eq__(self, other):
        return self._name == other._name

    def __hash__(self):
        return hash(self._name)


@lru_cache(maxsize=8)
def _design(points, number):
    return points.scenario.replace(points.changes[number])


def words(changes):
    """The changes of a point, as a person reads them."""
    return ", ".join(f"{path} = {value}" for path, value in changes.items())


class Sweep:
    """What :func:`sweep` measured. ``points``: of each that has runs, (changes,
    :class:`evsim.experiment.replicate.Replications`).

    ``frame``: a pandas frame with a row a run: the values of all paths, the seed, and the figures.
    """

    def __init__(self, scenario, changes, designs, seeds, done):
        self.scenario, self.seeds = scenario, seeds
        self.paths = tuple(dict.fromkeys(path for each in changes for path in each))
        self.points = []
        for number, (each, design) in enumerate(zip(changes, designs, strict=True)):
            runs = [done[number, seed] for seed in seeds if (number, seed) in done]
            if runs:
                self.points.append((each, Replications(design, runs)))

    def __repr__(self):
        runs = sum(len(each.runs) for _, each in self.points)
        return f"<Sweep of {self.scenario.name} over {', '.join(self.paths)}: {self._many()}, {count(runs, 'run')}>"

    @cached_property
    def frame(self):
        import pandas

        rows = [
            {path: changes.get(path) for path in self.paths} | {"seed": run["seed"]} | run["summary"]
            for changes, its in self.points
            for run in its.runs
        ]
        return pandas.DataFrame(rows)

    def estimates(self, metric):
        """An :class:`evsim.experiment.statistics.Estimate` of one figure for each point, in their order."""
        found = []
        for _, its in self.points:
            if metric not in its.runs[0]["summary"]:
                known = list(its.runs[0]["summary"])
                raise ScenarioError([Problem("metric", "is no figure of a run", metric, hint=suggest(metric, known))])
            found.append(estimate([run["summary"][metric] for run in its.runs]))
        return found

    @property
    def verdicts(self):
        """The :class:`evsim.experiment.judging.Judgement` of each objective, for each point."""
        return [judge(its.scenario.objectives, its.summary()) for _, its in self.points]

    def table(self, metrics=None):
        """(header, rows): a row a point, a column a figure (default: those of the objectives), with 95 % intervals."""
        metrics = tuple(metrics or self.scenario.objectives or USUAL)
        promised = any(self.verdicts)
        rows = []
        for (changes, _), verdicts, *values in zip(
            self.points, self.verdicts, *map(self.estimates, metrics), strict=True
        ):
            cells = [cell(metric, value) for metric, value in zip(metrics, values, strict=True)]
            verdict = ["; ".join(dict.fromkeys(each.verdict for each in verdicts))] if promised else []
            rows.append([*(str(changes.get(path, "")) for path in self.paths), *cells, *verdict])
        return [*self.paths, *map(label, metrics), *(["objectives"] if promised else [])], rows

    def _title(self):
        return f"{self.scenario.name}: {self._many()}, {count(len(self.seeds), 'run')} each"

    def _many(self):
        return count(len(self.points), "point")

    def __str__(self):
        return self.table_text(*self.table())

    def table_text(self, header, rows):
        """A :meth:`table` as text, with what too few requests do not prove."""
        text = f"{self._title()}\n\n{text_table(header, rows, left=range(len(self.paths)))}"
        return "\n\n".join(filter(None, [text, "\n".join(self._unproved())]))

    def _unproved(self):
        named = [f"({words(each)})" if len(each) > 1 else words(each) for each, _ in self.points]
        return unproved(dict(zip(named, self.verdicts, strict=True)), "point")

    def _repr_html_(self):
        header, rows = self.table()
        return html_table(header, rows, self._title()) + paragraphs(self._unproved())

    def plot(self, metric, x=None, ax=None):
        """Lines of a figure over the values of one path, with bands of 95 %: a line for each setting of the others."""
        from evsim.view.sweep_pictures import lines

        return lines(self, metric, x, ax)

    def heat_map(self, metric, x=None, y=None, ax=None):
        """A figure over the values of two paths, as colour and number."""
        from evsim.view.sweep_pictures import heat_map

        return heat_map(self, metric, x, y, ax)
