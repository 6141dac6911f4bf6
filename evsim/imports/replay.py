"""An incident replayed: what a scenario predicts under the faults, scaling and load of a day, beside what happened."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from evsim.counting import count
from evsim.experiment.running import audited_run, in_order, seeds_from
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import label, write, write_as
from evsim.imports.incident_table import read_table, seconds_of
from evsim.imports.timeline import with_timeline
from evsim.results.percentiles import LEVELS
from evsim.scenario.arguments import a_path, a_scenario
from evsim.scenario.errors import suggest
from evsim.scenario.model import Scenario
from evsim.scenario.textfile import wrong
from evsim.scenario.units import UnitError, fraction, number, time

__all__ = ["IncidentReplay", "replay"]

NANOSECOND = 1e-9
SHARE = 0.95  # of the runs, within the band
READ = {
    "requests": number, "errors": number, "availability": fraction, "response_mean": time,
    **{f"response_{point}": time for point in LEVELS},
}  # fmt: skip


def replay(scenario, timeline=None, observed=None, n=20, seed=None, jobs=None, progress=None):
    """Run a scenario ``n`` times under a ``timeline`` and compare each stretch with what was ``observed``.

    timeline: a CSV file with the columns ``time, what, target, value, for``: faults, ``scale`` and ``load``; None:
    nothing happened. observed: a CSV file with a row a stretch of time: ``time`` (its begin) and figures, of those who
    came in it: ``requests``, ``errors``, ``availability``, ``response_mean``, ``response_p50`` ... A run lasts as long
    as was observed, the last stretch being as long as the one before. Returns :class:`IncidentReplay`.
    """
    scenario = a_scenario(scenario)
    stretches, seen, begin = _observed(Path(a_path(observed, "observed")))
    scenario = scenario.replace({"run.duration": float(stretches[-1]), "run.warmup": 0})
    told = ()
    if timeline is not None:
        scenario, told = with_timeline(scenario, Path(a_path(timeline, "timeline")), begin)
    seeds = seeds_from(scenario, n, seed)
    found = in_order(partial(_one, scenario, stretches, tuple(seen)), seeds, jobs, progress)
    predicted = {figure: np.array([run[figure] for run in found]) for figure in seen}
    return IncidentReplay(scenario, stretches, seen, predicted, tuple(told), seeds)


def _observed(path):
    """(edges of the stretches, figure -> values, the moment that is the start)."""
    rows = read_table(path, ("time",))
    figures = list(dict.fromkeys(column for _, row in rows for column in row if column != "time"))
    for figure in figures:
        if figure not in READ:
            raise wrong(path.name, "is no figure of a stretch of time", figure, suggest(figure, READ), line=1)
    if not figures:
        raise wrong(path.name, "has no figure beside the time", hint=f"such as {', '.join(list(READ)[:4])}", line=1)
    begins, begin = [], None
    for line, row in rows:
        at, begin = seconds_of(path, line, row.get("time", ""), begin)
        if begins and at <= begins[-1]:
            raise wrong(path.name, "its time is not after that of the line above", row.get("time"), line=line)
        begins.append(at)
    if len(begins) < 2:
        raise wrong(path.name, "has one row, and two or more are needed", hint="give a row a minute, or so")
    seen = {figure: np.array([_value(path, line, figure, row) for line, row in rows]) for figure in figures}
    return np.array([*begins, 2 * begins[-1] - begins[-2]]), seen, begin


def _value(path, line, figure, row):
    if figure not in row:
        return np.nan
    try:
        return READ[figure](row[figure])
    except UnitError as error:
        raise wrong(path.name, f"{figure}: {error.rule}", row[figure], line=line) from None


def _one(scenario, edges, figures, seed):
    """figure -> its value in each stretch, of one run."""
    run = audited_run(scenario, seed)
    requests, yes = run.tables.requests, run.outcomes.yes
    of = np.searchsorted(edges, requests.arrived, side="right") - 1
    found = {figure: np.full(len(edges) - 1, np.nan) for figure in figures}
    for stretch in range(len(edges) - 1):
        came = of == stretch
        told = requests.response[came & yes]
        count = int(came.sum())
        for figure in figures:
            found[figure][stretch] = _figure(figure, count, told)
    return found


def _figure(figure, count, told):
    if figure == "requests":
        return count
    if figure == "errors":
        return count - len(told)
    if figure == "availability":
        return len(told) / count if count else np.nan
    if not len(told):
        return np.nan
    point = figure.rpartition("_")[2]
    return float(told.mean() if point == "mean" else np.percentile(told, LEVELS[point]))


@dataclass(frozen=True)
class IncidentReplay:
    """What :func:`evsim.replay` found: ``stretches`` (their edges), figure -> ``observed`` values, and ``predicted``.

    The predicted values have a row a run. ``timeline``: (seconds, words) of what happened.
    """

    scenario: Scenario
    stretches: Any
    observed: dict
    predicted: dict
    timeline: tuple
    seeds: tuple

    def error(self, figure):
        """By which share the prediction is off, on average over the stretches; of a share (availability), by how much.

        The prediction is the mean over the runs. A stretch of which nothing was observed, or nothing at all
        happened, does not count.
        """
        seen, said = self.observed[figure], self._mean(figure)
        if figure == "availability":
            return float(np.nanmean(np.abs(said - seen)))
        counts = (seen > 0) & ~np.isnan(said)
        return float(np.mean(np.abs(said - seen)[counts] / seen[counts])) if counts.any() else float("nan")

    @property
    def errors(self):
        """figure -> its error."""
        return {figure: self.error(figure) for figure in self.observed}

    def _mean(self, figure):
        """The mean over the runs, NaN where no run has a value."""
        runs = self.predicted[figure]
        known = ~np.isnan(runs)
        count = known.sum(axis=0)
        return np.divide(
            np.where(known, runs, 0.0).sum(axis=0), count, out=np.full(len(count), np.nan), where=count > 0
        )

    def band(self, figure):
        """(low, high) between which 95 of 100 runs lie, in each stretch."""
        runs = self.predicted[figure]
        known = ~np.isnan(runs).all(axis=0)
        low, high = np.full(runs.shape[1], np.nan), np.full(runs.shape[1], np.nan)
        if known.any():
            low[known], high[known] = np.nanquantile(runs[:, known], [(1 - SHARE) / 2, (1 + SHARE) / 2], axis=0)
        return low, high

    def within(self, figure):
        """(in how many stretches what was observed lies in the band, of how many)."""
        low, high = self.band(figure)
        seen = self.observed[figure]
        known = ~(np.isnan(seen) | np.isnan(low))
        return int(((seen >= low - NANOSECOND) & (seen <= high + NANOSECOND))[known].sum()), int(known.sum())

    @property
    def finding(self):
        """A sentence: the worst figure and the best."""
        known = {figure: error for figure, error in self.errors.items() if error == error}
        if not known:
            return f"Nothing that {self.scenario.name} predicts can be compared with what was observed"
        worst, best = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
        said = {figure: f"{write_as('share', known[figure])} ({label(figure)})" for figure in (best, worst)}
        return f"{self.scenario.name} is off by {' to '.join(said.values())}"

    def table(self):
        """(header, rows): a row a figure; means over the stretches."""
        rows = []
        for figure, seen in self.observed.items():
            inside, count = self.within(figure)
            unit = " of all requests" if figure == "availability" else ""
            rows.append([
                label(figure), write(figure, _mean_of(seen)), write(figure, _mean_of(self._mean(figure))),
                write_as("share", self.error(figure)) + unit, f"{inside} of {count}",
            ])  # fmt: skip
        return ["", "observed", "predicted", "off by, on average", "observed within the band"], rows

    def _words(self):
        told = "; ".join(f"{write('response_mean', at)}: {words}" for at, words in self.timeline)
        runs = (
            f"{count(len(self.seeds), 'run')}, {count(len(self.stretches) - 1, 'stretch of time', 'stretches of time')}"
        )
        return f"{self.finding}.\n{runs}. " + (f"What happened: {told}." if told else "Nothing happened.")

    def __repr__(self):
        return f"<IncidentReplay of {self.scenario.name}>"

    def __str__(self):
        header, rows = self.table()
        return f"{self._words()}\n\n{text_table(header, rows)}"

    def _repr_html_(self):
        header, rows = self.table()
        return html_table(header, rows, self._words())

    @property
    def data(self):
        """The table as plain data."""
        figures = {}
        for figure, seen in self.observed.items():
            low, high = self.band(figure)
            inside, count = self.within(figure)
            figures[figure] = {
                "observed": seen.tolist(), "predicted": self._mean(figure).tolist(), "low": low.tolist(),
                "high": high.tolist(), "error": self.error(figure), "within": inside, "of": count,
            }  # fmt: skip
        return {"scenario": self.scenario.name, "seeds": self.seeds, "stretches": self.stretches.tolist(),
                "timeline": self.timeline, "figures": figures}  # fmt: skip

    def plot(self, figure=None, ax=None):
        """Draw a figure (default: the first) as predicted, with its band, beside what was observed."""
        from evsim.view.replay_picture import scene

        return scene(self, figure).draw(ax)


def _mean_of(values):
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
