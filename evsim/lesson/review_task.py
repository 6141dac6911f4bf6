"""Lesson 21: a design is reviewed. Three ways to wire a registration, what is asked of one, who is lost."""

from collections.abc import Callable
from functools import cache, partial
from textwrap import fill

from evsim.counting import count
from evsim.experiment.judging import MEETS, MISSES, judge
from evsim.experiment.replicate import replicate
from evsim.lesson.answers import changed
from evsim.lesson.challenge import allowed, load_challenge, under
from evsim.lesson.exercises import Refused, Task, Trials
from evsim.lesson.properties import (
    beyond,
    counterexample,
    everything_done,
    nobody_told_error,
    refusal_means_nothing_done,
    told_within,
)
from evsim.scenario import Scenario, load
from evsim.whole import place_for, write_text

__all__ = ["RUNS", "TASKS", "asked", "list_down", "review", "save", "troubles_met", "wired", "wiring"]

RUNS, CHALLENGE, LIST_DOWN = 5, "design-review", "the mailing list is down"
HANDLE, ROW, ENTRY = "services.register.handle", "customer row", "subscription"


@cache
def challenge():
    return load_challenge(CHALLENGE)


def asked():
    """What is asked for, in words: objectives, budget, troubles, and what may be changed."""
    its = challenge()
    lines = [f"* {each.asked}" for each in judge(its.base.objectives, {})]
    lines += [f"* at most {count(its.budget, 'worker')} in all"]
    for words, names in (("In each of these cases:", its.troubles), ("You may change:", its.change)):
        lines += fill(f"{words} {', '.join(names)}", 90, subsequent_indent="  ", break_on_hyphens=False).split("\n")
    return "\n".join(lines)


def wiring(name):
    """The changes that wire the registration as in lesson 03: "classic", "parallel", "events" or "hybrid"."""
    if name not in ("classic", "parallel", "events", "hybrid"):
        raise ValueError(f"there is no wiring {name!r}; there are classic, parallel, events, hybrid")
    if name in ("classic", "parallel"):
        return {HANDLE: load(f"registration-{name}").to_dict()["services"]["register"]["handle"]}
    design = load("registration-events").to_dict()
    (log,) = design["channels"]
    changes = {"services.mailing-list.subscribe": log, "channels": design["channels"]}
    if name == "events":
        handle = design["services"]["register"]["handle"]
        return changes | {HANDLE: handle, "services.database.subscribe": log}
    return changes | {HANDLE: [{"work": "2ms"}, {"call": "database"}, {"publish": log}, {"reply": "registered"}]}


def wired(name, workers=None):
    """The registration so wired, with its twelve workers as given, or with so many for the mailing list."""
    more = {} if workers is None else {"services.mailing-list.workers": workers}
    return challenge().base.replace(wiring(name) | more)


def list_down(design):
    """A run of a design in which the mailing list is down for a while."""
    return under(challenge(), design, LIST_DOWN).run()


def review(**designs):
    """A frame with a column for each design: for each case the first objective that is not met, if any."""
    import pandas

    table = {
        name: {trouble: _cell(_judged(design.to_yaml(), trouble)) for trouble in challenge().troubles}
        for name, design in designs.items()
    }
    return pandas.DataFrame(table)


def troubles_met(design):
    """In how many of the troubles, a good day among them, a design meets each objective."""
    verdicts = (_judged(design.to_yaml(), trouble) for trouble in challenge().troubles)
    return sum(_open(each) is None for each in verdicts)


def events_meet():
    """The answer to what lesson 21 asks."""
    return {5: "in all five", 4: "in four", 3: "in three", 1: "in one"}[troubles_met(wired("events"))]


@cache
def _judged(design, trouble):
    broken = under(challenge(), Scenario.from_yaml(design), trouble)
    return judge(broken.objectives, replicate(broken, n=RUNS, jobs=1, progress=False).summary())


def _open(judgements):
    """The first objective that is missed, or else the first that is not decided; None if all are met."""
    return min((each for each in judgements if each.verdict != MEETS), key=lambda each: each.verdict, default=None)


def _cell(judgements):
    its = _open(judgements)
    return "meets all" if its is None else f"{its.verdict.lower()}: {its.asked}"


def save(answer, path):
    """Write the design of an answer as a file, over an earlier one, for a board of designs; give the `path`."""
    if not str(path).endswith(".yaml"):
        raise Refused(f"call your file something.yaml, not {path}")
    place = place_for(path, overwrite=True)
    write_text(place, _design(answer).to_yaml())
    return path


def _design(answer):
    """The design of an answer that keeps to the rules."""
    its = challenge()
    design = changed(answer, its.base, *its.change)
    python = [name for name, service in design.services.items() if callable(service.handle)]
    if python:
        raise Refused(f"{python[0]}: a review reads steps, so write its handle as a list of them")
    return allowed(its, design)


def to_review(answer):
    its, design = challenge(), _design(answer)
    tried = f"{RUNS} seeds in each of {len(its.troubles)} cases"
    for trouble in its.troubles:
        failed = _open(_judged(design.to_yaml(), trouble))
        if failed:
            return Trials(tried, *_with_somebody(trouble, failed, under(its, design, trouble)))
    return Trials(tried)


def _with_somebody(trouble, failed, design):
    """What is not met and a customer who was lost, in words, and the picture of what happened to them."""
    verdict = "missed" if failed.verdict == MISSES else "not decided"
    words = f"In the case “{trouble}” this is {verdict}: {failed.asked}; found {failed.measured}"
    if failed.too_few:
        words = f"{words}. {failed.too_few.words.removesuffix('.')}"
    properties: dict[str, Callable] = {
        "availability": nobody_told_error,
        "told_yes_never_true": partial(_both, everything_done),
        "told_error_yet_true": partial(_both, refusal_means_nothing_done),
        "response_p95": lambda run: told_within(run, failed.limit),
        "completion_p90": lambda run: _all_there_within(run, failed.limit),
    }
    for seed in range(1, RUNS + 1):
        run = design.run(seed=seed)
        lost = next(iter(properties[failed.metric](run)), None)
        if lost:
            words = f"{words}. Seed {seed}: customer {lost.customer} {lost.words}"
            return words, partial(run.sequence, lost.customer, lost.workload)
    return words, None


def _both(property_, run):
    return property_(run, ROW, ENTRY)


def _all_there_within(run, limit):
    """Whoever has all that is due has it at most `limit` seconds after they came."""
    for place, seconds in enumerate(run.tables.requests.completion):
        if seconds > limit:
            yield counterexample(run, place, f"had to wait {beyond(seconds, limit, 1)} s until all was done")


TASKS = {
    CHALLENGE: Task(
        "each objective is met on a good day and in each trouble, within the budget: signed",
        trials=to_review,
        hints=(
            "Who has to work for a customer to be told yes? Whoever is not needed for that may be down.",
            "When the list is back, a queue stands before it, and others still come. What is to spare for the queue?",
            "Which service has workers that have nothing to do, once it waits for nobody?",
        ),
        base=lambda: challenge().base,
    ),
}
