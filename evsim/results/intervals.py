"""Intervals of time, as arrays of when they begin and end (NaN: not yet), within a window."""

import numpy as np

__all__ = ["highest", "inside", "without_overlap"]


def inside(start, end, window):
    """Seconds of each interval [start, end) that lie inside the window; an open end lasts to the window's."""
    left, right = window
    return np.fmax(np.fmin(end, right) - np.maximum(start, left), 0.0)  # what never began has no time


def highest(start, end, window):
    """The largest number of intervals [start, end) open at one time within the window."""
    left, right = window
    began = ~np.isnan(start)  # what never came does not leave
    start, end = start[began], end[began]
    end = end[~np.isnan(end)]
    times = np.concatenate([start, end])
    steps = np.concatenate([np.ones(len(start), dtype=np.int8), np.full(len(end), -1, dtype=np.int8)])
    order = np.lexsort((steps, times))  # at one time, those who leave go first
    times, level = times[order], np.cumsum(steps[order], dtype=np.int32)
    at_left = level[times <= left][-1:]
    within = level[(times > left) & (times < right)]
    return int(np.concatenate([at_left, within]).max(initial=0))


def without_overlap(cause, start, end, window):
    """``(cause, seconds)`` of each interval within the window, less what an earlier one of its cause covers."""
    start, end = (np.clip(np.where(np.isnan(each), window[1], each), *window) for each in (start, end))
    order = np.lexsort((start, cause))
    cause, start, end = cause[order], start[order], np.maximum(start, end)[order]
    alike = cause[1:] == cause[:-1]
    while len(covered := np.flatnonzero(alike & (start[1:] < end[:-1])) + 1):  # branches of a `parallel`
        start[covered] = end[covered - 1]
        end[covered] = np.maximum(end[covered], start[covered])
    return cause, end - start
