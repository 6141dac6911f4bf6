"""What students are told: of right and wrong answers, in tables and pictures, and by questions and sliders."""

import json
import os
import re
import tempfile
from contextlib import chdir
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import evsim
from evsim import lesson
from evsim.lesson import exercise, lesson_size, predict, question, slider, widgets
from evsim.lesson.answers import down
from evsim.lesson.by_hand import luck_of, same, without_network
from evsim.lesson.catching_up import catching_up
from evsim.lesson.cold_or_warm import cold_or_warm
from evsim.lesson.concept_inventory import INVENTORY, inventory
from evsim.lesson.end_states import end_states
from evsim.lesson.explore import explore
from evsim.lesson.hand_in import hand_in, handed_in
from evsim.lesson.knobs import knobs, switches
from evsim.lesson.loop_picture import whose_loop
from evsim.lesson.month_bills import month_bills
from evsim.lesson.order_task import addresses, out_of_order
from evsim.lesson.panel import Still
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.store import ELSEWHERE, Store
from evsim.lesson.taken import email_taken
from evsim.lesson.tally import Tally, read_results, right_answer
from evsim.lesson.tasks import ENTRY, HANDLE, TASKS
from tests.lesson import answers
from tests.lesson.handlers import in_python
from tests.lesson.test_tally import CLASS, student
from tests.snapshots.lessons.incidents import Controls, displayed, moved, told
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = ["LESSONS"]

SEEDS, HUNTED = (1, 2), 10  # of a check; runs of a hunt
WORKERS, RATE, LOG = "services.mailing-list.workers", "workloads.register-page.arrivals.poisson", "customer-registered"
NOBODY, DOWN, REPLY = {RATE: "0.000001/s"}, down("mailing-list"), {"reply": "registered"}
PARTS = "database", "mailing-list"
MORE = {  # exercise -> answers that its own tests do not try
    "keep-the-loop-free": [[{"wait": "2s"}, {"blocking": "60ms"}, {"effect": "report"}]],
    "design-review": [{HANDLE: in_python}],
}


def _alone(function, *arguments):
    """What a function yields where nobody has guessed anything before."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {ELSEWHERE: folder}), chdir(folder):
        found = list(function(*arguments))
    yield from found


def _seen(shown):
    """Scenes as a browser gets them; other things in words."""
    scenes = getattr(shown, "scenes", None)
    return rounded(json.dumps([each.to_dict() for each in scenes])) if scenes else str(shown)


# Exercises.


def _answers(name):
    """The wrong answers that the tests of an exercise try, and its first right one."""
    if name in answers.WRONG:
        return [answer for answer, _ in answers.WRONG[name]] + answers.RIGHT[name][:1]
    module = (TASKS[name].conditions or TASKS[name].trials).__module__.rpartition(".")[2]
    tests = vars(import_module(f"tests.lesson.test_{module}")).values()
    marks = [mark.args for test in tests for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    cases = {names: [] for names, _ in marks if names.split(",")[0] in ("given", "answer", "rule")}
    for names, its in marks:
        cases.get(names, []).extend(its)
    wrong = [case[0] for names, its in cases.items() if "," in names for case in its]
    return MORE.get(name, []) + wrong + next(its for names, its in cases.items() if "," not in names)[:1]


def _of_exercise(name):
    task = exercise(name)
    task.task = replace(task.task, seeds=SEEDS)
    yield "at first", f"{task!r}\n{task.check(...)}\n{task.hint()}\n{task.look()}\n{_design(task)}"
    with patch("evsim.lesson.exercises.HUNTED", HUNTED):
        for number, answer in enumerate(_answers(name), 1):
            if not callable(answer) or task.task.trials:  # else a process of its own would try it
                grade = task.check(answer)
                told = f"{grade} {grade.passed} {task.customer} {task.workload}\n{_seen(task.look())}\n{_design(task)}"
                yield f"answer {number}", re.sub(r" at 0x\w+", "", told)
    hints = [task.hint() for _ in range(len(task.task.hints) + 1)]
    yield "at last", "\n".join(map(str, [*hints, task, Store().get(name)]))


def _design(task):
    python = task.design is None or any(callable(each.handle) for each in task.design.services.values())
    return "" if python else task.design.to_yaml()


def _of_models_by_hand():
    """Models that are as evsim's, and such as differ."""
    run, events = without_network("classic").replace(DOWN).run(), without_network("events").run()
    mine, its = run.tables.requests, events.tables.requests
    told, done, answered = (dict(enumerate(each.tolist())) for each in (mine.answered, its.completed_at, its.answered))
    error = {place for place, wrong in enumerate(run.outcomes.error) if wrong}
    changes = {3: told[3] + 0.01}, {3: told[3] - 2e-6}, {9999: 1.0}, {3: "yes"}
    said = [same(run, model, error) for model in (told, {0: told[0]}, [1.0], *(told | each for each in changes))]
    said += [same(run, told, wrong) for wrong in (error - {min(error)}, error | {0}, error | {"Ada"})]
    said += [same(run, told, error, done), same(events, answered, done=done)]
    yield "models", "\n".join(map(str, said))
    for name, luck in (("classic", without_network("classic").run()), ("events", events)):
        yield f"luck of {name}", table(luck_of(luck))


# Tables and pictures.


def _frames():
    task, luck, classic, events = lesson.tasks, lesson.luck, lesson_size("classic"), lesson_size("events")
    net, past, loop, window = task.network_task, task.history_task, task.loop_task, task.window_task
    paid, sign, review, storm = task.function_task, task.sign_task, task.review_task, task.storm_task
    broken, empty = (events.replace(its).run() for its in (DOWN, NOBODY))
    takes = {each.name: email_taken(each, 2000).run() for each in (classic, lesson_size(events))}
    flows = {name: _as_if_live(task.reality_task.flow(name)) for name in ("classic", "events")}
    shares = {name: addresses(8, {name: {}} if name == "queue" else None).run() for name in ("log", "queue")}
    own, log, calls = [task.newcomer_task.events(many) for many in (2, 3)], past.history().run(), past.by_calls().run()
    shops = {"big": sign.shop(1, 2), "small": sign.shop(2)}
    bad_day = classic.replace(lesson.question_truths.BAD_DAY).run()
    return {
        "promises": lesson.promises(broken=broken, empty=empty, **takes), "who heard no": lesson.who_heard_no(**takes),
        "did it happen": lesson.did_it_happen(bad_day, "mailing-list", ENTRY),
        "little": lesson.little(**{f"{rate}": task.workers_task.mailing(rate).run() for rate in (5, 11)}),
        "storm": storm.before_and_after(once=storm.storm(20).run(), three=storm.storm(retry={"attempts": 3}).run()),
        "sent": net.sent(lost=net.lossy(0.05, retry={"attempts": 2}).run(), far=net.far(net.lossy(0), 10).run()),
        "on the line": net.on_the_line(small=net.photos(25).run()),
        "errors since": net.errors_since(never=net.moving().run(), asks=net.moving("2s").run(),
                                         far=net.far("events", 9).run(), events=net.moving(design="events").run()),
        "out of order": out_of_order(**shares), "changes": task.contract_task.changes(),
        "lines touched": task.newcomer_task.lines_touched(own=own, none=own[:1] * 2, less=own[::-1]),
        "told after": past.told_after(log=log, calls=calls), "moved": past.moved(past.history(0).run(), log),
        "in the end": past.in_the_end(log=log, calls=calls, kept=past.history(4, 10).run()),
        "went back": past.went_back().effects.groupby("effect").size(),
        "served": loop.served(loop=loop.loop(60).run(), threads=loop.threads(20, 60).run()),
        "heard": loop.heard(bus=loop.on_the_bus("ask").run(), log=loop.in_a_log(150).run()),
        "paid": paid.paid(small=paid.newsletter("512MiB").run(), warm=paid.newsletter(provisioned=60).run()),
        "bills": paid.bills(one=paid.both_ways().run()), "both": task.reality_task.both(flows["classic"]),
        "shown": window.shown(waits=window.board(2).run(), idle=window.silent("5s").run(), no=window.silent().run()),
        "numbers": sign.numbers(**shops), "bad numbers": sign.numbers(True, **shops),
        "month": sign.month(2, **shops), "good month": sign.month(0, **shops),
        "side by side": luck.side_by_side(3), "apart": luck.told_apart(20), "one run": luck.told_apart(1),
        "promised": luck.promised(0.6, 1, 5, 20), "measured": task.reality_task.measured(),
        "review": review.review(events=review.wired("events"), more=review.wired("events", 6)),
    } | {f"beside {name}": task.reality_task.beside(run) for name, run in flows.items()}  # fmt: skip


def _as_if_live(scenario, **_):
    """A run of the model in the place of one on real processes."""
    machine, broken = lesson.reality_task.MACHINE, scenario.replace(DOWN | {"run.duration": "20s"})
    run = machine.apply(broken).run(seed=2)
    own = {"scenario": broken, "seed": 2, "calibrated": machine.apply(broken), "calibration": machine}
    return SimpleNamespace(tables=run.tables, outcomes=run.outcomes, summary=run.summary, **own)


def _of_tables():
    yield from ((name, table(frame)) for name, frame in _frames().items())
    designs = {name: lesson_size(name) for name in ("classic", "events", "hybrid", "monolith")} | lesson.crash_designs()
    for name, design in designs.items():
        run, text = design.replace(DOWN).run(), f"{design.to_yaml()}\n{lesson.wiring(designs['classic'], design)}"
        yield f"design {name}", f"{text}\n{lesson.told_and_true(run)} {lesson.caught_up(run)}"
    review, sign, rush = lesson.review_task, lesson.tasks.sign_task, lesson.workers_task.rush()
    said = [tried(review.wiring, name) for name in ("classic", "parallel", "events", "hybrid", "saga")]
    said += [tried(review.save, review.wiring("events"), name) for name in ("mine.yaml", "mine.ipynb")]
    said += [review.asked(), *review.list_down(review.wired("events")).requests.told]
    more = sign.december(), sign.rush(), rush, lesson.rivals(3, "1ms"), lesson.chain(2)
    said += [lesson.workers_task.paid(rush.run()), *(each.to_yaml() for each in more)]
    yield "designs and words", "\n".join(map(str, said))


def _scenes():
    """name -> scene."""
    task, nobody = lesson.tasks, lesson_size("events").replace(NOBODY)
    classic, events, article = map(lesson_size, ("classic", "events", "two-producers-four-consumers"))
    letters, kept = task.delivery_task.redriven(), {"channels.dead-letters": "queue"}
    queue = {f"services.{name}.subscribe": LOG for name in (*PARTS, "statistics")} | {f"channels.{LOG}": "queue"}
    silent = {f"workloads.{name}.arrivals.poisson": "0.000001/s" for name in article.workloads}
    slow = {"parallel": [{"call": "mailing-list"}, {"wait": "1s"}]}
    early = classic.replace({HANDLE: [slow, REPLY], "services.database.handle": [{"work": "50ms"}]})
    never = classic.replace({HANDLE: [{"fail": 1}, {"call": "database"}, REPLY]})
    past, paid, loop, start = task.history_task, task.function_task, task.loop_task.loop, task.loop_task.first_report()
    new = task.newcomer_task
    bad = {"two": new.bad_day(new.classic(3)), "four": new.bad_day(new.events(4), "gift")}
    python = task.contract_task.contract({"register": {5: "writes mail"}})
    for draw, designs in (
        (partial(lesson.dead_letters, effect=ENTRY), {
            "letters": letters, "lying": letters.replace(kept), "no letters": letters.replace({"faults": []}),
            "kept nowhere": letters.replace(kept | {"services.mailing-list.subscribe": LOG})}),
        (lesson.who_gets_which, {"copies": article, "no copies": article.replace(silent), "one copy": article.replace(
            queue | {"services.database.instances": 12})}),
        (lesson.where_they_wait, {
            "pipes": task.pipe_task.pipeline(), "queue": task.pipe_task.advertised(20, "reject_publish"),
            "channels": evsim.load("topic-exchange"), "down": events.replace(DOWN), "nobody waits": nobody}),
        (cold_or_warm, {"cold": paid.newsletter(), "warm": paid.newsletter(provisioned=60), "nobody is cold": nobody,
                        "free": evsim.load("cold-start-burst")}),
        (partial(catching_up, service="search-index", effect="index entry"), {
            "caught up": past.history(), "never there": past.by_calls(), "not caught up": past.history(1)}),
        (partial(whose_loop, start=start), {"loop": loop(60), "pool": loop(60, "blocking")}),
        (partial(whose_loop, start=19.9), {"end of a loop": loop(60).replace({"run.drain_limit": "0s"})}),
        (partial(whose_loop, start=1e6), {"no loop": loop(60)}),
    ):  # fmt: skip
        yield from ((name, draw(design.run())) for name, design in designs.items())
    groups = [{"never": never}, {"early": early}, {"down": classic.replace(DOWN), "events": events, "none": nobody}]
    for draw, its in ((lesson.told_then_done, groups), (end_states, [bad, {"python": python}, {"nobody": nobody}])):
        for designs in its:
            yield f"{draw.__name__} {[*designs]}", draw(**{name: design.run() for name, design in designs.items()})
    yield from ((f"{cents} cents", month_bills(cents)) for cents in (0.1, 1, 10))
    yield from ((f"intervals of {runs}", lesson.luck.intervals(runs)) for runs in (1, 2, 20))
    yield "curves", task.reality_task.curves(10)


def _of_pictures():
    for name, scene in _scenes():
        wider = scene.again(replace(scene.frame, right=2 * scene.frame.right)) if scene.again else ""
        yield name, f"{_seen(scene)}\n{scene.alt}\n{_seen(wider)}"
        yield f"{name}, drawn", drawn(scene.draw)
    runs = {name: lesson_size(name).run() for name in ("classic", "events")}
    for name, picture in (("flow", "flow"), ("waits", lesson.where_they_wait)):
        stack = lesson.stack(picture, **runs)
        yield f"stack of {name}", f"{_seen(stack)}\n{drawn(partial(SimpleNamespace, figure=stack.draw()))}"
    yield "still", told(Still(stack, "still"))
    rivals = lesson.contention((3, 6), {"at once": "0s", "later": "10ms"}, range(2))
    yield "rivals", drawn(partial(SimpleNamespace, figure=rivals))


def _of_questions():
    live = partial(_as_if_live, lesson.reality_task.flow())
    for name, its in QUESTIONS.items():
        asked, right = question(name), right_answer(its)
        with patch("evsim.lesson.predictions.controls", return_value=None):
            said = [displayed(asked._ipython_display_), asked.compare(right)]
        said += [asked.forget().guessed(choice).compare(right) for choice in its.choices]
        with patch("evsim.lesson.reality_task.real", lambda killed: live()):
            yield name, "\n".join(map(str, [*said, asked.compare(), asked]))
    for name, its in INVENTORY.items():
        yield f"inventory {name}", f"{its.asked} {its.choices} {its.truth()}"
    with patch("evsim.lesson.reality_task.live", _as_if_live), patch.dict("sys.modules", {"ipywidgets": None}):
        real = lesson.reality_task.real.__wrapped__("events", "broker")
        yield "none", f"{tried(question, 'nonsense')} {real.seed} {widgets.controls()}"


def _of_guesses():
    """Guesses of many kinds, with and without controls, also on a picture."""
    flow = lesson_size("events").replace(DOWN).run().plot.flow
    choices = {"choices": {"it rises": "no.", "it falls": ""}, "truth": lambda: "it falls"}
    for name, settings, guesses, truth in (
        ("whole", {"number": (0, 100), "unit": "s"}, (57, 60, 20, 90, 67.1, 101, "40", True), 57),
        ("broken", {"number": (0, 1.5)}, (0.25, 1), float("nan")), ("choice", choices, ("it rises", "it sinks"), None),
    ):  # fmt: skip
        for what, controls in (("out", None), ("", Controls())):
            with patch("evsim.lesson.predictions.controls", return_value=controls):
                asked = predict(name, **settings).forget()
                said = [displayed(asked._ipython_display_), tried(asked.compare, truth)]
                box = asked._control(Controls())
                for guess in guesses:
                    said += [tried(asked.forget().guessed, guess), displayed(asked._ipython_display_)]
                    box.children[0].value = guess
                    box.children[1].children[0].click()
                    said += [box, asked, tried(asked.compare, truth), predict(name, **settings)]
                    said += [drawn(lambda axis, asked=asked: asked.show_on(flow(), axis), axis) for axis in "xy"]
                said += [displayed(predict(name, **settings)._ipython_display_), tried(asked.guessed, guesses[0])]
            yield f"{name} with{what} controls", "\n".join(map(str, said))
    said = tried(predict, "?"), tried(predict, "?", "a", number=(0, 1)), tried(predict("?", "ab").compare)
    yield "refused", f"{said} {tried(predict('?', 'ab').compare, 'c')}"


def _of_a_class():
    """Answers to the inventory, what is handed in, and the results of a class."""
    asked = inventory("before")
    box = asked._control(Controls())
    for place, each in enumerate(box.children[1:-2:2]):
        each.value = None if place else "40 ms"
    box.children[-2].children[0].click()
    yield "asked", f"{box!r} {tried(exercise, 'nonsense')} {asked!r} {inventory('before').answers}"
    for what, controls in (("out", None), ("", Controls())):
        with patch("evsim.lesson.concept_inventory.controls", return_value=controls):
            yield f"inventory with{what} controls", displayed(asked._ipython_display_)
    for given in ("abcd" * 6, "-" * 24, "abc", "e" * 24):
        yield f"letters {given}", f"{tried(inventory('after').answered, given)} {tried(inventory, 'during')}"
    question("on-the-list").guessed("in neither").guessed("only in classic").compare()
    yield "grade", displayed(exercise("break-events").check("broker")._ipython_display_)
    for name in (..., " ", "Ada Lovelace", "\N{SNOWMAN}"):
        yield f"hand in {name}", f"{hand_in(name)} {handed_in('Ada') | {'evsim': ''}}"
    for number, students in enumerate((CLASS, [], [student("=1+1", tried=("sign-it",), after="a" * 24)])):
        yield f"class {number}", f"{Tally(students).text()}\n{Tally(students).to_csv()}"
    wrong = [[], {"name": "x"}, CLASS[0] | {"votes": {"a": 1}}, CLASS[0] | {"name": 1}]
    for number, text in enumerate(["{", *map(json.dumps, [*wrong, *CLASS[:2]])]):
        Path(f"{number}.json").write_text(text, encoding="utf-8")
    for numbers in ("0", "1", "2", "3", "4", "5", "65", "55", "9"):
        yield f"files {numbers}", str(tried(read_results, [f"{number}.json" for number in numbers]))


def _of_sliders():
    def down_for(seconds=2):
        return lesson_size("classic").replace({"faults": DOWN["faults"] * (seconds > 0)}).run().plot.scene("flow")

    def crashes(of="early ack"):
        return evsim.crash_matrix(lesson.crash_designs()[of].replace({"run.duration": "1s"}), labels=[of]).scene()

    kinds = [(down_for, "seconds", [0, 2]), (lambda number: 1 / number, "number", [1, 0, 2])]
    kinds += [(lambda many=1: down_for(many).draw(), "many", [0, 1]), (crashes, "of", ["early ack", "idempotent"])]
    with patch("evsim.lesson.sliders.perf_counter", lambda: 0.0), patch("evsim.lesson.panel.bundle", lambda *_: ""):
        for function, setting, values in kinds:
            its = slider(function, **{setting: values})
            shown = moved(its._ipython_display_, [{0: number} for number in range(len(values))])
            yield f"slider of {setting}", f"{its!r}\n{rounded(str(tried(its.to_html)))}\n{shown}"
    yield "refused", str([tried(slider, down_for), tried(slider, down_for, seconds=[]), tried(slider, 1, a=1, b=2)])


def _of_explorers():
    events, work = lesson_size("events"), "services.database.handle.0.work.exponential"
    paths = [WORKERS, RATE, work, "network.loss", {"services.register.limit": [3, 9]}]
    yield "knobs", f"{knobs(events.replace({'network.loss': 0.4}), paths)} {knobs(events, WORKERS)}"
    for its in (["services.mailing-list.workrs"], ["services.register.limit"], ["services.register.discipline"],
                [{WORKERS: []}], [{WORKERS: [1, "many"]}], [7], "services", {WORKERS: ["2", 1]}):  # fmt: skip
        yield f"knobs {its}", str(tried(knobs, events, its))
    faults = [{"slowdown": "database", "factor": 4, "at": "3s"}, {"crash": "register", "mtbf": "9s", "mttr": "1s"}]
    said = [switches(design, its) for design in (events, events.replace(DOWN)) for its in (None, faults)]
    yield "switches", f"{said} {tried(switches, events, [{'outage': 'mail', 'at': 1}])}"
    narrow = explore(events.replace({"run.max_rows": 1500}), [{RATE: ["10/s", "50/s"]}])
    yield "too many", f"{narrow.move({RATE: '50/s'})!r} {narrow._changed({0: 0})[0]!r}"
    yield "nobody", told(explore(events.replace(NOBODY)).shown)
    moves = {0: 0, 3: True}, {3: False, 1: 2}, {6: 1}, {6: 1}, {0: 3, 2: True}
    for step in (0, 0.2):
        its = explore(events, [WORKERS, {RATE: ["5/s", "20/s"]}])
        with patch("evsim.lesson.explore.perf_counter", count(0, step).__next__):
            yield f"explorer, {step} s each", f"{its!r} {moved(its._ipython_display_, moves)}"
    wrong = {"changes": {"services.mailing-list.worker": 2}}, {"changes": {WORKERS: 3}}
    for settings in ({"changes": {WORKERS: 1}}, {"faults": {2: True}}, {"luck": 3}, *wrong):
        shown = tried(its.move, **settings)
        yield f"move {settings}", f"{_seen(shown)}\n{told(shown)}"


LESSONS = {f"exercise {name}": partial(_alone, _of_exercise, name) for name in TASKS} | {
    name: partial(_alone, function) for name, function in {
        "models": _of_models_by_hand, "tables": _of_tables, "pictures": _of_pictures, "questions": _of_questions,
        "guesses": _of_guesses, "class": _of_a_class, "sliders": _of_sliders, "explorers": _of_explorers,
    }.items()
}  # fmt: skip
