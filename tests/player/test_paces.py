"""How fast time goes by, names beside a picture that would stand on each other, axes, the widths of boxes: worked out
a second time.
"""

import random

import pytest

from evsim.lesson import lesson_size
from evsim.scenario import Scenario
from evsim.view.player.film import film
from evsim.view.scene import axes
from tests.player.node import ask

pytestmark = pytest.mark.slow

QUESTION = """(film) => ({
    times: film.walks.map(([t, wall, moments, speed]) => advance(t, wall, moments, speed, 1e9)),
    ends: film.margins.map((ends) => {
        const named = ends.map((y, place) => ({y, text: `name ${place}`}));
        const made = drawing({size: [8, 4], marks: [{kind: "text"}], ends: named});
        const texts = made.ends().filter(([tag]) => tag === "text").map(([, {y}, [text]]) => [y - 4.5, text]);
        return {texts, wanted: ends.map((y) => made.y(y)), bottom: made.bottom};
    }),
})"""
LINE = 18  # pixels


def after(t, wall, moments, speed):
    """Each stretch between two moments takes as long as it is, but a quarter of a second at least and one at most."""
    before = 0
    for moment in moments:
        if moment > t:
            takes = min(max((moment - before) / 1000, 250), 1000) / min(speed, 1)
            left = takes * (moment - t) / (moment - before)
            if wall < left:
                return moment - (left - wall) / takes * (moment - before)
            t, wall = moment, wall - left
        before = moment
    return t


def test_each_event_is_seen_for_a_while_at_any_speed_and_names_in_a_margin_do_not_overlap():
    luck, walks, margins = random.Random(7), [], []
    for _ in range(200):
        moments = sorted(luck.sample(range(1, 4_000_000), luck.randint(1, 12)))
        walks.append((luck.randint(0, 4_000_000), luck.uniform(0, 3000), moments, luck.choice([5, 2, 1, 0.5, 0.1])))
        margins.append([luck.choice([0, 0.01, 0.5, luck.random(), 1]) for _ in range(luck.randint(1, 8))])
    tiny = film(lesson_size("events").run(until=0.1), labels=["events"])
    names = {"pace": ["advance"], "scene": ["drawing"]}
    (said,) = ask([tiny | {"walks": walks, "margins": margins}], QUESTION, names)
    for walk, time in zip(walks, said["times"], strict=True):
        assert time == pytest.approx(after(*walk)), walk
    for its in said["ends"]:
        heights = sorted(y for y, _ in its["texts"])
        assert all(two - one >= LINE - 0.11 for one, two in zip(heights, heights[1:], strict=False))
        assert heights[-1] <= its["bottom"] + 0.11
        assert [text for _, text in sorted(its["texts"])] == [
            f"name {place}" for _, place in sorted((y, place) for place, y in enumerate(its["wanted"]))
        ]


AXES = """(film) => ({
    times: film.rights.map((right) => times(0, right)).map(({label, ticks}) => [label, ticks]),
    widths: film.futures.map(() => Object.values(arrange(film).boxes).map(({width}) => width)),
})"""


def test_an_axis_has_the_unit_and_the_ticks_that_it_has_on_paper_also_on_the_limit():
    luck = random.Random(2)
    rights = [1, 600, 7200, 599.9, 7199, 0.5, 0.999, 9, 90, 4500, *(10 ** luck.uniform(-2, 5) for _ in range(30))]
    tiny = film(lesson_size("events").run(until=0.1), labels=["events"])
    (said,) = ask([tiny | {"rights": rights}], AXES, {"axes": ["times"], "geometry": ["arrange"]})
    for right, (label, ticks) in zip(rights, said["times"], strict=True):
        paper = axes.times(0.0, right)
        assert label == paper.label, right
        assert [words for _, words in ticks] == [words for _, words in paper.ticks], right
        assert [value for value, _ in ticks] == pytest.approx([value for value, _ in paper.ticks]), right


@pytest.mark.parametrize(("workers", "wide"), [(1, 184), (4, 184), (5, 236), (8, 236), (9, 184)])
def test_a_box_is_wider_where_more_slots_than_four_are_drawn_one_by_one(workers, wide):
    run = Scenario.from_dict({
        "name": "box", "workloads": {"page": {"target": "front", "arrivals": {"constant": 3}}},
        "services": {"front": {"workers": workers, "handle": [{"work": 0.1}]}}, "run": {"duration": 1},
    }).run()  # fmt: skip
    (said,) = ask([film(run) | {"rights": []}], AXES, {"axes": ["times"], "geometry": ["arrange"]})
    assert wide in said["widths"][0]


BINS = """(film) => {
    const body = fakePage();
    const player = mountPlayer(body, film, {panels: PANELS});
    const node = body.querySelector(".ev-pr-columns");
    const [workload] = film.workloads;
    return film.places.map((number) => {
        player.goTo(film.end, {customer: {workload, number}});
        const frame = node.querySelector(".ev-pr-frame");
        return [["x", "width"].map((name) => Number(frame.getAttribute(name))), node.getAttribute("aria-valuetext")];
    });
}"""


def test_of_many_customers_a_frame_is_around_the_column_that_they_share_and_both_its_ends_are_named():
    run = Scenario.from_dict({
        "name": "many", "workloads": {"page": {"target": "front", "arrivals": {"constant": 500}}},
        "services": {"front": {"workers": 9, "handle": [{"work": 0.001}]}}, "run": {"duration": 4.2},
    }).run()  # fmt: skip
    many = len(run.tables.requests.row)
    size = -(-many // 500)
    places = [0, 4, 5, 9, 1000, 1004, 1005, many - 1]
    names = {"player": ["mountPlayer"], "panels": ["PANELS"], "../../../../tests/player/js/fake-page": ["fakePage"]}
    (said,) = ask([film(run) | {"places": places}], BINS, names)
    (left, width), _ = said[0]
    for place, ((x, its), words) in zip(places, said, strict=True):
        first, last = place // size * size, min(place // size * size + size, many) - 1
        assert (x, its) == (pytest.approx(left + first / size * (width - 2)), pytest.approx(width))
        assert words.startswith(f"customer {first} to customer {last}; customer {place}: told yes")
