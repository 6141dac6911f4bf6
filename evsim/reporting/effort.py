"""How long a report takes, said before it is made: counted runs, and what a warm one costs."""

import math
from dataclasses import dataclass

from evsim.counting import count
from evsim.experiment.sensitivity import inputs_of
from evsim.experiment.statistics import FEW
from evsim.reporting.breaking import cells
from evsim.reporting.loads import SEARCHED, TIMES, loads

__all__ = ["FEWER", "SCREEN", "Effort", "few_of"]

FEWER = 8  # runs of each fault, load and change of an input, at most
SCREEN = 3  # runs of each change of an input, before those that may matter get the others
GO_ON = 1 / 3  # of the changes of inputs, which get them: a guess
LEAST = 2  # runs


def few_of(n):
    """How many runs each fault, load and input gets where a verdict gets up to ``n``."""
    return min(n, FEWER)


@dataclass(frozen=True)
class Effort:
    """What the runs of a report cost: ``whole``, seconds of a processor for one run of all designs as they are;
    ``short``, those for one shorter run of one design on average; and how many different ones there are of these.
    """

    whole: float
    short: float
    designs: int
    faults: int
    loads: int
    searches: int
    sides: int

    @classmethod
    def of(cls, designs, whole, share):
        """Of designs whose runs for faults, loads and inputs are a ``share`` of the whole ones."""
        single = [name for name, design in designs.items() if len(loads(design)) == 1 and design.objectives]
        sides = sum(2 * len(inputs_of(design)) for design in designs.values())
        short = whole * share / len(designs)
        points = sum(len(TIMES) for design in designs.values() if loads(design))
        return cls(whole, short, len(designs), len(cells(designs)), points, len(single), sides)

    def shorter(self, n):
        """How many of the shorter runs there are about, with up to ``n`` of each design for the verdict."""
        few = few_of(n)
        screened = min(SCREEN, few)
        of_inputs = self.sides * (screened + GO_ON * (few - screened)) + few * self.designs
        searched = self.searches * SEARCHED if n >= FEWER else 0
        return math.ceil(few * (self.faults + self.loads) + searched + of_inputs)

    def seconds(self, n, processes):
        """About how long it takes from the beginning."""
        return (n * self.whole + self.shorter(n) * self.short) / processes

    def within(self, budget, n, processes):
        """The most runs of each design, up to ``n``, that a budget of so many seconds allows; two at least."""
        return next((each for each in range(n, LEAST, -1) if self.seconds(each, processes) <= budget), min(n, LEAST))

    def told(self, n, processes, store=None):
        """The sentence that says so."""
        runs = n * self.designs
        at = f" on {processes} processes" if processes > 1 else ""
        fewer = f", or less where {FEW} runs of each design decide it" if n > FEW else ""
        return (
            f"About {_long(self.seconds(n, processes))}{at}{fewer}: up to {count(runs, 'run')} for the verdicts, some "
            f"{float(f'{self.shorter(n):.2g}'):,.0f} for faults, inputs and loads. Ctrl-C writes the page with what is "
            f"finished.{f' What {store} has is not run again.' if store else ''}"
        )


def _long(seconds):
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
