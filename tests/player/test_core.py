"""What the player computes without a page: its own tests in Node, and what it says about runs."""

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evsim.view.player.bundle import FOLDER, bundle
from evsim.view.player.film import film
from evsim.view.story import Story
from evsim.view.words import seconds
from tests.books.systems import systems
from tests.player.node import MODULES, ROOT, ask, node
from tests.player.reference_words import ORDER
from tests.support.nightly import by_day
from tests.view import runs

EVENTS = {"events": ["eventsOf"], "words": ["sentence"]}
PANEL = ROOT / "evsim/lesson"
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # of many systems at once: it would take minutes


@pytest.mark.slow
def test_the_core_passes_its_own_tests():
    said = node("--test", *sorted((ROOT / "tests/player/js").glob("*.test.mjs")))
    assert re.search(r"^# fail 0$", said, re.MULTILINE) and not re.search(r"^# pass 0$", said, re.MULTILINE), said


def test_what_happens_at_one_moment_is_told_in_the_order_of_the_reference():
    """Two of each kind rarely meet in random systems; their order is one list, and compared as one."""
    script = f"""
import * as kinds from {json.dumps((MODULES / "kinds.js").as_uri())};
const found = Object.entries(kinds).sort(([, one], [, other]) => one - other);
process.stdout.write(JSON.stringify(found));
"""
    found = json.loads(node("--input-type=module", "--eval", script))
    assert found == [[kind.upper().replace(" ", "_"), number] for number, kind in enumerate(ORDER)]


def test_times_are_said_as_the_still_pictures_say_them():
    times = [0, 1, 250, 999, 1000, 9_949, 9_950, 12_345, 99_999, 999_499, 999_500, 1_234_567, 9_950_000, 83_200_000,
             599_000_000, 600_000_000, 3_600_000_000, 7_500_000_000, 1_250_000, 1_350_000,
             3_250_000, 3_750_000, 12_500_000, 13_500_000, 2_250, 2_450]  # fmt: skip
    functions = {"words": ["duration"]}
    (said,) = ask([film(runs.few()) | {"times": times}], "(film) => film.times.map(duration)", functions)
    assert said == [seconds(time / 1e6) for time in times]


def moments_of_records(run, number, workload):
    """The microseconds at which the records say that something happened to a request.

    The player does not tell what was undone, nor its undoing: it shows what is true in the end.
    """
    story = Story(run, number, workload)
    moments = [moment for moment in run.trace(number, workload) if moment.what != "undo"]
    stands = {(round((story.arrived + time) * 1e9), name) for time, name in story.standing}
    times = [each.time for each in moments if each.what != "effect" or (round(each.time * 1e9), each.detail) in stands]
    for span in story.spans.values():
        times += [story.arrived + time for time in (span.arrived, span.replied, span.late)]
    for message in story.messages.values():
        times += [story.arrived + time for each in message.sendings for time in (each.sent, each.arrived)]
    return sorted({round(time * 1e6) for time in times if time == time})


def assert_the_player_tells_every_moment(run, count=6):
    tally = run.tables.requests
    picked = (
        np.unique(np.linspace(0, len(tally.row) - 1, min(count, len(tally.row))).astype(int)) if len(tally.row) else []
    )
    wanted = [[tally.workloads[tally.workload[index]], int(tally.number[index])] for index in picked]
    question = """(film, lanes) => {
        const events = eventsOf(lanes);
        return film.wanted.map(([workload, number]) => [...events.mine({workload, number})]);
    }"""
    (found,) = ask([film(run) | {"wanted": wanted}], question, EVENTS)
    for (workload, number), moments in zip(wanted, found, strict=True):
        assert moments == moments_of_records(run, number, workload), (run, workload, number)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["classic", "events", "doubled", "refused", "cut", "two_workloads"])
def test_a_customers_events_are_the_moments_of_the_records(name):
    assert_the_player_tells_every_moment(getattr(runs, name)())


@pytest.mark.slow
@settings(max_examples=by_day(15, 5), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(systems())
def test_a_customers_events_are_the_moments_of_the_records_in_any_run(scenario):
    assert_the_player_tells_every_moment(scenario.run())


@pytest.mark.slow
@settings(max_examples=2, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(systems(), min_size=5, max_size=10))
def test_every_event_of_any_run_is_said_in_words(scenarios):
    question = """(film, lanes) => eventsOf(lanes).list.map((event) => sentence(lanes[event.lane], event, "WHO"))"""
    for said in ask([film(scenario.run()) for scenario in scenarios], question, EVENTS):
        assert not [words for words in said if re.search(r"undefined|null|NaN|object|^\W|\s$", words)]


def test_the_bundle_is_one_module_that_imports_nothing():
    text = bundle("widget")
    assert not re.search(r"^import |^export (?!default)", text, re.MULTILINE)
    names = re.findall(r"^const (module_\w+) = \(\(\) => \{$", text, re.MULTILINE)
    assert len(names) == len(set(names)) and {"module_film", "module_player", "module_widget"} <= set(names)
    checked = f"{text}\n".replace("export default", "const whole =") + "process.stdout.write(typeof whole.render);"
    assert node("--input-type=module", text=checked) == "function"


def test_every_module_is_reached():
    """A file that no page, no widget and no panel of a lesson loads is forgotten."""
    text = bundle("page") + bundle("widget") + bundle("panel", PANEL)
    forgotten = [path.stem for path in FOLDER.glob("*.js") if f"module_{path.stem.replace('-', '_')} =" not in text]
    assert not forgotten
