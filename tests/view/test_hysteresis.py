import pytest

from evsim import theory
from tests.experiment.test_hysteresis import LOADS, ramp
from tests.view.drawing import finding, is_whole

pytestmark = pytest.mark.slow


def drawn(ax, label):
    """The points of the line with this marker."""
    (line,) = [line for line in ax.lines if line.get_marker() == label and len(line.get_xdata()) == len(LOADS)]
    return dict(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_both_ways_are_drawn_and_the_title_tells_the_largest_difference():
    ax, result = ramp().plot(storm=theory.retry_storm(50, 100, 3)), ramp()
    for marker, way in (("^", "up"), ("v", "down")):
        assert drawn(ax, marker) == pytest.approx({load: each.mean for load, each in result.way(way).items()})
    goodput = result.way("up")[80].mean
    text = f"At 80 customers a second the goodput is {goodput:.3g} a second on the way up, and 0 on the way back"
    assert finding(ax) == text
    words = [text.get_text() for text in ax.texts]
    assert any("below 33.3/s" in word for word in words) and any("above 100/s" in word for word in words)
    assert "At 60/s:" in ax.alt_text and is_whole(ax)


def test_where_the_ways_are_the_same_the_title_says_so():
    ax = ramp(cured=True).plot()
    assert finding(ax).startswith("No difference seen") and is_whole(ax)
