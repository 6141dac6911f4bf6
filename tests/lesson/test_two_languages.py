"""Two processes in two languages: what they print here is what is shown where there is no second language."""

import json

import pytest

import evsim
from evsim.lesson import two_languages as own
from evsim.lesson.two_languages import ELSEWHERE, two_languages
from evsim.results.export import cloudevents
from tests.support.missing import missing


@pytest.mark.parametrize("field", ["email", "mail"])
def test_what_awk_prints_here_is_what_is_shown_elsewhere(field, monkeypatch):
    here = two_languages(field)
    if ELSEWHERE in here:
        missing("awk")
    monkeypatch.setattr(own.shutil, "which", lambda name: None)
    assert two_languages(field) == f"{here}\n\n{ELSEWHERE}"


def test_a_mail_each_or_a_dead_letter_each():
    assert [line.strip() for line in two_languages().splitlines() if "a mail to ada" in line] == [
        "a mail to ada@example.org"
    ]
    assert [line.split()[-1] for line in two_languages("mail").splitlines() if "dead letter: there" in line][-3:] == [
        "1",
        "2",
        "3",
    ]


def test_a_reader_that_fails_is_not_shown(monkeypatch):
    monkeypatch.setattr(own, "READER", "this is no program in AWK {")
    assert two_languages().endswith(ELSEWHERE)


def test_what_is_no_name_is_refused():
    for field in ('email"}', "", 3):
        with pytest.raises(ValueError, match="is no name for a field; write a word such as 'mail'"):
            two_languages(field)


def test_its_envelope_is_that_of_the_export(tmp_path):
    run = evsim.load("registration-events").replace({"run.duration": "2s", "run.warmup": "0s", "objectives": {}}).run()
    run.export(tmp_path / "events.json", "cloudevents")
    exported = json.loads((tmp_path / "events.json").read_text("utf-8"))
    ours = list(own._events("email"))
    assert cloudevents.ONE_FILE and len(exported) > 5
    assert set(ours[0]) <= set(exported[0]) and ours[0]["specversion"] == exported[0]["specversion"]
