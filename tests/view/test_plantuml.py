import os
import re
import shutil
import subprocess
from collections import Counter

import pytest

from evsim.view.sequence import Sequence
from evsim.view.sequence_text import PLANTUML_ARROWS
from tests.view.runs import events
from tests.view.troubles import odd, stories

ARROW = "|".join(re.escape(arrow) for arrow in sorted(set(PLANTUML_ARROWS.values()), key=len, reverse=True))
TEXT = r"(?:[\w\s.,:()/+-]|<U\+[0-9A-F]{4,}>)+"
LINES = {
    "participant": r'(?:actor|participant|queue) "[^"\n]+" as (?P<name>p\d+)',
    "message": rf"(?P<source>p\d+) (?:{ARROW}) (?P<target>p\d+) : {TEXT}",
    "note": rf"note over (?P<over>p\d+) : {TEXT}",
    "activate": r"activate (?P<active>p\d+)",
    "deactivate": r"deactivate (?P<idle>p\d+)",
}


def kinds_of_lines(text):
    """How many lines of each kind; every line must be one that PlantUML knows."""
    begin, title, *lines, end = text.splitlines()
    assert (begin, end) == ("@startuml", "@enduml")
    assert re.fullmatch(f"title {TEXT}", title)
    names, busy, kinds = set(), Counter(), Counter()
    for line in lines:
        (found,) = [(kind, match) for kind, rule in LINES.items() if (match := re.fullmatch(rule, line))]
        kind, parts = found[0], found[1].groupdict()
        kinds[kind] += 1
        if kind == "participant":
            names.add(parts["name"])
        assert set(parts.values()) <= names
        busy[parts.get("active")] += 1
        if kind == "deactivate":
            busy[parts["idle"]] -= 1
            assert busy[parts["idle"]] >= 0
    return kinds


def several():
    return [events().sequence([20, 21]), Sequence(odd(), [0, 1])]


@pytest.mark.slow
def test_every_line_is_one_that_plantuml_knows():
    for sequence in [*stories(), *several()]:
        lines, found = kinds_of_lines(sequence.plantuml()), Counter(step.kind for step in sequence.steps)
        assert lines["participant"] == len(sequence.participants)
        assert lines["message"] == sum(bool(step.target) for step in sequence.steps)
        assert lines["note"] == found["note"] + found["effect"]
        assert (lines["activate"], lines["deactivate"]) == (found["start"], found["end"])


def test_plantuml_itself_reads_it(tmp_path):
    """Its jar is named by PLANTUML_JAR, or the program `plantuml` is installed."""
    jar, program = os.environ.get("PLANTUML_JAR"), shutil.which("plantuml")
    if not jar and not program:
        pytest.skip("plantuml is not installed: PlantUML itself was not asked")
    for number, sequence in enumerate([*list(stories())[::3], *several()]):
        (tmp_path / f"{number:03}.puml").write_text(sequence.plantuml(), encoding="utf-8")
    start = ["java", "-Djava.awt.headless=true", "-jar", jar] if jar else [program]
    command = [*start, "-charset", "UTF-8", "-syntax"]
    for file in sorted(tmp_path.iterdir()):
        said = subprocess.run(command, input=file.read_text(encoding="utf-8"), capture_output=True, encoding="utf-8")
        assert said.stdout.startswith("SEQUENCE"), (file, said.stdout)
