"""Figures of the lessons' own pictures and tables are worked out a second time, for random systems."""

import math
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from evsim.experiment.judging import Judgement
from evsim.lesson.board import board
from evsim.lesson.catching_up import caught_up_at
from evsim.lesson.challenge import Entry
from evsim.lesson.cold_or_warm import cold
from evsim.lesson.heard import did_it_happen
from evsim.lesson.told import _times
from evsim.lesson.where_they_wait import BEFORE, _stays
from evsim.parts.function.words import COLD
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.averages import mean
from tests.figures.crowded import crowded_systems
from tests.figures.customers import follow
from tests.figures.elastic import elastic_systems
from tests.figures.ledger import ledger
from tests.figures.plain import Plain

UNHEARD = ("timeout", "link")


def assert_pictures_show_what_there_is(scenario):
    run = run_of(scenario)
    plain = Plain(run)
    customers, entries = follow(plain), ledger(plain)
    counted = [each for each in customers if each.counted]
    told = [each.response for each in counted if each.ending == "ok"]
    done = [each.completion for each in counted if each.completion is not None]
    never = sum(bool(each.due) and each.completion is None for each in counted)
    assert _times(run) == pytest.approx((mean(told), mean(done), never), nan_ok=True)
    waited = {plain.rows[row].customer.number for _, kind, _, row in plain.incidents if kind == COLD}
    assert cold(run).tolist() == [each.number in waited for each in customers]
    assert_stays(run, plain, customers, entries)
    for effect in run.tables.effect_names:
        assert caught_up_at(run, "", effect) == pytest.approx(_caught_up(customers, effect), nan_ok=True)
        for service in scenario.services:
            assert_heard(run, plain, service, effect)


def assert_stays(run, plain, customers, entries):
    """Before the first channel: until something of theirs is in one, or they are told; in one, until handed out."""
    first = {}
    for message in plain.messages:
        if message.appended is not None:
            number = message.customer.number
            first[number] = min(message.appended, first.get(number, math.inf))
    ends = [min(first.get(each.number, math.inf), math.inf if each.ending == "pending" else each.settled)
            for each in customers]  # fmt: skip
    expected = {BEFORE: [(each.born, min(end, run.ended_at)) for each, end in zip(customers, ends, strict=True)]}
    for name in run.scenario.channels:
        its = [each for each in entries if each.channel == name and each.message.appended is not None]
        gone = [each.first.leased if each.first.leased is not None else each.settled for each in its]
        expected[name] = [(each.message.appended, run.ended_at if left is None else left)
                          for each, left in zip(its, gone, strict=True)]  # fmt: skip
    for name, stays in _stays(run).items():
        assert stays.came.tolist() == sorted(came for came, _ in expected[name]), name
        assert stays.left.tolist() == sorted(left for _, left in expected[name]), name
        moments = np.linspace(0, run.ended_at, 23)[1:-1] + 1e-7
        there = [sum(came <= moment < left for came, left in expected[name]) for moment in moments]
        assert stays.at(moments).tolist() == there, name


def _caught_up(customers, effect):
    """The first moment at which as many have it as have come."""
    done = sorted(min(each.stands[effect]) for each in customers if effect in each.stands)
    moments = (time for number, time in enumerate(done, 1) if sum(each.born <= time for each in customers) == number)
    return next(moments, math.nan)


def assert_heard(run, plain, service, effect):
    table = did_it_happen(run, service, effect)
    happened = {each.row.number for each in plain.effects if each.name == effect}
    found = {"yes": [0, 0], "no": [0, 0], "nothing in time": [0, 0]}
    spans = run.spans
    for row in plain.rows:
        if row.kind == "call" and row.service == service:
            ended, reason = spans.outcome[row.number], spans.reason[row.number]
            heard = "nothing in time" if reason in UNHEARD else "yes" if ended == "ok" else "no"
            found[heard][row.number not in happened] += 1
    assert {name: table.loc[name].tolist() for name in found} == found, service


@pytest.mark.slow
@holds(0.1, crowded_systems(), of=40)
def test_pictures_of_a_busy_system_show_what_there_is(scenario):
    assert_pictures_show_what_there_is(scenario)


@pytest.mark.slow
@holds(0.1, elastic_systems(), of=40)
def test_pictures_of_functions_show_what_there_is(scenario):
    assert_pictures_show_what_there_is(scenario)


@pytest.mark.slow
@holds(0.2, systems(), of=40)
def test_pictures_of_any_system_show_what_there_is(scenario):
    assert_pictures_show_what_there_is(scenario)


@pytest.mark.parametrize("seed", range(5))
def test_a_board_counts_the_verdicts_of_each_design_in_each_trouble(seed):
    """Signed is who meets everything; then who misses less, who leaves less open, who has fewer workers."""
    random, kinds = Random(seed), ("MEETS", "MISSES", "NOT DECIDED")
    names = [f"design-{number}" for number in range(6)]
    entries = [Entry(name, "a design", workers=random.randrange(1, 4)) for name in names]
    entries.append(Entry("refused", None, refused="too many workers"))
    verdicts = {
        trouble: {name: [Judgement("lost", 0, None, random.choice(kinds[:1] if number < 2 else kinds))
                         for _ in range(2)] for number, name in enumerate(names)}
        for trouble in ("calm", "storm")
    }  # fmt: skip
    for designs in verdicts.values():
        for its in designs.values():
            for each in its:
                object.__setattr__(each, "found", type("found", (), {"mean": math.nan, "n": 0}))
    found = {each.name: each for each in board(SimpleNamespace(troubles=verdicts), entries, verdicts, 3).standings}
    worth = {}
    for entry in entries[:-1]:
        said = [each.verdict for designs in verdicts.values() for each in designs[entry.name]]
        missed, undecided = said.count("MISSES"), said.count("NOT DECIDED")
        verdict = "fails" if missed else "not decided" if undecided else "signed"
        its = found[entry.name]
        assert (its.verdict, its.missed, its.undecided, its.workers) == (verdict, missed, undecided, entry.workers)
        worth[entry.name] = verdict != "signed", missed, undecided, entry.workers
    for name, mine in worth.items():
        assert found[name].place == 1 + sum(other < mine for other in worth.values())
    assert found["refused"].verdict == "refused" and found["refused"].place is None
