"""What lessons say where two things differ that are mostly the same: a second visit, a guess of 0, two workloads."""

import json
import os
import tempfile
from contextlib import chdir
from functools import partial
from pathlib import Path
from unittest.mock import patch

from matplotlib.figure import Figure

from evsim import Scenario, lesson
from evsim.experiment.judging import judge
from evsim.experiment.statistics import estimate
from evsim.lesson import lesson_size, predict
from evsim.lesson.answers import changed
from evsim.lesson.board import board
from evsim.lesson.by_hand import luck_of, same
from evsim.lesson.challenge import Challenge, Entry
from evsim.lesson.exercises import Exercise, Task, Trials
from evsim.lesson.store import ELSEWHERE, NAME, Store
from evsim.lesson.taken import email_taken
from evsim.lesson.tally import Tally
from tests.lesson.test_tally import RIGHT, student
from tests.snapshots.lessons.incidents import Controls
from tests.snapshots.texts import drawn, rounded, table, tried

__all__ = ["CORNERS_OF_LESSONS"]

WORK = {"work": "125ms"}
SHOP = Scenario.from_dict({
    "name": "shop", "about": "a shop",
    "workloads": {"page": {"target": "shop", "arrivals": {"constant": "4/s"}},
                  "phone": {"target": "shop", "arrivals": {"constant": "2/s"}}},
    "services": {"shop": {"workers": 2, "handle": [WORK, {"parallel": [{"call": "stock"}, WORK]}, {"reply": "ok"}]},
                 "stock": {"workers": 2, "handle": [WORK, {"effect": "sold"}]}},
    "run": {"duration": "2s"},
})  # fmt: skip
HANDLE = "services.shop.handle"


def _alone(function):
    """What a function yields where nobody has guessed anything before."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {ELSEWHERE: folder}), chdir(folder):
        found = list(function())
    yield from found


def _lines(*texts):
    return "\n".join(map(str, texts))


# Exercises.


def _right_or_wrong(answer):
    return Trials("two pairs") if answer == "right" else Trials("two pairs", f"{answer} is wrong", lambda: answer)


def _of_visits():
    """An exercise that is left and taken up again; pictures of what failed; hints that are asked for between tries."""
    said, task = [], Task("all is well", trials=_right_or_wrong, hints=("Look.", "Look again."))
    for answers in (
        ("one", "two"),
        ("three", "hint", "hint"),
        ("four", "five", "hint", "six", "hint", "..."),
        ("right", 6),
    ):
        its = Exercise(task, "left")
        for answer in answers:
            said += [its.hint() if answer == "hint" else its.check(answer), its.look(), Store().get("left")]
    yield "visits", _lines(*said)
    its = Exercise(task, "seen")
    yield "pictures", _lines(*(text for answer in ("one", "right", "two", "...", "three", 1 / 2)
                               for text in (its.check(answer), its.look())))  # fmt: skip
    again = SHOP.replace({HANDLE: [{"call": {"service": "stock", "retry": {"attempts": 5000}}}],
                          "services.stock.handle": [{"fail": 1}]})  # fmt: skip
    with patch("evsim.lesson.exercises.MOST_ATTEMPTS", 2000):
        yield "without an end", str(Exercise(Task("all is well", lambda design: {"": (design, [])})).check(again))
    yield "two workloads", _two_workloads()


def _two_workloads():
    def of_the_phone(run):
        yield lesson.properties.counterexample(run, 9, "was not served")

    longer = SHOP.replace({"name": "longer", "run.duration": "3s"})
    its = Exercise(Task("all is well", lambda design: {"": (design, []), "for longer": (longer, [of_the_phone])}))
    return _lines(its.check(SHOP), repr(its.look()), its.design.name)


ANSWERS = {
    "more work": [WORK, {"work": "1ms"}, {"parallel": [{"call": "stock"}, WORK]}, {"reply": "ok"}],
    "another place for it": [{"parallel": [{"call": "stock"}, {"work": "250ms"}]}, {"reply": "ok"}],
    "less of it inside": [WORK, {"parallel": [{"call": "stock"}, {"work": "124ms"}]}, {"reply": "ok"}],
    "words": SHOP.replace({"about": "another shop", "name": "mine"}),
    "one with a longer name": {"services.shop-2": {"handle": []}},
    "settings with longer names": {f"{HANDLE}s": []},
    "a longer name in a design": SHOP.replace({"services.shop-2": {"handle": [{"work": "1ms"}]}}),
    "all of it": {"services.shop": {"workers": 3, "handle": SHOP.to_dict()["services"]["shop"]["handle"]}},
}


def _of_answers():
    for name, answer in ANSWERS.items():
        for paths in ((HANDLE,), ("services.shop",)):
            made = tried(changed, answer, SHOP, *paths)
            yield f"{name}, {paths[0]}", made if isinstance(made, str) else made.to_yaml()


# Guesses, files and boards.


def _on_axes(asked, left, right):
    axes = Figure(figsize=(8, 4)).subplots()
    axes.set_xlim(left, right)
    return asked.show_on(axes)


def _of_guesses():
    """A guess of 0, and one in the left half of an axis that does not begin at 0."""
    zero = predict("How much?", number=(-5, 5)).guessed(0).guessed(3)
    yield "zero", _lines(zero, zero.first, zero.forget().guessed(0)._control(Controls()), zero.compare(0.5))
    for guess in (60, 80):
        asked = predict("Where?", number=(40, 100)).forget().guessed(guess)
        yield f"at {guess}", drawn(_on_axes, asked, 40, 100)
    many = predict("How many?", number=(0, 1e7), unit="people")
    yield "many", _lines(*(many.forget().guessed(guess).compare(truth) for guess, truth in (
        (1234.5678, 1234.56), (1234567, 2345678), (0.12345678, 9999999.0))))  # fmt: skip
    names = [student(name, before=RIGHT) for name in ("@Ada", "=Bo", "-Cy", "+Di", " Eve")]
    odd = student("Fay") | {"inventory": {"before": {"at-once": "a minute", "early": None}, "after": {"early": "?"}}}
    yield "class", _lines(Tally([*names, odd]).to_csv(), Tally([*names, odd]).text())
    store = Store(".")
    for name, entry in (("empty", {}), ("full", {"a": 1})):
        store.put(name, entry)
    store.forget("empty")
    yield "store", Path(NAME).read_text(encoding="utf-8")


def _of_boards():
    """Designs of which some are equal, some but for their workers, and a trouble that has a name in it."""
    said = {what: judge({"response_mean": 0.2}, {"response_mean": estimate(its)}) for what, its in (
        ("well", [0.1, 0.1]), ("open", [0.1, 0.3]), ("badly", [0.3, 0.3]))}  # fmt: skip
    designs = {"a": ("well", 4), "b": ("well", 3), "c": ("well", 3), "d": ("open", 2), "e": ("open", 1),
               "f": ("badly", 9), "g": ("badly", 9), "h": ("badly", 8)}  # fmt: skip
    challenge = Challenge("it", "a shop", SHOP, (), 9, {"the list of Ada is down": [], "calm": []})
    verdicts = {trouble: {name: said[its] for name, (its, _) in designs.items()} | {"as given": said["well"]}
                for trouble in challenge.troubles}  # fmt: skip
    verdicts["calm"]["d"] = said["well"]
    entries = [Entry(name, SHOP, workers) for name, (_, workers) in designs.items()]
    found = board(challenge, [*entries, Entry("no", None, refused="it is empty")], verdicts, 2)
    yield "board", _lines(repr(found), found.to_html(), found.signed, found.to_csv())


# Runs.


def _of_registrations():
    """E-mails that are taken where a program reads two channels and some are told an error; two outages of a list."""
    steps = [{"publish": "customer-registered"}, {"publish": "rows"}, {"fail": 0.5}, {"reply": "registered"}]
    events = lesson_size("events").replace({
        "services.register.handle": steps, "channels.rows": "queue", "run.duration": "4s",
        "services.database.subscribe": ["customer-registered", "rows"],
    })  # fmt: skip
    taken = email_taken(events, 9)
    yield "taken", _lines(taken.to_yaml(), table(lesson.who_heard_no(taken=taken.run())))
    faults = [{"outage": "mailing-list", "at": at, "for": "1s"} for at in ("2s", "8s")]
    yield (
        "caught up",
        str(lesson.caught_up(lesson_size("events").replace({"faults": faults, "run.duration": "15s"}).run())),
    )
    letters = SHOP.replace({
        HANDLE: [{"publish": "jobs"}, {"publish": "jobs"}, {"fail": 0.4}, {"reply": "ok"}],
        "services.stock": {"workers": 1, "subscribe": "jobs", "handle": [{"work": "375ms"}, {"effect": "sold"}]},
        "channels": {"dead": "queue", "jobs": {"queue": {"max_length": 6, "ttl": "1500ms", "dead_letter": "dead"}}},
        "run.drain_limit": "1s",
    }).run()  # fmt: skip
    yield "letters", rounded(json.dumps(lesson.dead_letters(letters, "sold").to_dict()))
    luck = lesson_size("events").replace({"run.duration": "2s", "network.latency": {"exponential": "200ms"}}).run()
    yield "luck", table(luck_of(luck))
    late = SHOP.replace({"services.stock.handle.0": {"work": "1s"}, "run.drain_limit": "0s"}).run()
    told = dict(enumerate(late.tables.requests.answered.tolist()))
    never = [customer for customer, moment in told.items() if moment != moment]
    yield "never told", _lines(len(never), *(same(late, told | more) for more in (
        {}, {99: 1.0}, {99: 1.0, never[0]: 2.0}, {never[0]: 2.0, 99: 1.0}, {"Ada": 1.0})))  # fmt: skip


CORNERS_OF_LESSONS = {f"corners of {name}": partial(_alone, function) for name, function in {
    "visits": _of_visits, "answers": _of_answers, "guesses": _of_guesses, "boards": _of_boards,
    "registrations": _of_registrations,
}.items()}  # fmt: skip
