"""`python -m benchmarks`: compare evsim with the reference and its peers."""

import argparse
import cProfile
import json
import pstats
import sys

from . import report
from .implementations import IMPLEMENTATIONS, REFERENCE
from .readme import write
from .workloads import WORKLOADS


def names(known):
    """A parser of comma-separated names out of `known`."""

    def parse(text):
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return chosen

    return parse


def at_least_one(text):
    """A parser of whole numbers from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def arguments():
    subjects = [name for name in IMPLEMENTATIONS if name != REFERENCE]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--messages", type=at_least_one, help="size of every workload (slow peers run a share of it)")
    parser.add_argument("--pairs", type=at_least_one, default=5, help="interleaved pairs (default 5)")
    parser.add_argument(
        "--only",
        type=names(WORKLOADS),
        default=list(WORKLOADS),
        metavar="NAMES",
        help=f"workloads, out of {','.join(WORKLOADS)}",
    )
    parser.add_argument(
        "--against",
        type=names(subjects),
        default=subjects,
        metavar="NAMES",
        help=f"implementations, out of {','.join(subjects)}",
    )
    parser.add_argument("--json", action="store_true", help="print every measurement as JSON")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    parser.add_argument("--profile", choices=WORKLOADS, help="profile evsim on one workload instead")
    return parser.parse_args()


def profile(workload, messages):
    run = IMPLEMENTATIONS["evsim"].load()
    run(workload, 500, 1)
    profiler = cProfile.Profile()
    profiler.runcall(run, workload, messages or workload.messages, 1)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(25)


def main():
    options = arguments()
    if options.profile:
        return profile(WORKLOADS[options.profile], options.messages)

    def say(text):
        print(text, file=sys.stderr, flush=True)

    found = report.run(options.only, options.against, options.messages, options.pairs, say)
    text = report.tables(found)
    print(json.dumps(found, indent=1) if options.json else text)
    if options.write:
        write(text, "results")
    wrong = report.differing(found)
    for sentence in wrong:
        say(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
