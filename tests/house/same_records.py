"""Does a change leave what runs write as it was, byte for byte?

    python -m tests.house.same_records --systems 500 > before.txt

prints a fingerprint of the records of each built-in system and of random ones. Run it before and after the change, and
compare both files: a line that differs is a system whose records are others now.
"""

import argparse
import hashlib

from hypothesis import Phase, given, seed, settings

import evsim
from evsim.results.table import Table
from tests.books.drawn import SHARES
from tests.books.holding import a_short_patience, examples

__all__ = ["fingerprint", "main"]


def fingerprint(run):
    """A hash of all that a run wrote down: each column of its tables, and its lists."""
    digest = hashlib.sha256()
    for name, written in sorted(vars(run.records).items()):
        digest.update(name.encode())
        if isinstance(written, Table):
            for column, values in sorted(written.columns().items()):
                digest.update(column.encode() + values.tobytes())
        else:
            digest.update(repr(written).encode())
    return digest.hexdigest()


def built_in():
    """(name, fingerprint) of each built-in system, with the seed of its file."""
    for name in evsim.names():
        yield name, fingerprint(evsim.load(name).run())


def random_systems(count):
    """(number, fingerprint) of so many random systems, the same ones each time."""
    shares = sum(share for share, _ in SHARES)
    found = []
    for share, kind in SHARES:

        @seed(1)
        @settings(examples(share / shares, of=count), derandomize=False, phases=[Phase.generate])
        @given(kind)
        def write(scenario):
            found.append(fingerprint(scenario.run()))

        with a_short_patience():
            write()
    return enumerate(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--systems", type=int, default=500, help="how many random systems")
    for name, written in [*built_in(), *random_systems(parser.parse_args().systems)]:
        print(name, written)


if __name__ == "__main__":
    main()
