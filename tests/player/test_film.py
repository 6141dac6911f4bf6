"""A film says what the records say, and nothing else."""

import base64
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import evsim
from evsim.results.endings import Verdict
from evsim.view.player.film import film
from tests.books.systems import systems
from tests.player.node import ask
from tests.support.nightly import by_day
from tests.view import runs

STATES = {"state": ["stateOf", "countsAt", "customerAt"]}
COUNTS = "(film, lanes) => lanes.map((lane) => film.moments.map((t) => countsAt(lane, t)))"
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # of many systems at once: it would take minutes


def micro(seconds):
    return np.rint(np.nan_to_num(seconds * 1e6, nan=np.inf))


def counts(run, effects, times):
    """What the screen counts at each time, worked out from the records."""
    requests, effect = run.tables.requests, run.tables.effects
    arrived, answered = micro(requests.arrived), micro(requests.answered)
    answers = {"yes": run.outcomes.yes, "no": run.outcomes.no, "error": run.outcomes.error}
    codes = {name: number for number, name in enumerate(run.tables.effect_names)}
    stands = np.isnan(run.tables.undone)
    ledger = run.tables.deliveries
    born, settled = micro(ledger.born), micro(ledger.settled)
    for t in times:
        there, told = arrived <= t, answered <= t
        heard = {word: int((told & who).sum()) for word, who in answers.items()}
        true = stands & (micro(effect["time"]) <= t)
        done = [int((true & (effect["name"] == codes.get(name, -1))).sum()) for name in effects]
        yield {
            "arrived": int(there.sum()), **heard, "waiting": int(there.sum()) - sum(heard.values()), "effects": done,
            "backlog": int(((born <= t) & (settled > t)).sum()),
        }  # fmt: skip


def assert_the_screen_counts_as_the_records_do(*all_runs, moments=40):
    films = []
    for run in all_runs:
        end = round(run.ended_at * 1e6)
        events = micro(np.concatenate([run.tables.rows[name] for name in ("born", "started", "ended", "settled")]))
        events = np.unique(events[np.isfinite(events)])
        picked = events[np.linspace(0, len(events) - 1, min(moments, len(events))).astype(int)] if len(events) else []
        films.append(film(run) | {"moments": sorted({0, end, *map(int, picked)})})
    for run, made, (shown,) in zip(all_runs, films, ask(films, COUNTS, STATES), strict=True):
        effects = [effect["name"] for effect in made["effects"]]
        for t, screen, records in zip(made["moments"], shown, counts(run, effects, made["moments"]), strict=True):
            screen["backlog"] = sum(group["count"] for group in screen["backlog"])
            assert screen == records, (run, t)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*runs.EDGES, "classic", "events"])
def test_at_any_moment_the_screen_counts_as_the_records_do(name):
    run = getattr(runs, {"two": "two_workloads"}.get(name, name))()
    assert_the_screen_counts_as_the_records_do(run)


@pytest.mark.slow
@settings(max_examples=by_day(7, 3), deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(systems(), min_size=4, max_size=6))
def test_at_any_moment_of_any_run_the_screen_counts_as_the_records_do(drawn):
    assert_the_screen_counts_as_the_records_do(*(scenario.run() for scenario in drawn), moments=20)


@pytest.mark.slow
def test_odd_customers_are_those_of_promise_and_truth():
    cast = [runs.classic(), runs.events(), runs.doubled(), runs.cut(), runs.refused()]
    found = ask([film(run) for run in cast], "(film, lanes) => oddOf(lanes[0])", {"odd": ["oddOf"]})
    for run, odd in zip(cast, found, strict=True):
        told = run.outcomes
        for kind, who in {"never": told.yes_untrue, "denied": told.error_yet_true, "twice": told.repeated}.items():
            order = np.argsort(run.tables.requests.arrived, kind="stable")
            assert odd[kind] == order[who].tolist(), (run, kind)
        assert (
            odd["late"]
            == np.flatnonzero((run.tables.requests.consistency_lag > 1) & (run.tables.requests.outcome == 1)).tolist()
        )
    assert any(odd["denied"] for odd in found) and any(odd["twice"] for odd in found)
    assert any(odd["late"] for odd in found) and any(odd["never"] for odd in found)


def test_the_first_loss_is_the_earliest_of_all_deliveries_that_were_given_up():
    run = evsim.load("poison-message").replace({"run.duration": 10, "run.warmup": 0}).run()
    (loss,) = ask([film(run)], "(film, lanes) => firstLoss(lanes[0])", {"odd": ["firstLoss"]})
    dead = micro(run.tables.rows["settled"][run.tables.rows["verdict"] == Verdict.DEAD])
    assert loss["time"] == dead.min() < dead.max()


def test_times_are_those_of_the_records_to_the_microsecond():
    run = runs.events()
    (lane,) = film(run)["futures"][0]["lanes"]
    kind, _, text = lane["attempts"]["started"].partition(":")
    started = np.frombuffer(base64.b64decode(text), "<" + kind)
    assert np.array_equal(started, micro(run.tables.rows["started"]))


def test_a_film_is_json_and_made_of_runs():
    made = film(runs.classic(), runs.events(), labels=["before", "after"])
    assert [lane["name"] for lane in json.loads(json.dumps(made))["futures"][0]["lanes"]] == ["before", "after"]
    with pytest.raises(TypeError, match="made of runs"):
        film(runs.classic().scenario)


def test_what_is_too_long_for_a_browser_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr("evsim.view.player.film.MOST", 1000)
    with pytest.raises(ValueError, match=r"a recording of [\d,]+ attempts is too much .*run\(until=60\)"):
        evsim.play(runs.classic(), runs.events())


def test_the_same_service_stands_in_the_same_place_whatever_the_design():
    cast = film(runs.classic(), runs.events())["cast"]
    assert cast["database"][0] == cast["mailing-list"][0] > cast["register"][0] > cast["register-page"][0]
    assert cast["register"][0] < cast["customer-registered"][0] < cast["database"][0]
    places = list(map(tuple, cast.values()))
    assert len(set(places)) == len(places)


def test_the_beginning_of_a_long_run_has_its_own_seed(monkeypatch):
    monkeypatch.setattr("evsim.view.player.window.MOST", 200)
    run = evsim.load("registration-events").run(seed=9)
    (shown,) = evsim.play(run).runs
    assert shown is not run and shown.seed == run.seed == 9
    arrived = shown.tables.requests.arrived
    assert (arrived == run.tables.requests.arrived[: len(arrived)]).all()
