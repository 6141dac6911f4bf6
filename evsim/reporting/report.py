"""A report made: designs judged, broken, changed and loaded, in a time that is said beforehand."""

from functools import partial
from time import monotonic, perf_counter

from evsim.counting import count, listed
from evsim.experiment.compare import pair_of, paired
from evsim.experiment.resuming import Pairs, seen_in
from evsim.experiment.run_store import opened
from evsim.experiment.running import Interrupted, seeds_from
from evsim.experiment.sensitivity import sensitivity
from evsim.experiment.sequential import until_decided
from evsim.figures import figure
from evsim.reporting.breaking import breaks, stretch
from evsim.reporting.busiest import busiest
from evsim.reporting.effort import FEWER, SCREEN, Effort, few_of
from evsim.reporting.excerpts import excerpts
from evsim.reporting.loads import against_load, holds_up_to
from evsim.reporting.report_page import Report
from evsim.scenario.arguments import a_function, a_mapping, a_path, a_scenario, a_time, names_of_designs
from evsim.scenario.errors import Problem, ScenarioError
from evsim.stopping import FINISH, go_on

__all__ = ["report"]

USUAL = "response_p99"  # what loads and inputs are measured by, where no objective is a time
WARM = 2.0  # seconds: a first run that is as long tells what the next one costs, a shorter one begins cold
PARTS = ("faults", "inputs", "loads", "the highest load")
INTERRUPTED, OVER = "it was interrupted", "the time was over"


def report(
    *designs, n=20, seed=None, labels=None, objectives=None, store=None, jobs=None, progress=None, command=None,
    budget=None, tell=None,
):  # fmt: skip
    """Judge designs by their objectives, break them, change their inputs, load them: a :class:`Report`.

    ``n`` runs of each design at most for the verdict: after ten, twenty, forty ... it stops if all are decided
    (:mod:`evsim.experiment.sequential`). Up to eight for each fault, load and input. objectives: metric -> limit for
    all designs (default: those of each). The other arguments as in :func:`evsim.compare`. The largest load is searched
    for with 8 runs or more. Where runs are long, those for faults, loads and inputs are shorter
    (:mod:`evsim.reporting.excerpts`), and the page says so.

    budget: a time, such as "5min". It chooses a smaller ``n``, by what a first run takes; what has not begun when the
    time is over is left out, and the page names it. Without one nothing depends on time. store: a file that keeps each
    run as it finishes (as in :func:`evsim.sweep`): the same report begun again repeats none, whatever ended it. tell:
    is given a sentence that says beforehand how long it takes. command: how to repeat it, for the page, from the number
    of runs. Ctrl-C raises :exc:`Interrupted` with a report on what is finished, None before the first run is.
    """
    begun = monotonic()
    a_function(tell, "tell", "a sentence")
    designs, labels = _designs(designs, objectives, labels)
    seeds = seeds_from(designs[0], n, seed)
    over = None if budget is None else a_time(budget, "budget")
    store = None if store is None else a_path(store, "store")
    work = _Work(None if over is None else begun + over, store, jobs, progress)
    made, took = work.first(designs, seeds)
    customers = max(each["summary"]["requests"] for each in made[0][0])
    named, shortened = excerpts(dict(zip(labels, designs, strict=True)), customers)
    at_peak, peaks = busiest(dict(zip(labels, designs, strict=True)), named) if shortened else (named, [])
    shortened = " ".join([shortened, *peaks])
    effort = Effort.of(named, took[-1], named[labels[0]].run_settings.duration / designs[0].run_settings.duration)
    processes = _processes(jobs)
    if over is not None:
        n = effort.within(over - sum(took), n, processes)
    if tell is not None and not work.why:
        tell(effort.told(n, processes, store))
    comparison = work.verdicts(designs, labels, seeds[:n], made[:n])
    few, metric = few_of(n), _times(named)
    begin, lasts = stretch(named)
    rows = work.do("faults", partial(breaks, named, comparison.seeds[:few]))
    inputs = work.of_each("inputs", named, partial(sensitivity, metric=metric, n=few, seed=seed, screen=SCREEN))
    loaded = work.of_each("loads", at_peak, partial(against_load, metric=metric, n=few, seed=seed))
    holds = {}
    if n >= FEWER:
        holds = work.of_each("the highest load", at_peak, partial(holds_up_to, max_runs=8 * (n // 8), seed=seed))
    done = Report(
        comparison, metric, {"rows": rows or {}, "begin": begin, "lasts": lasts, "runs": few},
        {name: pairs for name, pairs in loaded.items() if pairs}, holds, inputs, shortened, command and command(n), n,
        tuple(work.left_out), work.why,
    )  # fmt: skip
    if work.why == INTERRUPTED:
        raise Interrupted(len(comparison.seeds), None, done)
    return done


def _designs(designs, objectives, labels):
    designs = tuple(map(a_scenario, designs))
    if not designs:
        raise ScenarioError([Problem("designs", "there is none to report on", hint="name one or several")])
    if objectives is not None:
        changes = {"objectives": dict(a_mapping(objectives, "objectives", '{"response_p99": "200ms"}'))}
        designs = tuple(design.replace(changes) for design in designs)
    return designs, names_of_designs(designs, labels)


def _first(designs, seeds, store):
    """(What each of the first run or two of all designs shows, how many seconds it took): the last one is warm."""
    with opened(store) as kept:
        known = [] if kept is None else [Pairs(kept, designs), seen_in(kept, designs[0], "seconds")]
        for seed in seeds[:2]:
            found = [each.get(seed) for each in known]
            if not found or None in found:
                began = perf_counter()
                found = [pair_of(designs, seed), perf_counter() - began]
                for each, value in zip(known, found):
                    each.put(seed, value)
            yield found
            if found[1] >= WARM:
                return


def _processes(jobs):
    from joblib import cpu_count

    return cpu_count() if jobs in (None, -1) else jobs


def _times(designs):
    """The first objective that is a time, of any design."""
    for design in designs.values():
        for metric in design.objectives:
            if (found := figure(metric)) and found.unit == "s":
                return metric
    return USUAL


class _Work:
    """Parts of a report, one after the other, until it is interrupted or its time is ``over``; the rest is left out."""

    def __init__(self, over, store, jobs, progress):
        self._over, self._store, self._jobs, self._progress = over, store, jobs, progress
        self.left_out, self.why = [], ""

    def first(self, designs, seeds):
        """What the first runs show, and how many seconds each took."""
        found = []
        try:
            for each in _first(designs, seeds, self._store):
                found.append(each)
        except KeyboardInterrupt:
            go_on(FINISH)
            self.why = INTERRUPTED
            if not found:
                raise Interrupted(0, len(seeds), None) from None
        return [list(each) for each in zip(*found)]

    def verdicts(self, designs, labels, seeds, made):
        if self.why and len(made) < len(seeds):
            self._left_of(seeds, len(made))
            return paired(designs, labels, made)
        try:
            with opened(self._store) as kept:
                pairs = None if kept is None else Pairs(kept, designs)
                return until_decided(designs, labels, seeds, made, pairs, **self._settings("verdicts"))
        except Interrupted as stop:
            self.why = INTERRUPTED
            self._left_of(seeds, stop.done)
            return stop.finished

    def _left_of(self, seeds, done):
        self.left_out.append(f"{len(seeds) - done} of {count(len(seeds), 'run')} for the verdicts")

    def do(self, part, measure):
        """What a part measures; where it does not come to its end, what is finished, or None."""
        ended, found = self._measured(part, measure)
        if not ended:
            self.left_out.append(part)
        return found

    def of_each(self, part, designs, measure):
        """What a part measures of each design for which it comes to its end."""
        tried = {name: self._measured(part, partial(measure, design)) for name, design in designs.items()}
        missing = [name for name, (ended, _) in tried.items() if not ended]
        if missing:
            self.left_out.append(part if len(missing) == len(designs) else f"{part} of {listed(missing)}")
        return {name: found for name, (ended, found) in tried.items() if ended}

    def _measured(self, part, measure):
        """(whether it came to its end, what it measured)."""
        if self._over is not None and monotonic() > self._over:
            self.why = self.why or OVER
        if self.why:
            return False, None
        try:
            return True, measure(store=self._store, **self._settings(part))
        except KeyboardInterrupt as stop:
            self.why = INTERRUPTED
            return False, getattr(stop, "finished", None)

    def _settings(self, part):
        number = 2 + PARTS.index(part) if part in PARTS else 1
        about = f"{number} of {1 + len(PARTS)}, {part}"
        return {"jobs": self._jobs, "progress": about if self._progress is None else self._progress}
