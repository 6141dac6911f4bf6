"""What a replay says of each stretch, and how far it is off, is worked out a second time."""

import math
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from evsim.imports.replay import READ, IncidentReplay, _one
from tests.books.holding import holds
from tests.figures.averages import NONE, mean
from tests.figures.crowded import crowded_systems
from tests.figures.customers import follow
from tests.figures.plain import Plain

LEVELS = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


def quantile(values, level):
    """Linear between the two nearest values."""
    values, place = sorted(values), (len(values) - 1) * level
    low = math.floor(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)


def known(values):
    return [each for each in values if each == each]


def made_up(seed):
    """Observed values and 40 runs of each figure; some are not known, and nobody came in one stretch."""
    random = Random(seed)
    observed = {figure: np.array([random.uniform(0.2, 0.9) for _ in range(6)]) for figure in READ}
    predicted = {figure: np.array([[random.uniform(0.1, 1) for _ in range(6)] for _ in range(40)]) for figure in READ}
    for figure in READ:
        observed[figure][random.randrange(6)] = np.nan
        predicted[figure][random.randrange(40)][random.randrange(6)] = np.nan
        predicted[figure][:, 5] = np.nan if figure.startswith("response") else predicted[figure][:, 5]
    for figure in ("requests", "errors"):
        observed[figure][0] = 0.0
    return IncidentReplay(SimpleNamespace(name="shop"), np.arange(7), observed, predicted, (), tuple(range(40)))


@pytest.mark.parametrize("seed", range(5))
def test_how_far_a_prediction_is_off_is_what_it_says(seed):
    found = made_up(seed)
    for figure in READ:
        runs = [known(column) for column in found.predicted[figure].T]
        said, seen = [mean(its) for its in runs], found.observed[figure].tolist()
        off = [abs(one - other) for one, other in zip(said, seen, strict=True)]
        if figure != "availability":
            off = [each / other for each, other in zip(off, seen, strict=True) if other > 0]
        assert found.error(figure) == pytest.approx(mean(known(off))), figure
        band = [(quantile(its, 0.025), quantile(its, 0.975)) if its else (NONE, NONE) for its in runs]
        assert pytest.approx(np.array(found.band(figure)), nan_ok=True) == np.array(band).T, figure
        both = [(low, high, other) for (low, high), other in zip(band, seen, strict=True) if low + other == low + other]
        assert found.within(figure) == (sum(low <= other <= high for low, high, other in both), len(both)), figure
        row = found.data["figures"][figure]
        assert row["predicted"] == pytest.approx(said, nan_ok=True), figure


@pytest.mark.slow
@holds(0.1, crowded_systems(), of=40)
def test_each_figure_of_a_stretch_is_of_those_who_came_in_it(scenario):
    """Of all customers, also those of a warm-up; one stretch begins later, and in one nobody comes."""
    edges = np.array([0.5, 3.1, 9.7, 17.0, 25.0])
    found = _one(scenario, edges, tuple(READ), 3)
    customers = follow(Plain(scenario.run(seed=3)))
    for stretch, (begin, end) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        came = [each for each in customers if begin <= each.born < end]
        told = [each.response for each in came if each.ending == "ok"]
        expected = {f"response_{point}": quantile(told, level) if told else NONE for point, level in LEVELS.items()}
        expected |= {"requests": len(came), "errors": len(came) - len(told), "response_mean": mean(told)}
        expected["availability"] = len(told) / len(came) if came else NONE
        assert {figure: values[stretch] for figure, values in found.items()} == pytest.approx(expected, nan_ok=True)
