"""An explorer: every setting it offers can be run, shows the right numbers, and says what changed."""

from itertools import pairwise, product
from types import SimpleNamespace

import pytest

import evsim
from evsim.lesson import lesson_size
from evsim.lesson.explore import Setting
from evsim.lesson.knobs import knobs, switches
from evsim.lesson.panel import button, show_panel, slide, toggle
from evsim.scenario import ScenarioError
from evsim.view import flow
from evsim.view.what_changed import figures, what_changed
from tests.books.checks import assert_same_records

WORKERS, RATE = "services.mailing-list.workers", "workloads.register-page.arrivals.poisson"


@pytest.fixture
def explorer():
    return evsim.explore(lesson_size("events"), [WORKERS, {RATE: ["5/s", "20/s"]}])


@pytest.mark.slow
def test_every_setting_of_its_grid_is_the_run_of_that_scenario(explorer):
    workers, rate = explorer.knobs
    for many, load, on in product(workers.values, rate.values, (False, True)):
        before = explorer.run
        shown = explorer.move({WORKERS: many, RATE: load}, faults={2: on})
        fault = [{"outage": "mailing-list", "at": 8, "for": 5}] * on
        asked = lesson_size("events").replace({WORKERS: many, RATE: load, "faults": fault})
        assert_same_records(explorer.run, asked.run())
        if explorer.run is not before:
            assert shown.sentence == what_changed(before, explorer.run)
        (yes,) = (now for name, now, _ in shown.rows if name == "told yes")
        assert yes == f"{figures(explorer.run)['told yes']:,}"
        assert f"{yes} told yes" in [end.text for end in shown.scenes[0].ends]
    html = shown._repr_html_()
    assert html.count("<img alt=") == 1 and f"<td>{yes}</td>" in html


def test_the_setting_before_is_compared_with(explorer):
    assert explorer.before is None and not any(before for *_, before in explorer.shown.rows)
    first = explorer.run
    explorer.move({WORKERS: 1})
    assert explorer.before is first and all(before for *_, before in explorer.shown.rows)
    again = explorer.move({WORKERS: 1})
    assert explorer.before is first and again is explorer.shown  # nothing was moved


@pytest.mark.slow
def test_the_axes_hold_still_over_all_that_its_sliders_reach(explorer):
    explorer.reach()
    frames = set()
    for many in explorer.knobs[0].values:
        for load in explorer.knobs[1].values:
            (drawn,) = explorer.move({WORKERS: many, RATE: load}).scenes
            frames.add(drawn.frame)
    alone = [flow.scene(explorer._run(Setting((many, 1), explorer.setting.on))).frame for many in range(4)]
    assert len({frame.right for frame in alone}) > 1  # which they would not by themselves
    assert len(frames) == 1


def test_moving_the_controls_is_moving_the_settings(explorer):
    shown, said = explorer._changed({0: 0, 3: True})
    assert said == shown.sentence == explorer.sentence
    assert explorer.run.scenario.services["mailing-list"].workers == explorer.knobs[0].values[0] == 1
    assert [fault.target for fault in explorer.run.scenario.faults] == ["database"]
    explorer._changed({3: False, 1: 2})
    assert not explorer.run.scenario.faults
    assert explorer.run.scenario.workloads["register-page"].arrivals.rate == 20


def test_other_luck_is_another_seed_and_the_sentence_says_so(explorer):
    for luck in (1, 3):
        _, said = explorer._changed({6: luck})
        assert said.startswith("The same setting, other luck. ")
        assert_same_records(explorer.run, lesson_size("events").run(seed=1 + luck))


def test_the_customers_are_the_same_at_every_setting(explorer):
    arrived = explorer.run.tables.requests.arrived
    for many in explorer.knobs[0].values:
        explorer.move({WORKERS: many})
        assert (explorer.run.tables.requests.arrived == arrived).all()


def test_a_setting_that_cannot_be_run_is_said_in_words_and_the_controls_live(explorer):
    narrow = evsim.explore(lesson_size("events").replace({"run.max_rows": 1500}), [{RATE: ["10/s", "50/s"]}])
    shown, said = narrow._changed({0: 1})
    assert said.startswith("This setting can't be run: run.max_rows") and shown == said
    assert narrow._changed({0: 0})[0] is narrow.shown


# What can be turned.


def test_a_path_alone_gets_values_around_the_present_one_in_its_own_unit():
    scenario = lesson_size("events")
    paths = [WORKERS, RATE, "services.database.handle.0.work.exponential", "network.loss"]
    found = knobs(scenario.replace({"network.loss": 0.4}), paths)
    assert [each.values for each in found] == [
        (1, 2, 4, 8), ("2.5/s", "5/s", "10/s", "20/s", "40/s"), ("12.5ms", "25ms", "50ms", "100ms", "200ms"),
        (0.1, 0.2, 0.4, 0.8),
    ]  # fmt: skip
    assert [each.values[each.present] for each in found] == [2, "10/s", "50ms", 0.4]


def test_given_values_are_written_as_a_file_has_them_and_the_present_one_is_among_them():
    (knob,) = knobs(lesson_size("events"), {"services.database.handle.0.work.exponential": [0.2, "0.01 s"]})
    assert knob.values == ("10ms", "50ms", "200ms") and knob.present == 1


@pytest.mark.parametrize("names", ["registration-classic", "registration-events", "two-producers-four-consumers"])
def test_by_default_every_part_can_be_switched_off_for_a_while(names):
    explorer = evsim.explore(names)
    parts = [*explorer.scenario.services, *explorer.scenario.channels]
    assert [fault["outage"] for _, fault, _ in explorer.switches] == parts[: len(explorer.switches)]


def test_the_faults_of_the_scenario_are_switches_that_are_on():
    down = {"outage": "mailing-list", "at": "8s", "for": "5s"}
    slow = {"slowdown": "database", "factor": 4, "at": "3s"}
    explorer = evsim.explore(lesson_size("events").replace({"faults": [down]}), faults=[slow])
    assert [(words, on) for words, _, on in explorer.switches] == [
        ("mailing-list down, from 8 s to 13 s", True), ("database 4 times slower, from 3 s on", False),
    ]  # fmt: skip
    explorer._changed({0: False, 1: True})
    assert [fault.kind for fault in explorer.run.scenario.faults] == ["slowdown"]


@pytest.mark.parametrize("sliders, says", [
    (["services.mailing-list.workrs"], "services.mailing-list.workrs: no such setting; did you mean workers?"),
    (["services.mailinglist.workers"], "services.mailinglist: no such setting; did you mean mailing-list?"),
    (["services.register.limit"], "services.register.limit: is not set; give the values"),
    (["services.register.discipline"], "services.register.discipline: is no number that could be more or less"),
    ([{WORKERS: [1, "many"]}], f"{WORKERS}: must be a whole number, got 'many'"),
    ([{WORKERS: []}], f"{WORKERS}: needs values to choose from"),
    ([{WORKERS: 4}], f"{WORKERS}: must be a list of values to choose from, got 4"),
    ("services", "sliders: must be a list of paths"),
    (["services"], "services: is no number: settings stand in it; name one of them, such as services.register.inst"),
    (["services.mailing-list.handle"], "such as services.mailing-list.handle.0.work.lognormal.mean"),
    (["faults"], "faults: is no number: settings stand in it; give the values: {'faults': [...]}"),
    ([7], "sliders: must be paths of settings, or mappings of paths to values, got 7"),
])  # fmt: skip
def test_a_slider_that_cannot_be_is_refused_in_words(sliders, says):
    with pytest.raises(ScenarioError) as refusal:
        evsim.explore(lesson_size("events"), sliders)
    assert says in str(refusal.value)


def test_a_move_to_what_is_not_there_is_refused_in_words(explorer):
    with pytest.raises(ScenarioError, match="there is no such slider here; did you mean services.mailing-list.workers"):
        explorer.move({"services.mailing-list.worker": 2})
    with pytest.raises(ScenarioError, match="is no value of this slider, got 3; one of 1, 2, 4, 8"):
        explorer.move({WORKERS: 3})
    with pytest.raises(ScenarioError, match="there is no service"):
        switches(lesson_size("events"), [{"outage": "mail", "at": 1}])
    for switch in (9, -1, "mailing-list"):
        with pytest.raises(ScenarioError, match=f"faults: there is no such switch, got {switch!r}; 0: "):
            explorer.move(faults={switch: True})
    with pytest.raises(ScenarioError, match="luck: must be a whole number, 0 or more, got 'much'"):
        explorer.move(luck="much")


def test_it_says_in_plain_text_what_it_shows(explorer):
    explorer.move({WORKERS: 1})
    text = repr(explorer.shown)
    assert text.splitlines()[0] == explorer.sentence
    before, now = (f"{figures(run)['told yes, not true 1 s later']}" for run in (explorer.before, explorer.run))
    assert f"told yes, not true 1 s later: {now} (before: {before})" in text


@pytest.mark.slow
def test_each_message_of_the_controls_is_answered_with_a_sentence(explorer, monkeypatch):
    panel = pytest.importorskip("anywidget") and __import__("evsim.lesson.panel", fromlist=["_kind"])._kind()
    seen = []
    widget = panel([], lambda changes: seen.append(changes) or {"said": explorer._changed(changes)[1]})
    monkeypatch.setattr(widget, "send", lambda message: seen.append(message))
    for one, two in pairwise([0, 1, 2]):
        widget._handle_custom_msg({"changes": [[0, one], [1, two]]}, [])
        assert seen[-2:] == [{0: one, 1: two}, {"said": explorer.sentence}]


def test_a_page_that_is_loaded_again_finds_controls_and_picture_as_they_are_now(monkeypatch):
    pytest.importorskip("anywidget")
    widgets, pictures = [], []
    handle = SimpleNamespace(update=pictures.append)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: handle)
    monkeypatch.setattr("evsim.lesson.panel.show_controls", lambda widget, _: widgets.append(widget))
    controls = [slide("workers", [1, 2, 3], 0), toggle("list down", False), button("other luck")]
    show_panel(controls, "as it begins", lambda changes: (f"as {changes} is", "said"), "")
    (widget,) = widgets
    widget._handle_custom_msg({"changes": [[0, 2], [1, True], [2, 1]]}, [])
    assert [widget.controls[0]["index"], widget.controls[1]["on"]] == [2, True]
    assert widget.controls[2] == button("other luck")
    assert len(pictures) == 1


def test_values_around_a_small_number_are_rounded():
    (knob,) = knobs(evsim.load("registration-events").replace({"services.mailing-list.workers": 3}),
                    "services.mailing-list.workers")  # fmt: skip
    assert knob.values == (1, 2, 3, 6, 12) and knob.present == 2
