"""Lesson 12: no profile without a row. What passes, what fails for whom, and what is not tried."""

from collections import Counter

import pytest

from evsim.lesson.end_states import end_states
from evsim.lesson.newcomer_task import bad_day, classic, events, lines_touched, unreadable_rows
from evsim.scenario import Scenario
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, HANDLE = "profile-with-a-row", "services.database.handle"
SAID, READ = {"publish": "row-written"}, {"services.profile.subscribe": "row-written"}
WORK, UNREADABLE, ROW = unreadable_rows().to_dict()["services"]["database"]["handle"]
NO_ROW, TOO_SOON = "got a profile, and never a customer row", "got a profile before there was a row"


def written_in_python(service, request):
    yield from service.work(0.05)


def said(*steps, channel="queue", **more):
    return {HANDLE: list(steps), "channels.row-written": channel} | READ | more


@pytest.mark.parametrize(
    "given",
    [
        said(WORK, UNREADABLE, ROW, SAID),
        said(WORK, UNREADABLE, ROW, SAID, channel={"log": {"partitions": 16}}),
        said(WORK, UNREADABLE, ROW, {"publish": {"channel": "row-written", "outbox": {}}}, channel={"log": {}}),
        said(WORK, UNREADABLE, ROW, SAID, **{"services.profile.instances": 2}),
        unreadable_rows().replace(said(WORK, UNREADABLE, ROW, SAID)),
    ],
)
def test_a_database_that_says_when_there_is_a_row_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, NO_ROW),
        (said(SAID, WORK, UNREADABLE, ROW), NO_ROW),
        (said(WORK, SAID, UNREADABLE, ROW), NO_ROW),
        (said(WORK, UNREADABLE, SAID, ROW), TOO_SOON),
        (said(WORK, UNREADABLE, ROW, SAID) | {"services.profile.subscribe": ["row-written", "customer-registered"]},
         NO_ROW),
        (said(WORK, UNREADABLE, ROW, SAID, SAID), "got a profile twice"),
        (said(WORK, UNREADABLE, ROW), "got a customer row, and never a profile"),
        (said(WORK, UNREADABLE, ROW, SAID, channel={"queue": {"max_length": 1}}), "and never a profile"),
        (READ | {"services.profile.subscribe": {"channel": "customer-registered", "group": "database"}},
         "and never a profile|and never a customer row"),
    ],
)  # fmt: skip
def test_who_does_not_hear_of_the_row_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (said(WORK, ROW, SAID), "keep the steps of database as they are"),
        (said(WORK, UNREADABLE, ROW, {"effect": "profile"}), "you may add a publish"),
        ({HANDLE: written_in_python}, "keep the steps of database"),
        (said(WORK, UNREADABLE, ROW, SAID) | {"services.profile.handle": [{"effect": "profile"}]}, "profile"),
        ({"services.register.handle": [{"call": "database"}, {"reply": "registered"}]}, "services.register.handle"),
        (READ, "row-written"),
        ("row-written", "give a dict with"),
    ],
)
def test_other_work_and_other_programs_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_the_picture_counts_each_mix_and_what_was_told():
    runs = {"classic": bad_day(classic(3)).run(), "events": bad_day(events(3)).run()}
    scene = end_states(**runs)
    rows = {-int(place): words for place, words in scene.y.ticks}
    for number, run in enumerate(runs.values()):
        effects = run.effects.groupby("request").effect.agg(frozenset)
        wanted = Counter(len(effects.get(each, ())) for each in run.requests.request)
        shown = Counter()
        wide = max(bar.left[0] for bar in scene.marks if hasattr(bar, "left"))
        for bar in scene.marks:
            if hasattr(bar, "left") and (bar.left[0] >= wide) == bool(number):
                words = rows[-round((bar.low[0] + bar.high[0]) / 2)]
                shown[0 if words == "nothing" else len(words.split(", "))] += round(bar.right[0] - bar.left[0])
        assert shown == wanted


def test_who_has_an_effect_several_times_has_it():
    call = {"service": "database", "timeout": "100ms", "retry": {"attempts": 3}}
    run = Scenario.from_dict({
        "name": "twice", "workloads": {"page": {"target": "register", "arrivals": {"constant": "20/s"}}},
        "services": {"register": {"workers": 9, "handle": [{"call": call}, {"reply": "registered"}]},
                     "database": {"handle": [{"effect": "row"}, {"work": {"choice": [[0.5, "1ms"], [0.5, "150ms"]]}}]}},
        "run": {"duration": "3s"},
    }).run()  # fmt: skip
    times = run.effects.groupby("request").size()
    assert (times > 1).any()
    assert len(times) == len(run.requests) and "nothing" not in {words for _, words in end_states(it=run).y.ticks}


def test_lines_are_those_of_the_text_of_each_service():
    table = lines_touched(own=(events(), events(3)), none=(events(), events()), work=(
        events(), events().replace({"services.database.handle.0.work": "1ms"})))  # fmt: skip
    assert table["own"].to_dict() == {"register": 0, "database": 0, "mailing-list": 0, "profile": 5}
    assert not table["none"].any()
    assert table["work"].dropna().to_dict() == {"register": 0, "database": 2, "mailing-list": 0}
