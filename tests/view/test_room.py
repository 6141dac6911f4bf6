"""Every picture has room for what it says: nothing is cut off, and most of its width is for the data."""

import pytest

from evsim.view.plots import Plots
from evsim.view.style import effect_marks, figure
from tests.support.nightly import mostly_at_night
from tests.view.drawing import drawn, is_whole
from tests.view.runs import classic, events, faults_of_many_kinds, few, long_names, shop

PICTURES = dir(Plots(None))
RUNS = {"lesson": classic, "few": few, "long": long_names, "shop": shop, "faults": faults_of_many_kinds}


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("run", mostly_at_night(RUNS, "long", "faults"))
def test_nothing_is_cut_off(name, run):
    assert is_whole(getattr(RUNS[run]().plot, name)())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PICTURES if name != "who_knows_whom"])
def test_long_names_leave_room_for_the_data(name):
    ax = drawn(getattr(long_names().plot, name)())
    assert ax.bbox.width > 0.35 * ax.figure.bbox.width
    assert ax.bbox.height > 0.35 * ax.figure.bbox.height


@pytest.mark.slow
def test_the_words_of_faults_stand_within_the_axes():
    for run in (events(), shop(), faults_of_many_kinds()):
        ax = drawn(run.plot.flow())
        names = [text for text in ax.texts if "\N{BLACK DIAMOND}" not in text.get_text() and text.get_zorder() == 5]
        assert len(names) >= 2
        for box in (name.get_window_extent() for name in names):
            assert ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 + 2


def test_twenty_effects_have_twenty_looks():
    marks = [*effect_marks(shop()).values()]
    assert len(marks) > 12
    assert len({(mark.colour, mark.marker) for mark in marks}) == len(marks)


def test_what_is_cut_off_would_be_seen():
    with figure() as ax:
        ax.set_title("A finding that is far too long for its figure. " * 4, loc="left")
    assert not is_whole(ax)
