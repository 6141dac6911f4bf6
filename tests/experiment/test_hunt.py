"""A hunt finds the customers that theory says are there, nobody where there is none, and tells the smallest story."""

import re
from pathlib import Path

import pytest

import evsim
from evsim.experiment import hunt as hunting
from evsim.experiment.hunt import MOST_SMALLER, PROMISES, hunt
from evsim.lesson.delivery_task import with_mail_server
from evsim.lesson.outbox_task import row_first
from evsim.lesson.properties import both_or_neither, everything_done
from evsim.scenario import Scenario, ScenarioError

pytestmark = pytest.mark.slow

EVENTS = evsim.load("registration-events")
ROW, ENTRY = "customer row", "subscription"
IDEMPOTENT = EVENTS.replace({f"services.{name}.idempotent": True for name in ("database", "mailing-list")})
EARLY = EVENTS.replace({"services.database.subscribe": {"channel": "customer-registered", "commit": "before"}})


def one_without_the_other(run):
    """Whoever has a row is on the list, and the other way round."""
    return both_or_neither(run, ROW, ENTRY)


@pytest.fixture(scope="module")
def twice():
    return hunt(EVENTS, "once", faults="crash", length="1s")


@pytest.mark.parametrize(
    "scenario, promise, faults, broken, step",
    [
        ("registration-events", "clean", "crash", "register", ("before", "reply")),  # the answer dies with its program
        (EARLY, "kept", "crash", "database", ("before", "work")),  # what is committed before the work is lost
        (row_first(), one_without_the_other, "crash", "database", ("before", "publish customer-registered")),
        (row_first(), one_without_the_other, "crash", "customer-registered", None),
    ],
)  # fmt: skip
def test_what_theory_says_is_there_is_found(scenario, promise, faults, broken, step):
    kept = None if step else "outage"  # the broker down: the row is written and the event is not
    found = hunt(scenario, promise, faults=kept or faults, tries=40, length="1s")
    assert found and next(iter(found.story.fault.values())) == broken
    if step:
        assert (found.story.fault["at_step"]["when"], found.story.fault["at_step"]["step"]) == step
    assert found.runs <= 40


def test_at_least_once_does_something_twice_when_a_reader_dies_after_its_effect(twice):
    step = twice.story.fault["at_step"]
    assert (twice.story.fault["crash"], step["step"], step["when"]) == ("database", f"effect {ROW}", "after")
    assert "customer row more than once" in twice.story.words


@pytest.mark.parametrize(
    "scenario, promise, faults",
    [
        ("registration-classic", "kept", None),  # a yes comes after both calls
        (IDEMPOTENT, "once", "crash"),  # what is stored with its effect is skipped
        ("registration-hybrid", one_without_the_other, "crash"),  # an outbox is one transaction
        (EVENTS, "kept", "crash"),  # acknowledged after the work
    ],
)
def test_nobody_is_found_where_theory_says_there_is_none(scenario, promise, faults):
    found = hunt(scenario, promise, faults=faults, tries=40, length="1s")
    assert not found and found.story is None and found.runs == 40
    assert repr(found).startswith("Nobody was found in 40 runs for whom this fails: ")


def test_the_smallest_story_has_one_customer_and_is_the_same_each_time(twice):
    again = hunt(EVENTS, "once", faults="crash", length="1s")
    assert repr(again) == repr(twice) and again.story.to_yaml() == twice.story.to_yaml()
    assert twice.story.customer == 0 and len(twice.story.run.tables.requests.row) == 1
    assert twice.story.fault["for"] < 0.02  # s, of 1 s at first


def test_a_story_is_told_again_from_its_yaml(twice):
    run = Scenario.from_yaml(twice.story.to_yaml()).run()
    assert run.audit() and run.seed == twice.story.results.seed
    assert run.outcomes.words(0) == twice.story.words.removeprefix("was ")
    assert run.outcomes.repeated[0]


def test_another_seed_is_another_hunt_and_finds_it_too(twice):
    other = hunt(EVENTS, "once", faults="crash", length="1s", seed=5)
    assert other.story.run.seed == 5 and other.story.run.outcomes.repeated.any()


@pytest.mark.parametrize("tries", [1, 7])
def test_no_more_runs_are_made_than_were_asked_for(monkeypatch, tries):
    made = []
    monkeypatch.setattr(hunting, "audited_run", lambda *given, run=hunting.audited_run: made.append(1) or run(*given))
    found = hunt("registration-classic", "kept", tries=tries, length="1s")
    assert len(made) == found.runs == tries
    made.clear()
    found = hunt(EVENTS, "clean", length="1s")
    assert found.runs < len(made) <= found.runs + MOST_SMALLER


def test_what_has_no_end_is_counted_and_is_no_story():
    again = {"service": "database", "timeout": "10ms", "retry": {"attempts": 1000}}
    storm = {"services.register.handle": [{"call": again}, {"reply": "registered"}], "run.max_rows": 3000}
    classic = evsim.load("registration-classic").replace(storm)
    found = hunt(classic, "kept", tries=8, faults="outage", length="1s")
    assert found.unfinished and not found and f" {found.unfinished} of them had no end." in repr(found)


def test_of_several_workloads_the_customer_is_named_with_theirs():
    found = hunt("two-producers-four-consumers", "once", faults="crash", tries=60, length="1s")
    assert found.story.workload in evsim.load("two-producers-four-consumers").workloads
    assert f"customer {found.story.customer} of {found.story.workload} was told" in repr(found)


def test_a_property_of_the_lessons_is_hunted_in_its_own_words():
    def everybody(run):
        """Whoever is told yes gets on the list."""
        return everything_done(run, ENTRY)

    found = hunt(with_mail_server(), everybody, faults="outage", length="1s")
    assert repr(found).startswith("This fails: Whoever is told yes gets on the list. Found in ")
    assert found.story.words == "was told yes, and never got a subscription"


def test_where_nothing_need_be_broken_nothing_is():
    found = hunt("saga-choreographed")
    assert found.story.fault is None and found.runs == 1 and "nothing broken" in repr(found)


def test_the_story_opens_in_the_player_with_nothing_hidden(twice):
    player = twice.story.play()
    assert player.film["futures"][0]["lanes"] and not player.film["toy"]["hides"]
    assert "customer row" in twice.story.sequence().alt_text


@pytest.mark.parametrize(
    "given, said",
    [
        (
            {"promise": "twice"},
            "promise: there is none of this name, got 'twice'; one of answered, clean, kept, once, truth",
        ),
        ({"tries": 0}, "tries: must be a whole number of runs, 1 or more, got 0"),
        ({"tries": 2.5}, "tries"),
        ({"length": "soon"}, "length"),
        ({"length": 0}, "length: must be longer than 0"),
        ({"faults": "crush"}, "did you mean crash"),
        ({"faults": 5}, "faults: must be a list of names"),
        ({"places": 5}, "places: must be a list of names"),
        ({"seed": -1}, "seed"),
        ({"scenario": "registration-event"}, "registration-events"),
    ],
)
def test_what_is_wrong_is_told_in_words(given, said):
    with pytest.raises(ScenarioError, match=said):
        hunt(**{"scenario": EVENTS, **given})


def test_each_promise_is_held_by_somebody_and_broken_for_somebody():
    run = EVENTS.replace({"faults": [{"outage": "customer-registered", "at": "9s", "for": "1s"}]}).run(until=12)
    for words, fails in PROMISES.values():
        assert words and not fails(run.outcomes).all()
    assert PROMISES["answered"][1](run.outcomes).any()


def test_the_page_of_the_hunt_tells_what_is_found():
    page = (Path(__file__).resolve().parents[2] / "docs/hunt.md").read_text(encoding="utf-8")
    said = " ".join(line.removeprefix("> ") for line in page.splitlines() if line.startswith("> "))
    assert said == repr(hunt(EVENTS, "once"))
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {}
    exec(program, names)
    assert not names["found"] and names["found"].runs == 50
    for name, (words, _) in PROMISES.items():
        assert any(line.startswith(f"| `{name}`") and f"| {words} |" in line for line in page.splitlines()), name
