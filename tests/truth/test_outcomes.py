"""What a customer was told and whether it is true, where things are undone on purpose or the answer is a no."""

from io import BytesIO

import numpy as np
import pytest

import evsim
from evsim.lesson.facts import promises, told_and_true
from evsim.lesson.taken import email_taken
from evsim.scenario import Scenario
from evsim.view.flow import lines_of
from evsim.view.what_changed import figures
from tests.support.statistics import proportion_agrees

REFUSED = 0.09  # of the cards


def orders(cancel, channels=(), **services):
    """An order is pending; a card is refused for some, and then `cancel` takes the order back."""
    refused = [{"maybe": {"probability": REFUSED, "then": [{"publish": "refused"}], "else": [{"effect": "payment"}]}}]
    return Scenario.from_dict({
        "name": "orders",
        "workloads": {"shop": {"target": "orders", "arrivals": {"poisson": 20}, "key": {"uniform": 100_000}}},
        "services": {
            "orders": {"workers": 8, "handle": [
                {"work": 0.002}, {"effect": "pending order"}, {"publish": "ordered"}, {"reply": "pending"},
            ]},
            "payments": {"workers": 8, "subscribe": "ordered", "handle": [{"work": 0.05}, *refused]},
            "cancel": {"workers": 8, "subscribe": "refused", "handle": [{"work": 0.005}, *cancel]},
            **services,
        },
        "channels": {"ordered": "queue", "refused": "queue", **dict.fromkeys(channels, "queue")},
        "run": {"duration": 25, "warmup": 5, "seed": 1},
    })  # fmt: skip


UNDO, MAIL = {"undo": "pending order"}, {"effect": "refusal mail"}


def registration(design):
    """Its customers share 300 e-mail addresses."""
    return email_taken(evsim.load(f"registration-{design}").replace({"run.duration": 25}), 300)


def ran(scenario):
    run = scenario.run()
    assert run.audit()
    return run


@pytest.mark.slow
def test_an_order_that_is_undone_and_whose_customer_is_told_so_is_as_it_was_meant_to_be():
    run = ran(orders([UNDO, MAIL]).replace({"run.duration": 250}))
    summary = run.summary()
    assert proportion_agrees(summary["effects_undone"], summary["requests"], REFUSED)
    assert summary["inconsistent"] == summary["told_yes_never_true"] == summary["effects_missing"] == 0
    assert summary["goodput"] * run.tables.window == pytest.approx(summary["requests"])
    assert set(run.requests.told) == {"yes"} and set(run.requests.effects) == {"all"}
    assert "told yes and all done (pending order undone)" in told_and_true(run).replace("\n", " ")
    mails = run.effects[run.effects.effect == "refusal mail"]
    completed = run.requests.arrived + run.requests.completion
    assert completed[mails.request].to_numpy() == pytest.approx(mails.time.to_numpy())


def test_a_yes_of_which_nothing_is_left_was_never_true_and_nothing_is_half_done():
    run = ran(orders([UNDO]))
    summary = run.summary()
    assert summary["told_yes_never_true"] == summary["told_yes_not_true"] == summary["effects_undone"] > 20
    assert summary["inconsistent"] == summary["effects_missing"] == 0
    assert set(run.requests.effects[run.requests.told == "yes, never true"]) == {"none"}
    assert "told yes, but nothing is left of it (pending order undone)" in told_and_true(run).replace("\n", " ")


def test_an_order_that_should_have_been_undone_and_stands_is_inconsistent():
    """The mail is out, and then the undoing fails for good."""
    run = ran(orders([MAIL, {"fail": {"probability": 0.5, "requeue": False}}, UNDO]))
    summary = run.summary()
    assert summary["inconsistent"] == summary["told_yes_never_true"] > 8
    assert summary["inconsistent"] + summary["effects_undone"] == (run.effects.effect == "refusal mail")[
        run.tables.requests.cohort[run.effects.request]].sum()  # fmt: skip
    assert "told yes, but pending order not undone" in told_and_true(run).replace("\n", " ")


def test_what_is_made_again_after_an_undo_is_due():
    run = ran(orders([UNDO, {"effect": "pending order"}]))
    assert (run.tables.requests.is_due[run.tables.effect_names.index("pending order")]).all()
    assert set(run.requests.told) == {"yes"}


def test_an_undo_beside_what_it_undoes_is_meant_to_win():
    """Whoever makes the order and whoever takes it back hear of it at one moment; who is first decides what is left."""
    late = {"late": {"subscribe": "again", "handle": [{"work": {"exponential": 0.005}}, {"effect": "pending order"}]}}
    both = orders([UNDO, MAIL], channels=["again"], **late).replace({
        "services.payments.handle": [{"publish": "refused"}, {"publish": "again"}], "channels.again": "queue",
    })  # fmt: skip
    run = ran(both)
    assert not run.tables.requests.is_due[run.tables.effect_names.index("pending order")].any()
    stands = run.tables.requests.times_done[run.tables.effect_names.index("pending order")] > 0
    assert 0.2 < stands.mean() < 0.8
    assert np.array_equal(stands, run.outcomes.inconsistent)


def test_an_undo_of_what_nobody_made_before_changes_nothing():
    clean = orders([{"effect": "pending order"}]).replace({"services.orders.handle.1": UNDO})
    assert set(ran(clean).requests.told) == {"yes"}


def test_a_saga_that_tells_an_error_and_undoes_everything_is_consistent_and_honest():
    summary = evsim.load("saga-orchestrated").replace({"run.duration": 25}).run().summary()
    assert summary["errors"] > 10 and summary["effects_undone"] == 3 * summary["errors"]
    assert summary["inconsistent"] == summary["told_error_yet_true"] == 0


def test_who_is_declined_is_told_no_wherever_it_is_counted():
    run = ran(registration("classic"))
    summary, cohort = run.summary(), run.tables.requests.cohort
    declined = summary["declined"]
    assert declined > 400 and summary["errors"] == 0
    assert figures(run)["told no"] == (run.requests.told == "no")[cohort].sum() == declined
    assert figures(run)["told error"] == 0
    counted = promises(run=run)["run"]
    assert (counted["told no"], counted["told error"]) == (declined, 0)
    assert "told error" not in told_and_true(run) and "told no and nothing done" in told_and_true(run)
    assert {name for name, times, _ in lines_of(run)} >= {"told no"}


def test_who_is_told_no_and_is_on_the_list_is_told_what_is_not_true():
    """Both calls go out at once: the list has written whom the database declines."""
    run = ran(registration("parallel"))
    summary = run.summary()
    assert summary["told_no_yet_true"] == summary["declined"] == summary["inconsistent"] > 400
    assert summary["told_error_yet_true"] == 0
    assert set(run.requests.told[run.requests.outcome == "declined"]) == {"no, something true"}


@pytest.mark.slow
def test_a_crash_matrix_has_a_line_for_who_is_told_no():
    taken = registration("parallel")
    number = int(np.flatnonzero(taken.run().outcomes.no)[0])
    matrix = evsim.crash_matrix(taken, request=number)
    found = {(crash.told, crash.kind) for crash in matrix}
    assert ("no", "denied") in found and {told for told, _ in found} <= {"no", "error", "yes"}
    assert any(crash.words == "told no, but subscription done" for crash in matrix)
    matrix.plot().figure.savefig(BytesIO())
