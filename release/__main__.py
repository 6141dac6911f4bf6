"""The checklist before a release, run step by step.

python -m release                   all steps; exit status 1 if something is wrong
python -m release --skip STEP ...   leave steps out, such as --skip clean

At the end it says what is left for a person to do. It uploads nothing.
"""

import sys

from release.checklist import STEPS, Release

NAMES = [step.__name__ for step in STEPS]
LEFT = """\
Left for you, who may:
  git tag -a v{version} -m "evsim {version}" && git push origin v{version}
  python -m twine upload {folder}/*.whl {folder}/*.tar.gz"""


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__ + "\nSteps: " + ", ".join(f"{step.__name__} ({step.__doc__})" for step in STEPS))
        return 0
    skipped = arguments[1:] if arguments[:1] == ["--skip"] else []
    unknown = sorted(set(skipped) - set(NAMES)) if skipped else arguments
    if unknown:
        print(f"there is no step {unknown[0]}; steps are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    release, wrong = Release(), 0
    for step in STEPS:
        if step.__name__ in skipped:
            print(f"[skipped] {step.__doc__}")
            continue
        found = step(release)
        print(f"[{'WRONG' if found else 'ok'}] {step.__doc__}", *found, sep="\n    ", flush=True)
        wrong += len(found)
        if found and step.__name__ in ("built", "installed"):
            break  # what comes after it has nothing to look at
    if not wrong and not skipped:
        print(LEFT.format(version=release.project["version"], folder=release.folder))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
