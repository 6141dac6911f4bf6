"""What is said today, beside the fingerprints of what was said when somebody last looked at it."""

import hashlib
import json
from functools import partial
from importlib.metadata import version
from pathlib import Path

from evsim.whole import write_text
from tests.snapshots.answers_in_python import ANSWERS_IN_PYTHON
from tests.snapshots.audits import SPOILT_BOOKS
from tests.snapshots.experiments import EXPERIMENTS
from tests.snapshots.formulas import FORMULAS
from tests.snapshots.formulas_of_parts import FORMULAS_OF_PARTS
from tests.snapshots.handled import HANDLED
from tests.snapshots.incidents import INCIDENTS
from tests.snapshots.lessons import LESSONS
from tests.snapshots.live_runs import LIVE_RUNS
from tests.snapshots.mistakes import MISTAKES
from tests.snapshots.odd_designs import ODD_DESIGNS
from tests.snapshots.odd_runs import ODD_RUNS
from tests.snapshots.other_truths import OTHER_TRUTHS
from tests.snapshots.pictures_of_parts import PICTURES_OF_PARTS
from tests.snapshots.played import PLAYERS
from tests.snapshots.players_asked import PLAYERS_ASKED
from tests.snapshots.read_files import READ_FILES
from tests.snapshots.refusals import REFUSALS
from tests.snapshots.refused_parts import REFUSED_PARTS
from tests.snapshots.reports import REPORTS
from tests.snapshots.results_drawn import RESULTS_DRAWN
from tests.snapshots.runs_asked import RUNS_ASKED
from tests.snapshots.runs_drawn import RUNS_DRAWN
from tests.snapshots.scenes_in_a_browser import SCENES_IN_A_BROWSER
from tests.snapshots.students import STUDENTS
from tests.snapshots.systems import (
    names_of_systems,
    purposes,
    records_of_rich_systems,
    told_of_systems,
    told_of_written,
)
from tests.snapshots.values_written import VALUES
from tests.snapshots.ways_of_running import WAYS_OF_RUNNING
from tests.snapshots.whole_minutes import WHOLE_MINUTES
from tests.snapshots.windows import WINDOWS

__all__ = ["ROOMS", "SNAPSHOTS", "differences", "fingerprints", "keep", "kept", "kept_with", "libraries"]

FILE = Path(__file__).with_name("fingerprints.json")
TOGETHER = 8  # systems
LETTERS = 10  # of a hash
LIBRARIES = ("matplotlib", "numpy", "pandas")  # that may say a thing in another way


def _of_systems():
    names = names_of_systems()
    for first in range(0, len(names), TOGETHER):
        its = names[first : first + TOGETHER]
        yield f"systems from {its[0]} on", partial(told_of_systems, its)
    for purpose in purposes():
        yield f"systems written for {purpose}", partial(told_of_written, purpose)


ROOMS = (  # name -> a function that gives pairs: what it is, and the text
    SPOILT_BOOKS, RESULTS_DRAWN, RUNS_ASKED, RUNS_DRAWN, PLAYERS_ASKED, HANDLED, SCENES_IN_A_BROWSER,
    dict(_of_systems()), {"random numbers": records_of_rich_systems}, FORMULAS, EXPERIMENTS, REPORTS, LESSONS,
    ANSWERS_IN_PYTHON, INCIDENTS, PLAYERS, LIVE_RUNS, WINDOWS, REFUSED_PARTS, FORMULAS_OF_PARTS, PICTURES_OF_PARTS,
    STUDENTS, ODD_RUNS, WAYS_OF_RUNNING,
    REFUSALS, VALUES, MISTAKES, READ_FILES,
    WHOLE_MINUTES, OTHER_TRUTHS, ODD_DESIGNS,
)  # fmt: skip
SNAPSHOTS = {name: said for room in ROOMS for name, said in room.items()}


def fingerprints(name):
    """what -> the fingerprint of what is said today."""
    found = {}
    for what, text in SNAPSHOTS[name]():
        assert what not in found, f"{name}: two texts are called {what}"
        found[what] = hashlib.sha256(text.encode()).hexdigest()[:LETTERS]
    return found


def kept():
    """name -> what -> the fingerprint that is kept."""
    return _file()["fingerprints"]


def kept_with():
    """library -> its version when they were kept."""
    return _file()["libraries"]


def libraries():
    return {name: version(name) for name in LIBRARIES}


def _file():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"fingerprints": {}, "libraries": {}}


def differences(name, now):
    """What is said otherwise than it was, is new, or is not said any more."""
    before = kept().get(name, {})
    return [what for what in {**before, **now} if before.get(what) != now.get(what)]


def keep(now):
    """Keep these fingerprints, and none of what is not said any more."""
    found = {name: its for name, its in sorted((kept() | now).items()) if name in SNAPSHOTS}
    write_text(FILE, json.dumps({"libraries": libraries(), "fingerprints": found}, indent=0) + "\n")
