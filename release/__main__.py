"""The checklist before a release, run step by step.

python -m release                    all steps; exit status 1 if something is wrong
python -m release --date 2026-12-01  the day of the release, if it is not today
python -m release --skip STEP ...    leave steps out, such as --skip clean

At the end it says what is left for a person to do. It uploads nothing.
"""

import argparse
import sys
from datetime import date

from release.checklist import STEPS, Release

NAMES = [step.__name__ for step in STEPS]
LEFT = """\
Left for you, who may, if the whole night is green (EVSIM_NIGHTLY=1 python kit.py test):
  git tag -a v{version} -m "evsim {version}" && git push origin v{version}
  python -m twine upload {folder}/*.whl {folder}/*.tar.gz"""


def main(arguments):
    asked = _asked(arguments)
    release, wrong = Release(today=asked.date), 0
    for step in STEPS:
        if step.__name__ in asked.skip:
            print(f"[skipped] {step.__doc__}")
            continue
        found = step(release)
        print(f"[{'WRONG' if found else 'ok'}] {step.__doc__}", *found, sep="\n    ", flush=True)
        wrong += len(found)
        if found and step.__name__ in ("built", "installed"):
            break  # what comes after it has nothing to look at
    if not wrong and not asked.skip:
        print(LEFT.format(version=release.project["version"], folder=release.folder))
    return 1 if wrong else 0


def _asked(arguments):
    steps = "Steps: " + ", ".join(f"{step.__name__} ({step.__doc__})" for step in STEPS)
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__, epilog=steps,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), metavar="DAY")
    parser.add_argument("--skip", nargs="+", choices=NAMES, default=[], metavar="STEP")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
