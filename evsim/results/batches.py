"""Batches: rows of messages that were worked on together hold one worker, that of the row that leads."""

import numpy as np

__all__ = ["followers"]


def followers(run):
    """For each row: whether another one leads its batch."""
    result = np.zeros(len(run.tables.rows["born"]), dtype=bool)
    result[[row for row, _ in run.records.batches]] = True
    return result
