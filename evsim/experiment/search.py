"""Halving a range of values, where each value is judged by as few runs as it takes.

Each look at the runs may err; the error probability of the whole search is shared among all its looks (Bonferroni),
so that it holds whatever the search meets.
"""

import math
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from evsim.counting import digits
from evsim.experiment.resuming import in_order_kept
from evsim.experiment.running import Interrupted, seeds_from
from evsim.scenario.errors import Problem, ScenarioError
from evsim.scenario.units import number_of

__all__ = ["FIRST", "NEVER", "Search", "Tried", "candidates", "quantity"]

NEVER = "never"
FIRST = 8  # runs at the first look: fewer tell little of how much runs differ
IN_PYTHON = 'must be a first and a last value, such as (1, 64) or ("10/s", "200/s")'
_QUANTITY = re.compile(r"\s*(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>\D*?)\s*")


def candidates(between, precision, example=IN_PYTHON):
    """The values of a range: each whole number, or steps of a relative ``precision`` between two quantities."""
    if not isinstance(between, list | tuple) or len(between) != 2:
        raise ScenarioError([Problem("between", example, str(between))])
    if not isinstance(precision, int | float) or not 1e-6 <= precision < 1:
        raise ScenarioError([Problem("precision", "must be a share from 0.000001 to below 1", str(precision))])
    low, high = (int(end) if isinstance(end, str) and end.strip().isdecimal() else end for end in between)
    if all(isinstance(end, int) and not isinstance(end, bool) for end in (low, high)) and low < high:
        return range(low, high + 1)
    written = "{} to {}".format(*between)
    (low, unit), (high, other) = (quantity(end, example) for end in (low, high))
    if unit != other:
        factor, unit = _in_units_of_the_first(low, unit, other)
        if factor is None:
            rule, hint = "must be two quantities of one kind", "write a unit at both, such as 1ms and 1s"
            raise ScenarioError([Problem("between", rule, written, hint=hint)])
        high *= factor
    if not low < high:  # none is below 0
        raise ScenarioError([Problem("between", "must begin with the smaller value, 0 or more", written)])
    if low:
        steps = math.ceil(math.log(high / low) / math.log1p(precision))
        numbers = [low * (high / low) ** (step / steps) for step in range(steps + 1)]
    else:
        steps = math.ceil(1 / precision)
        numbers = [high * step / steps for step in range(steps + 1)]
    texts = [digits(number, _digits(precision)) for number in numbers]
    return [f"{text}{unit}" if unit else float(text) for text in texts]


def _in_units_of_the_first(low, unit, other):
    """(how many of the first unit the second is, the unit of both); None where they measure different things."""
    if not low and not unit:  # nothing is nothing in any unit
        return 1.0, other
    one, another = number_of(f"1{unit}"), number_of(f"1{other}")
    alike = one and another and one[1] == another[1] != ""
    return (another[0] / one[0] if alike else None), unit


def _digits(precision):
    """As many as tell two neighbours apart."""
    return max(6, 2 - math.floor(math.log10(precision)))


def quantity(end, rule="must be a number, with or without a unit"):
    """(number, unit) of a value as it is written: ("10/s") is 10.0 and "/s"."""
    match = None if isinstance(end, bool) else _QUANTITY.fullmatch(str(end))
    if match is None:
        raise ScenarioError([Problem("between", rule, str(end))])
    return float(match["number"]), match["unit"]


@dataclass(frozen=True)
class Tried:
    """A value of a search: its ``verdict`` (None: not decided), from how many ``runs``, and ``why``."""

    value: Any
    verdict: bool | None
    runs: int
    why: Any


class Search:
    """Where among ``values`` the verdict turns into that of the last value.

    observe(value) gives a task, which gives what the run of a seed shows, and what a store has of such runs
    (:mod:`evsim.experiment.resuming`; None for nothing). judge(observations, error) gives (verdict, why); a verdict of
    True or False is wrong with a probability of ``error`` at most, and NEVER says that more runs will not tell.
    ``tried``: value -> :class:`Tried`.
    """

    def __init__(self, values, observe, judge, scenario, error, max_runs, seed, jobs, progress):
        if not isinstance(error, int | float) or not 0 < error < 1:
            raise ScenarioError([Problem("error", "must be a probability between 0 and 1", str(error))])
        if not isinstance(max_runs, int) or max_runs < FIRST:
            rule = f"must be a whole number of runs, {FIRST} or more"
            raise ScenarioError([Problem("max_runs", rule, str(max_runs))])
        self.values, self.tried = values, {}
        self._observe, self._judge, self._jobs, self._progress = observe, judge, jobs, progress
        self._looks = [FIRST * 2**power for power in range(int(math.log2(max_runs / FIRST)) + 1)]
        self._seeds = seeds_from(scenario, self._looks[-1], seed)
        decisions = 2 + 2 * math.ceil(math.log2(len(values) - 1))
        self._error = error / (decisions * len(self._looks))

    @property
    def seeds(self):
        """Those of the first look."""
        return self._seeds[:FIRST]

    def run(self):
        """Try values until the turn is found, or as nearly as the runs can tell."""
        last = len(self.values) - 1
        there = self._verdict(last)
        if there is None or there is self._verdict(0):
            return
        self._halve(0, last, lambda middle: self._verdict(middle) is not there)
        known = [number for number, value in enumerate(self.values) if value in self.tried]
        before = [
            number for number in known if self._verdict(number) is not there and self._verdict(number) is not None
        ]
        if before:  # what is not decided lies between: how far does the other verdict reach?
            beyond = min(number for number in known if number > before[-1])
            self._halve(before[-1], beyond, lambda middle: self._verdict(middle) is (not there))

    def _halve(self, low, high, is_low):
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if is_low(middle) else (low, middle)

    def _verdict(self, number):
        value = self.values[number]
        if value not in self.tried:
            self.tried[value] = self._try(value)
        return self.tried[value].verdict

    def _try(self, value):
        (task, kept), seen = self._observe(value), []
        for look in self._looks:
            seeds = self._seeds[len(seen) : look]
            seen += in_order_kept(task, seeds, kept, self._jobs, self._progress)
            verdict, why = self._judge(seen, self._error)
            if verdict is not None:
                break
        return Tried(value, None if verdict is NEVER else verdict, len(seen), why)

    @contextmanager
    def keeping(self, result):
        """Inside, an interrupt keeps what is decided: ``result(tried)``."""
        try:
            yield
        except KeyboardInterrupt:
            found = result(self.tried) if self.tried else None
            done = sum(each.runs for each in self.tried.values())
            raise Interrupted(done, None, found) from None
