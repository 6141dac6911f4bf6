"""Worker processes: each does some of the runs, and none outlives the program that started it."""

import os
import signal
import sys
import threading
import warnings
from contextlib import contextmanager
from time import sleep

from evsim.stopping import FINISH, INTERRUPT, go_on

__all__ = ["spread"]

UNTIDY = "ignore:resource_tracker:UserWarning"  # an option of Python, which its children get too
LOOK = 0.5  # seconds between two looks whether the program is still there


def spread(task, items, jobs, in_order=True):
    """``task(item)`` of each item, in order or as they are finished, from processes that end when it is closed."""
    from joblib import Parallel, delayed, parallel_config

    begin = {"initializer": _begin, "initargs": (os.getpid(),)}
    go_on(FINISH)
    with parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1, **begin), _deaf_children():
        results = Parallel(return_as="generator" if in_order else "generator_unordered")(
            delayed(task)(item) for item in items
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*still being processed by the workers", UserWarning)  # so it was asked for
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)  # a fresh one takes over
        try:
            go_on(INTERRUPT)
            yield from results
        finally:
            results.close()


@contextmanager
def _deaf_children():
    """Processes that start meanwhile do not hear Ctrl-C or the end of the terminal: it sends them to all.

    And the one that tidies up after workers does not complain that they were ended.
    """
    if os.name != "posix":
        yield
        return
    sys.warnoptions.append(UNTIDY)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        _start_trackers()  # now, because they unblock SIGINT here
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        sys.warnoptions.remove(UNTIDY)


def _start_trackers():
    """Start what tidies up after processes, once."""
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as of_joblib

    resource_tracker.ensure_running()
    of_joblib.ensure_running()


def _begin(program):
    """In a worker, as it starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_watch, args=(program,), daemon=True).start()


def _watch(program):
    """End this worker when the program has been killed, and can no longer end it."""
    while os.getppid() == program:
        sleep(LOOK)
    os._exit(1)
