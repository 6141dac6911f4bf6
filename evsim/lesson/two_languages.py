"""Two programs in two languages on one pipe of this computer, which carries CloudEvents."""

import json
import os
import shutil
import subprocess
import sys
from textwrap import fill, indent

from evsim.lesson.wording import Words

__all__ = ["two_languages"]

USUAL = "email"
NAMES = ("ada", "bob", "cyd")
WRITER = """\
import json
for number, name in enumerate(["ada", "bob", "cyd"], 1):
    data = {"FIELD": name + "@example.org"}
    event = {"specversion": "1.0", "id": str(number), "source": "/register", "type": "customer.registered"}
    print(json.dumps(event | {"datacontenttype": "application/json", "data": data}))"""
READER = """\
match($0, /"email": "[^"]*"/) { print "a mail to " substr($0, RSTART + 10, RLENGTH - 11); next }
{ print "dead letter: there is no email in event " NR }"""
ELSEWHERE = "(This computer has no awk. This is what the two programs printed on Linux.)"
WIDTH, INDENT = 96, "    "


def two_languages(field=USUAL):
    """What happens when a program in Python writes three events into a pipe, and one in AWK reads them there.

    Both are processes of this computer. The writer calls its `field` so, and the reader looks for an email. Where
    there is no AWK, as on most Windows computers, it is what they printed elsewhere, and the text says so.
    """
    if not (isinstance(field, str) and field.isidentifier()):
        raise ValueError(f"{field!r} is no name for a field; write a word such as 'mail'")
    first = INDENT + fill(json.dumps(next(_events(field))), WIDTH, subsequent_indent=INDENT)
    said = _run(field)
    lines = [
        *(_programs() if field == USUAL else [f"The same two programs, but the writer calls the field {field}."]), "",
        "The first of three lines in the pipe:", "", first, "",
        "What the reader prints:", "", *(INDENT + line for line in said or _elsewhere(field)),
    ]  # fmt: skip
    return Words("\n".join([*lines, *([] if said else ["", ELSEWHERE])]))


def _programs():
    texts = {"The writer, in Python:": WRITER.replace("FIELD", USUAL), "The reader, in AWK:": READER}
    return "\n\n".join(f"{title}\n\n{indent(text, INDENT)}" for title, text in texts.items()).splitlines()


def _events(field):
    """The events that the writer writes."""
    for number, name in enumerate(NAMES, 1):
        event = {"specversion": "1.0", "id": str(number), "source": "/register", "type": "customer.registered"}
        yield event | {"datacontenttype": "application/json", "data": {field: f"{name}@example.org"}}


def _elsewhere(field):
    """What the reader printed on another computer."""
    if field == USUAL:
        return [f"a mail to {name}@example.org" for name in NAMES]
    return [f"dead letter: there is no email in event {number}" for number, _ in enumerate(NAMES, 1)]


def _run(field):
    """The lines that the reader printed here; None where the two can't be run."""
    if not shutil.which("awk"):
        return None
    env = os.environ | {"LC_ALL": "C"}
    try:
        write = [sys.executable, "-c", WRITER.replace("FIELD", field)]
        with subprocess.Popen(write, stdout=subprocess.PIPE, env=env, text=True) as writer:
            read = subprocess.run(
                ["awk", READER], stdin=writer.stdout, capture_output=True, timeout=20, env=env, text=True
            )
    except (OSError, subprocess.SubprocessError):
        return None
    return read.stdout.splitlines() if read.returncode == 0 and writer.returncode == 0 else None
