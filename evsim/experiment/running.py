"""Many runs at once, and the same results however they are spread.

Each run knows its seed and nothing of the others, so neither order nor process matters.
"""

from time import perf_counter

from evsim.engine import execute

__all__ = ["audited_run", "figures_of", "in_order", "seeds_from"]

START_UP = 2.0  # seconds until cold worker processes have imported everything: less work is done sooner here


def seeds_from(scenario, n, seed=None):
    """The seeds of ``n`` runs: ``seed`` (default: the scenario's own) and the numbers after it."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ValueError(f"n={n!r} must be a whole number of runs, 1 or more")
    first = scenario.run.seed if seed is None else seed
    if not isinstance(first, int) or isinstance(first, bool) or first < 0:
        raise ValueError(f"seed={first!r} must be a whole number, 0 or more")
    return tuple(range(first, first + n))


def audited_run(scenario, seed):
    """One run whose books balance; an error carries the seed."""
    try:
        run = execute(scenario, seed=seed)
        run.audit()
    except Exception as error:
        error.add_note(f"in the run of {scenario.name} with seed {seed}")
        raise
    return run


def figures_of(run):
    """The figures of one run as plain data, light enough to travel between processes."""
    return {
        "seed": run.seed,
        "summary": run.summary(),
        "services": run.service_figures,
        "channels": run.channel_figures,
        "warnings": run.warnings,
    }


def in_order(task, seeds, jobs=None, progress=None):
    """``[task(seed) for seed in seeds]``, in this process or on several.

    jobs: 1 stays in this process, -1 takes all cores; None makes one run here, and takes all cores if the
    rest is worth it. progress: False for no bar, True for one, None for one if the work is long and somebody
    watches.
    """
    from tqdm import tqdm

    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs == 0):
        raise ValueError(f"jobs={jobs!r} must be a number of processes, -1 for all cores, or None")
    hidden = None if progress is None else not progress
    delay = 1.0 if progress is None else 0.0
    results = []
    with tqdm(total=len(seeds), unit="run", disable=hidden, delay=delay, leave=False) as bar:
        if jobs is None:
            began = perf_counter()
            results.append(task(seeds[0]))
            bar.update()
            jobs = _worth((perf_counter() - began) * (len(seeds) - 1))
        for result in _run(task, seeds[len(results) :], jobs):
            results.append(result)
            bar.update()
    return results


def _worth(seconds):
    """How many processes are worth their start for this many seconds of work."""
    if seconds <= START_UP:
        return 1
    from joblib import cpu_count

    return cpu_count() if seconds * (1 - 1 / cpu_count()) > START_UP else 1


def _run(task, seeds, jobs):
    if jobs == 1 or not seeds:
        yield from map(task, seeds)
        return
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        yield from Parallel(return_as="generator")(delayed(task)(seed) for seed in seeds)
