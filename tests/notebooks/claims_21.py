"""What lesson 21 says, and what has to be true for it."""

import math

import numpy as np

from evsim.lesson.challenge import under, workers
from evsim.lesson.review_task import RUNS, challenge, list_down, wired
from tests.notebooks.reading import ran

NAME = "21-design-review"
MEETS = "meets all"


def goals():
    return challenge().base.objectives


def fails(design, case, words):
    return words in ran(NAME).gave["review"][design][f"the {case} is down"]


def as_given():
    its = challenge().base
    return [its.services[name].workers for name in ("register", "database", "mailing-list")] == [8, 2, 2]


def classic_is_untrue():
    run = under(challenge(), wired("classic"), "the mailing list is down").run(seed=1)
    told = run.outcomes.error & (run.tables.requests.times_done[run.tables.effect_names.index("customer row")] > 0)
    return told.any() and all(fails("classic", each, "availability") for each in ("mailing list", "database"))


def each_case_of_events():
    found = ran(NAME).gave["review"].events
    late = found[found != MEETS]
    return len(found) == 5 and (found == MEETS).sum() == 3 and all("completion" in each for each in late)


def nobody_lost_by_events():
    """In each case: who is told yes gets all of it, and who is told an error nothing."""
    runs = [under(challenge(), wired("events"), case).run() for case in challenge().troubles]
    told = [run.summary() for run in runs]
    return all(each["told_yes_never_true"] == each["told_error_yet_true"] == 0
               for each in told)  # fmt: skip


def down_for_eight():
    (fault,) = list_down(wired("events")).scenario.faults
    return fault.at == fault.duration == 8


def thirteen_left():
    """A worker does one in 60 ms; the mean of what comes in five runs is within three deviations of 20 a second."""
    service, came = challenge().base.services["mailing-list"], []
    for seed in range(1, 6):
        came.append(len(challenge().base.run(seed=seed).requests) / 30)
    rate = 2 / service.handle[0].time.mean
    return round(rate) == 33 and abs(np.mean(came) - 20) < 3 * math.sqrt(20 / 150) and (1.5 * rate - 20) > 2 * 13


def twice():
    return "nothing happens twice" in ran(NAME).printed["hunt"] and "row more than once" in ran(NAME).printed["hunt"]


CLAIMS = [
    ("21", "It now has twelve workers", lambda: challenge().budget == workers(challenge().base) == 12),
    ("21", "Up to a tenth may be told an error", lambda: goals()["availability"] == 0.9),
    ("21", "95 of 100 are told within 250 ms, and for 90 of 100 all is done within 7 s",
     lambda: (goals()["response_p95"], goals()["completion_p90"]) == (0.25, 7)),
    ("21", "eight at *register*, two at the database, two at the mailing list", as_given),
    ("21", "some of those are not true: the row is there", classic_is_untrue),
    ("21", "*Hybrid* needs the database and the broker",
     lambda: fails("hybrid", "database", "availability") and fails("hybrid", "broker", "told error yet true")),
    ("21", "Nobody who is told yes is lost by *events*, and no word is false.", nobody_lost_by_events),
    ("21", "It is late: when the list is back", each_case_of_events),
    ("21", "and five runs cannot say that it is met", lambda: RUNS == 5),
    ("21", "The list is down from second 8 on, for 8 s.", down_for_eight),
    ("21", "Two workers do 33 in a second, and 20 come: 13 are left for the queue.", thirteen_left),
    ("21", "With a third worker it is more than twice as many.", thirteen_left),
    ("21", "after the row was written and before the broker was told: the row is written again", twice),
    ("21", "with the same customers, in 20 runs for each case", lambda: _default_runs() == 20),
]  # fmt: skip


def _default_runs():
    from inspect import signature

    from evsim.cli.challenges import challenge as command

    return signature(command).parameters["runs"].default
