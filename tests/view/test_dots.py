from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

from evsim.results.requests import OK
from evsim.view.dots import latency
from evsim.view.style import ERROR, TOLD
from tests.view.drawing import finding
from tests.view.runs import EDGES, classic, cut, events, few, lesson, nobody, refused


def dots(ax, colour):
    """(times, heights) of the dots of a colour, those of the legend left out."""
    found = [
        each.get_offsets()
        for each in ax.collections
        if len(each.get_facecolors())
        and np.allclose(each.get_facecolors()[0][:3], colour)
        and each.get_offset_transform() == ax.transData
    ]
    return np.concatenate([np.empty((0, 2)), *map(np.asarray, found)])


def rgb(mark):
    return [int(mark.colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def drawn(ax):
    return len(dots(ax, rgb(TOLD))), len(dots(ax, rgb(ERROR)))


def test_a_hundred_dots_stand_for_all_customers_and_errors_have_their_share():
    requests = classic().tables.requests
    share = round(100 * float((requests.outcome != OK).mean()))
    assert share > 5
    assert drawn(latency(classic())) == (100 - share, share)


def test_with_few_customers_each_dot_is_one_of_them():
    ax = latency(few())
    assert drawn(ax) == (len(few().tables.requests.row), 0)
    assert ax.get_xlabel() == "time until told (ms); a dot is 1 customer"


def test_dots_stand_at_the_quantiles_of_the_answer_times():
    run = events(down=False)
    seen = np.sort(dots(latency(run), rgb(TOLD))[:, 0])
    wanted = np.quantile(run.tables.requests.response, (np.arange(100) + 0.5) / 100, method="inverted_cdf")
    column = np.diff(np.unique(seen)).min()
    assert np.abs(seen - wanted).max() <= column


def test_no_two_dots_cover_each_other():
    places = dots(latency(events(down=False)), rgb(TOLD))
    assert len(np.unique(places.round(9), axis=0)) == 100


def test_designs_stand_one_above_the_other_on_one_axis():
    ax = latency({"calls": classic(down=False), "events": events(down=False)})
    assert sum(drawn(ax)) == 200
    labels = [text.get_text() for text in ax.texts]
    assert [label.partition(":")[0] for label in labels] == ["calls", "events"]
    assert ax.get_xscale() == "log"
    times, heights = dots(ax, rgb(TOLD)).T
    upper = heights > heights.mean()
    assert times[upper].min() > np.median(times[~upper])


def test_the_title_names_the_median_and_only_percentiles_the_sample_carries():
    run = classic(down=False)
    half = np.median(run.tables.requests.response)
    title = finding(latency(run))
    assert f"half within {half * 1000:.0f} ms" in title
    assert "99 of 100" not in title
    longer = lesson("registration-classic", rate=10, duration=120).run()
    assert len(longer.tables.requests.row) > 1000
    assert "99 of 100 within" in finding(latency(longer))


def test_customers_without_an_answer_have_dots_too():
    run = lesson("registration-classic").run(until=10)
    waiting = int((run.tables.requests.outcome == 0).sum())
    assert waiting
    ax = latency(run)
    assert f"{waiting} without answer" in ax.alt_text
    apart = [each for each in ax.collections if each.get_offset_transform() != ax.transData]
    assert sum(len(each.get_offsets()) for each in apart) == round(100 * waiting / len(run.tables.requests.row))


def test_nobody_and_no_answer_give_a_sentence():
    assert latency(nobody()).alt_text == "No customer came after the warm-up, so nobody waited."
    assert drawn(latency(refused())) == (0, 100)
    assert "all" not in latency(cut()).alt_text


@pytest.mark.parametrize("name", EDGES)
def test_every_run_has_a_picture_with_words(name):
    ax = latency(EDGES[name]())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text


def test_it_draws_on_given_axes():
    left, right = Figure().subplots(1, 2)
    assert latency(events(), ax=right) is right
    assert not left.collections
