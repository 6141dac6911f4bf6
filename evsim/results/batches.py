"""Batches: rows of messages that were worked on together hold one worker, that of the row that leads."""

import numpy as np

__all__ = ["followers", "leaders"]


def followers(run):
    """For each row: whether another one leads its batch."""
    result = np.zeros(len(run.tables.rows["born"]), dtype=bool)
    result[[row for row, _ in run.records.batches]] = True
    return result


def leaders(run):
    """For each row: the number of the row that leads its batch; its own where there is none."""
    result = np.arange(len(run.tables.rows["born"]))
    if run.records.batches:
        rows, lead = np.array(run.records.batches).T
        result[rows] = lead
    return result
