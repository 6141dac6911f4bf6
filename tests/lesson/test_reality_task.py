"""Lesson 20: the constants of a machine. What passes, what fails for whom, what is not tried; and the real flow."""

import numpy as np
import pytest

from evsim.lesson.reality_task import MACHINE, beside, both, flow, measured, real, same_customers, with_machine
from tests.lesson.trying import assert_fails, assert_one_answer_is_true, assert_passes, assert_refused

TASK = "calibrate"


def constants(way=0.4, register=1.5, database=2.5, mailing_list=7.0):
    return {"way": way, "register": register, "database": database, "mailing-list": mailing_list}


@pytest.mark.parametrize(
    "given",
    [
        constants(),
        constants(register=1.3),
        constants(database=2.7, register=1.7),
        constants(mailing_list=7.3),
        constants(way=0.45, register=1),
    ],
)
def test_the_constants_of_the_machine_pass(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (constants(0, 0, 0, 0), "ms in mailing-list, and [\\d.]+ ms on the machine"),
        (constants(0.4, 11, 0, 0), "ms in mailing-list"),  # all of it is register's
        (constants(register=0), "ms in register"),  # less than nothing is left, where the ways are forgotten
        (constants(register=9.7), "ms in register"),  # what others take in it counted twice
        (constants(database=7, mailing_list=2.5), "ms in mailing-list"),
        (constants(database=0), "ms in database"),
        (constants(way=0, register=3.1), "look at the ways"),
        (constants(way=4), "ms in register"),
        (constants(mailing_list=8), "ms in mailing-list"),
    ],
)
def test_what_belongs_to_somebody_else_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "give a dict of way, register, database, mailing-list, in milliseconds"),
        ({"way": 0.4}, "give a dict of way, register"),
        (7, "not 7"),
        (constants(way="0.4ms"), "way: give milliseconds from 0 to 1000, not '0.4ms'"),
        (constants(register=-1), "register: give milliseconds"),
        (constants(database=True), "database: give milliseconds"),
        (constants(mailing_list=float("nan")), "mailing-list: give milliseconds"),
    ],
)
def test_what_is_no_constant_is_refused(given, words):
    assert_refused(TASK, given, words)


def test_the_table_differs_by_the_constants_and_those_of_others():
    table = measured()
    more = (table["machine"] - table["model"]).to_dict()
    assert more["in mailing-list (ms)"] == pytest.approx(1000 * MACHINE.overhead["mailing-list"], abs=0.02)
    assert more["in database (ms)"] == pytest.approx(1000 * MACHINE.overhead["database"], abs=0.02)
    hidden = 1000 * (sum(MACHINE.overhead.values()) + 4 * MACHINE.hop) - 4 * table.loc["one way (ms)", "model"]
    assert more["in register (ms)"] == pytest.approx(hidden, abs=0.6)  # ways of the model are drawn


def test_a_slower_machine_moves_the_curve_by_its_constants():
    plain, slow = (with_machine(extra).run().tables.requests.response for extra in (0, 20))
    assert slow - plain == pytest.approx(np.full(len(plain), 0.06), abs=1e-8)


@pytest.mark.slow
def test_real_customers_are_told_what_the_model_says():
    run = real(killed="list")
    assert run.audit() and min(same_customers(run)) > 0.8
    counted, told = both(run), ~run.outcomes.error
    assert counted["in the model"].sum() == len(told)
    assert counted.loc["told yes", "the same for real"] <= told.sum()
    table = beside(run)
    assert table["real"]["told an error"] == run.summary()["errors"] > 10
    assert table["formula"]["told yes after (ms)"] == pytest.approx(
        1000 * (flow().run(seed=1).summary()["response_mean"]), rel=0.2
    )


@pytest.mark.slow
def test_the_truth_of_its_question_is_the_one_answer_without_a_wrong_thought_behind_it():
    assert_one_answer_is_true("for-real")
