from functools import cache
from io import BytesIO

import pytest
from matplotlib.figure import Figure

import evsim
from evsim.figures import grouped, groups, label
from evsim.view.comparison import PAIRS, SEEN, UNSEEN, comparison
from tests.view.drawing import finding, is_whole
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


def rows(ax):
    """label -> height on the page, headings included."""
    return dict(zip((text.get_text() for text in ax.get_yticklabels()), ax.get_yticks(), strict=True))


def points(ax):
    """height -> (place, colour) of the middles."""
    found = {}
    for line in ax.lines:
        if len(line.get_xdata()) == 1:
            found[round(float(line.get_ydata()[0]), 6)] = line.get_xdata()[0], line.get_markeredgecolor()
    return found


def test_every_difference_stands_at_its_share_of_the_larger_mean():
    ax, result = comparison(faulty()), faulty()
    drawn, height = points(ax), rows(ax)
    base, other = result.designs["calls"].summary(), result.designs["events"].summary()
    checked = 0
    for metrics in groups(base).values():
        for metric in metrics:
            larger = max(base[metric].mean, other[metric].mean)
            if not larger > 0:
                assert label(metric) not in height
                continue
            place, colour = drawn[round(height[label(metric)], 6)]
            assert place == pytest.approx(result.differences["events"][metric].mean / larger)
            assert (colour == SEEN) == (result.differences["events"][metric].verdict in ("more", "less"))
            checked += 1
    assert checked > 6


def test_intervals_are_those_of_the_result():
    ax, result = comparison(faulty()), faulty()
    base, other = (result.designs[name].summary()["response_mean"].mean for name in ("calls", "events"))
    apart = result.differences["events"]["response_mean"]
    y = rows(ax)["response mean"]
    (interval,) = [line.get_xdata() for line in ax.lines if list(line.get_ydata()) == [y, y]]
    assert list(interval) == pytest.approx([apart.low / max(base, other), apart.high / max(base, other)])


def test_groups_stand_in_their_order_with_the_pairs_last():
    names = list(rows(comparison(faulty())))
    headings = [heading for heading in (*grouped(), PAIRS) if heading in names]
    assert [name for name in names if name in (*grouped(), PAIRS)] == headings
    assert len(headings) > 2 and headings[-1] == PAIRS


def test_what_the_customer_felt_and_lost_is_in_the_title():
    title = finding(comparison(faulty()))
    assert title.startswith("events against calls: response mean ")
    assert "errors" in title
    assert title.endswith("(5 runs each)")


def test_no_difference_seen_is_grey_and_said():
    ax = comparison(alike())
    assert finding(ax) == "No difference seen between two and one in 3 runs each"
    assert {colour for _, colour in points(ax).values()} == {UNSEEN}


def test_one_run_each_cannot_tell():
    one, two = (lesson(f"registration-{name}", duration=5) for name in ("classic", "events"))
    ax = comparison(evsim.compare(one, two, n=1, jobs=1))
    assert finding(ax) == "One run each cannot tell a difference from registration-classic"
    assert {colour for _, colour in points(ax).values()} == {UNSEEN}
    assert "cannot tell" in ax.alt_text


def test_several_designs_have_a_mark_each():
    ax = comparison(three())
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"registration-hybrid", "registration-events"} <= set(legend)
    y = rows(ax)["response mean"]
    assert sum(abs(height - y) < 0.4 for height in points(ax)) == 2
    assert "differences from registration-classic are seen in 3 runs each" in finding(ax)


def test_figures_left_out_are_counted_and_named_in_the_words():
    ax = comparison(faulty())
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    named = ax.alt_text.partition("not known: ")[2].rstrip(".").split(", ")
    assert f"not shown: {len(named)} figures, zero in all or not known" in legend
    assert "dead" in named


def test_designs_that_do_nothing_give_a_sentence():
    quiet = lesson("registration-events", rate=0.0001, duration=1)
    ax = comparison(evsim.compare(quiet, quiet, n=2, jobs=1))
    assert ax.alt_text == "The designs do not differ: all figures are zero in all of them."


@pytest.mark.parametrize("result", [faulty, alike, three])
def test_every_result_has_a_picture_with_words(result):
    ax = comparison(result(), ax=Figure(layout="constrained", figsize=(9, 8)).add_subplot())
    ax.figure.savefig(BytesIO())
    assert ax.alt_text


def test_nothing_is_cut_off():
    assert is_whole(comparison(faulty()))
    one = long_names().scenario
    other = one.replace({"name": f"{one.name}-once-more", "network.latency": "2ms"})
    assert is_whole(comparison(evsim.compare(one, other, n=2, jobs=1)))
