"""Tables, pictures and checks of lessons in cases that fall apart: two messages each, a first call, nobody told yet."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from evsim import lesson
from evsim.lesson import contention, lesson_size, luck, properties
from evsim.lesson.catching_up import caught_up_at
from evsim.lesson.challenge import Challenge, allowed, judged, read_entries
from evsim.lesson.deck.draws import draw
from evsim.lesson.explore import Explorer
from evsim.lesson.loop_task import heard, on_the_bus
from evsim.lesson.sign_task import month, shop
from evsim.lesson.workers_task import little, mailing
from tests.snapshots.lessons.incidents import told
from tests.snapshots.lessons.odd_runs import _lines
from tests.snapshots.lessons.several_of_lessons import OUT, SHOP, WORK
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = ["CORNERS_OF_TABLES"]

HANDLE = "services.shop.handle"


def _marks(scene):
    return rounded(json.dumps(scene.to_dict()))


def _of_pictures():
    """Customers who are in a channel twice, messages that nobody is handed, readers who have more than they began."""
    twice = SHOP.replace({
        HANDLE: [WORK, {"publish": "jobs"}, WORK, {"publish": "jobs"}, {"publish": "news"}, {"reply": "ok"}],
        "services.shop.workers": 9, "channels.jobs": {"queue": {"ttl": "300ms"}}, "run.drain_limit": "100ms",
        "services.pack.handle.0.work": "400ms", "services.mail.handle.0.work": "500ms",
    }).run()  # fmt: skip
    yield "where they wait", _marks(lesson.where_they_wait(twice))
    many = SHOP.replace({
        HANDLE: [{"publish": "news"}, {"publish": "news"}, {"publish": "news"}, {"reply": "ok"}],
        "channels": {"news": "queue"}, "services.mail.subscribe": [{"channel": "news", "prefetch": 4}],
        "services.mail.handle.0.work": "300ms", "services.pack.subscribe": "news", "run.drain_limit": "0s",
    }).run()  # fmt: skip
    yield "who gets which", _marks(lesson.who_gets_which(many))
    axes = contention((2, 4), {"a": "0s", "b": "9ms"}, range(1)).axes
    yield "rivals", _lines(drawn(lambda: axes[0]), *(each.get_title("left") for each in axes))
    with patch("evsim.lesson.luck.measured", lambda name, work, seed: 1.004 if name == "amber" else 1.0 + seed / 500):
        yield "side by side", table(luck.side_by_side(3))
    yield "two runs", _marks(luck.differences({"two": ([1.0, 2.0], [1.5, 1.75])}))
    moments = SimpleNamespace(arrived=np.array([0.5, 1.0, 2.0, 9.0]), first_time=np.array([[1.0, 2.0, 3.0, np.nan]]))
    run = SimpleNamespace(tables=SimpleNamespace(requests=moments, effect_names=["row"]))
    yield "caught up", str(caught_up_at(run, "index", "row"))


def _of_explorers():
    """Faults that are taken away, so that figures fall to 0; a seed that is not the first."""
    its = Explorer(SHOP.replace({"run.seed": 3, HANDLE: [{"fail": 0.5}], "faults": [OUT]}), ["services.shop.workers"])
    yield "at first", told(its.shown)
    yield "no fault", f"{told(its.move(faults={0: False}))} {its.run.seed}"
    yield "other luck", f"{told(its.move(luck=2))} {its.run.seed}"
    calm = Explorer(SHOP.replace({"faults": [OUT]}))
    yield "nothing is left", told(calm.move(faults={0: False}))


def _of_challenges():
    """A budget that is used up, a design with a fault of its own, names that are given already, several refused."""
    challenge = Challenge("it", "", SHOP, ("services.pack.workers", HANDLE), 4, {"none": []})
    for budget, design in ((4, SHOP), (3, SHOP), (4, SHOP.replace({"faults": [{"outage": "pack", "at": "1s"}]}))):
        said = tried(allowed, replace(challenge, budget=budget), design)
        yield f"budget of {budget}, {len(design.faults)}", said if isinstance(said, str) else said.to_yaml()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.yaml" for name in ("as given", "few", "none")]
        for path, text in zip(paths, (SHOP.to_yaml(), SHOP.replace({"services.pack.workers": 9}).to_yaml(), "5")):
            path.write_text(text, encoding="utf-8")
        for those in (paths[:1], paths[1:]):
            said = tried(lambda those=those: judged(challenge, read_entries(challenge, those), 1, jobs=1))
            yield f"{len(those)} designs", str(said).replace(folder, "")


def _of_checks():
    """A service that is called twice, who is told nothing yet, versions in another order, and budgets beside a bill."""
    classic = lesson_size("classic").replace({"run.duration": "2s", "run.drain_limit": "0s"})
    steps = [{"call": "database"}, {"parallel": [{"call": "mailing-list"}, {"call": "database"}]}, {"reply": "yes"}]
    run = classic.replace({"services.register.handle": steps}).run()
    yield "at once", _lines(*[*properties.asked_at_once(run, "database", "mailing-list")][:3])
    yield "refused", _lines(*properties.refusal_means_nothing_done(run, "customer row"), run.outcomes.nothing.sum())
    storm = lesson.tasks.storm_task
    slow = [{"slowdown": storm.LIST, "factor": 400, "at": "87s", "for": "60s"}]
    cut = storm.storm(2).replace({"faults": slow, "run.drain_limit": "0s"}).run()
    yield "storm", _lines(*storm.well_again(cut), *storm.hardly_an_error(cut))
    pipe = lesson.tasks.pipe_task
    full = [pipe.advertised(places, "reject_publish").replace({"run.duration": "20s"}).run() for places in (18, 19, 20)]
    yield "full", _lines(*([*pipe.refused_in_need(each)][:3] for each in full))
    contract = lesson.tasks.contract_task
    plan = {"register": {9: "writes mail", 3: "writes both"}, "welcome": {7: "reads mail", 2: "reads both"}}
    at = [SimpleNamespace(request=number, now=now / 2) for number in range(5) for now in range(31)]
    yield "versions", _lines(*([sorted(contract._fields(name, plan, each)) for each in at] for name in plan))
    last = {name: dict(zip((20, 10), [*versions][:0:-1])) for name, versions in contract.VERSIONS.items()}
    yield "releases", str(tried(contract._plan, last))
    paid = lesson.tasks.function_task
    short = paid.photo_shop().replace({"run.duration": "31s"})
    bill = short.run(seed=1).summary()["cost_month"]
    for more in (-5, 5):
        with (
            patch("evsim.lesson.function_task.BUDGET", round(bill) + more),
            patch("evsim.lesson.function_task.photo_shop", lambda: short),
        ):
            yield f"a budget {more} beside", str(tried(paid.each_in_its_way, {}))[:99].partition(" at 0x")[0]


def _of_tables():
    """An answer that comes after all was done, mails that are left, a board without a number, one failure a month."""
    yield "heard", table(heard(ask=on_the_bus("ask", 9).replace({"run.duration": "3s"}).run()))
    yield "left", table(little(cut=mailing(30, 1, 3).replace({"run.drain_limit": "1s"}).run()))
    window = lesson.tasks.window_task
    yield "no number", table(window.shown(none=window.board(999).replace({"run.duration": "9s"}).run()))
    net, new, real = lesson.tasks.network_task, lesson.tasks.newcomer_task, lesson.reality_task
    yield "abroad", _lines(*(net._abroad(lesson_size(name)) for name in ("classic", "events")))
    yield "gone", _lines(*(net._gone(lesson_size(name)) for name in ("classic", "events")))
    yield "drawn", str([draw({"at": {"from": "1s", "to": "2.9s"}}, seed) for seed in range(9)])
    changed = new.events().replace({"services.database.workers": 3})
    yield "lines", table(new.lines_touched(alike=[new.events(), changed], more=[new.events(), new.events(4)]))
    yield "sum", str(real._sum_of_means(real.flow()))

    def hour(design, fails=False):
        its = design.services["shop"].instances
        return {"requests": 3600.0, "errors": 30.0 * fails / its, "response_p99": 3.0 if fails else 1.0}

    with patch("evsim.lesson.sign_task.hour", hour):
        for failures in (0, 1, 2):
            yield f"{failures} failures", table(month(failures, one=shop(1, 2), two=shop(2, 1), four=shop(4, 1)))


CORNERS_OF_TABLES = {f"corners of lessons' {name}": function for name, function in {
    "pictures": _of_pictures, "explorers": _of_explorers, "challenges": _of_challenges, "checks": _of_checks,
    "tables": _of_tables,
}.items()}  # fmt: skip
