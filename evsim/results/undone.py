"""What compensations took back: for each effect, when it was undone."""

import numpy as np

__all__ = ["undone"]


def undone(tables):
    """When each effect was undone (NaN: it stands): by the first undo of its request and name that came after it."""
    effects, undos = tables.effects, tables.records.undos.columns()
    times = np.full(len(effects["row"]), np.nan)
    if not len(undos["row"]):
        return times
    standing = {}
    for effect, about in enumerate(_abouts(tables, effects)):
        standing.setdefault(about, []).append(effect)
    for about, time, before in zip(
        _abouts(tables, undos), undos["time"].tolist(), undos["before"].tolist(), strict=True
    ):
        mine = standing.get(about, [])
        while mine and mine[0] < before:
            times[mine.pop(0)] = time
    return times


def _abouts(tables, table):
    """(workload, request, name) of each entry of a table of effects."""
    workload = np.array([place.workload for place in tables.places])[tables.rows["place"][table["row"]]]
    return zip(workload.tolist(), tables.rows["request"][table["row"]].tolist(), table["name"].tolist(), strict=True)
