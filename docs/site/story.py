"""What the page shows: the toys, four designs of one registration, and what follows if a part is down."""

from functools import cache

from evsim.lesson import lesson_size
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.toys import LENGTHS, MOMENTS, TOYS, toy
from evsim.results.outcomes import LATER
from evsim.results.requests import OK
from evsim.view.player.branching import Branches, entry
from evsim.view.player.differences import difference
from evsim.view.player.film import film
from evsim.view.player.shows import shown
from evsim.view.what_changed import figures

__all__ = ["BREAKS", "DESIGNS", "FAULTS", "LASTS", "PARTS", "branch", "runs", "story", "toys"]

DESIGNS = ("classic", "parallel", "hybrid", "events")
LASTS = 5  # seconds
BREAKS = (4, 8, 12, 16, 20)  # when something can break in the console (s)
BROKER = "customer-registered"
PARTS = {"mailing-list": "the mailing list", "database": "the database", BROKER: "the broker", "register": "register"}
FAULTS = {part: {"outage": part, "for": LASTS} for part in PARTS}


@cache
def runs():
    """The run of each design, with the customers and the luck of seed 1."""
    return {design: lesson_size(design).run() for design in DESIGNS}


@cache
def branch(design, part, moment):
    """The run of a design in which a part is down from a moment on; None if the design has no such part."""
    run = runs()[design]
    scenario = run.scenario
    return run.branch(FAULTS[part], moment) if part in {*scenario.services, *scenario.channels} else None


@cache
def toys():
    """name -> the player of each toy but the console."""
    return {name: toy(name) for name in TOYS if name != "console"}


def story():
    """Films, with their other futures as differences, and what the words of the page need, as plain data."""
    results = {"base": [_result(run) for run in runs().values()]}
    for part in PARTS:
        for moment in BREAKS:
            its = (branch(design, part, moment) for design in DESIGNS)
            results[f"{part} {moment}"] = [None if run is None else _result(run) for run in its]
    asked = QUESTIONS["on-the-list"]
    return {
        "toys": {name: _film(player) for name, player in toys().items()},
        "console": _console(),
        "designs": list(DESIGNS),
        "parts": [{"id": part, "name": name} for part, name in PARTS.items()],
        "lasts": LASTS,
        "later": LATER,
        "seed": next(iter(runs().values())).seed,
        "results": results,
        "whenTold": [_when_told(run) for run in runs().values()],
        "question": {"asked": asked.asked, "choices": asked.choices, "truth": asked.truth()},
        "settings": settings(),
        "changes": {name: _flat(its.changes) for name, its in TOYS.items()},
    }


def _film(player):
    """The film of a toy, with what follows from its plugs."""
    return player.stored(MOMENTS, LENGTHS) if "plugs" in player.film["toy"] else player.film


def _console():
    """The film of all designs, with what follows if a part is down from one of some moments on."""
    made = film(*runs().values(), labels=DESIGNS)
    names = [effect["name"] for effect in made["effects"]]
    branches = Branches(runs(), names)
    futures = [branches(FAULTS[part], moment) for part in PARTS for moment in BREAKS]
    made["breaks"] = [entry(FAULTS[part], BREAKS, part == BROKER) for part in PARTS]
    made["stored"] = [difference(future, made["futures"][0]) for future in futures]
    return made | {"toy": shown(names)}


def _result(run):
    """The counts of customers of a run."""
    return figures(run)


def _when_told(run):
    """How many of those who were told yes had everything at that moment, and how many were."""
    requests = run.tables.requests
    yes = requests.outcome == OK
    return [int((yes & (requests.completed_at <= requests.answered)).sum()), int(yes.sum())]


def settings():
    """[path, its value in each design, whether somebody wrote it] of every setting that is not simply off."""
    every = {design: _flat(run.scenario.model_dump(by_alias=True, mode="json")) for design, run in runs().items()}
    wrote = {path for run in runs().values() for path in _flat(run.scenario.to_dict())}
    found = []
    for path in dict.fromkeys(path for its in every.values() for path in its):
        values = [every[design].get(path) for design in DESIGNS]
        if path not in ("name", "about") and any(value is not None for value in values):
            found.append([path, values, path in wrote])
    return found


def _flat(value, path=""):
    """path -> text of each value in nested data; nothing is None."""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    else:
        return {path: None if value is None else str(value)}
    return {key: each for name, part in parts for key, each in _flat(part, f"{path}.{name}".lstrip(".")).items()}
