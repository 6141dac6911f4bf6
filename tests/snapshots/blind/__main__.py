"""Which expressions of evsim could be written otherwise without any snapshot saying so?

python -m tests.snapshots.blind                                 of all files, by all snapshots (some minutes)
python -m tests.snapshots.blind evsim/lesson --snapshots odd    of files, and by snapshots, whose names begin so
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.snapshots.blind.importing import files, install, rewrite
from tests.snapshots.blind.report import counts, merged, rows
from tests.snapshots.blind.watching import WATCHING


def taken(name):
    """(what was learned of which expressions while a snapshot was taken, what is strange about it)."""
    from tests.snapshots.kept import differences, fingerprints

    try:
        others = differences(name, fingerprints(name))
        strange = f"is not what is kept (without a watcher, too?): {', '.join(others)}" if others else ""
    except Exception as error:  # one that cannot be taken is no reason to lose the others
        strange = f"cannot be taken while it is watched: {type(error).__name__}: {error}"
    return WATCHING.news(), strange


def chosen(parser, names, beginnings, what):
    """Those whose names begin so; all if nothing is given."""
    for each in beginnings:
        if not any(name.startswith(each) for name in names):
            parser.error(f"no {what} has a name that begins with {each!r}; the first is called {next(iter(names))!r}")
    return [name for name in names if not beginnings or name.startswith(tuple(beginnings))]


def watched(names):
    """key of an expression -> bits, from these snapshots; what is strange goes to stderr."""
    happened = WATCHING.news()  # while it was imported
    with ProcessPoolExecutor(initializer=install) as pool:
        for name, (news, strange) in zip(names, pool.map(taken, names)):
            merged(happened, news)
            if strange:
                print(f"{name}: {strange}", file=sys.stderr)
    return happened


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prefixes", nargs="*", metavar="PREFIX", help="files whose names begin so (all of them)")
    parser.add_argument(
        "--snapshots", nargs="+", default=[], metavar="NAME", help="snapshots whose names begin so (all of them)"
    )
    given = parser.parse_args()
    shown = set(chosen(parser, files(), given.prefixes, "file of evsim"))
    install()
    from tests.snapshots.kept import SNAPSHOTS

    happened = watched(chosen(parser, SNAPSHOTS, given.snapshots, "snapshot"))
    for file in files():
        rewrite(file)  # those that nobody imported, too
    expressions = {each.key: each for each in WATCHING.expressions if each.file in shown}
    for row in rows(expressions.values(), happened):
        print(row)
    print(counts(expressions.values(), happened))
    return 0


if __name__ == "__main__":
    sys.exit(main())
