import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from evsim.view.sequence import Sequence
from evsim.view.sequence_text import MERMAID_ARROWS, RESERVED
from tests.view.runs import events
from tests.view.troubles import odd, stories

ARROW = "|".join(re.escape(arrow) for arrow in sorted(set(MERMAID_ARROWS.values()), key=len, reverse=True))
TEXT = r"(?:[^#;%$<>{}\n]|#\d+;)+"
LINES = {
    "head": r"sequenceDiagram",
    "about": rf"(?:accTitle|accDescr): {TEXT}",
    "participant": r"(?:actor|participant) (?P<name>\w+)(?: as [a-z][a-z0-9-]*)?",
    "message": rf"(?P<source>\w+)(?:{ARROW})(?P<target>\w+): {TEXT}",
    "note": rf"Note over (?P<over>\w+): {TEXT}",
    "activate": r"activate (?P<active>\w+)",
    "deactivate": r"deactivate (?P<idle>\w+)",
}


def check_mermaid(text):
    """The kinds of lines of a sequence diagram; fails where Mermaid would."""
    lines = text.splitlines()
    assert re.fullmatch(rf"title: {TEXT}", lines[1])
    assert [lines[0], lines[2], lines[3]] == ["---", "---", "sequenceDiagram"]
    names, busy, kinds = set(), Counter(), Counter()
    for line in lines[4:]:
        matches = {kind: re.fullmatch("    " + rule, line) for kind, rule in LINES.items()}
        found = [(kind, match) for kind, match in matches.items() if match]
        assert len(found) == 1, line
        kind, match = found[0]
        kinds[kind] += 1
        parts = match.groupdict()
        if kind == "participant":
            assert parts["name"] not in names
            assert parts["name"].lower() not in RESERVED.split()
            names.add(parts["name"])
        else:
            assert set(parts.values()) <= names, line
        busy[parts.get("active")] += 1
        if kind == "deactivate":
            busy[parts["idle"]] -= 1
            assert busy[parts["idle"]] >= 0, line
    return kinds


@pytest.mark.slow
def test_mermaid_is_valid_whatever_happens():
    for sequence in stories():
        lines, found = check_mermaid(sequence.mermaid()), Counter(step.kind for step in sequence.steps)
        assert lines["participant"] == len(sequence.participants)
        assert lines["message"] == sum(bool(step.target) for step in sequence.steps)
        assert lines["note"] == found["note"] + found["effect"]
        assert (lines["activate"], lines["deactivate"]) == (found["start"], found["end"])


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("deactivate register", "deactivate database"),
        ("participant database", "participant end"),
        ("mailing_list", "mailing-list"),
        ("customer row", "row; and #more"),
        ("->>", "=>>"),
    ],
)
def test_the_check_of_mermaid_finds_what_is_wrong(good, bad):
    text = events(down=False).sequence(0).mermaid()
    check_mermaid(text)
    assert good in text
    with pytest.raises(AssertionError):
        check_mermaid(text.replace(good, bad))


@pytest.mark.slow
def test_mermaid_itself_reads_it(tmp_path):
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed: Mermaid itself was not asked")
    asked = [*list(stories())[::3], Sequence(odd(), 0)]
    for number, sequence in enumerate(asked):
        (tmp_path / f"{number:03}.mmd").write_text(sequence.mermaid(), encoding="utf-8")
    script = Path(__file__).with_name("mermaid_check.mjs")
    files = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run([node, str(script), *files], capture_output=True, text=True, encoding="utf-8")
    if done.returncode == 3:
        pytest.skip("the npm packages mermaid and jsdom are not installed: Mermaid itself was not asked")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for sequence, answer in zip(asked, answers, strict=True):
        assert answer["type"] == "sequence"
        assert len(answer["actors"]) == len(sequence.participants)
        assert answer["messages"] == sum(bool(step.target) for step in sequence.steps)
