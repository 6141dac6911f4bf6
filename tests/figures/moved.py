"""Which figures of a run would be others if something that they have to leave out were left in."""

from evsim.figures import CHANNEL, PARTITION, RUN, SERVICE
from evsim.figures import figures as declared
from evsim.results.results import Results

__all__ = ["Moved"]

BUILT = ("places", "routes", "effect_names", "key_names", "due", "inventory", "still_open", "retry_keys", "keys")


class Moved:
    """``warm_up``: (where, name) of figures that some warm-up has changed; ``known``: of all that were looked at."""

    def __init__(self):
        self.known, self.warm_up = set(), set()

    def see(self, run):
        """Look at a run, whose records are the same without its warm-up."""
        if not run.scenario.run_settings.warmup:
            return
        found = figures(run)
        self.known |= found.keys()
        if found.keys() <= self.warm_up:
            return
        whole = figures(_with(run, {"run.warmup": 0}))
        self.warm_up |= {name for name, values in found.items() if different(values, whole[name])}


def figures(run):
    """(where, name of a figure) -> its values at all such places, of all its points; None where there is none."""
    tables = ((RUN, [run.summary()]), (SERVICE, run.services.values()), (CHANNEL, run.channels.values()),
              (PARTITION, run.partitions.values()))  # fmt: skip
    found = {}
    for where, places in tables:
        of = {name: each.name for each in declared(where) for name in each.names}
        for place in places:
            for name, value in place.items():
                found.setdefault((where, of[name]), []).append(None if value != value else value)
    return found


def different(one, other):
    return any(a is not None and b is not None and abs(a - b) > 1e-9 for a, b in zip(one, other, strict=True))


def _with(run, changes):
    """What the records of a run would say in a scenario with some changes."""
    return Results(
        scenario=run.scenario.replace(changes), seed=run.seed, records=run.records, ended_at=run.ended_at, warnings=(),
        **{name: getattr(run.tables, name) for name in BUILT},
    )  # fmt: skip
