"""Text files that a scenario names: the lines of one, or why it cannot be read."""

import codecs
from pathlib import Path

from .errors import Problem, ScenarioError

__all__ = ["read_bytes", "read_lines", "read_text", "version", "wrong"]

LARGEST = 1_000_000_000  # bytes of a file that is read

MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
AS_UTF_8 = "save the file as UTF-8"


def wrong(file, rule, value=None, hint=None, line=None):
    """A `ScenarioError` to raise about a file, or a line of it."""
    place = str(file) if line is None else f"{file}, line {line}"
    return ScenarioError([Problem(place, rule, value, hint=hint)])


def version(path):
    """What changes when a file does; whoever remembers what was in it compares this."""
    try:
        known = Path(path).stat()
    except OSError:
        return None
    return known.st_ino, known.st_size, known.st_mtime_ns


def read_bytes(path, largest=LARGEST, name=None):
    """What is in a file, also in one without an end; a `ScenarioError` if that is more than so many bytes.

    name: what errors call it.
    """
    with open(path, "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise wrong(name or Path(path).name, f"is larger than {largest // 10**6} MB", hint="give a part of it")
    return data


def read_text(path):
    """The text of an ordinary file, without a mark at its beginning."""
    return "\n".join(read_lines(path, Path(path).name)) + "\n"


def read_lines(path, name):
    """The lines of a text file, without their ends; `name` is what errors call it."""
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            raise wrong(name, "is a folder" if path.is_dir() else "is not an ordinary file", hint="name a text file")
        data = read_bytes(path, name=name)
    except ScenarioError:
        raise
    except FileNotFoundError:
        raise wrong(name, "there is no such file", hint=f"looked for as {path.absolute()}") from None
    except (OSError, ValueError) as error:
        raise wrong(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    for mark, code in MARKS:
        if data.startswith(mark):
            raise wrong(name, f"is {code}", hint=AS_UTF_8)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise wrong(name, "holds a NUL byte, so it is no text", hint=AS_UTF_8, line=line)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(name, "is not UTF-8 text", hint=AS_UTF_8, line=data.count(b"\n", 0, error.start) + 1) from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
