"""A hunt: seed, fault, place and moment, searched until there is a customer for whom a promise does not hold."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, zip_longest
from typing import Any

import numpy as np

from evsim.engine.environment import SimulationError
from evsim.experiment.crash import crash_points
from evsim.experiment.running import audited_run
from evsim.experiment.smaller_stories import smaller
from evsim.scenario import ScenarioError
from evsim.scenario.arguments import a_number, a_scenario, a_seed, a_time, several
from evsim.scenario.errors import Problem, suggest
from evsim.scenario.faults import FAULTS
from evsim.scenario.units import time, write_time
from evsim.view.player.branching import breaks
from evsim.view.style import fault_words
from evsim.view.words import count as counted

__all__ = ["PROMISES", "Hunt", "BrokenPromise", "hunt"]

GOLDEN = (5**0.5 - 1) / 2  # its multiples spread over a run, however many there are
MOST_ROWS = 100_000  # of a run: what goes on without an end is no story
MOST_SMALLER = 60  # runs to make a story smaller

PROMISES = {
    "truth": ("what each customer is told is true, and nothing happens twice", lambda told: told.odd),
    "kept": ("whoever is told yes gets all of it", lambda told: told.yes_untrue),
    "clean": ("whoever is told no or an error has nothing", lambda told: told.no_yet_true | told.error_yet_true),
    "once": ("nothing happens twice", lambda told: told.repeated),
    "answered": ("nobody is told an error", lambda told: told.error),
}


@dataclass(frozen=True)
class BrokenPromise:
    """A run in which a promise does not hold for a ``customer`` (of a ``workload``, where there are several), and why.

    ``fault`` is what was broken, as it is written in a scenario; None: nothing had to be. ``results``: of that run,
    with which ``run`` can be looked at, too.
    """

    results: Any
    customer: int
    words: str
    workload: str | None = None
    fault: dict | None = None

    def __str__(self):
        whose = f" of {self.workload}" if self.workload else ""
        customers = counted(len(self.results.tables.requests.row), "customer")
        told = f"customer {self.customer}{whose} {self.words}"
        return f"seed {self.results.seed}, {self.broken}: {told} ({customers} in all)"

    @property
    def broken(self):
        """What was broken, in words."""
        step = (self.fault or {}).get("at_step")
        where = f", {step['when']} {step['step']} of customer {step['request']}" if step else ""
        return (", ".join(fault_words(self.results)) if self.fault else "nothing broken") + where

    @cached_property
    def run(self):
        """The run of the story, for pictures and players."""
        return self.results.scenario.run(seed=self.results.seed)

    def to_yaml(self):
        """The scenario of the story: ``evsim run`` tells it again."""
        return self.results.scenario.replace({"run.seed": self.results.seed}).to_yaml()

    def play(self):
        """The story in the player."""
        from evsim.view.player.widget import play

        return play(self.run, hides=False)

    def sequence(self):
        """The sequence diagram of its customer."""
        return self.run.sequence(self.customer, self.workload)


@dataclass(frozen=True)
class Hunt:
    """What came of a hunt: the smallest ``story`` that was found, or None; true if there is one.

    ``runs``: how many were made until the first story; ``unfinished``: how many of them had no end. What was not found
    in so many runs may be there all the same.
    """

    promise: str
    story: BrokenPromise | None
    runs: int
    unfinished: int = 0

    def __bool__(self):
        return self.story is not None

    def __repr__(self):
        open_ = f" {self.unfinished} of them had no end." if self.unfinished else ""
        if self.story is None:
            return f"Nobody was found in {counted(self.runs, 'run')} for whom this fails: {self.promise}.{open_}"
        return f"This fails: {self.promise}. Found in {counted(self.runs, 'run')}: {self.story}.{open_}"


def hunt(scenario, promise="truth", tries=200, length="3s", faults=None, places=None, seed=None):
    """Search for a customer for whom a promise does not hold, and make the story as small as it gets.

    promise: one of :data:`PROMISES`, or a function of a run that yields those for whom it does not hold, as in
    :mod:`evsim.lesson.properties`. tries: how many runs at most. length: how long customers come in each.
    faults, places: kinds of faults, and services, channels and links that they strike, where not all are tried.
    seed: the first one (by default the scenario's).

    Each seed is tried with nothing broken; then one of its customers is followed, and programs crash at each step of
    their way, in turn with each fault that the player offers, at one moment. The next seed has another customer
    and another moment. Every run is audited, and the order is always the same. Of the first story found
    customers are left out and faults made shorter for as long as the promise still fails for someone.

    >>> import evsim
    >>> print(evsim.hunt("registration-events").story.words)
    was told error, but all done
    """
    scenario = a_scenario(scenario)
    words, fails = _promise(promise)
    search = _Search(_short(scenario, length), fails, _strikes(scenario, faults, places), _tries(tries))
    first = scenario.run_settings.seed if seed is None else a_seed(seed)
    try:
        story = search.first(first)
    except _Enough:
        return Hunt(words, None, search.runs, search.unfinished)
    runs = search.runs
    return Hunt(words, search.smallest(story), runs, search.unfinished)


class _Enough(Exception):
    """As many runs were made as there may be."""


@dataclass
class _Search:
    """Runs of a scenario under one fault each, counted."""

    scenario: Any
    fails: Callable
    strikes: Callable
    left: int
    runs: int = 0
    unfinished: int = 0

    def first(self, seed):
        """The first story, in the order of the search; raises :class:`_Enough`."""
        for number in count():
            well, story = self.told(seed + number, None)
            if story:
                return story
            for fault in _faults(well, (number + 1) * GOLDEN % 1) if well else ():
                if not self.strikes(fault):
                    continue
                _, story = self.told(seed + number, fault)
                if story:
                    return story

    def smallest(self, story):
        """A story that is in no way smaller: customers left out, the fault earlier and shorter."""
        self.left = MOST_SMALLER
        try:
            while found := self.one_smaller(story):
                story = found
        except _Enough:
            pass
        return story

    def one_smaller(self, story):
        for changes, fault in smaller(self.scenario, story):
            _, found = self.told(story.results.seed, fault, changes)
            if found:
                self.scenario = self.scenario.replace(changes)
                return found
        return None

    def told(self, seed, fault, changes=None):
        """(the run, or None if there is none; the story in it, or None)."""
        if not self.left:
            raise _Enough
        try:
            scenario = self.scenario.replace(changes or {})
            broken = scenario if fault is None else scenario.replace({f"faults.{len(scenario.faults)}": fault})
        except ScenarioError:  # a fault that is none here, or something else that would come after the end
            return None, None
        self.left, self.runs = self.left - 1, self.runs + 1
        try:
            run = audited_run(broken, seed)
        except SimulationError:
            self.unfinished += 1
            return None, None
        found = next(iter(self.fails(run)), None)
        return run, found and BrokenPromise(run, found.customer, found.words, found.workload, fault)


def _promise(promise):
    """(its words, a function of a run that yields those for whom it does not hold)."""
    if callable(promise):
        text = (getattr(promise, "__doc__", None) or "").strip().partition("\n")[0].rstrip(".")
        return text or getattr(promise, "__name__", "it holds"), promise
    if promise not in PROMISES:
        raise ScenarioError(
            [Problem("promise", "there is none of this name", promise, hint=suggest(promise, PROMISES))]
        )
    words, who = PROMISES[promise]
    return words, lambda run: _harmed(run, who(run.outcomes))


def _harmed(run, mask):
    requests = run.tables.requests
    for place in np.flatnonzero(mask).tolist():
        workload = requests.workloads[requests.workload[place]] if len(requests.workloads) > 1 else None
        yield BrokenPromise(run, int(requests.number[place]), f"was {run.outcomes.words(place)}", workload)


def _strikes(scenario, faults, places):
    """A function that tells whether a fault is one of those to try."""
    named = [*scenario.services, *scenario.channels, *scenario.network.links, *scenario.workloads]
    kinds, places = _some(faults, FAULTS, "faults"), _some(places, named, "places")

    def strikes(fault):
        kind, target = next(iter(fault.items()))
        return kind in kinds and places.issuperset([target] if isinstance(target, str) else target)

    return strikes


def _some(given, known, name):
    """Those of the `known` that are given; all, if None is."""
    chosen = known if given is None else [given] if isinstance(given, str) else several(given, name, "names")
    for each in chosen:
        if each not in known:
            raise ScenarioError([Problem(name, "there is none of this name", each, hint=suggest(each, known))])
    return frozenset(chosen)


def _tries(tries):
    if a_number(tries, "tries") is None or tries < 1:
        raise ScenarioError([Problem("tries", "must be a whole number of runs, 1 or more", tries)])
    return tries


def _short(scenario, length):
    """The scenario with customers for so long, all counted, and without its faults that come later.

    With its own length, where something else in it would come after the end.
    """
    length = a_time(length, "length")
    if not length:
        raise ScenarioError([Problem("length", "must be longer than 0", length)])
    length = min(length, scenario.run_settings.duration)
    own = scenario.replace({"run.warmup": 0, "run.max_rows": min(MOST_ROWS, scenario.run_settings.max_rows)})
    kept = [fault for fault in scenario.to_dict().get("faults", ()) if not _later(fault, length)]
    try:
        return own.replace({"run.duration": write_time(length), "faults": kept})
    except ScenarioError:
        return own


def _later(fault, length):
    return "at" in fault and time(fault["at"]) >= length


def _faults(well, where):
    """Faults for a run in which nothing was broken: crashes at steps of one customer, in turn with each at a moment."""
    settings, requests = well.scenario.run_settings, well.tables.requests
    each_part = [each["fault"] for each in breaks([well])]
    moments = ({**fault, "at": round(where * settings.duration, 3)} for fault in each_part)
    if not len(requests.row):
        return moments
    place = int(where * len(requests.row))
    its = {"request": int(requests.number[place]), "workload": requests.workloads[requests.workload[place]]}
    steps = (
        {"crash": target, "at_step": {**its, "service": service, "step": step, "when": when}}
        for target, service, step, when in crash_points(well, place)
    )
    steps = ({**crash, "for": each_part[0]["for"]} for crash in steps)
    return filter(None, chain.from_iterable(zip_longest(steps, moments)))
