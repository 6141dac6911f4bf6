"""The nightly command: what it says if all is well, if something is not, and if it is stopped."""

import os
import re
import signal
import subprocess
import sys

import pytest

from evsim.engine.pool import Pool
from evsim.results.audit import AuditError
from evsim.scenario import Scenario
from tests.books import nightly
from tests.books.breaking import shop
from tests.books.holding import PROPERTIES
from tests.books.smallest import smallest

pytestmark = pytest.mark.slow


def test_each_property_gets_its_share_of_the_systems():
    """In whole turns, of which the smallest share has one."""
    turns, least = nightly.turns(), min(each.share for each in PROPERTIES.values())
    assert set(turns) == set(PROPERTIES) and len(PROPERTIES) >= 9
    for name, each in PROPERTIES.items():
        assert turns.count(name) == pytest.approx(each.share / least, abs=0.5)


@pytest.mark.parametrize(("systems", "parts"), [(1, [1]), (20, [20]), (50, [50]), (120, [50, 50, 20])])
def test_so_many_systems_are_tried_as_are_asked_for(monkeypatch, capsys, systems, parts):
    asked = []
    monkeypatch.setattr(nightly, "look", lambda seed, turn: asked.append(turn) or (*turn, None))
    assert nightly.main(["--systems", str(systems), "--jobs", "1"]) == 0
    assert asked == list(enumerate(parts)) and f"All {systems} systems are" in capsys.readouterr().out


def test_if_all_is_well_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(nightly, "SIZE", 10)
    assert nightly.main(["--systems", "15", "--jobs", "1"]) == 0
    assert capsys.readouterr().out == f"All 15 systems are as they should be: {len(PROPERTIES)} properties, seed 1.\n"


def test_it_finds_what_a_mutant_breaks_and_prints_a_small_system_and_how_to_see_it_again(monkeypatch, capsys):
    """A worker that does not come back takes a customer, a service, who calls it, and a fault or an instance."""
    name = "test_the_books_of_any_system_balance"
    monkeypatch.setattr(nightly, "PROPERTIES", {name: PROPERTIES[name]})
    with monkeypatch.context() as patch:
        patch.setattr(Pool, "_give_back", lambda self, instance, held: None)
        assert nightly.main(["--systems", "2000", "--jobs", "1"]) == 1
        said = capsys.readouterr().out
        shown = re.search(r"shows it:\n\n(.*?)\n\n", said, re.DOTALL)[1]
        found = Scenario.from_yaml(shown)
        with pytest.raises(AuditError):
            found.run().audit()
    ends = [*found.faults, *(service for service in found.services.values() if service.is_elastic)]
    assert len(found.workloads) == len(ends) == 1
    assert len(found.services) <= 3 and len(shown.splitlines()) <= 40  # a random system has some 100 lines
    assert "Not true: the books of any system balance\n" in said
    again = re.search(r"Again: python -m tests.books.nightly (.*)", said)[1]
    assert again == "--seed 1 --part 0"
    assert nightly.main([*again.split(), "--jobs", "1"]) == 0  # without the mutant


def test_the_smallest_system_is_what_cannot_be_left_out():
    """A fault on a service that somebody calls: the rest of the shop goes, to its last setting."""
    whole = shop(faults=[{"outage": "worker", "at": 3, "for": 1}, {"crash": "back", "at": 10, "for": 2}])

    def shows(scenario):
        calls = [step.service for step in scenario.services["front"].handle if step.kind == "call"]
        return "back" in calls and any(fault.kind == "crash" for fault in scenario.faults)

    small = smallest(whole, shows)
    assert small.to_dict() == {
        "name": "shop",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": "5/s"}}},
        "services": {"front": {"handle": [{"call": "back"}]}, "back": {"handle": [{"work": {"exponential": "250ms"}}]}},
        "faults": [{"crash": "back", "at": "10s"}],
        "run": {"duration": "30s"},
    }


def hear_ctrl_c():
    """A shell starts what runs in its background deaf to Ctrl-C, and so is all that starts from there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_it_is_a_command_that_can_be_stopped():
    command = [sys.executable, "-m", "tests.books.nightly", "--systems", "1000000", "--jobs", "2"]
    stopped = signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT
    windows = os.name == "nt"
    hears = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if windows else {"preexec_fn": hear_ctrl_c}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **hears) as process:
        for line in iter(lambda: process.stderr.read(1), ""):
            if line == "%":  # the bar is there
                break
        process.send_signal(stopped)
        said, complained = process.communicate()
    assert process.returncode == 130
    assert re.search(r"Stopped. The [\d,]+ systems that were tried are as they should be.", said)
    assert "Traceback" not in complained


@pytest.mark.parametrize("wrong", [["--systems", "0"], ["--systems", "many"], ["--sytems", "5"]])
def test_bad_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit) as refusal:
        nightly.main(wrong)
    assert refusal.value.code == 2 and "error:" in capsys.readouterr().err
