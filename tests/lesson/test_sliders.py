import pytest

import evsim
from evsim.lesson import crash_designs, lesson_size, slider, stack
from evsim.lesson.sliders import States
from evsim.view import Picture, show


def list_down(seconds=2):
    fault = {"faults": [{"outage": "mailing-list", "at": "8s", "for": seconds}]}
    return lesson_size("events").replace(fault).run().plot.flow()


def test_it_begins_with_the_default_of_the_function_and_else_with_the_first_value():
    assert slider(list_down, seconds=[1, 2]).value == 2
    assert slider(list_down, seconds=[1, 3]).value == 1
    assert slider(lambda seconds: seconds, seconds=range(4, 7)).shown == 4


@pytest.mark.slow
def test_every_value_gives_a_picture_with_its_own_alt_text():
    moved = slider(list_down, seconds=range(1, 4))
    pictures = [moved(value) for value in moved.values]
    assert all(isinstance(each, Picture) and "<img alt=" in each._repr_html_() for each in pictures)
    for seconds, picture in zip(moved.values, pictures):
        assert f"mailing-list down for {seconds} s" in picture.alt_text


def test_other_results_are_shown_as_they_are():
    assert slider(lambda number: {"twice": 2 * number}, number=[1, 2])(2) == {"twice": 4}


def test_an_error_at_the_beginning_is_an_error_of_the_cell():
    with pytest.raises(ZeroDivisionError):
        slider(lambda number: 1 / number, number=[0, 1])


def test_an_error_of_a_callback_is_shown_and_the_slider_lives():
    moved = slider(lambda number: 1 / number, number=[1, 0, 2])
    assert moved.move(0) == "number=0 can't be shown: division by zero"
    assert (moved.move(2), moved.value) == (0.5, 2)


@pytest.mark.parametrize("settings", [{}, {"number": [1], "other": [2]}])
def test_it_changes_one_thing(settings):
    with pytest.raises(ValueError, match="one thing"):
        slider(lambda number=1, other=2: None, **settings)


def test_a_setting_that_the_function_does_not_have_is_named_with_those_it_has():
    with pytest.raises(ValueError, match="double has no setting many; it has number"):
        slider(double, many=[1])


def double(number):
    return 2 * number


def test_it_needs_a_value():
    with pytest.raises(ValueError, match="number: no values"):
        slider(lambda number: None, number=[])


def test_moving_the_control_shows_what_the_function_gives_and_says_it():
    moved = slider(lambda number: 2 * number, number=range(5))
    assert [moved._changed({0: place}) for place in range(5)] == [(2 * n, str(2 * n)) for n in range(5)]
    shown, said = slider(list_down, seconds=range(1, 4))._changed({0: 2})
    assert said == shown.alt_text and "mailing-list down for 3 s" in said


def test_a_page_of_its_own_needs_scenes():
    with pytest.raises(ValueError, match=r"a page can draw scenes alone, and <Slider: number .*> shows int"):
        slider(lambda number: number, number=[1, 2]).to_html()


@pytest.mark.slow
def test_pictures_about_no_run_in_particular_say_what_they_find():
    def crashes(design="early ack"):
        return evsim.crash_matrix(crash_designs()[design].replace({"run.duration": "3s"}), labels=[design]).scene()

    states = States(slider(crashes, design=["early ack", "idempotent"])).to_dict()
    assert states["said"] == {
        0: {1: "early ack: told and true differ after 5 of 11 crashes."},
        1: {0: "idempotent: told and true differ after 1 of 11 crashes."},
    }


@pytest.mark.slow
def test_in_plain_text_its_picture_is_words(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: displayed.append(shown))
    monkeypatch.setattr("evsim.lesson.panel.show_controls", lambda *_: None)
    run = lesson_size("events").run()
    for picture in (run.plot.scene("flow"), stack("flow", one=run, other=run)):
        slider(lambda number, picture=picture: picture, number=[1])._ipython_display_()
        assert repr(displayed[-1]) == repr(show(picture)) and repr(show(picture)).startswith("<Picture: ")
