import numpy as np
import pytest

import evsim
from evsim.lesson import lesson_size, predict

CHOICES = {"it rises": "what is broken is slow.", "it stays": "", "it falls": ""}


def fraction(**unit):
    return predict("How many?", number=(0, 100), **unit)


def test_without_a_guess_the_truth_is_told_all_the_same(folder):
    told = "You have not guessed. In this run it is 57 customers."
    assert fraction(unit="customers").compare(57) == told
    assert str(predict("What?", ["a", "b"]).compare("b")) == "You have not guessed. The answer is “b”."


def test_a_guess_survives_a_reload_of_the_notebook(folder):
    fraction().guessed(40)
    assert fraction().guess == 40
    assert predict("Another question?", number=(0, 100)).guess is None


def test_a_guess_can_be_changed_until_it_was_put_beside_the_truth(folder):
    prediction = fraction().guessed(40).guessed(50)
    assert (prediction.guess, prediction.closed) == (50, False)
    prediction.compare(57)
    assert prediction.closed
    assert prediction.guessed(57).guess == 50
    assert fraction().guessed(57).guess == 50  # nor after a reload
    assert "before you saw the truth" in repr(fraction())


def test_a_guess_made_after_the_truth_was_seen_is_marked_so(folder):
    fraction().compare(57)
    prediction = fraction().guessed(57)
    assert (prediction.seen, prediction.late) == (True, True)
    assert prediction.compare(57).replace("\n", " ").startswith("You guessed 57, after you had seen the truth.")
    assert "(made after you saw the truth)" in fraction()._offer()


def test_the_first_guess_is_kept_beside_the_last(folder):
    fraction().guessed(40)
    again = fraction().guessed(50)
    assert (again.first, again.guess, again.late) == (40, 50, False)
    assert (fraction().first, fraction().guess) == (40, 50)


def test_the_next_class_is_told_how_to_begin_afresh(folder):
    prediction = fraction().guessed(40)
    assert "forget" not in prediction._offer()
    prediction.compare(57)
    assert "For the next class: add .forget()" in fraction()._offer()
    afresh = fraction().forget()
    assert (afresh.guess, afresh.first, afresh.seen, afresh.late) == (None, None, False, False)


def test_drawing_the_guess_closes_it_too(folder):
    prediction = fraction().guessed(40)
    prediction.show_on(lesson_size("events").run().plot.flow())
    assert fraction().closed and prediction.closed


def test_a_player_hides_the_future_while_a_guess_is_open(folder):
    run = lesson_size("events").run(until=2)

    def hides(**how):
        return evsim.play(run, **how).film["toy"]["hides"]

    assert not hides()
    first, again = fraction(), fraction()  # the cell was run twice
    assert hides() and not hides(hides=False)
    again.guessed(40).compare(57)
    assert not hides() and hides(hides=True) and not first.seen


def test_a_forgotten_guess_is_gone_for_good(folder):
    prediction = fraction().guessed(40)
    prediction.compare(57)
    assert prediction.forget().guess is None
    assert fraction().guess is None
    assert fraction().guessed(57).guess == 57


@pytest.mark.parametrize(
    "guess, words",
    [(57, "you were right"), (60, "you were close"), (20, "too low"), (90, "too high")],
)
def test_a_number_is_judged_by_its_distance_from_the_truth(folder, guess, words):
    assert words in fraction().guessed(guess).compare(57)


def test_a_truth_beyond_the_numbers_to_choose_from_or_none_at_all_is_told(folder):
    assert "too low" in fraction().guessed(40).compare(1000)
    assert fraction().compare(float("nan")) == "You guessed 40. In this run it is nan."


def test_a_wrong_choice_hears_what_many_think_who_choose_it(folder):
    prediction = predict("What?", CHOICES).guessed("it rises")
    assert prediction.compare("it falls").splitlines() == [
        "You guessed “it rises”. The answer is “it falls”.",
        "Many who guess so think: what is broken is slow.",
    ]


@pytest.mark.parametrize("guess, remark", [("it falls", "you were right."), ("it stays", "“it falls”.")])
def test_a_right_choice_and_one_without_a_remark_hear_nothing_more(folder, guess, remark):
    assert predict("What?", CHOICES).guessed(guess).compare("it falls").endswith(remark)


@pytest.mark.parametrize("guess", [-1, 101, "40", True, None, float("nan")])
def test_a_guess_that_is_no_such_number_is_refused(folder, guess):
    with pytest.raises(ValueError, match="must be a number from 0 to 100"):
        fraction().guessed(guess)


def test_a_choice_that_is_not_there_is_refused_as_guess_and_as_truth(folder):
    with pytest.raises(ValueError, match="guess='it sinks' must be one of 'it rises', 'it stays'"):
        predict("What?", CHOICES).guessed("it sinks")
    with pytest.raises(ValueError, match="truth='it sinks' must be one of"):
        predict("What?", CHOICES).compare("it sinks")


@pytest.mark.parametrize("arguments", [{}, {"choices": ["a"], "number": (0, 1)}])
def test_a_question_needs_choices_or_numbers_and_not_both(arguments):
    with pytest.raises(ValueError, match="either choices or"):
        predict("What?", **arguments)


def test_a_number_of_numpy_is_kept_as_well(folder):
    fraction().guessed(np.int64(40))
    assert fraction().guess == 40
    fraction().guessed(np.float64(40.5))
    assert fraction().guess == 40.5


def test_a_kept_guess_that_can_not_be_chosen_any_more_is_none(folder):
    predict("What?", ["a", "b"]).guessed("a")
    assert predict("What?", ["b", "c"]).guess is None


@pytest.mark.slow
def test_the_ghost_stands_at_the_guess_on_its_axis_and_in_the_alt_text(folder):
    run = lesson_size("events").run()
    prediction = fraction(unit="s").guessed(20)
    for axis in "xy":
        ax = run.plot.flow()
        assert prediction.show_on(ax, axis=axis) is ax
        (line,) = (each for each in ax.lines if each.get_label() == "your guess")
        assert set(line.get_xdata() if axis == "x" else line.get_ydata()) == {20}
        assert "Your guess, drawn as a dashed line: 20 s." in ax.alt_text
        assert any(text.get_text() == "your guess: 20 s" for text in ax.texts)


@pytest.mark.parametrize("guess", [16, 20, 22, 28])
def test_the_guess_covers_no_words_of_the_picture(folder, guess):
    down = {"faults": [{"outage": "mailing-list", "at": "8s", "for": "5s"}]}
    ax = lesson_size("events").replace(down).run().plot.flow()
    before = [each.get_window_extent() for each in ax.texts]
    predict("When?", number=(13, 30), unit="s").guessed(guess).show_on(ax)
    note = ax.texts[-1]
    assert note.get_text() == f"your guess: {guess} s"
    assert not any(note.get_window_extent().overlaps(each) for each in before)


def test_without_a_guess_no_ghost_is_drawn_and_a_choice_has_no_place(folder):
    ax = lesson_size("events").run().plot.flow()
    before = len(ax.lines), ax.alt_text
    assert fraction().show_on(ax) is ax
    assert (len(ax.lines), ax.alt_text) == before
    with pytest.raises(ValueError, match="only the guess of a number"):
        predict("What?", CHOICES).show_on(ax)


def test_the_button_keeps_what_is_chosen_and_says_so(folder):
    widgets = pytest.importorskip("ipywidgets")
    box = predict("What?", CHOICES)._control(widgets)
    choice, (button, state) = box.children[0], box.children[1].children
    button.click()
    assert state.value == "No guess yet." and predict("What?", CHOICES).guess is None
    choice.value = "it rises"
    button.click()
    assert state.value == "Your guess: “it rises”." and predict("What?", CHOICES).guess == "it rises"


def test_the_slider_of_a_number_begins_where_the_guess_was(folder):
    widgets = pytest.importorskip("ipywidgets")
    fraction().guessed(40)
    box = fraction()._control(widgets)
    assert (box.children[0].min, box.children[0].max, box.children[0].value) == (0, 100, 40)
    box.children[0].value = 41
    box.children[1].children[0].click()
    assert fraction().guess == 41


def test_where_nothing_can_be_written_the_guess_lives_as_long_as_the_prediction(folder, monkeypatch):
    folder.chmod(0o500)
    monkeypatch.setenv("HOME", str(folder / "no home"))
    monkeypatch.setenv("USERPROFILE", str(folder / "no home"))
    try:
        assert "close" in fraction().guessed(55).compare(57)
    finally:
        folder.chmod(0o700)


def test_the_truth_is_given_or_found_by_a_function(folder):
    assert "it is 57" in predict("How many?", number=(0, 100), truth=lambda: 57).compare()
    with pytest.raises(ValueError, match="give the truth"):
        fraction().compare()


def test_a_million_is_written_with_all_its_digits():
    asked = predict("How many?", number=(0, 1e7), unit="people").forget().guessed(1234567)
    assert "You guessed 1,234,567 people. In this run it is 999,999 people" in asked.compare(999_999.0).replace(
        "\n", " "
    )
    assert "it is 10,000,000 people" in asked.compare(1e7).replace("\n", " ")
