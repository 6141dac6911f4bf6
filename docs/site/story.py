"""What the page shows: four designs of one registration, and what follows if a part is down from a moment on."""

from functools import cache

from evsim.lesson import lesson_size
from evsim.lesson.questions import QUESTIONS
from evsim.results.tally import OK
from evsim.view.changes import figures
from evsim.view.player.branching import Branches, entry
from evsim.view.player.differences import difference
from evsim.view.player.film import film
from evsim.view.promise import promise_sentence

__all__ = ["DESIGNS", "FAULTS", "LASTS", "MOMENTS", "branch", "runs", "story"]

DESIGNS = ("classic", "parallel", "hybrid", "events")
LASTS = 5  # seconds
MOMENTS = tuple(range(2, 26, 2))  # when something can break (s)
BROKER = "customer-registered"
PARTS = {"mailing-list": "the mailing list", "database": "the database", BROKER: "the broker", "register": "register"}
FAULTS = {part: {"outage": part, "for": LASTS} for part in PARTS}


@cache
def runs():
    """The run of each design, with the customers and the luck of seed 1."""
    return {design: lesson_size(design).run() for design in DESIGNS}


def branch(design, part, moment):
    """The run of a design in which a part is down from a moment on; None if the design has no such part."""
    run = runs()[design]
    scenario = run.scenario
    return run.branch(FAULTS[part], moment) if part in {*scenario.services, *scenario.channels} else None


def story():
    """The film, with its other futures as differences, and what the words of the page need, as plain data."""
    made = film(*runs().values(), labels=DESIGNS)
    branches = Branches(runs(), [effect["name"] for effect in made["effects"]])
    futures = {(part, moment): branches(FAULTS[part], moment) for part in PARTS for moment in MOMENTS}
    made["breaks"] = [entry(FAULTS[part], MOMENTS) for part in PARTS]
    made["stored"] = [difference(future, made["futures"][0]) for future in futures.values()]
    results = {"base": [_result(run) for run in runs().values()]}
    for part, moment in futures:
        its = (branch(design, part, moment) for design in DESIGNS)
        results[f"{part} {moment}"] = [None if run is None else _result(run) for run in its]
    asked = QUESTIONS["on-the-list"]
    return {
        "film": made,
        "designs": list(DESIGNS),
        "parts": [{"id": part, "name": name} for part, name in PARTS.items()],
        "moments": list(MOMENTS),
        "lasts": LASTS,
        "results": results,
        "whenTold": [_when_told(run) for run in runs().values()],
        "question": {"asked": asked.asked, "choices": asked.choices, "truth": asked.truth()},
    }


def _result(run):
    """The counts of customers of a run, and their sum in words."""
    return {"counts": figures(run), "sum": promise_sentence(run)}


def _when_told(run):
    """How many of those who were told yes had everything at that moment."""
    requests = run.tally
    return int(((requests.outcome == OK) & (requests.completed_at <= requests.answered)).sum())
