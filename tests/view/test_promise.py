import re
from io import BytesIO

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

import evsim
from evsim.results.audit import AuditError
from evsim.view.promise import promise, promise_sentence
from evsim.view.truth import State
from tests.view.drawing import finding
from tests.view.runs import EDGES, classic, cut, doubled, events, lesson, many, nobody, refused


def bars(ax):
    """What is drawn: label (row and number of customers) -> heights of its bars."""
    found = {}
    for each in ax.collections:
        if isinstance(each, PolyCollection):
            heights = [np.ptp(path.vertices[:, 1]) for path in each.get_paths()]
            found.setdefault(each.get_label(), []).append(np.array(heights))
    return found


def adds_up(sentence):
    total, terms = re.fullmatch(r"(?:At .*: )?([\d,]+) = (.*)", sentence).groups()
    numbers = [int(re.match(r"[\d,]+", term)[0].replace(",", "")) for term in terms.split(" + ")]
    return int(total.replace(",", "")) == sum(numbers)


def test_everybody_has_a_bar_for_what_they_were_told():
    requests, drawn = classic().tables.requests, bars(promise(classic()))
    good = int((requests.outcome == 1).sum())
    assert [len(heights) for heights in drawn[f"told: {good}"]] == [good]
    assert [len(heights) for heights in drawn[f"told: {326 - good}"]] == [326 - good]


def test_effects_that_came_twice_have_a_higher_bar():
    times = doubled().effects.groupby(["effect", "request"]).size()["customer row"]
    drawn = bars(promise(doubled()))
    assert len(drawn[f"customer row: {len(times)}"][0]) == len(times)
    assert len(drawn[f"customer row: {(times > 1).sum()}"][0]) == (times > 1).sum() > 0


def test_a_column_is_a_customer_in_order_of_arrival():
    drawn = promise(classic()).collections
    (odd,) = [each for each in drawn if str(each.get_label()).startswith("not as told")]
    columns = sorted(int(path.vertices[:, 0].min()) for path in odd.get_paths())
    expected = classic().requests.query("outcome != 'ok' and effects != 'none'").request
    assert columns == sorted(expected)


@pytest.mark.slow
def test_there_are_four_pixels_for_each_of_three_hundred_customers():
    every = {"workloads.register-page.arrivals": {"constant": 10}}
    ax = promise(lesson("registration-events", **every).run())
    ax.figure.savefig(BytesIO(), dpi=ax.figure.dpi)
    assert len(ax.get_yticklabels()) == 4
    assert ax.get_window_extent().width >= 4 * 300


def test_a_crowd_is_binned_and_a_single_odd_one_still_seen():
    rarely = [{"error_rate": "mailing-list", "probability": 0.002, "at": 0}]
    run = evsim.load("registration-classic").replace({"faults": rarely}).run()
    ax, number = promise(run), int(run.outcomes.error_yet_true.sum())
    assert len(State(run)) > 2000
    assert number >= 1
    (heights,) = bars(ax)[f"not as told: {number}"]
    assert heights.min() > 0.14
    assert "7 to a column" in ax.get_xlabel()


def test_the_sentence_adds_up_and_agrees_with_the_records():
    sentence = promise_sentence(classic())
    requests = classic().tables.requests
    good = int(((requests.outcome == 1) & (requests.present == requests.due)).sum())
    half = int(((requests.outcome != 1) & (requests.present == 1)).sum())
    late = int(((requests.outcome != 1) & (requests.present == 2)).sum())
    assert sentence == (
        f"326 = {good} told yes and all done + {half} told error, but customer row done + "
        f"{late} told error, but all done"
    )
    assert adds_up(sentence)


@pytest.mark.parametrize("at", [1, 3, 9, 12.99, 15, 30, 100])
def test_the_sentence_adds_up_at_every_moment(at):
    for run in (classic(), events(), doubled()):
        assert adds_up(promise_sentence(run, at))


def test_a_moment_is_what_was_true_then():
    run, at = events(), 10.0
    state, requests = State(run, at), run.tables.requests
    assert len(state) == (requests.arrived <= at).sum()
    assert state.who(state.outcomes.yes).sum() == (requests.answered <= at).sum()
    happened = run.effects.query("time <= @at").effect.value_counts()
    assert {name: state.effect(name)[0].sum() for name in state.names} == happened.to_dict()
    assert "but no subscription yet" in promise_sentence(run, at)
    assert promise_sentence(run, at).startswith("At 10 s: ")


def test_the_end_agrees_with_a_moment_after_the_end():
    first, last = State(doubled()).outcomes, State(doubled(), 1e9).outcomes
    assert np.array_equal(first.done, last.done)
    assert np.array_equal(first.told, last.told)
    assert first.final
    assert not last.final


def test_many_kinds_of_customers_are_gathered_and_still_add_up():
    sentence = promise_sentence(doubled())
    assert len(State(doubled()).kinds) <= 6 or "other way" in sentence
    assert adds_up(sentence)


def test_kinds_tell_once_from_more_than_once():
    state = State(doubled())
    twice = sum(many for many, words in state.kinds if "more than once" in words)
    assert twice == doubled().outcomes.repeated.sum() == (doubled().tables.requests.times_done > 1).any(axis=0).sum()


def test_promises_that_are_kept_are_said_to_be_kept():
    assert promise_sentence(events()) == "326 = 326 told yes and all done"
    assert finding(promise(events())) == "Everybody told yes has all that was promised"


def test_an_error_that_is_an_error_is_no_lie():
    told = refused().outcomes
    assert told.error.all()
    assert not told.odd.any()
    words = finding(promise(refused()))
    assert words == "What customers were told is true, also to those told error"


def test_who_still_waits_is_told_nothing():
    state = State(classic(), 12.0)
    requests = classic().tables.requests
    assert state.who(state.outcomes.nothing).sum() == (requests.arrived <= 12).sum() - (requests.answered <= 12).sum()


def test_the_title_counts_those_told_what_is_not_true():
    expected = f"Of 326 customers: {classic().outcomes.error_yet_true.sum()} told error, and something is done"
    assert finding(promise(classic())) == expected


def test_the_tick_is_there_where_the_books_balance_and_a_cross_where_not(monkeypatch):
    ticks = [text.get_text() for text in promise(events()).texts if "books" in text.get_text()]
    assert ticks == ["326 = 326 told yes and all done\n✓ the books balance"]
    run = lesson("registration-events", duration=3).run()
    run.tables.requests.outcome[0] = 0
    run.tables.rows["verdict"].setflags(write=True)
    run.tables.rows["verdict"][run.tables.requests.row[0]] = 0
    with pytest.raises(AuditError):
        run.audit()
    assert any("✗" in text.get_text() for text in promise(run).texts)


def test_an_outage_is_a_stripe_over_those_who_arrived_in_it():
    stripe = promise(events()).patches[0]
    arrived = events().tables.requests.arrived
    assert stripe.get_x() == (arrived < 8).sum()
    assert stripe.get_x() + stripe.get_width() == (arrived < 13).sum()


@pytest.mark.slow
@pytest.mark.parametrize("name", EDGES)
def test_it_is_drawn_and_told_for(name):
    for at in (None, 2.0):
        ax = promise(EDGES[name](), at=at)
        ax.figure.savefig(BytesIO())
        assert ax.alt_text.endswith(".")


def test_nobody_is_a_sentence():
    assert promise(nobody()).alt_text == "Nobody arrived within 10 s."
    assert promise_sentence(nobody()) == "Nobody arrived"
    assert promise_sentence(nobody(), 3) == "At 3 s: nobody arrived"


def test_a_run_cut_short_says_yet():
    assert "but no subscription yet" in promise_sentence(cut())


def test_too_many_effects_are_left_out_and_said():
    ax = promise(many())
    assert len(ax.get_yticklabels()) == 1 + 6 + 1
    assert "14 of 20 effects left out" in ax.get_xlabel()


@pytest.mark.slow
def test_it_fits_into_a_part_of_a_figure():
    drawing = Figure(figsize=(8, 8), layout="constrained")
    for ax, run in zip(drawing.subplots(2, 1), (classic(), events()), strict=True):
        promise(run, ax=ax)
        assert len(ax.get_yticklabels()) == len(promise(run).get_yticklabels())
    drawing.savefig(BytesIO())
    assert len(drawing.axes) == 2, "no axes of its own"
