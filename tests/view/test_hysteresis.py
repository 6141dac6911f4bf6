import pytest

from evsim import theory
from evsim.view.hysteresis_plot import scene
from tests.experiment.test_hysteresis import ramp
from tests.view.drawing import finding, is_whole, marks, written

pytestmark = pytest.mark.slow


def test_both_ways_are_drawn_and_the_title_tells_the_largest_difference():
    result, storm = ramp(), theory.retry_storm(50, 100, 3)
    ax, made = result.plot(storm=storm), scene(result, storm)
    for name, way in (("the load goes up", "up"), ("and comes down", "down")):
        (line,) = marks(made, "Line", name)
        means = {load: each.mean for load, each in result.way(way).items()}
        assert dict(zip(line.x, line.y, strict=True)) == pytest.approx(means)
        (area,) = marks(made, "Area", f"{name}: 95 % interval")
        assert area.high == [each.high for each in result.way(way).values()]
    goodput = result.way("up")[80].mean
    text = f"At 80 customers a second the goodput is {goodput:.3g} a second on the way up, and 0 on the way back"
    assert finding(ax) == text
    words = written(made)
    assert any("below 33.3/s" in word for word in words) and any("above 100/s" in word for word in words)
    assert "At 60/s:" in ax.alt_text and is_whole(ax)


def test_where_the_ways_are_the_same_the_title_says_so():
    ax = ramp(cured=True).plot()
    assert finding(ax).startswith("No difference seen") and is_whole(ax)
