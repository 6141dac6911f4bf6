"""What is said of designs, boards, files and computers that are out of the way: ties, one of its kind, and none."""

import json
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from evsim import Scenario, lesson
from evsim.experiment.judging import judge
from evsim.experiment.statistics import estimate
from evsim.lesson import lesson_size, lessons_folder, properties
from evsim.lesson.board import board
from evsim.lesson.catching_up import catching_up
from evsim.lesson.challenge import Entry, judged, load_challenge, read_entries, under
from evsim.lesson.cold_or_warm import cold_or_warm
from evsim.lesson.loop_picture import whose_loop
from evsim.lesson.sliders import slider
from evsim.lesson.taken import email_taken
from evsim.lesson.tasks import HANDLE, ROW
from evsim.lesson.toys import toy
from evsim.lesson.two_languages import two_languages
from evsim.lesson.widgets import show_controls
from evsim.testbed.calibration import Calibration
from tests.lesson.test_challenge import BY_EVENT
from tests.snapshots.lessons.incidents import displayed
from tests.snapshots.lessons.odd_runs import LIST, QUARTERS, _lines, _seen, _slow
from tests.snapshots.texts import table, tried

__all__ = ["ODD_DESIGNS"]

AWAY = {"at": "0s", "for": "60s"}


def _of_promises():
    """Who is due nothing, who is told long after all was done, and apologies that nobody gets."""
    some = {HANDLE: [{"maybe": {"probability": 0.5, "then": [{"call": "database"}]}}, {"reply": "registered"}]}
    waits = {HANDLE: [{"call": "database"}, {"wait": "2s"}, {"reply": "registered"}], "faults": []}
    at_once = {HANDLE: [{"effect": ROW}, {"reply": "registered"}]}
    late = {HANDLE: [{"call": {"service": "database", "timeout": "125ms"}}, {"reply": "registered"}], "faults": []}
    runs = {name: _slow(**its).run() for name, its in (
        ("some", some), ("waits", waits), ("at once", at_once), ("late", late))}  # fmt: skip
    for name, run in runs.items():
        yield f"told, {name}", _seen(lesson.told_then_done(**{name: run}))
        yield f"promises, {name}", table(lesson.promises(**{name: run}))
        checks = properties.true_when_told(run, ROW), properties.done_within(run, 0.01, ROW)
        yield f"first, {name}", _lines(*([*its][:2] for its in checks))
    limits = (0.4999, 0.5, 0.50001)
    yield "a moment too long", _lines(*([*properties.told_within(_slow(faults=[]).run(), each)][:1] for each in limits))
    sorry = email_taken(_slow("events", faults=[]), 3).replace({
        "faults": [{"outage": "apology", **AWAY}], "run.drain_limit": "1s"})  # fmt: skip
    yield "without an apology", table(lesson.who_heard_no(sorry=sorry.run()))
    hybrid = _slow("hybrid", faults=[]).run()
    yield "asked at once", _lines(*[*properties.asked_at_once(hybrid, "database", LIST)][:2])
    many = lesson_size("classic").replace({"services.database.instances": 3, "services.database.workers": 1})
    yield "three databases", lesson_size(many).to_yaml()


def _of_tables():
    """Other places where a service works, a board on which nobody presses, and a change that alone is missing."""
    storm = lesson.tasks.storm_task
    direct = {"workloads.direct": {"target": LIST, "arrivals": {"constant": "1/s"}}, "run.duration": "70s"}
    yield "storm", table(storm.before_and_after(direct=storm.storm(2).replace(direct).run()))
    bursts = {f"workloads.{name}.arrivals": {"burst": {"count": 1, "at": at}}
              for name, at in {"page": "5s", "telephone": "45s"}.items()}  # fmt: skip
    window = lesson.tasks.window_task
    yield "board", _lines(*window.numbers_come_soon(window.board().replace(bursts).run()))
    past = lesson.tasks.history_task
    few = {"workloads.visitors.arrivals": {"constant": "0.1/s"}, "run.duration": "40s", "network.latency": "0s"}
    yield "one is missing", _seen(catching_up(past.history(4, 15).replace(few).run(), "search-index", "index entry"))
    contract = lesson.tasks.contract_task
    away = contract.contract({}).replace({"run.duration": "3s", "faults": [{"outage": "customer-registered", **AWAY}]})
    yield "nobody is left out", _lines(*contract.nobody_left_out(away.run()))
    yield "not the last", str(lesson.exercise("without-a-dead-letter").check({"register": {50: "writes both"}}))
    real, machine = lesson.reality_task, Calibration(0.00123456, 0.0, 0.00054321, {})
    flow = real.flow().replace(QUARTERS | {"run.duration": "3s", "services.database.handle.0.work": "20.66ms"})
    run = flow.run()
    its = SimpleNamespace(scenario=flow, seed=1, calibrated=machine.apply(flow), calibration=machine, tables=run.tables,
                          outcomes=run.outcomes, summary=run.summary)  # fmt: skip
    yield "beside", table(real.beside(its))


def _of_pictures():
    """Readers who are still at work in the end, functions beside a loop, and a pool whose threads are all taken."""
    steps = [{"work": "1s"}, {"effect": "seen"}]
    fans = {f"fan-{each}": {"subscribe": "news", "handle": steps} for each in range(2)}
    run = Scenario.from_dict({
        "name": "fans", "run": {"duration": "1s", "drain_limit": "2500ms"}, "network": {"latency": "0s"},
        "workloads": {"page": {"target": "shop", "arrivals": {"constant": "5/s"}},
                      "asked": {"target": "fan-0", "arrivals": {"burst": 1}}},
        "services": {"shop": {"workers": 9, "handle": [{"publish": "news"}]}, **fans, "fan-2": {
            "instances": 2, "subscribe": "news", "handle": [{"work": "100ms"}]}},
        "channels": {"news": {"log": {"partitions": 2}}},
    }).run()  # fmt: skip
    yield "readers at work", _seen(lesson.who_gets_which(run))
    loop = {"workers": 9, "event_loop": {"like": "vertx-verticle"}, "handle": [{"work": "4s"}, {"reply": "ok"}]}
    shop = lesson.tasks.function_task.newsletter("512MiB")
    beside = {"services.web": loop, "workloads.others": {"target": "web", "arrivals": {"burst": 2}}}
    cut = shop.replace({"run.duration": "20.2s", "run.drain_limit": "0s"} | beside)
    yield "cold and not told", _seen(cold_or_warm(cut.run()))
    nobody = {"workloads.newsletter.arrivals": {"burst": {"count": 2, "at": "1s"}}, "run.warmup": "5s"}
    before = {name: its for name, its in shop.to_dict()["workloads"].items() if name == "newsletter"}
    yield "a price for nobody", _seen(cold_or_warm(shop.replace({"workloads": before} | nobody).run()))
    its = lesson.loop_task
    pool = its.pages_and_reports([{"blocking": "250ms"}, {"effect": its.REPORT}]).replace({
        "workloads.browsers.arrivals": {"constant": "8/s"}, "run.duration": "3s", "network.latency": "0s",
        "services.web.event_loop": {"loops": 1, "pool": 1}, "services.web.handle.0.work": "25ms",
        "services.web.handle.2.maybe.probability": 1}).run()  # fmt: skip
    yield "a full pool", _seen(whose_loop(pool, 0.5, 1.0))


def _of_challenges():
    challenge, review = load_challenge("keep-your-word"), load_challenge("design-review")
    base = challenge.base.replace(BY_EVENT)
    log = next(iter(base.channels))
    for kind in ("bus", "log"):
        design = review.base.replace(BY_EVENT | {"channels": {log: {kind: {}}}})
        yield f"faults of a {kind}", _lines(*(under(review, design, each).faults for each in review.troubles))
    said = {"one": [0.1, 0.3], "two": [0.1, 0.1], "six": [0.3, 0.3]}
    said = {name: judge({"response_mean": 0.2}, {"response_mean": estimate(its)}) for name, its in said.items()}
    entries = [Entry(name, base, workers) for name, workers in (("one", 3), ("two", 0), ("six", 2))]
    for what, troubles in (("board", ["calm"]), ("unfinished board", ["calm", "storm", "night"])):
        asked = replace(challenge, troubles=dict.fromkeys(troubles))
        found = board(asked, entries, {"calm": said | {"as given": said["two"]}}, 2)
        yield what, f"{found!r}\n{found.to_html()}\n{found.to_csv()}"
    changes = {
        "elastic": {f"services.{name}.autoscale": {"by": "concurrency", "target": 2, "most": 4}
                    for name in ("mailing-list", "database")},
        "two machines": {"services.mailing-list.instances": 2}, "no effects": {
            "services.database.handle": [{"work": "20ms"}]},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name, its in changes.items():
            path = Path(folder) / f"{name.replace(' ', '-')}.yaml"
            path.write_text(base.replace(its).to_yaml(), encoding="utf-8")
            (entry,) = read_entries(challenge, [path])
            yield name, f"{entry.workers} {entry.refused}"
    yield "no entries", str(tried(judged, challenge, []))


@contextmanager
def _programs(written, read):
    """Two programs that end so: what the reader printed stays."""

    @contextmanager
    def popen(*_, **__):
        yield SimpleNamespace(stdout=None, returncode=written)

    said = SimpleNamespace(stdout="a mail to ada\n", returncode=read)
    run = patch("subprocess.run", lambda *_, **__: said)
    with patch("shutil.which", lambda _: "it"), patch("subprocess.Popen", popen), run:
        yield


def _of_computers():
    for written, read in ((0, 0), (1, 0), (0, 1)):
        with _programs(written, read):
            yield f"programs that end with {written} and {read}", f"{two_languages()}\n{lesson.shell('ls -l')}"
    for answers in ([64, 64, 64, 3], [64, 64, BlockingIOError]):
        yield f"a pipe that takes {len(answers)}", _pipe(answers)
    bundle = SimpleNamespace(_repr_mimebundle_=lambda: ({"text/html": "<b>"}, {"meta": 1}))
    yield "a control with more to say", displayed(partial(show_controls, bundle, "words"))
    yield "no such toy", str(tried(toy, ["console"]))
    yield "a function without settings", str(tried(slider, _nothing, many=[1]))
    for name in ("07.ipynb", "it", "13-replay-histry", "build", "00-press-register.ipynb"):
        yield f"lesson {name}", str(tried(lessons_folder.lesson_named, name))
    with tempfile.TemporaryDirectory() as folder, patch("evsim.lesson.lessons_folder.PACKAGE", Path(folder)):
        (Path(folder) / "lessons").mkdir()
        yield "no lessons", f"{lessons_folder.shipped().name} {tried(lessons_folder.lesson_named, None)}"
        for name in ("09-here-build-it", "09-here", "10-there"):
            (Path(folder) / "lessons" / f"{name}.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
        yield "its lessons", f"{lessons_folder.lesson_named('09')} {lessons_folder.lesson_named(None)}"


def _nothing():
    return None


def _pipe(answers):
    """What is said of a pipe that takes so many bytes each time, and then no more until four lines are read."""
    taken, read = iter(answers), iter([b"x" * 64] * 4 + [b""])

    def write(*_):
        its = next(taken, BlockingIOError)
        if its is BlockingIOError:
            raise BlockingIOError
        return its

    fill = {"pipe": lambda: (0, 1), "set_blocking": lambda *_: None, "close": lambda _: None, "write": write,
            "read": lambda *_: next(read)}  # fmt: skip
    with patch("evsim.lesson.real_pipe.os", SimpleNamespace(**fill)):
        return str(lesson.real_pipe())


ODD_DESIGNS = {f"odd {name}": function for name, function in {
    "promises": _of_promises, "tables": _of_tables, "pictures": _of_pictures, "challenges": _of_challenges,
    "computers": _of_computers,
}.items()}  # fmt: skip
