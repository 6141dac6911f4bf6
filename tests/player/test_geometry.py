"""Boxes of the stage have room for what is drawn in them."""

import pytest

from evsim.scenario import Scenario
from evsim.view.player.film import film
from tests.player.node import ask

pytestmark = pytest.mark.slow

QUESTION = """(film) => [arrange(film), arrange(film, 0)].map(({boxes, height}) => [boxes, height])"""


def two_logs(groups):
    """Two logs, one above the other; so many services read both."""
    reader = {"subscribe": ["facts", "news"], "handle": [{"work": 0.1}]}
    readers = {f"reader-{number}": reader for number in range(groups)}
    return Scenario.from_dict({
        "name": "logs",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 3}}},
        "services": {"front": {"handle": [{"publish": "facts"}, {"publish": "news"}]}, **readers},
        "channels": {"facts": "log", "news": "log"},
        "run": {"duration": 1},
    })  # fmt: skip


@pytest.mark.parametrize("groups", [1, 3, 7])
def test_a_log_has_room_for_a_line_of_cells_and_for_what_is_said_of_each_group(groups):
    (both,) = ask([film(two_logs(groups).run())], QUESTION, {"geometry": ["arrange"]})
    for boxes, height in both:
        for log in ("facts", "news"):
            assert boxes[log]["height"] >= 45 + 31 + 18 * groups, log
            assert boxes[log]["y"] >= 0 and boxes[log]["y"] + boxes[log]["height"] <= height
    (wide, _), _ = both
    assert wide["facts"]["y"] + wide["facts"]["height"] < wide["news"]["y"]
