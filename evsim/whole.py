"""What is written is there as a whole or not at all, and takes the place of nothing that it should not.

A file or folder is made beside its place, under a name of its own, and moved there when it is complete. Who is killed
meanwhile leaves it behind: the next one who writes to that place takes it away.
"""

import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

from evsim.scenario.errors import Problem, ScenarioError
from evsim.stopping import tidily

__all__ = ["is_running", "new_file", "new_folder", "place_for", "write_text"]

OURS = re.compile(
    r"(summary|comparison|live)\.json|(scenario|calibrated|design-\d+)\.yaml|mails\.mbox"
    r"|(runs|comparison|sweep|requests|spans|ledger|effects|incidents|services|channels)\.(csv|parquet)"
)
TELLING = (
    "summary.json",
    "comparison.json",
    "sweep.csv",
    "incidents.csv",
    "incidents.parquet",
)  # one is in each of our folders


def place_for(path, folder=False, overwrite=False, inputs=()):
    """The path, if a new file (or folder) may be put there; else a `ScenarioError` that says why not.

    overwrite: a file may be there, or a folder that holds an earlier output of evsim and nothing else. inputs: files
    that are never written over.
    """
    if not str(path):
        raise _refusal("path", "is empty", "name a folder" if folder else "name a file")
    path = Path(path)
    above = path.absolute().parent
    if not above.is_dir():
        raise _refusal(path, f"there is no folder {above}", "make it first, or name another place")
    if not os.access(path if path.exists() else above, os.W_OK):
        raise _refusal(path, "may not be written", "name another place")
    for each in inputs:
        if _same(path, each) or (folder and overwrite and _same(path, Path(each).absolute().parent)):
            raise _refusal(path, f"what is read for this is there: {each}", "name another place")
    if not folder:
        if path.is_dir():
            raise _refusal(path, "is a folder, and one file is written", f"write {path / 'NAME'}")
        if path.is_file() and not overwrite:
            raise _refusal(path, "is there already", "name a new file, or overwrite it (--overwrite, overwrite=True)")
        return path
    if not os.path.lexists(path):
        return path
    if not path.is_dir():
        raise _refusal(path, "is a file, and a folder is written", "name a folder")
    left = set(_left_behind(path, path.name))
    there = sorted(each.name for each in path.iterdir() if each not in left)
    ours = any(name in TELLING for name in there) and all(OURS.fullmatch(name) for name in there)
    if there and not ours:
        other = next((name for name in there if not OURS.fullmatch(name)), there[0])
        raise _refusal(path, f"holds other things, as {other}", "name a new folder")
    if there and not overwrite:
        rule, hint = "holds an earlier output", "name a new folder, or overwrite it (--overwrite, overwrite=True)"
        raise _refusal(path, rule, hint)
    return path


@contextmanager
def new_file(path):
    """Write to the path that this gives; at the end it is moved to its place."""
    path = Path(path)
    if path.exists() and not path.is_file():  # a pipe, a terminal, /dev/null
        yield path
        return
    path = Path(os.path.realpath(path))  # behind a link lies the file that is meant
    part = _beside(path.parent, path.name)
    with tidily(lambda: part.unlink(missing_ok=True)):
        yield part
        part.replace(path)


@contextmanager
def new_folder(path):
    """Put files into the folder that this gives; at the end they are in their place, and nothing else is."""
    path = Path(os.path.realpath(path))
    part = _beside(path if path.is_dir() else path.parent, path.name)
    with tidily(lambda: shutil.rmtree(part, ignore_errors=True)):
        part.mkdir()
        yield part
        if not path.is_dir():
            part.rename(path)
            return
        for old in sorted(path.iterdir(), key=_told_last, reverse=True):
            if OURS.fullmatch(old.name):
                old.unlink()
        for new in sorted(part.iterdir(), key=_told_last):
            new.replace(path / new.name)


def write_text(path, text):
    """A whole text file."""
    with new_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def is_running(number):
    """Whether there is a process of this number; where that cannot be asked, there may be."""
    if os.name == "nt":
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _beside(folder, name):
    """Where something of this name is made in a folder; what others did not complete there is taken away."""
    for left in _left_behind(folder, name):
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    return folder / f".{os.getpid()}-{name}"


def _left_behind(folder, name):
    """What processes that are gone have left in a folder, as they made something of this name."""
    for path in list(folder.iterdir()):
        owner = path.name.removeprefix(".").removesuffix(f"-{name}")
        if path.name == f".{owner}-{name}" and owner.isdecimal() and not is_running(int(owner)):
            yield path


def _told_last(file):
    """What tells that a folder is complete comes last, and goes first."""
    return file.name in TELLING, file.name


def _same(one, other):
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _refusal(path, rule, hint):
    return ScenarioError([Problem(str(path), rule, hint=hint)])
