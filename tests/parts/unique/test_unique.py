"""Unique constraints: who is refused, how they hear of it in each design, and what a table does not know."""

import numpy as np
import pytest

import evsim
from evsim.lesson import email_taken, who_heard_no
from evsim.scenario import ScenarioError
from tests.support.statistics import count_agrees
from tests.truth.systems import caller, consumers, system

EMAILS = 20_000
ONE = {"effect": {"name": "row", "unique": True}}
DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")


@pytest.fixture(scope="module")
def runs():
    made = {name: email_taken(evsim.load(f"registration-{name}"), EMAILS).run() for name in DESIGNS}
    for run in made.values():
        run.audit()
    return made


def balanced(scenario, seed=1):
    run = scenario.run(seed=seed)
    run.audit()
    return run


@pytest.mark.parametrize("design", DESIGNS)
def test_as_many_are_refused_as_the_birthday_sum_says(runs, design):
    """n customers with one of K e-mails each: n - K (1 - (1 - 1/K)^n) find theirs taken."""
    run = runs[design]
    n = len(run.tables.requests.row)
    expected = n - EMAILS * (1 - (1 - 1 / EMAILS) ** n)
    rows = run.effects[run.effects.effect == "customer row"]
    refused = n - len(rows)
    assert count_agrees(refused, expected, notices=0.34, because="the next line compares them one by one")
    of_keys = len(np.unique([run.tables.keys["register-page"](number) for number in range(n)]))
    assert len(rows) == of_keys  # each e-mail has one row, whoever came first


def test_what_waits_for_the_row_says_no_at_once_and_events_say_yes_and_later_sorry(runs):
    heard = who_heard_no(**runs)
    for design in ("monolith", "classic", "parallel", "hybrid"):
        assert heard[design]["told no at once"] > 200
        assert heard[design]["told yes, and later sorry"] == 0
    assert heard["events"]["told no at once"] == 0
    assert heard["events"]["told yes, and later sorry"] > 200
    true, sorry = heard["events"][["told yes, and true", "told yes, and later sorry"]]
    assert true + sorry == heard["events"].customers


def test_who_is_refused_is_on_the_list_all_the_same_where_nobody_asked_first(runs):
    heard = who_heard_no(**runs)
    assert (heard[["monolith", "classic", "hybrid"]].loc["on the list without a row"] == 0).all()
    assert (heard[["parallel", "events"]].loc["on the list without a row"] > 200).all()


def test_what_a_customer_was_told_is_said_in_these_words(runs):
    classic, parallel = runs["classic"], runs["parallel"]
    assert set(classic.requests.told) == {"yes", "no"} and set(parallel.requests.told) == {"yes", "no, something true"}
    declined = int(np.flatnonzero(classic.requests.outcome == "declined")[0])
    said = classic.sequence(declined).mermaid()
    assert "The customer was told no after" in said and "it is taken" in said and "Never" not in said


def test_a_no_is_an_answer_and_no_failure(runs):
    classic, events = runs["classic"].summary(), runs["events"].summary()
    assert classic["declined"] > 200 and classic["errors"] == 0
    assert classic["availability"] == 1 and classic["effects_missing"] == 0
    assert classic["completed"] + classic["declined"] == classic["requests"]
    assert events["declined"] == 0 and events["effects_missing"] == events["dead"] > 200
    assert runs["classic"].summary()["wasted_work"] == 0


def test_the_dead_letter_says_why(runs):
    ledger = runs["events"].ledger
    assert set(ledger[ledger.state == "dead"].cause) == {"taken"}


def test_nothing_is_tried_again_that_is_taken():
    call = {"retry": {"attempts": 5, "backoff": 0.1}}
    run = balanced(caller(call, [{"work": 0.01}, ONE], 200).replace({"workloads.customers.key": {"uniform": 1}}))
    assert run.summary()["retries"] == 0
    assert run.summary()["completed"] == 1 and run.summary()["declined"] == run.summary()["requests"] - 1
    queue = consumers("queue", [{"work": 0.01}, ONE], {"constant": 20}, 10, key={"uniform": 1}, warmup=0)
    figures = balanced(queue).summary()
    assert figures["dead"] == figures["requests"] - 1 and figures["retries"] == 0


def test_a_table_does_not_know_who_wrote_its_row_so_a_retry_finds_its_own_and_is_told_no():
    """The row is written after 20 ms, the caller gives up after 30, and the answer would come after 50."""
    call = {"timeout": 0.03, "retry": {"attempts": 3}}
    scenario = caller(call, [{"work": 0.02}, ONE, {"work": 0.03}], 100)
    run = balanced(scenario)
    assert run.summary()["declined"] == run.summary()["requests"] == 99
    assert (run.tables.requests.times_done == 1).all()  # told no, and true
    once = balanced(scenario.replace({"services.back.idempotent": True}))
    assert once.summary()["declined"] == 0
    assert (once.tables.requests.times_done == 1).all()


def test_a_message_that_comes_again_is_refused_by_its_own_row_unless_it_is_looked_up_first():
    handle = [ONE, {"work": 0.1}]
    faults = [{"crash": "worker", "at": 10.05, "for": 1}]
    log = {"log": {"partitions": 4}}
    made = [consumers(log, handle, {"constant": 20}, 20, warmup=0, workers=4, faults=faults, idempotent=once)
            for once in (None, True)]  # fmt: skip
    blind, once = (balanced(scenario).summary() for scenario in made)
    assert blind["dead"] > 0 and blind["effects_repeated"] == blind["effects_missing"] == 0
    assert once["dead"] == once["effects_missing"] == once["effects_repeated"] == 0


def test_a_python_handler_is_refused_too():
    def handle(ctx):
        yield from ctx.work("1ms")
        ctx.effect("row", unique=True)

    run = balanced(caller({}, handle, 200).replace({"workloads.customers.key": {"uniform": 10}}))
    assert run.summary()["completed"] == len(run.effects) == 10
    assert run.summary()["declined"] == run.summary()["requests"] - 10


def test_what_cannot_be_unique_is_refused_in_plain_words():
    with pytest.raises(ScenarioError, match="row is unique in one place and not in another.*unique: true"):
        caller({}, [ONE, {"effect": "row"}], 10)
    with pytest.raises(ScenarioError, match="a batch of messages is handled as one.*remove batch"):
        consumers({"log": {"partitions": 2}}, [ONE], {"constant": 1}, 10, subscribe={"batch": 5})
    with pytest.raises(ScenarioError, match="unique: must be true or false"):
        caller({}, [{"effect": {"name": "row", "unique": "key"}}], 10)


def test_who_never_hears_the_no_is_told_an_error():
    """The link breaks while the table looks: its no is lost, and the caller knows nothing but silence."""
    services = {
        "front": {"workers": 9, "handle": [{"call": "table"}, {"reply": "yes"}]},
        "table": {"workers": 9, "handle": [{"work": 1}, {"effect": {"name": "row", "unique": True}}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 0.2}, "key": {"uniform": 1}}}
    cut = {"partition": ["front", "table"], "at": 15.5, "for": 1}
    run = balanced(system(services, workloads, 21, 0.0, network={"give_up": 3}, faults=[cut]))
    told = dict(zip(run.requests.arrived, run.requests.outcome, strict=True))
    assert list(told.values()).count("ok") == 1
    assert told.pop(15.0) == "error"
    assert set(told.values()) == {"ok", "declined"}


def test_who_was_refused_and_undoes_what_it_did_frees_nobody_elses_key():
    undo = {"call": {"service": "table", "on_error": {"compensate": [{"undo": "row"}]}}}
    run = evsim.Scenario.from_dict(
        {
            "name": "taken",
            "workloads": {"people": {"target": "desk", "arrivals": {"constant": "1/s"}, "key": {"uniform": 1}}},
            "services": {
                "desk": {"handle": [undo]},
                "table": {"handle": [{"effect": {"name": "row", "unique": True}}]},
            },
            "run": {"duration": "4.5s"},
        }
    ).run()
    assert run.audit()
    assert run.effects["request"].tolist() == [0], "of four people with one key, the first has the row"


def test_who_undoes_its_own_row_frees_its_key():
    undo = {"call": {"service": "mailer", "on_error": {"compensate": [{"undo": "row"}]}}}
    run = evsim.Scenario.from_dict(
        {
            "name": "freed",
            "workloads": {"people": {"target": "desk", "arrivals": {"constant": "1/s"}, "key": {"uniform": 1}}},
            "services": {
                "desk": {"handle": [{"effect": {"name": "row", "unique": True}}, undo]},
                "mailer": {"handle": [{"fail": 1.0}]},
            },
            "run": {"duration": "4.5s"},
        }
    ).run()
    assert run.audit()
    assert run.effects["request"].tolist() == [0, 1, 2, 3], "each finds the key free again"


@pytest.mark.parametrize("way", ["call", "publish"])
def test_an_item_that_undoes_what_is_its_own_frees_no_key_of_the_request(way):
    """The row is that of the request; its items take back what they left, and that is nothing."""
    each = {"call": {"service": "lines", "items": 2}} if way == "call" else {"publish": {"channel": "jobs", "items": 2}}
    scenario = evsim.Scenario.from_dict(
        {
            "name": "undoing-items",
            "workloads": {"customers": {"target": "desk", "arrivals": {"constant": 2}, "key": {"uniform": 3}}},
            "services": {
                "desk": {"handle": [ONE, each]},
                "lines": {"subscribe": "jobs", "handle": [{"undo": "row"}]},
            },
            "channels": {"jobs": "queue"},
            "run": {"duration": 20},
        }
    )
    run = balanced(scenario)
    rows = run.effects[run.effects.effect == "row"]
    assert len(rows) == 3 and rows.undone.isna().all()
