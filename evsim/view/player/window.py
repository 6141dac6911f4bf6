"""The beginning of runs that are too long to be played: a film of all of it would be slow to open and to move."""

import numpy as np

from evsim.results.common_prefix import common_prefix
from evsim.view.words import seconds

__all__ = ["MOST", "beginning"]

MOST = 60_000  # attempts of all designs together, about 5 MB of film


def beginning(runs):
    """(runs, words): the runs, or, where they are longer than can be played, their beginnings, and what is left out.

    The beginning of a run is the run that is ended early. That its records are those of the run is proved
    (:exc:`evsim.results.common_prefix.PrefixError`): it is not so where SimPy processes of one's own took part.
    """
    born = np.sort(np.concatenate([run.tables.rows["born"] for run in runs]))
    if len(born) <= MOST:
        return runs, ""
    until = float(f"{max(born[MOST] * 0.97, 1e-9):.2g}")  # a time that one can say
    cut = [run.scenario.run(seed=run.seed, until=until) for run in runs]
    for run, part in zip(runs, cut, strict=True):
        common_prefix(run, part, until)
    shown, every = (max(len(run.tables.requests.row) for run in each) for each in (cut, runs))
    long = max(run.ended_at for run in runs)
    return cut, (
        f"This is the beginning: {seconds(until)} of {seconds(long)}, {shown:,} of {every:,} customers. "
        "The rest is too much to be played."
    )
