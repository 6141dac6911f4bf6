import re
from xml.etree import ElementTree

import pytest

from evsim.results.tally import OK
from evsim.view.ghost import HEIGHT, LEFT, RIGHT, WIDTH, flow_with_ghost
from tests.view import runs

ALL = ("classic", "events", "doubled", "nobody", "few", "refused", "cut", "two_workloads", "many")
SVG = "{http://www.w3.org/2000/svg}"


def drawing(*given):
    return ElementTree.fromstring(flow_with_ghost(*given))


def lines(svg):
    """The points of each line of counts, in the order in which they are drawn."""
    paths = [each for each in svg.iter(f"{SVG}path") if each.get("stroke-width") in ("1.4", "2.2")]
    return [[float(number) for number in re.findall(r"-?[\d.]+", path.get("d"))] for path in paths]


@pytest.mark.parametrize("name", ALL)
def test_any_run_is_drawn_inside_its_frame_with_words_for_those_who_cannot_see(name):
    run = getattr(runs, name)()
    for given in ((run,), (run, run), (run, runs.events())):
        svg = drawing(*given)
        assert svg.get("role") == "img" and "customers" in svg.get("aria-label")
        for points in lines(svg):
            assert min(points) >= 0 and max(points) <= max(WIDTH, HEIGHT)


def test_there_is_a_line_for_each_count_and_a_pale_one_for_each_of_the_ghost():
    now, before = runs.classic(), runs.classic(down=False)
    assert len(lines(drawing(now))) == 5  # arrived, told, two effects, told error
    assert len(lines(drawing(now, before))) == 5 + 5  # one in a run without a fault was told an error too
    assert (before.tally.outcome != OK).sum() > 0


def test_a_line_rises_by_one_customer_at_a_time_to_all_of_them():
    run = runs.few()
    arrived = lines(drawing(run))[0]
    assert len(run.tally.row) == 3
    left, bottom, *steps, right = arrived
    assert (left, right) == (LEFT, RIGHT)
    heights = [bottom, *steps[1::2]]
    assert [round(one - two, 1) for one, two in zip(heights, heights[1:])] == [90.0] * 3


def test_a_ghost_lies_where_its_own_picture_has_it_when_both_need_the_same_room():
    now, before = runs.events(), runs.events(down=False)
    assert lines(drawing(before)) == lines(drawing(now, before))[:4]


def test_the_faults_are_told_and_drawn():
    svg = drawing(runs.events())
    assert "Faults: mailing-list down for 5 s, from 8 s." in svg.get("aria-label")
    assert any("mailing-list down" in (text.text or "") for text in svg.iter(f"{SVG}text"))
    assert "Faults" not in drawing(runs.events(down=False)).get("aria-label")
