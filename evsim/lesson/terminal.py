"""Shell commands in a notebook: run here if that is possible, else as they once ran elsewhere."""

import os
import shutil
import subprocess

from evsim.lesson.wording import Words

__all__ = ["shell"]

LISTING = """\
total 2088
drwxr-xr-x 2 ada users    4096 Nov 23 09:12 drafts
-rw-r--r-- 1 ada users    1834 Nov 21 16:40 customers.csv
-rw-r--r-- 1 ada users     412 Nov 20 10:05 letter.txt
-rw-r--r-- 1 ada users 2113536 Nov 22 18:31 photo.jpg
drwxr-xr-x 4 ada users    4096 Nov 19 08:59 projects"""

RECORDED = {
    "ls -l": LISTING,
    "ls -l | grep ^-": "\n".join(line for line in LISTING.splitlines() if line.startswith("-")),
    "ls -l | grep ^- | wc -l": "3",
    "seq 1000000 | grep 7 | wc -l": "468559",
}


def shell(command):
    """What a command of a Unix shell prints, run in the folder of the notebook.

    Where its programs are missing, as on most Windows computers, it is what the command printed on another
    computer, and the text says so. Only commands that were recorded are run.
    """
    if command not in RECORDED:
        raise ValueError(f"{command!r} was not recorded; there are {', '.join(map(repr, RECORDED))}")
    printed = _run(command) if _possible(command) else None
    if printed is not None:
        return Words(f"$ {command}\n{printed}")
    note = "(This computer has no Unix shell. This is what the command printed in another folder, on Linux.)"
    return Words(f"$ {command}\n{RECORDED[command]}\n{note}")


def _possible(command):
    programs = ["sh", *(each.split()[0] for each in command.split("|"))]
    return all(shutil.which(program) for program in programs)


def _run(command):
    """What the command prints; None if it does not work."""
    env = os.environ | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, env=env, text=True, errors="replace", timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None
