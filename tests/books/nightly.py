"""Random systems by the thousand: is there one for which a property does not hold?

    python -m tests.books.nightly --systems 10000 --seed 1

It stops at the first one, and prints the smallest system that shows it as YAML, and the command to repeat it. After
1,000 systems or more it tries every numeric setting at its limits and beyond (`tests.input.numbers`). Systems
come in parts of 50, of which the last may be smaller, each for one property; the same seed and part give the same
systems. Exit status: 0, all is well; 1, something is not; 130, Ctrl-C.
"""

import argparse
import os
import signal
import sys
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from random import Random
from traceback import extract_tb

from tqdm import tqdm

from tests.books.holding import PROPERTIES, a_short_patience
from tests.input import numbers

__all__ = ["main"]

SIZE = 50  # systems of a part
TESTS = Path(__file__).resolve().parents[1]

for path in sorted(TESTS.glob("**/test_*.py")):
    if "\n@holds(" in path.read_text(encoding="utf-8"):
        import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))  # fills the list


def turns():
    """Names of properties: each part is for the next one, so that each gets its share."""
    least = min(each.share for each in PROPERTIES.values())
    names = [name for name, each in PROPERTIES.items() for _ in range(round(each.share / least))]
    return Random(0).sample(names, len(names))


def look(seed, turn):
    """(part, systems, None) of a (part, systems), or what is wrong with one of these systems, in words."""
    part, systems = turn
    name = turns()[part % len(turns())]
    with a_short_patience():
        found = PROPERTIES[name].first_failure(Random(f"{seed}/{part}").getrandbits(64), systems)
    return part, systems, found and report(seed, part, name, *found)


def report(seed, part, name, drawn, error):
    """The error, the arguments with the system as YAML, and how to see it again."""
    scenario, *others = drawn or (None,)
    others = [repr(each) for each in others]
    if isinstance(scenario, tuple):  # a system and more
        scenario, *more = scenario
        others += map(repr, more)
    where = extract_tb(error.__traceback__)[-1]
    return "\n".join([
        f"Not true: {name.removeprefix('test_').replace('_', ' ')}",
        f"{type(error).__name__}: {error}".rstrip(": "),
        f"    {os.path.relpath(where.filename)}, line {where.lineno}: {where.line}",
        "The smallest system found that shows it:",
        "",
        scenario.to_yaml().rstrip() if scenario is not None else "(none: no system could be drawn)",
        *(["", f"# also drawn: {', '.join(others)}"] if others else []),
        "",
        f"Again: python -m tests.books.nightly --seed {seed} --part {part}",
    ])  # fmt: skip


def main(arguments=None):
    options = _read(arguments)
    parts = _parts(options.systems) if options.part is None else [(options.part, SIZE)]
    jobs, asked = min(options.jobs, len(parts)), sum(systems for _, systems in parts)
    task, held = partial(look, options.seed), 0
    try:
        with _pool(jobs) as pool, tqdm(total=asked, unit=" systems", smoothing=0, leave=False) as bar:
            for part, systems, wrong in (pool.imap_unordered if pool else map)(task, parts):
                if wrong:
                    bar.close()
                    print(f"{held:,} systems were as they should be; one of part {part} is not.\n\n{wrong}")
                    return 1
                held += systems
                bar.update(systems)
    except KeyboardInterrupt:
        print(f"\nStopped. The {held:,} systems that were tried are as they should be.")
        return 130
    if options.part is None and options.systems >= 1000 and numbers.main():
        return 1
    print(f"All {held:,} systems are as they should be: {len(PROPERTIES)} properties, seed {options.seed}.")
    return 0


def _parts(systems):
    """(part, how many systems) of all parts; the last one may be smaller."""
    return [(part, min(SIZE, systems - first)) for part, first in enumerate(range(0, systems, SIZE))]


def _read(arguments):
    parser = argparse.ArgumentParser("python -m tests.books.nightly", description=__doc__.partition("\n")[0])
    parser.add_argument("--systems", type=_some, default=10_000, help="how many (default 10000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other systems (default 1)")
    parser.add_argument("--jobs", type=_some, default=os.cpu_count(), help="how many at once (default: one a core)")
    parser.add_argument("--part", type=int, help="only this part, as a failure names it")
    return parser.parse_args(arguments)


def _some(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} must be 1 or more")
    return number


def _pool(jobs):
    """So many processes, for which Ctrl-C is not meant; None for one, which is this one."""
    if jobs == 1:
        return nullcontext()
    mask = getattr(signal, "pthread_sigmask", lambda *_: None)  # Windows has none
    before = mask(signal.SIG_BLOCK, [signal.SIGINT])  # those that start now inherit that
    try:
        return get_context("spawn").Pool(jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN))
    finally:
        mask(signal.SIG_SETMASK, before)


if __name__ == "__main__":
    sys.exit(main())
