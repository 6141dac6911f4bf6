"""The table of differences on the page: which figures are in it, for two designs and for more; of made-up numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from evsim.experiment.statistics import Difference
from evsim.figures import better_or_worse, label, write_estimate
from evsim.reporting.report_page import COMPARED, Report


@pytest.mark.parametrize("designs", [1, 2, 3, 4])
def test_a_figure_is_in_the_table_if_any_design_differs_and_else_among_those_alike(designs):
    luck = np.random.default_rng(designs)
    for _ in range(20):
        others = [f"design {number}" for number in range(1, designs)]
        apart = {name: {metric: estimate(luck) for metric in COMPARED} for name in others}
        found = Report._differences(SimpleNamespace(comparison=SimpleNamespace(differences=apart)))
        if designs == 1:
            assert found is None
            continue
        rows, alike = [], []
        for metric in COMPARED:
            verdicts = [apart[name][metric].verdict for name in others]
            if {"more", "less"} & set(verdicts):
                words = [
                    f"{write_estimate(metric, apart[name][metric], difference=True)} {better_or_worse(metric, verdict)}"
                    if verdict in ("more", "less") else verdict for name, verdict in zip(others, verdicts, strict=True)
                ]  # fmt: skip
                rows.append((label(metric), words))
            elif any(apart[name][metric].n for name in others):
                alike.append(label(metric))
        assert found[1] == rows
        names = [name for part in found[0].split(" and ") for name in part.split(", ")] if alike else []
        assert (found[0] if len(alike) == 1 else sorted(names)) == (alike[0] if len(alike) == 1 else sorted(alike))


def estimate(luck):
    """A difference that is seen now and then, or not, or of which nothing is known."""
    if luck.random() < 0.3:
        return Difference(float("nan"), float("nan"), float("nan"), 0, float("nan"))
    mean = luck.normal()
    half = abs(luck.normal()) * 2
    return Difference(float(mean), float(mean - half), float(mean + half), 5, 1.0)
