"""What breaks: each part of the designs out of service for a while, and what customers were told and got then."""

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

from evsim.counting import digits
from evsim.experiment.replicate import estimates
from evsim.experiment.resuming import as_kept, kept_plain
from evsim.experiment.run_store import design_key, opened
from evsim.experiment.running import audited_run, keeping
from evsim.figures import label, write_estimate
from evsim.scenario.errors import ScenarioError
from evsim.view.strip import strip

__all__ = ["COUNTED", "Broken", "breaks", "cells", "stretch"]

COUNTED = ("errors", "timeouts", "rejected", "told_error_yet_true", "told_yes_never_true", "lost")
LOSS = 0.05  # of what the network carries
BROKER = "the broker"
NETWORK = f"the network loses {digits(100 * LOSS)} %"


@dataclass(frozen=True)
class Broken:
    """One design under one fault: a ``picture`` of one run, and ``counts`` over all: figure -> Estimate."""

    picture: str
    counts: dict[str, Any]

    @property
    def words(self):
        """What is not zero."""
        seen = [(write_estimate(name, each), label(name)) for name, each in self.counts.items() if each.mean]
        said = [f"{number} {what.removesuffix('s') if number == '1' else what}" for number, what in seen]
        return said or ["nobody was told anything untrue, nothing was lost"]


def stretch(designs):
    """(when a fault begins, how long it takes): a sixth of the shortest of the designs' runs, after a quarter of it."""
    length = min(design.run_settings.duration for design in designs.values())
    begin, lasts = (float(f"{share * length:.1g}") for share in (1 / 4, 1 / 6))
    return begin, lasts


def cells(designs):
    """(part, design's name) of each design that has the part; what breaks of it is an outage.

    Each service and all channels (the broker); and the network, which loses some.
    """
    begin, lasts = stretch(designs)
    services = dict.fromkeys(name for design in designs.values() for name in design.services)
    return [
        (what, name)
        for what in [*services, BROKER, NETWORK]
        for name, design in designs.items()
        if _broken(design, what, begin, lasts)
    ]


def breaks(designs, seeds, store=None, jobs=None, progress=None):
    """fault -> design's name -> :class:`Broken`; None where a design has no such part. store: as in a sweep."""
    rows: dict = {}
    for what, name in cells(designs):
        rows.setdefault(what, []).append(name)
    items = [(what, name, seed) for what, names in rows.items() for name in names for seed in seeds]
    when, done = stretch(designs), {}
    found = partial(_found, designs, rows, seeds, done)
    with opened(store) as kept, keeping(len(items), lambda: (len(done), found())):
        here = None if kept is None else kept_plain(kept, _addresses(designs, rows, when, seeds[0]))
        for item, broken in as_kept(partial(_one, designs, when, seeds[0]), items, here, jobs, progress):
            done[item] = broken
    return found()


def _addresses(designs, rows, when, first):
    """Where a store has what came of an item."""
    keys = {(what, name): design_key(_broken(designs[name], what, *when)) for what, names in rows.items()
            for name in names}  # fmt: skip

    def address(item):
        what, name, seed = item
        return f"fault {'with picture ' if seed == first else ''}{keys[what, name]}", seed

    return address


def _found(designs, rows, seeds, done):
    """Those of the faults that have all their runs, in all designs."""
    return {
        what if what == NETWORK else f"{what} is down": {
            name: _measured([done[what, name, seed] for seed in seeds]) if name in names else None for name in designs
        }
        for what, names in rows.items()
        if all((what, name, seed) in done for name in names for seed in seeds)
    }


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
    """Loss between any two parts, of which one is a service: no message goes from channel to channel."""
    pairs = [pair for pair in combinations([*design.services, *design.channels], 2) if pair[0] in design.services]
    return [{"loss": list(pair), "probability": LOSS, "at": begin, "for": lasts} for pair in pairs]


def _measured(runs):
    return Broken(runs[0][1], estimates([figures for figures, _ in runs]))


def _one(designs, when, first, item):
    what, name, seed = item
    run = audited_run(_broken(designs[name], what, *when), seed)
    summary = run.summary()
    return {name: summary[name] for name in COUNTED}, strip(run) if seed == first else ""
