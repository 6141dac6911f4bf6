"""What a computer says that has no shell, AWK or pipe; what answers in Python are told; whom each property names."""

import json
import os
import tempfile
from contextlib import chdir
from functools import partial
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from unittest.mock import patch

from evsim import lesson
from evsim.lesson import endless, exercise, lesson_size, panel, properties
from evsim.lesson.answers import down
from evsim.lesson.store import ELSEWHERE, NAME, Store
from evsim.lesson.taken import email_taken
from evsim.lesson.tasks import ENTRY, HANDLE, ROW
from evsim.lesson.two_languages import two_languages
from tests.lesson import handlers
from tests.snapshots.texts import tried

__all__ = ["ANSWERS_IN_PYTHON"]

LOCK = Lock()


def _alone(function):
    """What a function yields where nobody has guessed anything before."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {ELSEWHERE: folder}), chdir(folder):
        found = list(function())
    yield from found


def _has_a_lock(ctx, lock=LOCK):  # which can't be sent to another process
    yield from ctx.work("1ms" if lock.locked() else "2ms")


def _of_handlers():
    """Answers in Python; what a process of their own says of them is given."""
    ends, counted, clock = (SimpleNamespace(stdout=said, returncode=code) for said, code in (
        (b"begunover", 0), (b"begun", endless.COUNTED), (b"begun", 1)))  # fmt: skip
    tries = [(ends, each) for each in (handlers.in_python, handlers.divides_by_zero, handlers.yields_a_number)]
    tries += [*((ends, each) for each in handlers.COUNTED), (counted, handlers.hides_everything)]
    for done, handler in [*tries, (clock, handlers.sleeps), (None, _has_a_lock)]:
        with patch("evsim.lesson.endless.subprocess.run", return_value=done):
            yield handler.__name__, str(exercise("honest-error").check(handler))


def _of_computers():
    with patch("shutil.which", lambda _: None):
        for command in (*lesson.terminal.RECORDED, "rm -r ."):
            yield f"shell {command}", str(tried(lesson.shell, command))
        for field in ("email", "mail", 3):
            yield f"two languages, {field}", str(tried(two_languages, field))
    said = SimpleNamespace(stdout="42\n", returncode=0)
    for name, its in {"runs": {"return_value": said}, "fails": {"side_effect": OSError}}.items():
        with patch("shutil.which", lambda _: "it"), patch("subprocess.run", **its):
            yield f"a shell that {name}", lesson.shell("ls -l")
    with patch("os.set_blocking", side_effect=OSError):
        yield "no pipe", lesson.real_pipe()
    with patch.dict("sys.modules", {"anywidget": None}):
        yield "no widgets", str(panel._kind.__wrapped__())
    store = Store("no", ".")
    for text in ("not json", "[1]", json.dumps({"one": 5})):
        Path(NAME).write_text(text, encoding="utf-8")
        entries = store.get("one"), store.put("two", {"a": 1}), store.get("two"), store.forget("two"), store.get("two")
        yield f"store of {text}", str(entries)


def _of_properties():
    """The first for whom each does not hold."""
    both, part = (ROW, ENTRY), {"maybe": {"probability": 0.5, "then": [{"call": "mailing-list"}]}}
    checks = {
        "nobody_told_error": (), "somebody_told_error": (), "everything_done": both, "told_within": (0.7,),
        "true_when_told": both, "done_within": (0.7, *both), "both_or_neither": both,
        "asked_at_once": ("database", "mailing-list"), "nothing_done_twice": (*both, "gift"),
        "refusal_means_nothing_done": both, "done_by": ((ROW, "register"), (ENTRY, "mailing-list"), ("gift", "")),
    }  # fmt: skip
    for number, changes in enumerate(
        ({}, down("mailing-list"), {HANDLE: [{"work": "2ms"}, part, {"call": "database"}]})
    ):
        run = email_taken(lesson_size("classic"), 2000).replace(changes).run()
        found = [[*getattr(properties, each)(run, *its)][:5] for each, its in checks.items()]
        yield f"first of design {number}", "\n".join(map(str, found))


ANSWERS_IN_PYTHON = {
    "handlers in Python": partial(_alone, _of_handlers), "computers": partial(_alone, _of_computers),
    "properties": partial(_alone, _of_properties),
}  # fmt: skip
