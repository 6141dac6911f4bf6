"""The picture of a fit is worked out a second time: of all measured times, and of the nearest candidates."""

import numpy as np
import pytest

from evsim import fit
from evsim.view import fit_plot
from tests.view.drawing import marks

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["exponential", "lognormal", "uniform"])
def test_a_fit_shows_the_share_of_all_times_up_to_each_and_the_candidates_over_it(kind):
    times = sorted(getattr(np.random.default_rng(4), kind)(size=400).tolist())
    found = fit(times)
    made = fit_plot.scene(found, most=2)
    (steps,) = marks(made, "Steps")
    assert steps.x == pytest.approx([0, *times])
    assert steps.y == pytest.approx([0, *((number + 1) / 400 for number in range(400))])
    nearest = sorted(found.candidates, key=lambda each: each.distance)[:2]
    words = [f"{each.name}, off by {each.distance:.3f}{'' if each.fits else ': does not fit'}" for each in nearest]
    assert [text for text, _ in made.legend] == ["measured", *words]
    for candidate, line, text in zip(nearest, marks(made, "Line"), words, strict=True):
        assert line.name == text and len(line.x) == 400
        for time, share in list(zip(line.x, line.y, strict=True))[::40]:
            assert float(candidate.distribution.quantile(np.array([share]))[0]) == pytest.approx(time)
        assert (line.y[0], line.y[-1]) == (0.001, 0.999)
    assert made.x.high == pytest.approx(1.1 * np.quantile(times, 0.995)) and made.y.high == 1.02
    distances = ", ".join(f"{each.name} {each.distance:.3f}" for each in found.candidates)
    assert made.alt == f"{found.finding}. Distances: {distances}." and made.title == found.finding
