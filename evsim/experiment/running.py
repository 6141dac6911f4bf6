"""Many runs at once, and the same results however they are spread.

Each run knows its seed and nothing of the others, so neither order nor process matters.
"""

from contextlib import contextmanager
from functools import partial
from time import process_time

from evsim.counting import count
from evsim.engine import execute
from evsim.experiment.workers import spread
from evsim.stopping import FINISH, INTERRUPT, go_on

__all__ = [
    "Interrupted",
    "as_finished",
    "audited_run",
    "figures_of",
    "in_order",
    "its_seeds",
    "keeping",
    "runs_and_seeds",
    "seeds_from",
]

START_UP = 2.0  # seconds until cold worker processes have imported everything: less work is done sooner here


def seeds_from(scenario, n, seed=None):
    """The seeds of ``n`` runs: ``seed`` (default: the scenario's own) and the numbers after it."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ValueError(f"n={n!r} must be a whole number of runs, 1 or more")
    first = scenario.run_settings.seed if seed is None else seed
    if not isinstance(first, int) or isinstance(first, bool) or first < 0:
        raise ValueError(f"seed={first!r} must be a whole number, 0 or more")
    return tuple(range(first, first + n))


def runs_and_seeds(seeds, each=""):
    """How many runs there are and which seeds they have; `each` follows the number.

    >>> runs_and_seeds([7]), runs_and_seeds([7, 8, 9], " each")
    ('1 run, seed 7', '3 runs each, seeds 7 to 9')
    """
    return f"{count(len(seeds), 'run')}{each}, {its_seeds(seeds)}"


def its_seeds(seeds):
    """Seeds that follow each other, in words."""
    first, last = seeds[0], seeds[-1]
    return f"seed {first}" if first == last else f"seeds {first} to {last}"


def audited_run(scenario, seed, record="full"):
    """One run whose books balance; an error carries the seed."""
    try:
        run = execute(scenario, seed=seed, record=record)
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
        "services": run.services,
        "channels": run.channels,
        "phases": run.phases,
        "warnings": run.warnings,
    }


class Interrupted(KeyboardInterrupt):
    """Many runs were interrupted; ``finished`` has what came of those that were done, None if there is none.

    ``done`` of ``asked`` runs are; ``asked`` is None where they are not counted.
    """

    def __init__(self, done, asked, finished):
        super().__init__(done, asked, finished)
        self.done, self.asked, self.finished = done, asked, finished

    def __str__(self):
        if self.asked is None:
            some = "sys.last_value.finished has what is finished"
            return f"interrupted: {'nothing is finished' if self.finished is None else some}"
        if not self.done:
            return f"none of {count(self.asked, 'run')} is finished"
        return f"{self.part}: sys.last_value.finished has {'it' if self.done == 1 else 'them'}"

    @property
    def part(self):
        """How many of the runs are finished, in words."""
        return f"{self.done} of {count(self.asked, 'run')} {'is' if self.done == 1 else 'are'} finished"


def in_order(task, seeds, jobs=None, progress=None, gather=list):
    """``gather([task(seed) for seed in seeds])``, made in this process or on several.

    jobs: 1 stays in this process, -1 takes all cores; None makes two runs here, and takes all cores if the
    rest is worth it. progress: False for no bar, True for one, None for one if the work is long and somebody
    watches; a text stands before such a bar. Ctrl-C raises :exc:`Interrupted`, a KeyboardInterrupt that keeps what is
    finished.
    """
    results = []
    with keeping(len(seeds), lambda: (len(results), gather(results) if results else None)):
        results.extend(_each(task, seeds, jobs, progress, spread))
    return gather(results)


def as_finished(task, items, jobs=None, progress=None, elsewhere=spread):
    """(item, task(item)) of each item, as soon as it is finished; ``jobs`` and ``progress`` as for :func:`in_order`.

    elsewhere(task, items, jobs, in_order): the same from several processes, of this machine or of others.
    """
    return _each(partial(_with, task), items, jobs, progress, partial(elsewhere, in_order=False))


def _with(task, item):
    return item, task(item)


@contextmanager
def keeping(asked, finished):
    """Inside are runs: an interrupt raises :exc:`Interrupted` with what ``finished()`` gives, (how many, their result).

    What comes after them is short, and ends as if nothing had been said.
    """
    try:
        yield
        go_on(FINISH)
    except KeyboardInterrupt:
        go_on(FINISH)
        done, result = finished()
        raise Interrupted(done, asked, result) from None


def _each(task, items, jobs, progress, spread):
    """The result of each item, as it comes."""
    from tqdm import tqdm

    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs == 0):
        raise ValueError(f"jobs={jobs!r} must be a number of processes, -1 for all cores, or None")
    if_long = progress is None or isinstance(progress, str)
    hidden, delay = (None, 1.0) if if_long else (not progress, 0.0)
    made, about = 0, progress if isinstance(progress, str) else None
    with tqdm(total=len(items), unit="run", desc=about, disable=hidden, delay=delay, leave=False) as bar:
        while jobs is None and made < len(items):
            began = process_time()
            result = task(items[made])
            jobs = _chosen(made + 1, process_time() - began, len(items) - made - 1)
            made += 1
            yield result
            bar.update()
            go_on(INTERRUPT)  # there is something to keep
        rest = items[made:]
        runs = spread(task, rest, jobs) if rest and jobs != 1 else map(task, rest)
        try:
            for result in runs:
                yield result
                bar.update()
                go_on(INTERRUPT)
        finally:
            if hasattr(runs, "close"):
                runs.close()


def _chosen(made, seconds, left):
    """How many processes the runs that are left take, after a run of so many seconds; None: another run will tell.

    The first run also pays for what is imported and read, unless it is so long that this is little. What counts is the
    time of the processor: on a busy machine a run takes longer, and other processes would find it as busy.
    """
    return None if made == 1 and seconds < START_UP else _worth(seconds * left)


def _worth(seconds):
    """How many processes are worth their start for this many seconds of work."""
    if seconds <= START_UP:
        return 1
    from joblib import cpu_count

    return cpu_count() if seconds * (1 - 1 / cpu_count()) > START_UP else 1
