"""Is a small error in evsim noticed by a snapshot?

python -m tests.snapshots.mutants evsim/lesson --count 100    of 100 errors, drawn from files whose names begin so
python -m tests.snapshots.mutants --written errors.json       of errors in a file: [{"file": "", "old": "", "new": ""}]
"""

import argparse
import json
import random
import sys
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

from tests.snapshots.blind.importing import files
from tests.snapshots.kept import SNAPSHOTS
from tests.snapshots.mutants.making import mutants_of, written_mutants
from tests.snapshots.mutants.reaching import reached
from tests.snapshots.mutants.trying import every_module, tried

SECONDS = 15  # of snapshots that pass through the line, the cheapest first


def near(mutant, passed, seconds):
    """The snapshots that pass through a mutant's line, the cheapest first, for so many seconds."""
    at = {name: its["lines"][mutant.file] for name, its in passed.items() if mutant.file in its["lines"]}
    those = [name for name, lines in at.items() if lines is None or mutant.line in lines]
    those = those or list(at)  # of a line of a module or a class, which runs when it is imported
    names, spent = [], 0.0
    for name in sorted(those, key=lambda name: passed[name]["seconds"]):
        spent += passed[name]["seconds"]
        if names and spent > seconds:
            break
        names.append(name)
    return names


def asked(given):
    """The mutants that are to be tried."""
    if given.written:
        return list(written_mutants(json.loads(Path(given.written).read_text(encoding="utf-8"))))
    those = [each for file in files() if file.startswith(tuple(given.prefixes)) for each in mutants_of(file)]
    return drawn(those, given.count, random.Random(given.seed))


def drawn(mutants, count, luck):
    """So many of them, each once; of a kind with four times as many there are twice as many."""
    number = Counter(each.kind for each in mutants)
    order = sorted(mutants, key=lambda each: luck.random() ** number[each.kind] ** 0.5, reverse=True)  # Efraimidis 2006
    return order[:count]


def _tried(job):
    return tuple(tried(*job))  # a plain one: the class may have been imported anew


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "prefixes", nargs="*", default=["evsim"], metavar="PREFIX", help="files whose names begin so (all of them)"
    )
    parser.add_argument("--count", type=int, default=100, help="how many are drawn (100)")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (1)")
    parser.add_argument("--written", metavar="FILE", help="errors that were written down, in place of drawn ones")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of snapshots for each that is not noticed")
    parser.add_argument(
        "--snapshots",
        nargs="+",
        default=[],
        metavar="NAME",
        help="those whose names begin so, whatever they pass through",
    )
    parser.add_argument("--processes", type=int, help="at once (as many as there are cores)")
    given = parser.parse_args()
    for each in given.snapshots:
        if not any(name.startswith(each) for name in SNAPSHOTS):
            parser.error(
                f"no snapshot has a name that begins with {each!r}; the first is called {next(iter(SNAPSHOTS))!r}"
            )
    these = [name for name in SNAPSHOTS if given.snapshots and name.startswith(tuple(given.snapshots))]
    mutants = asked(given)
    passed = {} if these else reached()
    every_module()
    jobs = [(each, these or near(each, passed, given.seconds)) for each in mutants]
    counts = {"noticed": 0, "survived": 0, "reached by no snapshot": 0}
    with get_context("fork").Pool(given.processes, maxtasksperchild=1) as pool:
        for mutant, (noticed_by, taken) in zip(mutants, pool.imap(_tried, jobs, chunksize=1)):
            what = "noticed" if noticed_by else "survived" if taken else "reached by no snapshot"
            counts[what] += 1
            if what != "noticed" or given.written:
                print(
                    f"{mutant.file}:{mutant.line}: {mutant.kind}: {mutant.words}   [{noticed_by or what}]",
                    flush=True,
                )
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
