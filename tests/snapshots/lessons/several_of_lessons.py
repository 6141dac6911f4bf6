"""What lessons say where there are several: votes, switches, changes, effects, brokers, customers, models in Python."""

import json
from unittest.mock import patch

from evsim import Scenario, lesson
from evsim.lesson.answers import changed
from evsim.lesson.by_hand import same
from evsim.lesson.challenge import Challenge, allowed, under
from evsim.lesson.deck.card import load_card
from evsim.lesson.end_states import end_states
from evsim.lesson.explore import Explorer
from evsim.lesson.knobs import switches
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.sliders import slider
from evsim.lesson.tally import Tally
from tests.lesson.test_tally import RIGHT, WRONG, student
from tests.snapshots.texts import rounded, tried

__all__ = ["SEVERAL_OF_LESSONS"]

WORK = {"work": "125ms"}
OUT = {"outage": "shop", "at": "1s", "for": "500ms"}
SHOP = Scenario.from_dict({
    "name": "shop", "workloads": {"page": {"target": "shop", "arrivals": {"constant": "4/s"}}},
    "services": {"shop": {"workers": 2, "handle": [{"publish": "news"}, {"publish": "jobs"}, {"effect": "sold"}, WORK]},
                 "mail": {"subscribe": "news", "handle": [WORK, {"effect": "sent"}]},
                 "pack": {"subscribe": "jobs", "handle": [WORK, {"effect": "packed"}, {"effect": "booked"}]}},
    "channels": {"news": "log", "jobs": "queue", "line": {"queue": {"max_length": 9}}}, "run": {"duration": "2s"},
})  # fmt: skip


def _votes():
    """A class in which several wrong answers are as frequent as others, and several vote late on several questions."""
    turned = "".join("abcd"[("abcd".index(letter) + 2) % 4] for letter in RIGHT)
    names = list(QUESTIONS)[:3]
    choices = {name: list(QUESTIONS[name].choices) for name in names}
    late = student("Cy", before=WRONG, after=WRONG) | {
        "votes": {
            name: {"first": choices[name][0], "guess": choices[name][0], "late": True}
            for name in names
            if choices[name]
        }
    }
    rest = [student(name, before=its, after=its) | {"votes": {
        each: {"first": choices[each][number % 4], "guess": choices[each][-1 - number % 4]}
        for each in names if len(choices[each]) > 3}}
        for number, (name, its) in enumerate(zip("ABDE", (WRONG, turned, turned, RIGHT)))]  # fmt: skip
    for students in ([late, *rest], rest, rest[::-1], [late, late | {"name": "Fa"}]):
        yield (
            f"{len(students)} students, {students[0]['name']} first",
            f"{Tally(students).text()}\n{Tally(students).to_csv()}",
        )


def _switches():
    """Systems with several faults, with more parts than switches, and without any switch."""
    many = Scenario.from_dict({
        "name": "many", "workloads": {"page": {"target": "s0", "arrivals": {"constant": "2/s"}}},
        "services": {f"s{number}": {"handle": [{"work": "1ms"}]} for number in range(8)}, "run": {"duration": "1s"},
    })  # fmt: skip
    down = SHOP.replace({"faults": [OUT, OUT | {"outage": "mail"}]})
    for name, made in (
        ("many", (many,)),
        ("two", (down,)),
        ("more", (down, [OUT | {"outage": "pack"}, OUT | {"at": "1.5s"}])),
    ):
        yield f"switches, {name}", "\n".join(map(str, switches(*made)))
    path, work = "services.shop.workers", "services.shop.handle.3.work"
    explorer = Explorer(down, [path, work])
    yield "knobs", str(explorer.knobs)
    with patch("evsim.lesson.explore.KEPT", 2):
        for move in ({"changes": {path: 1, work: "125ms"}}, {"faults": {0: False, 1: False}},
                     {"faults": {0: True}, "luck": 2},
                     {"luck": 2}, {"faults": {5: True}}, {"changes": {path: 99}},
                     {"changes": {"run.seed": 3}}):  # fmt: skip
            said = tried(explorer.move, **move)
            yield (
                f"moved {move}",
                f"{said if isinstance(said, str) else explorer.sentence} {len(explorer._runs)} {explorer.setting}",
            )
    yield "values", str(Explorer(down, {path: [1, 2], work: ["1ms", "2ms"]}).knobs)
    yield "no such incident", str([tried(load_card, each) for each in ("metastable-retrys", "zzz")])
    yield "no switch", str(tried(Explorer(SHOP, [path], []).move, faults={0: True}))


def _python(ctx):
    yield from ctx.work(0.125)


def _designs():
    """Challenges with several faults, brokers and effects; answers with several handlers in Python."""
    trouble = {"all": [{"outage": "brokers", "at": "1s", "for": "250ms"}, OUT], "none": []}
    challenge = Challenge("it", "", SHOP, ("services.pack.handle", "services.mail.handle"), 9, trouble)
    yield "troubles", "\n".join(under(challenge, SHOP, name).to_yaml() for name in trouble)
    handle = "services.pack.handle"
    for name, changes in {
        "other effects": {handle: [WORK, {"effect": "zipped"}, {"effect": "added"}]}, "none": {handle: [WORK]},
        "more": {"services.mail.handle": [WORK, {"effect": "sent"}, {"effect": "read"}, {"effect": "opened"}]},
        "too many": {"services.mail.workers": 20}, "kept": {},
        "twice": {handle: [WORK, {"effect": "packed"}, {"effect": "booked"}, {"effect": "packed"}]},
    }.items():  # fmt: skip
        said = tried(allowed, challenge, SHOP.replace(changes))
        yield f"allowed, {name}", said if isinstance(said, str) else said.to_yaml()
    mine = {handle: _python, "services.mail.handle": _python}
    made = changed(mine, SHOP, handle, "services.mail.handle")
    yield "in Python", str([name for name, each in made.services.items() if callable(each.handle)])
    for paths in (
        {"services.pack.handel": []},
        {"services.shop.workers": 3, "run.duration": "3s", "channels.news": "queue"},
    ):
        yield f"changed {list(paths)}", str(tried(changed, paths, SHOP, handle, "services.mail.handle"))


def _by_hand():
    """Models by hand of which several customers, or one, have all done; and who differs first."""
    run = SHOP.replace({"services.shop.handle.3": {"fail": 0.5}, "faults": [OUT | {"outage": "mail", "for": "60s"}],
                        "run.drain_limit": "1s"}).run(seed=3)  # fmt: skip
    requests, error = run.tables.requests, run.outcomes.error.nonzero()[0].tolist()
    told = {number: float(each) for number, each in enumerate(requests.answered)}
    done = {number: float(each) for number, each in enumerate(requests.completed_at)}
    more = {99: 1.0, 98: 2.0}
    yield "told", "\n".join(map(repr, (
        same(run, told, error), same(run, told, error, done), same(run, told | more, error), same(run, told, []),
        same(run, told, [*error, 50, 9, 40]), same(run, told, error, done | {0: None}), same(run, told, error, more),
        same(run, {number: each + 0.25 for number, each in told.items()}, error))))  # fmt: skip
    for number in (0, 1, 2):
        short = SHOP.replace({"run.duration": f"{(number + 1) * 0.25 + 0.1}s",
                              "faults": [OUT | {"outage": "mail", "at": 0.3}],
                              "run.drain_limit": "100ms"}).run()  # fmt: skip
        mine = {place: float(each) for place, each in enumerate(short.tables.requests.answered)}
        all_done = {place: float(each) for place, each in enumerate(short.tables.requests.completed_at)}
        yield f"{number} by hand", repr(same(short, mine, done=all_done))
    twice = SHOP.replace({"workloads.more": {"target": "shop", "arrivals": {"constant": "2/s"}}}).run()
    yield "told alike", lesson.told_then_done(one=run, two=run, three=twice).alt
    other = SHOP.replace({"services.shop.handle.3": {"fail": 0.5}})
    yield "ends", end_states(one=run, two=other.run(), three=SHOP.run(until=1)).alt


def _pictures():
    """A slider under which a picture of several runs stands."""

    def shop(workers=2):
        run = SHOP.replace({"services.shop.workers": workers, "services.shop.handle.3.work": "375ms"}).run()
        return lesson.stack("flow", fewer=run, usual=SHOP.run(), more=SHOP.replace({"services.mail.workers": 3}).run())

    moved = slider(shop, workers=[1, 2, 3])
    yield "itself", f"{moved!r} {rounded(json.dumps(moved.to_dict()))}"


SEVERAL_OF_LESSONS = {
    f"several {name}": function
    for name, function in {
        "votes": _votes,
        "switches": _switches,
        "answers": _designs,
        "by hand": _by_hand,
        "pictures of a slider": _pictures,
    }.items()
}
