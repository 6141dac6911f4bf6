"""What breaks: each part of the designs out of service for a while, and what customers were told and got then."""

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

from evsim.experiment.replicate import estimates
from evsim.experiment.running import audited_run, in_order
from evsim.figures import label, write_estimate
from evsim.scenario.errors import ScenarioError
from evsim.view.strip import strip

__all__ = ["COUNTED", "Broken", "breaks"]

COUNTED = ("errors", "timeouts", "rejected", "told_error_yet_true", "told_yes_never_true", "lost")
LOSS = 0.05  # of what the network carries
BROKER = "the broker"
NETWORK = f"the network loses {100 * LOSS:g} %"


@dataclass(frozen=True)
class Broken:
    """One design under one fault: a ``picture`` of one run, and ``counts`` over all: figure -> Estimate."""

    picture: str
    counts: dict[str, Any]

    @property
    def words(self):
        """What is not zero."""
        seen = [f"{write_estimate(name, each)} {label(name)}" for name, each in self.counts.items() if each.mean]
        return seen or ["nobody was told anything untrue, nothing was lost"]


def breaks(designs, seeds, jobs=None, progress=None):
    """(fault -> design -> :class:`Broken`, when it begins, how long it takes); None where a design has no such part.

    An outage of each service and of all channels (the broker), a sixth of the run long; and a network that loses some.
    """
    length = min(design.run_settings.duration for design in designs.values())
    begin, lasts = (float(f"{share * length:.1g}") for share in (1 / 4, 1 / 6))
    services = dict.fromkeys(name for design in designs.values() for name in design.services)
    found: dict = {}
    for what in [*services, BROKER, NETWORK]:
        row = {}
        for name, design in designs.items():
            broken = _broken(design, what, begin, lasts)
            row[name] = broken and _measured(broken, seeds, jobs, progress)
        if any(row.values()):
            found[what if what == NETWORK else f"{what} is down"] = row
    return found, begin, lasts


def _broken(design, what, begin, lasts):
    """A design with one fault instead of its own; None if it has no such part."""
    if what == NETWORK:
        faults = _loss(design, begin, lasts)
    else:
        parts = list(design.channels) if what == BROKER else [what] if what in design.services else []
        faults = [{"outage": part, "at": begin, "for": lasts} for part in parts]
    if not faults:
        return None
    try:
        return design.replace({"faults": faults})
    except ScenarioError:
        return None


def _loss(design, begin, lasts):
    """Loss between any two parts."""
    pairs = combinations([*design.services, *design.channels], 2)
    return [{"loss": list(pair), "probability": LOSS, "at": begin, "for": lasts} for pair in pairs]


def _measured(design, seeds, jobs, progress):
    runs = in_order(partial(_one, design, seeds[0]), seeds, jobs, progress)
    counts = estimates([figures for figures, _ in runs])
    return Broken(runs[0][1], counts)


def _one(design, first, seed):
    run = audited_run(design, seed)
    summary = run.summary()
    return {name: summary[name] for name in COUNTED}, strip(run) if seed == first else ""
