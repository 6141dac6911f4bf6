"""The picture of what held a loop."""

import pytest

import evsim
from evsim.parts.event_loop.picture import scene
from evsim.scenario import Scenario
from tests.view.drawing import boxes, finding, is_whole, marks

LOOPS = {"loops": 2, "warn_after": 0.75, "check": 0.25, "pool": 3, "pool_warn_after": 60}


def web(handle, *, arrivals=None, run=None, **settings):
    return Scenario.from_dict({
        "name": "web", "workloads": {"people": {"target": "web", "arrivals": arrivals or {"constant": 1}}},
        "services": {"web": {"workers": 100, "event_loop": LOOPS, "handle": handle, **settings}},
        "run": run or {"duration": 5.5},
    }).run()  # fmt: skip


def held(made):
    """name of a lane -> [(from, to, too long) of each piece, in order]."""
    labels, found = dict(made.y.ticks), {}
    for name in ("held", "held by the next", "held for too long"):
        for left, right, low, high in boxes(marks(made, "Bars", name)):
            found.setdefault(labels[round((low + high) / 2)], []).append((left, right, name.endswith("too long")))
    return {lane: sorted(pieces) for lane, pieces in found.items()}


def test_each_piece_is_where_it_was_in_its_lane():
    """Customers come at 1, 2 ... s and have the loops in turns; what blocks goes to a thread of the pool."""
    made = scene(web([{"work": 0.5}, {"wait": 0.25}, {"blocking": 2}]))
    lanes = held(made)
    assert lanes["loop 1"] == [(1, 1.5, False), (3, 3.5, False), (5, 5.5, False)]
    assert lanes["loop 2"] == [(2, 2.5, False), (4, 4.5, False)]
    assert lanes["pool thread 1"][0] == (1.75, 3.75, False)
    assert "never for longer than its limit" in made.title


def test_what_blocks_the_loop_is_told_from_what_does_not():
    made = scene(web([{"work": 0.5}, {"work": 1}]))
    first = held(made)["loop 1"][:2]
    assert first == [(1, 1.5, False), (1.5, 2.5, True)]
    assert "5 pieces too long, up to 1 s" in made.title and "3 of them too long" in made.alt


def test_what_is_in_work_when_the_run_ends_holds_its_loop_until_then():
    run = web([{"work": 4}], run={"duration": 3, "drain_limit": 0})
    assert held(scene(run)) == {"loop 1": [(1, 3, True)], "loop 2": [(2, 3, True)]}
    assert "held for 50 % of the time; 2 pieces too long, up to 2 s" in scene(run).title


def test_a_piece_that_takes_exactly_its_limit_is_not_too_long():
    """In fractions of seconds, of which sums are not exact."""
    settings = LOOPS | {"warn_after": "75ms", "check": "25ms"}
    made = scene(web([{"work": "75ms"}], event_loop=settings, arrivals={"constant": 10}))
    assert "never for longer than its limit" in made.title
    assert "54 pieces too long" in scene(web([{"work": "76ms"}], event_loop=settings, arrivals={"constant": 10})).title


def test_more_loops_than_there_is_room_for_are_all_counted_in_what_is_said():
    made = scene(web([{"work": 0.5}], event_loop=LOOPS | {"loops": 20}))
    assert len(made.y.ticks) == 12 and made.title.startswith("The 20 loops of web: held for")


def test_a_part_of_the_time_and_one_instance_can_be_drawn():
    run = web([{"work": 0.5}], instances=2)
    made = scene(run, begin=2.75, end=3.25)
    assert held(made) == {"loop 2": [(3, 3.25, False)]}
    assert "held for 25 % of the time" in made.title  # a quarter of a second of one of two loops, in half a second
    assert held(scene(run, instance=2)) == {"loop 1": [(2, 2.5, False)], "loop 2": [(4, 4.5, False)]}


def test_a_service_without_a_loop_is_told():
    run = web([{"work": 0.5}])
    with pytest.raises(ValueError, match="has no event loop; there are web"):
        scene(run, "front")
    with pytest.raises(ValueError, match="web has no instance 2; there are 1 to 1"):
        scene(run, instance=2)
    with pytest.raises(ValueError, match="begin must lie before end"):
        scene(run, begin=3, end=2)
    with pytest.raises(ValueError, match="at 0 or later"):
        scene(run, begin=-1)
    assert "No service has an event loop" in scene(evsim.load("unix-pipe").run(seed=1)).title


@pytest.mark.slow
def test_what_is_left_out_is_counted_and_all_is_inside_the_picture():
    run = evsim.load("blocked-event-loop").run()
    made = scene(run)
    assert f"{len(run.records.pieces) - 1_500:,} pieces left out from " in made.x.label
    axes = run.plot.loop(begin=10, end=11)
    assert is_whole(axes) and finding(axes).startswith("The loop of web: held for")
