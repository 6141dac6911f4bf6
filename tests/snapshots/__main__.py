"""What does evsim say otherwise than when somebody last looked at it?

python -m tests.snapshots                      say what differs (exit status 1)
python -m tests.snapshots NAME --show WHAT     print what is said: before and after a change, to compare both
python -m tests.snapshots --keep               keep what is said now, once every difference is one that was meant
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from difflib import get_close_matches

from tests.snapshots.kept import SNAPSHOTS, differences, fingerprints, keep

MOST = 8  # texts that are named


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones (all of them)")
    parser.add_argument("--show", metavar="WHAT", help="print this text")
    parser.add_argument("--keep", action="store_true", help="keep what is said now")
    given = parser.parse_args()
    names = given.names or list(SNAPSHOTS)
    if unknown := [name for name in names if name not in SNAPSHOTS]:
        near = get_close_matches(unknown[0], SNAPSHOTS, n=3) or [name for name in SNAPSHOTS if unknown[0] in name]
        parser.error(
            f"there is no {unknown[0]!r}; the nearest: {', '.join(near[:MOST]) or 'none'}; all: ROOMS in kept.py"
        )
    if given.show:
        sys.stdout.writelines(text for name in names for what, text in SNAPSHOTS[name]() if what == given.show)
        return 0
    with ProcessPoolExecutor() as pool:
        now = dict(zip(names, pool.map(fingerprints, names), strict=True))
    found = {name: its for name in names if (its := differences(name, now[name]))}
    for name, its in found.items():
        print(f"{name}: {len(its)}: {', '.join(its[:MOST])}{', ...' if len(its) > MOST else ''}")
    if given.keep:
        keep(now)
    return 1 if found and not given.keep else 0


if __name__ == "__main__":
    sys.exit(main())
