"""An incident or a challenge of one's own that is wrong somewhere is refused in words, and before it begins."""

import os
import re

import pytest
import yaml

from evsim.lesson.challenge import FOLDER as CHALLENGES
from evsim.lesson.challenge import load_challenge
from evsim.lesson.deck.card import FOLDER as INCIDENTS
from evsim.lesson.deck.card import load_card
from evsim.scenario import ScenarioError, load
from evsim.scenario.textfile import read_bytes

INCIDENT = {
    "system": (0, "system: must be a mapping of names, got 0"),
    "draws.begins.from": ({"a": 1}, "draws.begins: must be {from: ..., to: ...}"),
    "draws.limit.from": (99, "draws.limit: must begin with the smaller value, got '99 to 24'"),
    "source.who": ("{begins + x}", "must be a time"),
    "looks.keys.label": (None, "looks.keys.label: must be text"),
    "suspects.slow.not": (0, "suspects.slow.not: must be text, got 0"),
    "mends.empty": (1e308, "mends.empty: must be a mapping"),
    "mends.workers.minutes": ("x", "mends.workers.minutes: must be a number, got 'x'"),
    "mends.workers.since": (5, "mends.workers.since: must be text, got 5"),
    "notes.1.says": ({1: 2}, "notes.1.says: must be text"),
    "alarm.gauge": ([], "alarm.gauge: must be text"),
    "promise": ("soon", "promise: must be a time"),
    "clock": ("noon", "clock: must be a time of day from 0:00 to 23:59, such as 9:30, got 'noon'"),
    "incident": ("My Own", "incident: must be a name of small letters"),
    "draws.begins": ({"one of": ["soon"]}, "draws.begins: must be a time"),
    "symptoms.1": ("at {begins + soon}", "symptoms.1: {begins + soon}: must be a time"),
    "system.workloads": ({}, "system.workloads: must hold at least 1"),
    "system.services.clerk.workers": (0, "system.services.clerk.workers: must be at least 1, got 0"),
    "alarm": ({"gauge": "late of", "above": 1}, "alarm.gauge: late is of the whole system, got 'late of'; it needs no"),
    "looks.writer.shows.1": (
        "waitin invoices",
        "looks.writer.shows.1: is no gauge, got 'waitin invoices'; did you mean",
    ),
    "looks.keys.shows.0": (
        "keys partner",
        "looks.keys.shows.0: keys is of a workload, got 'keys partner'; did you mean",
    ),
    "looks.writer.tells": (
        "{made invoce}",
        "looks.writer.tells: made is of an effect, got 'made invoce'; did you mean",
    ),
    "suspects.slow.is": ("{busy}", "suspects.slow.is: busy is of a service, got 'busy'; one of clerk, orders, writer"),
    "cheaper": ("{waiting}", "cheaper: waiting is of a service or channel, got 'waiting'; one of broken, clerk,"),
}
LIKE = {
    "none": ({}, "system: is empty; write its workloads and its services, or {like: NAME} of a scenario"),
    "name": ({"like": "registration"}, "system.like: there is no built-in scenario registration"),
    "setting": (
        {"like": "registration-events", "settings": {"services.database.workers": 0}},
        "system.settings.services.database.workers: must be at least 1, got 0",
    ),
}
CHALLENGE = {
    "change.1": (5, "change.1: must be text, got 5"),
    "troubles.the database is down": (5, "troubles.the database is down: must be a list, got 5"),
    "troubles.the database is down.0": ("5s", "troubles.the database is down.0: must be a mapping of names, got '5s'"),
    "budget": ("many", "budget: must be a number, got 'many'"),
}


def refused(tmp_path, example, place, value, read):
    data = yaml.safe_load(example.read_text())
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    inside = data
    for step in way:
        inside = inside[step]
    inside[last] = value
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(ScenarioError) as error:
        read(tmp_path / "mine.yaml")
    return str(error.value)


@pytest.mark.parametrize("place", INCIDENT)
def test_an_incident_that_is_wrong_somewhere_is_refused(tmp_path, place):
    value, words = INCIDENT[place]
    said = refused(tmp_path, INCIDENTS / "poison-message.yaml", place, value, load_card)
    assert words in said and re.match(r"mine\.yaml, line \d+: ", said)


@pytest.mark.parametrize("like", LIKE)
def test_a_system_that_is_like_a_scenario_and_wrong_is_refused(tmp_path, like):
    value, words = LIKE[like]
    said = refused(tmp_path, INCIDENTS / "poison-message.yaml", "system", value, load_card)
    assert words in said and re.match(r"mine\.yaml, line \d+: ", said)


@pytest.mark.parametrize("place", CHALLENGE)
def test_a_challenge_that_is_wrong_somewhere_is_refused(tmp_path, place):
    value, words = CHALLENGE[place]
    assert words in refused(tmp_path, CHALLENGES / "keep-your-word.yaml", place, value, load_challenge)


@pytest.mark.parametrize("read", [load_card, load_challenge])
def test_another_encoding_is_named(tmp_path, read):
    (tmp_path / "mine.yaml").write_bytes("about: Müller\n".encode("latin-1"))
    with pytest.raises(ScenarioError, match="mine.yaml, line 1: is not UTF-8 text; save the file as UTF-8"):
        read(tmp_path / "mine.yaml")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such file here")
def test_a_file_without_an_end_is_not_read_to_its_end():
    with pytest.raises(ScenarioError, match="zero: is larger than 2 MB; give a part of it"):
        read_bytes("/dev/zero", 2_000_000)


def test_a_folder_is_called_one(tmp_path):
    with pytest.raises(ScenarioError, match=re.escape(f"{tmp_path}: is a folder; name a file in it")):
        load(tmp_path)
