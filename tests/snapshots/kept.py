"""What is said today, beside the fingerprints of what was said when somebody last looked at it."""

import hashlib
import json
from functools import partial
from importlib.metadata import version
from pathlib import Path

from evsim.whole import write_text
from tests.snapshots.experiments.estimates import ESTIMATES
from tests.snapshots.experiments.experiments import EXPERIMENTS
from tests.snapshots.experiments.experiments_at_limits import EXPERIMENTS_AT_LIMITS
from tests.snapshots.experiments.experiments_refused import EXPERIMENTS_REFUSED
from tests.snapshots.experiments.formulas import FORMULAS
from tests.snapshots.experiments.formulas_of_parts import FORMULAS_OF_PARTS
from tests.snapshots.experiments.further_reports import FURTHER_REPORTS
from tests.snapshots.experiments.futures import FUTURES
from tests.snapshots.experiments.reports import REPORTS
from tests.snapshots.experiments.reports_by_hand import REPORTS_BY_HAND
from tests.snapshots.experiments.results_drawn import RESULTS_DRAWN
from tests.snapshots.experiments.several_results import SEVERAL_RESULTS
from tests.snapshots.experiments.tables_of_parts import TABLES_OF_PARTS
from tests.snapshots.files.brought_files import BROUGHT_FILES
from tests.snapshots.files.commands import COMMANDS
from tests.snapshots.files.corners_of_commands import CORNERS_OF_COMMANDS
from tests.snapshots.files.files_on_the_limit import FILES_ON_THE_LIMIT
from tests.snapshots.files.further_commands import FURTHER_COMMANDS
from tests.snapshots.files.further_descriptions import FURTHER_DESCRIPTIONS
from tests.snapshots.files.manuals import MANUALS
from tests.snapshots.files.odd_descriptions import ODD_DESCRIPTIONS
from tests.snapshots.files.odd_incidents import ODD_INCIDENTS
from tests.snapshots.files.odd_traces import ODD_TRACES
from tests.snapshots.lessons.answers_in_python import ANSWERS_IN_PYTHON
from tests.snapshots.lessons.corners_of_incidents import CORNERS_OF_INCIDENTS
from tests.snapshots.lessons.corners_of_lessons import CORNERS_OF_LESSONS
from tests.snapshots.lessons.corners_of_tables import CORNERS_OF_TABLES
from tests.snapshots.lessons.incidents import INCIDENTS
from tests.snapshots.lessons.lessons import LESSONS
from tests.snapshots.lessons.odd_designs import ODD_DESIGNS
from tests.snapshots.lessons.odd_runs import ODD_RUNS
from tests.snapshots.lessons.other_truths import OTHER_TRUTHS
from tests.snapshots.lessons.several_of_lessons import SEVERAL_OF_LESSONS
from tests.snapshots.lessons.students import STUDENTS
from tests.snapshots.lessons.whole_minutes import WHOLE_MINUTES
from tests.snapshots.live.live_around import LIVE_AROUND
from tests.snapshots.live.live_asked import LIVE_ASKED
from tests.snapshots.live.live_commands import LIVE_COMMANDS
from tests.snapshots.live.live_ends import LIVE_ENDS
from tests.snapshots.live.live_ledgers import LIVE_LEDGERS
from tests.snapshots.live.live_processes import LIVE_PROCESSES
from tests.snapshots.live.live_runs import LIVE_RUNS
from tests.snapshots.live.live_servers import LIVE_SERVERS
from tests.snapshots.live.real_parts import REAL_PARTS
from tests.snapshots.mistakes.further_scenarios import FURTHER_SCENARIOS
from tests.snapshots.mistakes.mistakes import MISTAKES
from tests.snapshots.mistakes.read_files import READ_FILES
from tests.snapshots.mistakes.refusals import REFUSALS
from tests.snapshots.mistakes.refused_parts import REFUSED_PARTS
from tests.snapshots.mistakes.values_written import VALUES
from tests.snapshots.players.corners_of_scenes import CORNERS_OF_SCENES
from tests.snapshots.players.further_hands import FURTHER_HANDS
from tests.snapshots.players.handled import HANDLED
from tests.snapshots.players.panels_in_use import PANELS_IN_USE
from tests.snapshots.players.parts_of_players import PARTS_OF_PLAYERS
from tests.snapshots.players.pieces_of_players import PIECES_OF_PLAYERS
from tests.snapshots.players.played import PLAYERS
from tests.snapshots.players.players_asked import PLAYERS_ASKED
from tests.snapshots.players.players_in_use import PLAYERS_IN_USE
from tests.snapshots.players.scenes_in_a_browser import SCENES_IN_A_BROWSER
from tests.snapshots.runs.audits import SPOILT_BOOKS
from tests.snapshots.runs.clocks import CLOCKS
from tests.snapshots.runs.exports_and_films import EXPORTS_AND_FILMS
from tests.snapshots.runs.further_ways import FURTHER_WAYS
from tests.snapshots.runs.measured_parts import MEASURED_PARTS
from tests.snapshots.runs.parts_alone import PARTS_ALONE
from tests.snapshots.runs.pictures_of_parts import PICTURES_OF_PARTS
from tests.snapshots.runs.run_figures import RUN_FIGURES
from tests.snapshots.runs.runs_asked import RUNS_ASKED
from tests.snapshots.runs.runs_drawn import RUNS_DRAWN
from tests.snapshots.runs.runs_of_parts import RUNS_OF_PARTS
from tests.snapshots.runs.settings_of_parts import SETTINGS_OF_PARTS
from tests.snapshots.runs.several_views import SEVERAL_VIEWS
from tests.snapshots.runs.short_runs import SHORT_RUNS
from tests.snapshots.runs.single_runs import SINGLE_RUNS
from tests.snapshots.runs.systems import (
    names_of_systems,
    purposes,
    records_of_rich_systems,
    told_of_systems,
    told_of_written,
)  # fmt: skip
from tests.snapshots.runs.ways_of_requests import WAYS_OF_REQUESTS
from tests.snapshots.runs.ways_of_running import WAYS_OF_RUNNING
from tests.snapshots.runs.windows import WINDOWS

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


ROOMS = {  # room -> name -> a function that gives pairs: what it is, and the text
    "systems": dict(_of_systems()) | {"random numbers": records_of_rich_systems},
    "runs": SPOILT_BOOKS
    | SINGLE_RUNS
    | RUNS_ASKED
    | RUNS_DRAWN
    | WAYS_OF_RUNNING
    | FURTHER_WAYS
    | CLOCKS
    | WINDOWS
    | SEVERAL_VIEWS
    | PICTURES_OF_PARTS
    | PARTS_ALONE
    | EXPORTS_AND_FILMS
    | WAYS_OF_REQUESTS
    | SHORT_RUNS
    | RUNS_OF_PARTS
    | SETTINGS_OF_PARTS
    | RUN_FIGURES
    | MEASURED_PARTS,
    "players": PLAYERS
    | PLAYERS_ASKED
    | HANDLED
    | FURTHER_HANDS
    | SCENES_IN_A_BROWSER
    | CORNERS_OF_SCENES
    | PARTS_OF_PLAYERS
    | PANELS_IN_USE
    | PIECES_OF_PLAYERS
    | PLAYERS_IN_USE,
    "files": BROUGHT_FILES
    | FILES_ON_THE_LIMIT
    | ODD_TRACES
    | ODD_DESCRIPTIONS
    | ODD_INCIDENTS
    | COMMANDS
    | CORNERS_OF_COMMANDS
    | FURTHER_COMMANDS
    | MANUALS
    | FURTHER_DESCRIPTIONS,
    "mistakes": REFUSALS | REFUSED_PARTS | MISTAKES | READ_FILES | VALUES | FURTHER_SCENARIOS,
    "experiments": EXPERIMENTS
    | EXPERIMENTS_REFUSED
    | EXPERIMENTS_AT_LIMITS
    | ESTIMATES
    | FUTURES
    | FORMULAS
    | FORMULAS_OF_PARTS
    | TABLES_OF_PARTS
    | RESULTS_DRAWN
    | REPORTS
    | FURTHER_REPORTS
    | REPORTS_BY_HAND
    | SEVERAL_RESULTS,
    "lessons": LESSONS
    | STUDENTS
    | ODD_RUNS
    | ODD_DESIGNS
    | WHOLE_MINUTES
    | OTHER_TRUTHS
    | ANSWERS_IN_PYTHON
    | INCIDENTS
    | SEVERAL_OF_LESSONS
    | CORNERS_OF_LESSONS
    | CORNERS_OF_INCIDENTS
    | CORNERS_OF_TABLES,
    "live": LIVE_RUNS
    | LIVE_LEDGERS
    | REAL_PARTS
    | LIVE_PROCESSES
    | LIVE_SERVERS
    | LIVE_ENDS
    | LIVE_ASKED
    | LIVE_AROUND
    | LIVE_COMMANDS,
}
SNAPSHOTS = {name: said for room in ROOMS.values() for name, said in room.items()}


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
