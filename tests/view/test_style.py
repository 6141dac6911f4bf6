import io
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from evsim.lesson import stack
from evsim.view import show
from evsim.view.scene.axes import times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import End, look_of
from evsim.view.scene.paper import draw_ends
from evsim.view.style import (
    TOLD,
    count,
    describe,
    effect_marks,
    fault_words,
    faults,
    figure,
    seconds,
    title,
    wrap,
)
from tests.view.runs import OUTAGE, classic, events, lesson, many, two_workloads


@pytest.mark.slow
def test_importing_evsim_does_not_import_matplotlib():
    code = "import evsim, sys; evsim.load; evsim.Simulation; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    events().plot.flow()
    assert dict(matplotlib.rcParams) == before


def test_a_picture_is_drawn_on_the_axes_that_are_given():
    axes = Figure().subplots(1, 2)
    assert events().plot.flow(ax=axes[1]) is axes[1]
    assert not axes[0].lines


def test_fonts_are_at_least_eleven_points_where_one_reads():
    with figure() as ax:
        ax.plot([0, 1])
        title(ax, "A finding")
    ax.figure.savefig(io.BytesIO())
    assert min(text.get_size() for text in (*ax.get_xticklabels(), *ax.get_yticklabels(), ax.title)) >= 11


def test_every_effect_has_a_colour_a_marker_and_a_line_of_its_own():
    marks = list(effect_marks(two_workloads()).values())
    for looks in ([m.colour for m in marks], [m.marker for m in marks], [m.line for m in marks]):
        assert len(set(looks)) == 3
        assert not {TOLD.colour, TOLD.marker} & set(looks)


def test_two_designs_have_the_same_marks_for_the_same_effects():
    assert effect_marks(classic()) == effect_marks(events()) == effect_marks(classic(), events())


@pytest.mark.parametrize(("value", "words"), [
    (0.0, "0 s"), (0.000004, "0.004 ms"), (0.00994, "9.9 ms"), (0.00996, "10 ms"), (0.083, "83 ms"),
    (0.9999, "1 s"), (59.6, "60 s"), (600, "10 min"), (3600, "1 h"), (5430, "1 h 30 min"),
    (float("nan"), "never"), (-0.5, "-500 ms"),
])  # fmt: skip
def test_times_are_said_as_people_say_them(value, words):
    assert seconds(value) == words


def test_counts_agree_with_their_nouns():
    assert [count(n, "fault") for n in (0, 1, 2000)] == ["0 faults", "1 fault", "2,000 faults"]


def test_a_line_never_ends_between_a_number_and_its_unit():
    lines = wrap("told after 10 ms and done after 20 s", 14).splitlines()
    assert all(not line[-1].isdigit() for line in lines)


def test_a_long_title_is_broken_into_lines_and_stays_within_the_figure():
    with figure() as ax:
        written = title(ax, "Everybody was told, and " * 8)
    assert "\n" in written.get_text()
    ax.figure.savefig(io.BytesIO())
    assert written.get_window_extent().x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize(("longest", "unit", "last"), [
    (0.25, "ms", "250"), (60, "s", "60"), (1200, "min", "20"), (9000, "h", "2.5"),
])  # fmt: skip
def test_a_time_axis_is_labelled_in_the_unit_that_suits_it(longest, unit, last):
    axis = times(0.0, longest, "time")
    assert (axis.label, axis.ticks[-1]) == (f"time ({unit})", (longest, last))


def test_a_fault_is_a_band_from_its_beginning_to_its_end():
    ax = events().plot.flow()
    (fault,) = faults(events())
    assert (fault.start, fault.end) == (OUTAGE["at"], OUTAGE["at"] + OUTAGE["for"])
    assert (ax.patches[0].get_x(), ax.patches[0].get_width()) == (8, 5)
    assert "mailing-list down for 5 s" in [text.get_text() for text in ax.texts]


def test_a_fault_without_an_end_lasts_to_the_end_of_the_run():
    run = lesson("registration-events", [{"pause": "database", "at": 2}], duration=5).run()
    (fault,) = faults(run)
    assert (fault.start, fault.end, fault.words) == (2, run.ended_at, "database paused")


def test_faults_of_a_kind_are_named_once_and_many_kinds_are_cut_short():
    often = {"crash": "database", "mtbf": "1s", "mttr": "100ms"}
    others = [{"slowdown": "register", "factor": 2 + n, "at": 1 + n, "for": 1} for n in range(6)]
    run = lesson("registration-events", [often, *others], duration=9).run()
    words = list(fault_words(run))
    assert words[0] == f"database crashed, {sum(fault.kind == 'crash' for fault in faults(run))} times"
    assert words[1:] == [f"register {n} times slower for 1 s" for n in (2, 3, 4)] + ["3 other faults"]


def test_a_fault_is_told_with_its_number():
    rarely = {"error_rate": "database", "probability": 0.002, "at": 0}
    slowly = {"slowdown": "database", "factor": 2.5, "at": 1}
    found = faults(lesson("registration-events", [rarely, slowly], duration=3).run())
    words = [fault.words for fault in found]
    assert words == ["database fails 0.2 % of the time", "database 2.5 times slower"]


def test_names_at_the_ends_of_lines_do_not_overlap():
    with figure() as ax:
        ax.set_ylim(0, 100)
        places = {"a": 100, "b": 100, "c": 99, "d": 0, "e": 1}
        draw_ends(ax, [End(y, name, look_of(TOLD)) for name, y in places.items()])
    heights = np.array([text.get_position()[1] for text in ax.texts])
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c", "e", "d"]
    assert (np.diff(heights) <= -0.07 + 1e-9).all()
    assert heights.min() >= 0


def test_names_at_the_ends_of_lines_do_not_overlap_in_a_stack_either():
    run = lesson("registration-events", duration=3).run()
    drawn = stack("flow", one=run, two=run).draw()
    drawn.canvas.draw()
    for ax in drawn.axes:
        names = [text for text in ax.texts if re.match(r"\d+ (arrived|told|customer|subscription)", text.get_text())]
        points = ax.get_window_extent().height * 72 / drawn.dpi
        heights = np.array([text.get_position()[1] * points for text in names])
        assert len(names) == 4 and (np.diff(heights) < -11).all()  # each on a line of its own, in letters of 11 points


def test_a_sentence_takes_the_place_of_an_empty_box():
    ax = sentence("flow", "Nobody arrived.").draw()
    assert not ax.axison
    assert ax.texts[0].get_text() == ax.alt_text == "Nobody arrived."


def test_a_shown_picture_has_its_alt_text_in_html():
    with figure() as ax:
        describe(ax, 'Told "yes" & <done>\n  by 3 s.')
    html = show(ax)._repr_html_()
    assert html.startswith("<figure")
    assert '<img alt="Told &quot;yes&quot; &amp; &lt;done&gt; by 3 s." src="data:image/png' in html
    assert show(ax.figure).alt_text == show(ax).alt_text
    assert ax._repr_html_() == html


def test_a_figure_of_several_pictures_tells_all_of_them():
    drawing = Figure()
    left, right = drawing.subplots(1, 2)
    events().plot.flow(ax=left)
    classic().plot.flow(ax=right)
    assert show(drawing).alt_text == f"{left.alt_text} {right.alt_text}"


@pytest.mark.slow
def test_a_picture_can_be_saved(tmp_path):
    show(events().plot.flow()).save(tmp_path / "flow.svg")
    assert (tmp_path / "flow.svg").read_text().count("<svg") == 1


@pytest.mark.parametrize("name", dir(events().plot))
def test_every_picture_is_reached_from_a_run_and_has_a_figure_and_an_alt_text(name):
    ax = getattr(events().plot, name)(**{"request": 20} if name in ("lives", "waterfall") else {})
    assert ax.alt_text
    assert ax.figure.axes


def test_an_unknown_picture_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(AttributeError, match=r"no picture 'pie'.*flow, promise, lives"):
        events().plot.pie
    assert "flow" in dir(events().plot)
    assert not hasattr(events().plot, "_repr_html_")


def test_a_scenario_of_twenty_services_has_marks_for_all():
    assert len(effect_marks(many())) == 20
