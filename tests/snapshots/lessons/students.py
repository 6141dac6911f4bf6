"""What students are told whose answers, guesses and files are out of the way; what controls show of odd settings."""

import json
import os
import re
import tempfile
from contextlib import chdir
from dataclasses import replace
from itertools import count
from pathlib import Path
from unittest.mock import patch

from matplotlib.figure import Figure

from evsim import lesson
from evsim.lesson import exercise, lesson_size, predict, question, slider
from evsim.lesson.by_hand import same, without_network
from evsim.lesson.concept_inventory import inventory
from evsim.lesson.exercises import Exercise, Task
from evsim.lesson.explore import explore
from evsim.lesson.hand_in import hand_in, handed_in
from evsim.lesson.knobs import knobs, switches
from evsim.lesson.panel import Still
from evsim.lesson.review_task import wired
from evsim.lesson.store import ELSEWHERE, NAME, Store
from evsim.lesson.tally import Tally, gain, read_results
from evsim.lesson.tasks import HANDLE, ROW
from evsim.lesson.two_languages import two_languages
from tests.lesson.test_tally import RIGHT, WRONG, student
from tests.snapshots.lessons.incidents import Controls, displayed, moved, told
from tests.snapshots.texts import drawn, rounded, tried

__all__ = ["STUDENTS"]

MAILER, PROFILE, RETENTION = "services.mailer", "services.profile", "channels.product-changed.log.retention"
READ = {"work": {"exponential": "5ms"}}
RATE, WORKERS = "workloads.register-page.arrivals.poisson", "services.mailing-list.workers"


def _alone(function):
    """What a function yields where nobody has guessed anything before."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {ELSEWHERE: folder}), chdir(folder):
        found = list(function())
    yield from found


# Answers to exercises.


def _twice(ctx):
    """A step of a handler in Python."""
    yield from ctx.work("50ms")
    ctx.effect(ROW)


def _says(words):
    """A rule that says the same of each pair, or one after the other what it is given."""
    its = iter(words)
    return lambda *_: next(its)


def _runs(*seeds, word="quicker"):
    """A rule that runs both mailers with seeds of their own."""

    def rule(one, other):
        for mine, its in seeds:
            one(mine), other(its)
        return word

    return rule


def _truth(number):
    return {3: "quicker", 6: "slower"}.get(number % 7, "not decided")


def _mostly(wrong, missed):
    """What is true of each pair; but so many times something else, and so many times that it is not decided."""
    words = [_truth(number) for number in range(1, 141)]
    apart = [place for place, word in enumerate(words) if word != "not decided"]
    alike = [place for place, word in enumerate(words) if word == "not decided"]
    words = ["not decided" if place in apart[:missed] else word for place, word in enumerate(words)]
    return _says(["slower" if place in alike[:wrong] else word for place, word in enumerate(words)])


ANSWERS = {  # exercise -> answers, which are further ones than its own tests try
    "break-events": ["log", "the broker", "register"],
    "wait-for-the-slowest": [
        [{"work": "1ms"}, {"work": "1ms"}, {"parallel": [{"call": "database"}, {"call": "mailing-list"}]},
         {"reply": "registered"}],
        {"name": "mine", "services.database.workers": 3, "services.register.workers": 9, "run.seed": 2},
        {"services.database.workers": 3, "services.register.workers": 9, "run.seed": 2, "run.duration": "9s"},
    ],
    "keep-the-loop-free": [
        [{"call": "reporter"}], [{"work": "30ms"}, {"publish": "reports"}], [{"reply": "late"}, {"fail": 1}],
        [{"blocking": "60ms"}, {"effect": "report"}],
    ],
    "tell-them-apart": [
        _says([5]), _says(["Quicker"]), _runs((True, 1)), _runs((1, -1)), _runs(("1", 1)),
        _runs((40, 3), (1, 40), (2, 1), word="slower"), _runs((1, 2)), _runs(*((seed, 0) for seed in range(21))),
        _mostly(10, 4), _mostly(11, 4), _mostly(10, 5),
    ],
    "calibrate": [
        dict.fromkeys(("way", "register", "database", "mailing-list"), milliseconds) for milliseconds in (1000, 1001)
    ],
    "sign-it": [{"machines": machines, "processors": processors, "tries": tries} for machines, processors, tries in (
        (20, 4, 1), (21, 1, 1), (1, True, 1), (2, 0.5, 21))],
    "each-in-its-way": [{"pay": {"function": 5}}, {"pay": {"instances": 2}}, {"album": {"function": {"memory": 1}}}],
    "the-whole-past": [{RETENTION: None}, {f"{RETENTION}.time": "60s", "services.search-index.workers": 9}],
    "in-order-and-in-time": [
        {"channels.changes": {"queue": {}}, "services.profile.subscribe": ["changes"]},
        {"channels.changes": {"queue": {}}, "services.profile.instances": 8},
    ],
    "both-or-neither": [_twice],
    "profile-with-a-row": [{"services.database.handle": [{"work": "50ms"}, {"effect": ROW}]}],
    "right-and-soon": [
        [READ, {"effect": "seen"}, {"window": {"tumbling": "10s", "to": "per-ten-seconds"}}],
        [READ, {"window": {"tumbling": "9s", "to": "per-ten-seconds"}}],
        [READ, {"window": {"session": "9s", "to": "per-ten-seconds"}}],
        [READ, {"window": {"tumbling": "10s", "by": "key", "to": "per-ten-seconds"}}],
        [READ, {"effect": "seen"}],
    ],
    "through-the-rush": [
        {f"{MAILER}.instances": 2}, {f"{MAILER}.workers": 2}, {f"{MAILER}.autoscale": {"by": "lag", "target": 9}},
        {f"{MAILER}.autoscale": {"by": "lag", "target": 9, "start": "9s"}},
    ],
    "design-review": [{HANDLE: _twice, "services.mailing-list.handle": _twice}],
}  # fmt: skip


def _of_answers():
    with patch("evsim.lesson.exercises.assert_ends"), patch("evsim.lesson.exercises.HUNTED", 3):
        for name, its in ANSWERS.items():
            for number, answer in enumerate(its, 1):
                task = exercise(name)
                task.task = replace(task.task, seeds=(1,))
                grade = task.check(answer)
                said = f"{grade} {grade.passed} {task.customer}\n{_looked(task.look())}"
                yield f"{name}, {number}", re.sub(r"<function (\w+).*?>", r"\1", said)
    plain = Exercise(Task("all is well", lambda design: {"": (design, [])}, ("Look again.",)))
    said = [plain.design, plain.check("..."), plain.check(lesson_size("classic")), plain.check(5), plain.check(5)]
    yield "of an exercise without a beginning", "\n".join(map(repr, [*said, plain.hint(), plain.hint(), plain]))
    yield "a grade without designs", displayed(plain.check(5)._ipython_display_)
    yield "wirings", f"{wired('hybrid', 3).to_yaml()}"


def _looked(shown):
    return shown.alt if hasattr(shown, "alt") else str(shown)


# Models by hand.


def _of_models():
    """A model of one customer; whom evsim never tells; and errors, of which the first is named."""
    run = without_network("classic").replace({RATE: "0.1/s", "run.duration": "9s", "run.seed": 5}).run()
    mine = dict(enumerate(run.tables.requests.answered.tolist()))
    done = dict(enumerate(run.tables.requests.completed_at.tolist()))
    said = [len(mine), same(run, mine), same(run, mine, done=done)]
    said += [same(run, mine, {0, 9, 10}), same(run, {0: mine[0] + 1e-6}), same(run, {0: mine[0] + 3e-6})]
    gone = without_network("classic").replace(
        {RATE: "1/s", "run.duration": "9s", "faults": [{"outage": "mailing-list", "at": "0s", "for": "20s"}]}
    ).run()  # fmt: skip
    mine, error = dict(enumerate(gone.tables.requests.answered.tolist())), range(len(gone.tables.requests.row))
    said += [same(gone, mine, error, done=its) for its in ({}, {0: 3.0}, {0: float("nan")})]
    yield "models", "\n".join(map(str, said))


# Guesses.


def _of_guesses():
    Store().put("Kept?", {"guess": 5})
    kept = predict("Kept?", number=(0, 10))
    yield "kept of a guess", f"{kept} {kept.first} {kept.seen} {kept.late}"
    for name, number, guesses, truth in (
        ("low", (50, 150), (49, 50, 60, 61, 90, 150, 151), 50), ("half", (0.5, 2), (0.5, 1.4, 2), 2),
        ("mixed", (1, 2.5), (1, 1.5), 2.5),
    ):  # fmt: skip
        asked = predict(f"How many, {name}?", number=number, unit="people")
        said = [asked._control(Controls())]
        for guess in guesses:
            said += [tried(asked.forget().guessed, guess), tried(asked.compare, truth), asked.guess]
        yield f"guesses, {name}", "\n".join(map(str, said))
    late = predict("Late?", ["a", "b"])
    said = [late.compare("a"), late.guessed("b"), late.compare("a"), late, predict("Late?", ["a", "b"])]
    alike = predict("Alike?", {"a": "", "b": "", "c": "it is c."})
    said += [alike.forget().guessed(guess).compare("a") for guess in "abc"]
    yield "late", "\n".join(map(str, said))
    for guess, words in ((5, "people"), (9.9, "of all the people who come here"), (0.1, "of all who come here")):
        asked = predict("Where?", number=(0, 10), unit=words).forget().guessed(guess)
        yield f"at {guess}", drawn(_on_axes, asked)


def _on_axes(asked):
    """A guess on small axes with no words for those who do not see them."""
    axes = Figure(figsize=(2.4, 2)).subplots()
    axes.set_xlim(0, 10)
    return asked.show_on(axes)


# A class.

ODD = [
    {"name": "Eve", "votes": {"on-the-list": {"guess": "in no design", "first": "maybe"}}, "exercises": {
        "break-events": {"hints": 1}, "sign-it": {"tries": 3, "passed": True}}, "inventory": {}},
    student("Fay", "in both designs", "in both designs", before=RIGHT, after=RIGHT, passed=("break-events", "sign-it")),
    student("Gus", "only in events", "only in events", before=RIGHT, passed=("break-events",)),
    student("Jo") | {"inventory": {"before": {"at-once": "50 ms", "early": "once"}}},
    student("Hal", "in neither", "in neither", after=WRONG), student("Ivy", None, "only in classic"),
]  # fmt: skip


def _of_a_class():
    for number, students in enumerate((ODD, ODD[1:2], ODD[2:3], ODD[3:4], ODD[4:], [student("J", "in neither")])):
        tally = Tally(students)
        yield f"class {number}", f"{tally.text()}\n{tally.to_csv()}\n{tally.gain}"
    late = student("Kim", "only in classic", "only in classic", late=True)
    yield "late votes", f"{Tally([late]).text()}\n{Tally([late, late]).text()}"
    yield "gains", f"{gain(1, 1)} {gain(0.75, 0.5)} {gain(0, 1)}"
    for number, students in enumerate(([5], [ODD[0] | {"name": None}], [ODD[0]], ODD[3:0:-1])):
        for place, each in enumerate(students):
            Path(f"{number}{place}.json").write_text(json.dumps(each), encoding="utf-8")
        found = tried(read_results, [f"{number}{place}.json" for place, _ in enumerate(students)])
        yield f"results {number}", str(found if isinstance(found, str) else [each["name"] for each in found])
    nameless = {part: its for part, its in ODD[0].items() if part != "name"}
    Path("nameless.json").write_text(json.dumps(nameless), encoding="utf-8")
    yield "results without a name", str(tried(read_results, ["nameless.json"]))
    yield "no results", str(tried(read_results, ["nobody.json"]))


def _of_what_is_kept():
    """Two exercises that passed, guesses of which only some things are kept, and a store of one's own."""
    exercise("break-events").check("log")
    exercise("wait-for-the-slowest").check(ANSWERS["wait-for-the-slowest"][0])
    Store().put(question("renamed").question, {"guess": "they are told an error"})
    yield "letters", f"{inventory('before').answered(RIGHT.upper())!r} {tried(inventory('after').answered, 24)}"
    yield "handed in", f"{hand_in('  Ada Lovelace, 1815! ')} {sorted(each.name for each in Path().glob('*.json'))}"
    yield "whole", f"{handed_in('Ada') | {'evsim': ''}}"
    Path("mine").mkdir()
    mine = Store("mine")
    mine.put("inventory after", {"at-once": "50 ms"})
    yield "of a store", f"{handed_in('Bo', mine) | {'evsim': ''}}"
    Path("file").write_text("", encoding="utf-8")
    yield "store", f"{Store('file').put('a', {})} {Store('file', 'mine').put('a', {'b': 1})} {mine.get('a')}"
    with patch.dict(os.environ, {ELSEWHERE: "", "HOME": "/at-home", "USERPROFILE": "/at-home"}):
        folders = ["here" if file.parent == Path.cwd() else file.parent.name for file in Store().files]
    del os.environ[ELSEWHERE]
    yield "usual stores", f"{folders} {len(Store().files)} {NAME}"


# What is moved.


def _of_knobs():
    events = lesson_size("events").replace({"services.database.idempotent": True, "run.seed": 1, "network.loss": 0.4})
    paths = ["services.database.idempotent", "services.mailing-list.limit", "run.seed", "services.database.subscribe",
             "services.register.handle", "run.warmup", "network.loss"]  # fmt: skip
    for path in paths:
        yield f"knob {path}", str(tried(knobs, events, path))
    queue = events.replace({"channels": {"customer-registered": "queue"}})
    yield "knob of a queue", str(tried(knobs, queue, "channels.customer-registered.queue"))
    work = "services.database.handle.0.work.exponential"
    mixed = {RATE: ["5/s", "300/min", "20/s"]}, {WORKERS: [4, 2, 9]}, {WORKERS: [2]}, {work: ["1s", "5ms"]}
    yield "values", "\n".join(str(tried(knobs, events, its)) for its in mixed)
    yield "switches", f"{switches(events, ())} {len(switches(events))}"


def _of_explorers():
    classic = lesson_size("classic").replace({"run.duration": "5s"})
    slow = [{"slowdown": "database", "factor": 4, "at": "1s"}]
    its = explore(classic, [WORKERS], slow)
    yield "at first", f"{told(its.shown)}\n{told(Still(its.shown, 'still'))}"
    for wrong in ({"changes": {WORKERS: 7}}, {"changes": {"run.seed": 2}}, {"faults": {9: True}}, {"faults": {-1: 1}},
                  {"luck": "much"}):  # fmt: skip
        yield f"wrong {wrong}", str(tried(its.move, **wrong))
    yield "a fault", f"{told(its.move(faults={0: True}))} {its.setting}"
    still = explore(classic, [WORKERS], ())
    yield "no switch", f"{still!r} {tried(still.move, faults={0: True})} {tried(its.move, faults={'a': 1})}"
    narrow = explore(classic.replace({"run.max_rows": 300}), [{RATE: ["10/s", "90/s"]}], slow)
    with patch("evsim.lesson.explore.perf_counter", count(0, 1).__next__):
        yield "out of bounds", moved(narrow._ipython_display_, ({1: True, 0: 1}, {0: 1, 2: 4}, {0: 0, 2: 4}, {1: True}))


def _of_sliders():
    def sometimes(out_of_order=1):
        if out_of_order == "</script>":
            return "no picture"
        return lesson_size("classic").replace({"run.duration": f"{out_of_order}s"}).run().plot.scene("flow")

    its = slider(sometimes, out_of_order=[1, "</script>", 3])
    with patch("evsim.lesson.panel.bundle", lambda *_: ""):
        for step in (0, 5):
            with patch("evsim.lesson.sliders.perf_counter", count(0, step).__next__):
                shown = moved(its._ipython_display_, [{0: 1}, {0: 0}, {0: 2}])
                yield f"slider, {step} s each", f"{rounded(shown)}\n{rounded(str(tried(its.to_html)))}"
    wrong = {"nothing": [1]}, {}, {"out_of_order": [], "more": []}
    yield "refused", "\n".join(str(tried(slider, sometimes, **settings)) for settings in wrong)


def _of_languages():
    with patch("evsim.lesson.two_languages._run", lambda _: ["a mail to somebody"]):
        yield "it runs", str(two_languages("mail"))
    for field in ("", "e-mail", "3", None):
        yield f"field {field!r}", str(tried(two_languages, field))
    with patch("evsim.lesson.real_pipe._fill", lambda: (1, 4096)):
        yield "a pipe that is full at once", str(lesson.real_pipe())


STUDENTS = {name: lambda function=function: _alone(function) for name, function in {
    "further answers": _of_answers, "further models": _of_models, "further guesses": _of_guesses,
    "odd classes": _of_a_class, "what is kept": _of_what_is_kept, "odd knobs": _of_knobs,
    "odd explorers": _of_explorers, "odd sliders": _of_sliders, "other computers": _of_languages,
}.items()}  # fmt: skip
