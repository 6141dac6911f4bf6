"""What compensations took back: for each effect, when it was undone."""

import numpy as np

__all__ = ["undone"]


def undone(run):
    """When each effect was undone (NaN: it stands): by the first undo of its request and name that came after it."""
    effects, undos = run.effects_columns, run.records.undos.columns()
    times = np.full(len(effects["row"]), np.nan)
    if not len(undos["row"]):
        return times
    standing = {}
    for effect, about in enumerate(_abouts(run, effects)):
        standing.setdefault(about, []).append(effect)
    for about, time, before in zip(_abouts(run, undos), undos["time"].tolist(), undos["before"].tolist(), strict=True):
        mine = standing.get(about, [])
        while mine and mine[0] < before:
            times[mine.pop(0)] = time
    return times


def _abouts(run, table):
    """(workload, request, name) of each entry of a table of effects."""
    workload = np.array([place.workload for place in run.places])[run.rows["place"][table["row"]]]
    return zip(workload.tolist(), run.rows["request"][table["row"]].tolist(), table["name"].tolist(), strict=True)
