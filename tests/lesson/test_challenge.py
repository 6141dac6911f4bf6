"""Challenges: who keeps to the rules and meets the goal is signed, and who does not is told why."""

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
import yaml

import evsim
from evsim.experiment.judging import MEETS
from evsim.lesson.board import Board, Standing, board
from evsim.lesson.challenge import AS_GIVEN, challenges, judged, load_challenge, read_entries
from evsim.scenario import ScenarioError
from tests.cli.test_run import evsim_

pytestmark = pytest.mark.slow

RUNS, LOG = 2, "customer-registered"
EVENTS = evsim.load("registration-events").to_dict()
BY_EVENT = {
    "services.register.handle": EVENTS["services"]["register"]["handle"],
    "services.database.subscribe": LOG,
    "services.mailing-list.subscribe": LOG,
    "channels": EVENTS["channels"],
}
HYBRID = BY_EVENT | {
    "services.register.handle": [{"work": "2ms"}, {"call": "database"}, {"publish": LOG}, {"reply": "registered"}],
    "services.database.subscribe": [],
}
PARALLEL = {"services.register.handle": evsim.load("registration-parallel").to_dict()["services"]["register"]["handle"]}
EFFECTS_HERE = [{"work": "2ms"}, {"effect": "customer row"}, {"effect": "subscription"}, {"reply": "registered"}]
RIGHT = {
    "events": BY_EVENT,
    "narrow": BY_EVENT | {"channels": {LOG: {"log": {"partitions": 8}}}},
    "fewer": BY_EVENT | {"services.register.workers": 4},
}
WRONG = {
    "hybrid": (HYBRID, "the database is down: availability at least 99 %"),
    "parallel": (PARALLEL, "availability at least 99 %|told error yet true at most 0|response p99 at most 250 ms"),
    "given": ({}, "response p99 at most 250 ms|availability"),
}
REFUSED = {
    "rich": (BY_EVENT | {"services.mailing-list.workers": 6}, "it has 40 workers, and may have 39"),
    "here": (
        {"services.register.handle": EFFECTS_HERE},
        "register is to make no effect, and makes customer row and sub",
    ),
    "forgetful": (
        BY_EVENT | {"services.mailing-list.subscribe": []},
        "with nothing broken, customer 0 was told yes, and never got a subscription",
    ),
    "idle": (
        BY_EVENT | {"services.mailing-list.handle.0.work": "1ms"},
        "something else was changed too: services.mail",
    ),
    "quiet": ({"workloads.register-page.arrivals.poisson": "1/s"}, "something else was changed too: workloads."),
    "easy": ({"objectives": {"response_p99": "9s"}}, "something else was changed too: objectives"),
    "long": ({"run.duration": "30s"}, "something else was changed too: run"),
}


@pytest.fixture(scope="module")
def challenge():
    return load_challenge("keep-your-word")


@pytest.fixture(scope="module")
def files(challenge, tmp_path_factory):
    folder = tmp_path_factory.mktemp("designs")
    designs = RIGHT | {name: changes for name, (changes, _) in (WRONG | REFUSED).items()}
    for name, changes in designs.items():
        (folder / f"{name}.yaml").write_text(challenge.base.replace(changes).to_yaml(), encoding="utf-8")
    (folder / "broken.yaml").write_text("name: broken\nservices: [", encoding="utf-8")
    without = challenge.base.to_dict()
    without["services"]["register"]["handle"] = [{"work": "2ms"}, {"call": "database"}, {"reply": "registered"}]
    del without["services"]["mailing-list"]
    (folder / "without.yaml").write_text(yaml.safe_dump(without), encoding="utf-8")
    return sorted(folder.glob("*.yaml"))


@pytest.fixture(scope="module")
def class_board(challenge, files):
    entries = read_entries(challenge, files)
    return board(challenge, entries, judged(challenge, entries, RUNS, jobs=1), RUNS)


def of(found, name):
    return next(each for each in found.standings if each.name == name)


def test_right_designs_are_signed_and_the_one_with_fewer_workers_is_first(class_board):
    assert sorted(class_board.signed) == sorted(RIGHT)
    assert [(each.place, each.name) for each in class_board.standings[:3]] == [
        (1, "fewer"),
        (2, "events"),
        (2, "narrow"),
    ]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_designs_stand_behind_and_are_told_the_trouble_and_the_objective(class_board, name):
    standing = of(class_board, name)
    assert standing.verdict == "fails" and standing.place > 3 and standing.missed > 0
    assert any(words in standing.why for words in WRONG[name][1].split("|")), standing.why


@pytest.mark.parametrize("name", REFUSED)
def test_who_breaks_a_rule_is_refused_in_words_and_the_others_are_judged(class_board, name):
    standing = of(class_board, name)
    assert (standing.verdict, standing.place) == ("refused", None) and standing.why.startswith(REFUSED[name][1])


def test_a_budget_of_one_is_one_worker(challenge):
    assert replace(challenge, budget=1).goal.endswith("; at most 1 worker in all")
    assert challenge.goal.endswith("; at most 39 workers in all")


def test_words_stand_to_the_left_and_counts_to_the_right():
    standings = [
        Standing(1, "a", "signed", 9, 0, 0, ""),
        Standing(None, "much-longer", "refused", 12, 0, 0, "no steps"),
    ]
    standings.append(Standing(10, "b", "fails", 7, 3, 0, "the database is down"))
    lines = repr(Board(SimpleNamespace(name="", goal="", troubles={}), standings, {}, 2)).splitlines()[-4:]
    assert len({line.index(word) for line, word in zip(lines, ("design", "a ", "much", "b "))}) == 1
    assert len({line.index(word) for line, word in zip(lines, ("verdict", "signed", "refused", "fails"))}) == 1
    assert len({lines[place].index(word) for place, word in ((0, "why"), (2, "no steps"), (3, "the database"))}) == 1
    assert len({lines[place].index(word) + len(word) for place, word in ((0, "workers"), (1, " 9"), (2, "12"))}) == 1


def test_a_file_that_is_no_design_is_refused_in_words(class_board):
    assert of(class_board, "broken").verdict == "refused" and "\n" not in of(class_board, "broken").why
    assert of(class_board, "without").why == "there is no service mailing-list in it"


def test_all_have_the_same_customers_and_the_design_as_given_is_among_them(challenge, files, class_board):
    judgement = class_board.verdicts["nothing broken"]
    assert judgement["given"] == judgement[AS_GIVEN]  # the same design, handed in
    alone = [each for each in files if each.stem == "events"]
    entries = read_entries(challenge, alone)
    again = judged(challenge, entries, RUNS, jobs=1)
    assert all(again[trouble]["events"] == designs["events"] for trouble, designs in class_board.verdicts.items())


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_page_and_csv_say_what_the_board_says_and_need_nothing_else(class_board):
    page = Cells()
    page.feed(class_board.to_html())
    assert not {"script", "img", "link", "iframe"} & set(page.tags) and page.tags.count("main") == 1
    rows = list(csv.DictReader(StringIO(class_board.to_csv())))
    assert [row["design"] for row in rows] == [each.name for each in class_board.standings]
    for each in class_board.standings:
        assert each.name in page.text and (not each.why or each.why in page.text)
    for designs in class_board.verdicts.values():
        assert all(f"{each.verdict}: {each.measured}" in page.text for each in designs["events"])
    assert all(name in repr(class_board) for name in RIGHT)


@pytest.mark.parametrize("name", challenges())
def test_each_challenge_cannot_be_won_by_doing_nothing(name):
    challenge = load_challenge(name)
    (given,) = read_entries_of(challenge)
    if not given.refused:
        found = judged(challenge, [given], 2, jobs=1)
        assert any(each.verdict != MEETS for designs in found.values() for each in designs[given.name])
    assert challenge.about and challenge.goal.endswith(f"at most {challenge.budget} workers in all")


def read_entries_of(challenge):
    """The design as given, handed in."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        path.write_text(challenge.base.to_yaml(), encoding="utf-8")
        return read_entries(challenge, [path])


def test_the_rush_is_won_by_whoever_shares_out_few_workers(tmp_path):
    challenge = load_challenge("the-rush")
    for name, numbers in {"fair": (2, 3, 7), "starved": (6, 3, 3)}.items():
        workers = {f"services.{each}.workers": number for each, number in zip(challenge.base.services, numbers)}
        (tmp_path / f"{name}.yaml").write_text(challenge.base.replace(workers).to_yaml(), encoding="utf-8")
    entries = read_entries(challenge, sorted(tmp_path.glob("*.yaml")))
    found = board(challenge, entries, judged(challenge, entries, 3, jobs=1), 3)
    assert found.signed == ["fair"] and of(found, "starved").verdict == "fails"


def test_a_fault_of_the_brokers_strikes_every_channel_that_one_keeps_whatever_its_name(challenge, tmp_path):
    written = {
        "challenge": "mine", "about": "-", "start": "registration-events", "change": ["channels"], "settings": {},
        "budget": 39, "goal": {"availability": 0.99},
        "troubles": {"the broker is down": [{"outage": "brokers", "at": "20s", "for": "10s"}]},
    }  # fmt: skip
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    mine = load_challenge(tmp_path / "mine.yaml")
    found = judged(mine, read_entries_of(mine), 2, jobs=1)["the broker is down"]
    assert found["mine"][0].verdict == "MISSES"


def test_the_command_lists_tells_starts_and_judges(files, tmp_path):
    assert [line for line in evsim_("challenge").stdout.splitlines() if not line.startswith(" ")] == challenges()
    told = evsim_("challenge", "keep-your-word", "--start", tmp_path / "mine.yaml")
    assert told.exit_code == 0 and "You may change: services.register.handle" in told.stdout
    assert evsim.load(tmp_path / "mine.yaml").name == "registration-classic"
    few = [each for each in files if each.stem in ("events", "here")]
    to = ("--board", tmp_path / "board.html", "--csv", tmp_path / "board.csv")
    done = evsim_("challenge", "keep-your-word", *few, "--runs", 2, *to, "--json")
    assert done.exit_code == 0
    assert [each["verdict"] for each in json.loads(done.stdout)["board"]] == ["signed", "refused"]
    assert "events" in (tmp_path / "board.html").read_text(encoding="utf-8")
    assert (tmp_path / "board.csv").read_text(encoding="utf-8").startswith("place,design,verdict,workers")


def test_what_was_judged_before_an_interrupt_is_on_the_board_and_nobody_is_signed(files, tmp_path, monkeypatch):
    module, tried, page = import_module("evsim.lesson.challenge"), [], tmp_path / "board.csv"
    compare = module.compare

    def interrupted_in_the_second(*designs, **settings):
        tried.append(designs)
        if len(tried) == 2:
            raise KeyboardInterrupt
        return compare(*designs, **settings)

    monkeypatch.setattr(module, "compare", interrupted_in_the_second)
    names = [str(each) for each in files if each.stem in ("events", "fewer")]
    result = evsim_("challenge", "keep-your-word", *names, "--runs", 2, "-j", 1, "--csv", page)
    assert result.exit_code == 130 and "only what was finished is in it" in result.stderr
    rows = list(csv.DictReader(StringIO(page.read_text(encoding="utf-8"))))
    second = list(load_challenge("keep-your-word").troubles)[1]
    assert "signed" not in {each["verdict"] for each in rows}
    assert f"{second}: not tried" in {each["why"] for each in rows}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (
            ("keep-your-words",),
            "challenge: there is none of this name, got 'keep-your-words'; did you mean keep-your-word?",
        ),
        (("keep-your-word", "nowhere.yaml"), "none can be judged"),
        (("keep-your-word", "--start", "nowhere/mine.yaml"), "there is no folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_message(arguments, said):
    result = evsim_("challenge", *arguments)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_two_designs_of_one_name_are_refused(challenge, files, tmp_path):
    (tmp_path / "events.yaml").write_text(challenge.base.to_yaml(), encoding="utf-8")
    with pytest.raises(ScenarioError, match="two designs have this name"):
        read_entries(challenge, [*files, tmp_path / "events.yaml"])


def test_the_page_of_challenges_names_each_and_its_example_is_one(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs/challenge.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in challenges())
    (tmp_path / "own.yaml").write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    own = load_challenge(tmp_path / "own.yaml")
    assert own.goal == "availability at least 99 %; completion p99 at most 2 s; at most 39 workers in all"
