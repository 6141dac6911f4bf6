"""How long each customer of a function waited for an answer, and who waited for a new environment."""

from functools import partial

import numpy as np

from evsim.parts.function.words import COLD
from evsim.results.remarks import remarks
from evsim.view.scene.axes import Frame, counts, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Dots, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, seconds
from evsim.view.what_changed import Noticed
from evsim.view.words import count

__all__ = ["cold", "cold_or_warm"]

HIGH = 3.2  # inches: a slider fits above it
WORDS = {"warm": "found an environment", "cold": "waited for a new one"}
LOOKS = {"warm": Look(COLOURS["blue"], "o", width=0.4), "cold": Look(COLOURS["red"], "x", width=1.6)}


def cold(run):
    """For each customer: whether they waited for an environment to start."""
    found = np.zeros(len(run.tables.requests.row), dtype=bool)
    rows = [each.row for each in remarks(run) if each.kind == COLD]
    found[run.tables.row_requests[np.array(rows, dtype=int)]] = True
    return found


def cold_or_warm(run):
    """A picture of how long each customer waited for an answer, in the order in which they came.

    Who found a warm environment is a dot, who waited for a new one a cross. It is a
    :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene(run)


def _scene(run, frame=None):
    size = (8.0, HIGH)
    requests, waited = run.tables.requests, cold(run)
    told = ~np.isnan(requests.response)
    if not told.any():
        return sentence("cold or warm", "Nobody was told anything.", size)
    frame = frame or Frame(float(len(told)), 1.08 * float(requests.response[told].max()))
    groups = {name: its & told for name, its in (("warm", ~waited), ("cold", waited))}
    finding = "; ".join(filter(None, [_finding(groups, requests.response), _paid(run)]))
    order = np.argsort(np.argsort(requests.arrived, kind="stable"))
    return Scene(
        "cold or warm", finding, f"Time until each customer was told, in the order in which they came. {finding}.",
        size, frame, counts(0, frame.right, "customers, in the order in which they came"),
        times(0.0, frame.top, "told after"),
        marks=tuple(
            Dots(name, order[its].tolist(), requests.response[its].tolist(), LOOKS[name], 0.08, words=WORDS[name])
            for name, its in groups.items() if its.any()
        ),
        legend=tuple((WORDS[name], LOOKS[name]) for name, its in groups.items() if its.any()),
        noticed={run.scenario.name: Noticed(run)}, again=partial(_scene, run),
    )  # fmt: skip


def _finding(groups, response):
    counted = [(its.sum(), name, float(response[its].mean())) for name, its in groups.items() if its.any()]
    (many, name, mean), *more = counted
    first = f"On average {_ones(many, name)} {'takes' if many == 1 else 'take'} {seconds(mean)}"
    return ", ".join([first, *(f"{_ones(many, name)} {seconds(mean)}" for many, name, mean in more)])


def _ones(many, name):
    return count(many, f"{name} one")


def _paid(run):
    """What a million customers cost, where there is a price."""
    prices = [service.price for service in run.scenario.complete.services.values() if service.price is not None]
    cost = run.summary().get("cost_per_million")
    return f"a million customers cost {cost:.2f} {prices[0].currency}" if prices and cost == cost else ""
