"""Counters: what summary records keep of a run: sums, largest values and sketches, added up from parts of it."""

import math
from collections import Counter
from functools import cached_property

from evsim.figures import CHANNEL, RUN, SERVICE, Over, figures
from evsim.results import channel_figures, request_figures, service_figures
from evsim.results.measures import words_of, words_of_service
from evsim.results.quantile_sketch import QuantileSketch

__all__ = ["Counters"]

NONE = float("nan")


class _Tally:
    """The figures of one thing, from those of its parts. words: what it is written with."""

    def __init__(self, where, words):
        self.figures = figures(where, words)
        self.sketches = {each.name: QuantileSketch() for each in self.figures if each.points}
        self.values = {}  # name -> the sum, or the largest, or the last of the values
        self.over, self.clock = Counter(), Counter()  # denominators: what adds up, and what all parts share
        self.of_nothing = {}  # the value where the denominator is 0

    def add(self, what):
        for figure in self.figures:
            name = figure.name
            if figure.points:
                self.sketches[name].add(figure.of(what))
            elif figure.adds != "not":
                self._add(figure, name, figure.of(what), what)

    def _add(self, figure, name, value, what):
        if isinstance(figure.adds, Over):
            over = figure.adds.of(what)
            if over:
                self.values[name] = self.values.get(name, 0.0) + value * over
                if (clock := figure.adds.clock) is not None:
                    self.clock[name] = clock(what)
                    over -= self.clock[name]
                self.over[name] += over
            else:
                self.of_nothing[name] = value
        elif not math.isnan(value):
            before = self.values.get(name)
            if before is None or figure.adds == "last":
                self.values[name] = value
            else:
                self.values[name] = max(before, value) if figure.adds == "largest" else before + value

    def results(self):
        """name -> value; NaN for what is not kept."""
        found = {}
        for figure in self.figures:
            name = figure.name
            if figure.points:
                found |= self.sketches[name].figures(name)
            elif isinstance(figure.adds, Over):
                over = self.over[name] + self.clock[name]
                found[name] = self.values[name] / over if over else self.of_nothing.get(name, NONE)
            else:
                found[name] = self.values.get(name, NONE)
        return found


class Counters:
    """The figures of a run with this scenario, from parts of it: ``run``, ``services`` and ``channels``.

    counted: what was counted at all, warm-up included: requests, attempts, messages, effects.
    """

    def __init__(self, scenario):
        self.scenario, self.counted = scenario, Counter()
        self._run = _Tally(RUN, words_of(scenario))
        self._services = {
            name: _Tally(SERVICE, words_of_service(service)) for name, service in scenario.services.items()
        }
        self._channels = {}

    def add(self, part):
        """Add a part of the run: the :class:`evsim.results.results.Results` of some of its requests."""
        tables = part.tables
        self.counted.update(
            requests=len(tables.requests.row), attempts=len(tables.rows["born"]),
            messages=len(tables.messages["published"]), effects=len(tables.effects["row"]),
        )  # fmt: skip
        self._run.add(request_figures.cohort(part))
        for name, at in service_figures.at_services(part).items():
            self._services[name].add(at)
        for names, its in channel_figures.of_channels(part).items():
            if names not in self._channels:
                self._channels[names] = _Tally(CHANNEL, its.words)
            self._channels[names].add(its)

    @cached_property
    def run(self):
        return self._run.results()

    @cached_property
    def services(self):
        return {name: tally.results() for name, tally in self._services.items()}

    @cached_property
    def channels(self):
        return {names: tally.results() for names, tally in self._channels.items()}
