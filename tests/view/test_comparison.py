from functools import cache

import pytest
from matplotlib.figure import Figure

import evsim
from evsim.figures import grouped, groups, label
from evsim.view.comparison import PAIRS, SEEN, UNSEEN, comparison, scene
from tests.view.drawing import drawn, is_whole, marks
from tests.view.runs import OUTAGE, lesson, long_names


@cache
def faulty():
    """Calls against events while the mailing list is down."""
    designs = (lesson(f"registration-{name}", [OUTAGE], duration=15) for name in ("classic", "events"))
    return evsim.compare(*designs, n=5, jobs=1, labels=["calls", "events"])


@cache
def alike():
    """The same design twice, with other seeds in all but name."""
    one = lesson("registration-events", duration=5)
    return evsim.compare(one, one, n=3, jobs=1, labels=["one", "two"])


@cache
def three():
    designs = (lesson(f"registration-{name}", duration=5) for name in ("classic", "hybrid", "events"))
    return evsim.compare(*designs, n=3, jobs=1)


def rows(scene):
    """label -> height, headings included, from above."""
    found = [(height, text) for height, text in scene.y.ticks]
    found += [(mark.y, mark.text) for mark in marks(scene, "Text") if mark.bold]
    return {text: height for height, text in sorted(found)}


def points(scene):
    """height -> (place, colour) of the middles."""
    return {round(mark.y[0], 6): (mark.x[0], mark.look.edge) for mark in marks(scene, "Dots")}


@pytest.mark.slow
def test_every_difference_stands_at_its_share_of_the_larger_mean():
    made, result = scene(faulty()), faulty()
    middles, height = points(made), rows(made)
    base, other = result.designs["calls"].summary(), result.designs["events"].summary()
    checked = 0
    for metrics in groups(base).values():
        for metric in metrics:
            larger = max(base[metric].mean, other[metric].mean)
            if not larger > 0:
                assert label(metric) not in height
                continue
            place, colour = middles[round(height[label(metric)], 6)]
            assert place == pytest.approx(result.differences["events"][metric].mean / larger)
            assert (colour == SEEN) == (result.differences["events"][metric].verdict in ("more", "less"))
            checked += 1
    assert checked > 6


@pytest.mark.slow
def test_intervals_are_those_of_the_result():
    made, result = scene(faulty()), faulty()
    base, other = (result.designs[name].summary()["response_mean"].mean for name in ("calls", "events"))
    apart = result.differences["events"]["response_mean"]
    y = rows(made)["response mean"]
    (interval,) = [line.x for line in marks(made, "Line") if line.y == (y, y)]
    assert list(interval) == pytest.approx([apart.low / max(base, other), apart.high / max(base, other)])


def test_groups_stand_in_their_order_with_the_pairs_last():
    names = list(rows(scene(faulty())))
    headings = [heading for heading in (*grouped(), PAIRS) if heading in names]
    assert [name for name in names if name in (*grouped(), PAIRS)] == headings
    assert len(headings) > 2 and headings[-1] == PAIRS


def test_what_the_customer_felt_and_lost_is_in_the_title():
    title = scene(faulty()).title
    assert title.startswith("events against calls: response mean ")
    assert "errors" in title
    assert title.endswith("(5 runs each)")


@pytest.mark.slow
def test_no_difference_seen_is_grey_and_said():
    made = scene(alike())
    assert made.title == "No difference seen between two and one in 3 runs each"
    assert {colour for _, colour in points(made).values()} == {UNSEEN}


def test_one_run_each_cannot_tell():
    one, two = (lesson(f"registration-{name}", duration=5) for name in ("classic", "events"))
    made = scene(evsim.compare(one, two, n=1, jobs=1))
    assert made.title == "One run each cannot tell a difference from registration-classic"
    assert {colour for _, colour in points(made).values()} == {UNSEEN}
    assert "cannot tell" in made.alt


@pytest.mark.slow
def test_several_designs_have_a_mark_each():
    made = scene(three())
    legend = [words for words, _ in made.legend]
    assert {"registration-hybrid", "registration-events"} <= set(legend)
    y = rows(made)["response mean"]
    assert sum(abs(height - y) < 0.4 for height in points(made)) == 2
    assert "differences from registration-classic are seen in 3 runs each" in made.title


def test_figures_left_out_are_counted_and_named_in_the_words():
    made = scene(faulty())
    legend = [words for words, _ in made.legend]
    named = made.alt.partition("not known: ")[2].rstrip(".").split(", ")
    assert f"not shown: {len(named)} figures, zero in all or not known" in legend
    assert "dead" in named


def test_designs_that_do_nothing_give_a_sentence():
    quiet = lesson("registration-events", rate=0.0001, duration=1)
    made = scene(evsim.compare(quiet, quiet, n=2, jobs=1))
    assert made.alt == "The designs do not differ: all figures are zero in all of them."


@pytest.mark.slow
@pytest.mark.parametrize("result", [faulty, alike, three])
def test_every_result_has_a_picture_with_words(result):
    ax = comparison(result(), ax=Figure(layout="constrained", figsize=(9, 8)).add_subplot())
    assert drawn(ax).alt_text


@pytest.mark.slow
def test_nothing_is_cut_off():
    assert is_whole(comparison(faulty()))
    one = long_names().scenario
    other = one.replace({"name": f"{one.name}-once-more", "network.latency": "2ms"})
    assert is_whole(comparison(evsim.compare(one, other, n=2, jobs=1)))
