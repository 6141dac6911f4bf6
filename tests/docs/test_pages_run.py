"""What a page tells people to type works, and prints what the page says.

Commands and Python of a page run one after the other, in a folder with the files that the page shows. A block of text
says lines of what the block above it prints.
"""

import io
import re
import shlex
import shutil
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import kit
from tests.cli.test_run import evsim_

pytestmark = pytest.mark.slow

DOCS = Path(__file__).resolve().parents[2] / "docs"
RUN = ("start", "break-something", "compare", "handler-in-python", "with-simpy", "signed-page")
BROUGHT = {"signed-page": Path(__file__).resolve().parents[1] / "data/shop"}  # files that the reader of a page has
BLOCK = re.compile(r"^```(console|python|yaml|text)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"# (\S+\.yaml)\n")
SHORT = {  # so that it does not take minutes
    "find": ["--max-runs", "16", "--set", "run.duration=20s", "--jobs", "1"],
    "sweep": ["--set", "run.duration=10s", "--jobs", "1"],
    "compare": ["--jobs", "1"],
    "report": [
        "--budget",
        "1us",
        "--set",
        "run.duration=10s",
        "--jobs",
        "1",
    ],  # what it leaves out has tests of its own
}


def typed(line):
    """What a line that somebody types prints."""
    words = shlex.split(line)
    if words[:2] == ["python", "kit.py"]:
        words = words[2:] or ["lab"]
        assert words[0] in kit.COMMANDS
    if words[0] != "evsim":
        return ""
    done = evsim_(*words[1:], *SHORT.get(words[1], []))
    assert done.exit_code in (0, 1), f"{line}: {done.output}"
    return done.stdout


@pytest.mark.parametrize("page", RUN)
def test_what_a_page_tells_to_type_prints_what_it_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if page in BROUGHT:
        shutil.copytree(BROUGHT[page], tmp_path, dirs_exist_ok=True)
    names, printed, ran, compared = {}, "", 0, 0
    for language, text in BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if language == "yaml" and (file := FILE.match(text)):
            Path(file[1]).write_text(text, encoding="utf-8")
        elif language == "console":
            printed = "\n".join(map(typed, text.splitlines()))
            ran += 1
        elif language == "python":
            with redirect_stdout(io.StringIO()) as out:
                exec(compile(text, page, "exec"), names)
            printed = out.getvalue()
            ran += 1
        elif language == "text":
            lines = [" ".join(line.split()) for line in printed.splitlines()]
            for line in text.splitlines():
                words = " ".join(line.split())
                assert any(each.startswith(words) for each in lines), f"{line!r} is not in {printed}"
                compared += 1
    assert ran and (compared or page == "compare")
