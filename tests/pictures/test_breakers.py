"""The strips of circuit breakers are worked out a second time, from the incidents of runs of random systems."""

import pytest

from evsim.parts.breaker.picture import scene, strips_below
from evsim.view.style import seconds, short
from tests.books.holding import holds, run_of
from tests.figures.crowded import crowded_systems
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 300 if NIGHTLY else 60  # systems
STATES = {"breaker open": "open", "breaker half-open": "half-open", "breaker closed": "closed"}


def strips(run):
    """breaker -> [(state, since, until)], of the breakers that ever opened."""
    found = {}
    end = max(run.ended_at, run.scenario.run_settings.duration)
    for time, kind, who, _ in run.records.incidents:
        if kind in STATES:
            its = found.setdefault(who, [["closed", 0.0, end]])
            its[-1][2] = time
            its.append([STATES[kind], time, end])
    return found


def assert_breakers_are_true(run):
    """Whether one opened at all."""
    found, made = strips(run), scene(run)
    if not found:
        return False
    open_for = {who: sum(until - since for state, since, until in its if state == "open") for who, its in found.items()}
    longest = max(found, key=open_for.get)
    for state in STATES.values():
        wanted = [(since, until) for its in found.values() for its_state, since, until in its if its_state == state]
        spans = sorted(span for span in wanted if span[1] > span[0] or state == "open")
        drawn = sorted((left, right) for left, right, *_ in boxes(marks(made, "Bars", state)))
        assert drawn == spans, state
    assert made.title.endswith(
        f"for {seconds(open_for[longest])} of {seconds(max(its[-1][2] for its in found.values()))}"
    )
    opened = sum(state == "open" for state, *_ in found[longest])
    assert_strips_below_are_true(run, found, open_for)
    several = f"{len(found)} breakers opened; that of {longest} was open longest"
    alone = f"The breaker of {longest} opened {opened} time{'s' if opened != 1 else ''}, and was open"
    assert made.title.startswith(several if len(found) > 1 else alone)
    return True


def assert_strips_below_are_true(run, found, open_for, top=40.0):
    """Below another picture: those that were open longest, each with its name at its height."""
    longest = sorted(found, key=lambda who: -open_for[who])[:2]
    strips, ends, depth = strips_below(run, top)
    heights = [-top * (0.05 + 0.075 * line) for line in range(len(longest))]
    assert [(end.y, end.text) for end in ends] == [
        (pytest.approx(height), f"breaker: {short(who, 24)}") for height, who in zip(heights, longest, strict=True)
    ]
    wanted = [
        (since, until, height - 0.03 * top, height + 0.03 * top)
        for height, who in zip(heights, longest, strict=True)
        for state, since, until in found[who]
        if until > since or state == "open"
    ]
    assert sorted(boxes(strips)) == [pytest.approx(box) for box in sorted(wanted)]
    assert depth == pytest.approx(-top * (0.02 + 0.075 * len(longest)))


def test_the_strips_of_the_breakers_of_any_busy_system_are_what_its_incidents_say():
    opened = []

    @holds(0.2, crowded_systems().filter(lambda each: "breaker:" in each.to_yaml()), of=MANY)
    def are_true(scenario):
        opened.append(assert_breakers_are_true(run_of(scenario)))

    are_true()
    assert any(opened)
