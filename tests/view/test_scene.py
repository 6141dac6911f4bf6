"""A scene says the same on paper and in the browser: words, colours, order. Scenes in one frame share their axes."""

from dataclasses import replace

import numpy as np
import pytest

import evsim
from evsim import crash_matrix
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.statistics import Estimate
from evsim.lesson import dead_letters, lesson_size, told_then_done, where_they_wait, who_gets_which
from evsim.lesson.delivery_task import redriven
from evsim.parts.breaker.picture import scene as breakers
from evsim.parts.event_loop.picture import scene as loop
from evsim.parts.pollers.picture import scene as pollers
from evsim.parts.window import worker_strip
from evsim.parts.window.picture import scene as windows
from evsim.scenario import Scenario
from evsim.theory import retry_storm
from evsim.view import (
    comparison,
    crash_pictures,
    diagram,
    dots,
    ecdf,
    fit_plot,
    flow,
    hysteresis_plot,
    instances,
    lives,
    matrix,
    promise,
    replay_picture,
    spread,
    staleness,
    sweep_pictures,
    warm_up_plot,
    waterfall,
)
from evsim.view.scene.axes import Axis, names
from evsim.view.scene.marks import Band, End, Text
from evsim.view.scene.scene import hold
from tests.parts.pollers.test_pollers import polled
from tests.parts.window.test_credit import kept
from tests.parts.window.test_window import stream
from tests.parts.window.test_window_picture import LATE
from tests.view import runs
from tests.view.renderers import assert_marks_agree, assert_words_agree, in_browser, missing_on_paper, wide
from tests.view.runs import EDGES, lesson, long_names
from tests.view.test_comparison import alike, faulty

DESIGNS = ("registration-classic", "registration-events")
PALE = "as it was before"
SCENES = {
    "flow": lambda run: flow.scene(run),
    "latency": lambda run: dots.scene(run),
    "promise": lambda run: promise.scene(run),
    "promise at a moment": lambda run: promise.scene(run, at=9.0),
    "staleness": lambda run: staleness.scene(run),
    "staleness of two": lambda run: staleness.scene([run, runs.classic()]),
    "ecdf": lambda run: ecdf.scene(run),
    "told then done": lambda run: told_then_done(first=run, second=runs.events()),
    "who gets which": lambda run: who_gets_which(run),
    "lives": lambda run: lives.scene(run, runs.events(), 1),
    "waterfall": lambda run: waterfall.scene(run, 1),
    "spread": lambda run: spread.scene(run),
    "instances": lambda run: instances.scene(run),
    "who knows whom": lambda run: matrix.scene(run),
    "diagram": lambda run: diagram.scene(run, runs.events()),
}
RUNS = {name: EDGES[name] for name in ("few", "refused", "cut")}
RUNS |= {"classic": runs.classic, "events": runs.events}

WORKERS, RATE = "services.desk.workers", "workloads.people.arrivals.poisson"
DESK = Scenario.from_dict({
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "5/s"}}},
    "services": {"desk": {"workers": 2, "handle": [{"work": {"exponential": "100ms"}}, {"reply": "served"}]}},
    "run": {"duration": "20s", "warmup": "2s", "seed": 1},
})  # fmt: skip


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Of each run its pictures, and the pictures of parts, lessons and experiments."""
    found = {(name, which): make(RUNS[which]()) for name, make in SCENES.items() for which in RUNS}
    found |= {("lives", each): lives.scene(EDGES[each](), request=1, workload=None) for each in ("many", "doubled")}
    found |= {("comparison", each.__name__): comparison.scene(each()) for each in (faulty, alike)}
    found["crashes", "two"] = crash_pictures.scene(crash_matrix(*(lesson(name, duration=3) for name in DESIGNS)))
    found["hysteresis", "up and down"] = hysteresis_plot.scene(up_and_down(), retry_storm(50, 100, 3))
    found["replay", "small"] = replay_picture.scene(an_incident(tmp_path_factory.mktemp("incident")), "errors")
    return found | of_parts() | of_many_runs()


def of_parts():
    """Pictures that need a part, and those of one lesson."""
    breaker = {f"services.register.handle.{step}.call.breaker": {"failures": 3, "open_for": "1s"} for step in (1, 2)}
    guarded = lesson("registration-classic", [runs.OUTAGE], **breaker).run()
    late = stream(LATE, {"poisson": 4}, duration=15, delay={"exponential": 1}).run()
    again = redriven().run()
    return {
        ("breakers", "one"): breakers(guarded),
        ("breakers", "below"): flow.scene(guarded),
        ("windows", "all"): windows(late),
        ("backpressure", "with checkpoints"): worker_strip.scene(kept(2, duration=12, takes=0.5).run(seed=1)),
        ("loop", "two and a pool"): loop(two_loops().run(), end=3.0),
        ("pollers", "that grow"): pollers(polled(True, count=90, work="9s", until="30s").run()),
        ("instances", "that scale"): instances.scene(evsim.load("autoscale-by-lag").run()),
        ("windows", "at a moment"): windows(late, until=7.0),
        ("letters", "sent back"): dead_letters(again, "subscription"),
        ("where they wait", "two channels"): where_they_wait(again),
        ("copies", "the article"): who_gets_which(lesson_size("two-producers-four-consumers").run()),
        ("copies", "a queue"): who_gets_which(again),
    }


def two_loops():
    """One in ten asks for a report, which blocks its loop for half a second."""
    report = {"maybe": {"probability": 0.1, "then": [{"work": "500ms"}], "else": [{"blocking": "50ms"}]}}
    loops = {"loops": 2, "warn_after": "100ms", "check": "10ms", "pool": 3}
    return DESK.replace({"services.desk.handle": [{"work": "5ms"}, report], "services.desk.event_loop": loops,
                         "services.desk.workers": 100})  # fmt: skip


def an_incident(folder):
    """An outage of a small service, replayed."""
    (folder / "timeline.csv").write_text("time,what,target,value,for\n8s,outage,desk,,4s\n")
    (folder / "observed.csv").write_text("time,errors\n0,0\n5s,8\n10s,9\n15s,0\n")
    return evsim.replay(DESK, folder / "timeline.csv", folder / "observed.csv", n=2, jobs=1)


def of_many_runs():
    """Pictures of what was measured of many runs of a small scenario."""
    desk = DESK.replace({"objectives": {"response_mean": "300ms"}})
    swept = evsim.sweep(desk, {WORKERS: [1, 2], RATE: ["3/s", "6/s"]}, n=2, jobs=1)
    measured = evsim.sensitivity(desk, "response_mean", [WORKERS, RATE], by=0.5, n=2, jobs=1)
    times = np.random.default_rng(1).gamma(2.0, 0.1, 300)
    loads = {"one": [(0.5, Estimate(0.1, 0.05, 0.15, 3, 0.1)), (1, Estimate(9.0, 8.0, 10.0, 3, 0.1))]}
    return {
        ("sweep", "lines"): sweep_pictures.lines_scene(swept, "response_mean"),
        ("sweep", "heat map"): sweep_pictures.heat_scene(swept, "response_mean"),
        ("sweep", "load"): sweep_pictures.load_scene(loads, "response_mean", 0.3),
        ("sweep", "tornado"): sweep_pictures.tornado_scene(measured, "desk"),
        ("fit", "times"): fit_plot.scene(evsim.fit(times)),
        ("warm-up", "desk"): warm_up_plot.scene(evsim.warm_up(desk, n=2, jobs=1)),
    }


def up_and_down():
    """What a ramp measures on which the load comes down in a worse state."""
    steps = [("up", 20.0, 20.0), ("up", 60.0, 58.0), ("up", 90.0, 30.0), ("down", 60.0, 5.0), ("down", 20.0, 19.5)]
    plateaus = (Plateau(load, way, Estimate(mean, mean - 1, mean + 1, 5, 1.0)) for way, load, mean in steps)
    return Hysteresis("retries", "clients", 60.0, 5, tuple(plateaus))


@pytest.fixture(scope="module")
def drawn(scenes):
    """(key, scene, what the browser makes of it, what is on paper) of each."""
    screens = wide(scenes)
    return [(key, scene, screens[key], scene.draw()) for key, scene in scenes.items()]


@pytest.mark.ci
def test_screen_and_paper_have_the_words_of_the_scene_and_no_others(drawn):
    for each in drawn:
        assert_words_agree(*each)


@pytest.mark.ci
def test_marks_have_the_same_names_and_colours_in_the_same_order_in_both(drawn):
    for each in drawn:
        assert_marks_agree(*each)


@pytest.mark.ci
def test_all_words_stand_inside_the_picture_on_a_screen_of_any_width(scenes):
    widths = (320, 390, 600, 800)
    every = [*scenes.values(), *(make(long_names()) for make in SCENES.values())]
    asked = [(scene, None, width) for scene in every for width in widths]
    for (scene, _, width), found in zip(asked, in_browser(*asked), strict=True):
        across, high = found["box"][2:]
        assert across == max(width, round(96 * scene.least))
        inside = [left > -9 and right < across + 9 and 0 < y < high for left, right, y, _ in found["places"]]
        assert all(inside), (scene.name, scene.title, width)


@pytest.mark.ci
def test_names_in_the_margin_that_are_the_same_stand_apart(scenes):
    scene = replace(scenes["flow", "classic"], ends=(End(1.0, "the same"), End(50.0, "the same")))
    (found,) = in_browser((scene, None, 768))
    alike = [place for place in found["places"] if place[3] == "the same"]
    assert len(alike) == 2 and alike[0][2] > alike[1][2]


def test_faults_that_reach_beyond_the_axes_are_drawn_between_them():
    x = Axis(2.0, 6.0, "time", ((2.0, "2"), (6.0, "6")))
    spans = (0.0, 9.0), (0.0, 3.0), (5.0, 9.0), (0.0, 1.0), (7.0, 8.0), (4.0, 5.0)
    scene = replace(flow.scene(runs.few()), x=x, bands=(Band("down", spans),), ends=())
    (found,) = in_browser((scene, None, 768))
    (left, across), *others = found["spans"]
    assert 0 < left < left + across < 768
    begun = [(left, across / 4), (left + across * 3 / 4, across / 4), (left + across / 2, across / 4)]
    assert others == [pytest.approx(each, abs=0.2) for each in begun]


@pytest.mark.slow
def test_the_scene_before_is_a_ghost_and_the_words_say_so(scenes):
    before, now = scenes["flow", "classic"], scenes["flow", "events"]
    (found,) = in_browser((now, before, 768))
    assert found["ghosts"] == sum(not isinstance(mark, Text) for mark in before.marks)
    assert any(PALE in words for words in found["words"])


def test_where_rows_have_other_names_there_is_no_ghost(scenes):
    before = replace(scenes["flow", "classic"], y=names(0.0, 9.0, [(1, "row"), (2, "nothing")]))
    more = replace(before, y=names(0.0, 9.0, [(1, "row"), (2, "nothing"), (3, "entry")]))
    other = replace(before, y=names(0.0, 9.0, [(1, "row, entry"), (2, "nothing")]))
    grown, changed = in_browser((more, before, 768), (other, before, 768))
    assert grown["ghosts"] and not changed["ghosts"]


def test_held_scenes_have_one_frame_and_keep_what_they_show():
    before = [flow.scene(runs.lesson("registration-events", rate=rate).run()) for rate in (5, 20)]
    after = hold(before)
    assert before[0].frame != before[1].frame and after[0].frame == after[1].frame
    for one, two in zip(before, after, strict=True):
        assert (one.title, one.alt[60:]) == (two.title, two.alt[60:])
        assert [mark.y[-1] for mark in one.marks if mark.name] == [mark.y[-1] for mark in two.marks if mark.name]
    assert after[0].x == after[1].x and after[0].y == after[1].y


def test_dots_of_held_scenes_are_of_one_size_on_one_axis():
    held = hold(dots.scene(runs.lesson("registration-classic", rate=rate, duration=10).run()) for rate in (12, 25))
    assert held[0].x == held[1].x
    alone = [dots.scene(runs.lesson("registration-classic", rate=rate, duration=10).run()) for rate in (12, 25)]
    assert alone[0].x != alone[1].x
    assert len({mark.size for scene in held for mark in scene.marks if mark.name == "told"}) == 1


def test_a_word_that_differs_would_be_seen(scenes):
    scene = scenes["flow", "classic"]
    ax = scene.draw()
    ax.set_xlabel("time since the begin (s)")
    assert missing_on_paper(scene, ax) == {"timesincethestart(s)", "timesincethebegin(s)"}
