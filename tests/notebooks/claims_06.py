"""What lesson 06 says, and what has to be true for it."""

from functools import cache

import numpy as np

import evsim
from evsim.lesson.outbox_task import LIMIT, LOOKS, row_first
from tests.notebooks.reading import ran

NAME, SEEDS = "06-two-writes", range(1, 6)


@cache
def matrix():
    return evsim.crash_matrix(ran(NAME).names["short"]).of("database")


def left(design):
    """What a customer who is told error may have got, where the database crashes."""
    crashes = matrix().designs[design]
    assert {crash.told for crash in crashes} == {"error"}
    return {frozenset(crash.present) for crash in crashes}


def no_order_helps():
    row, entry, neither = frozenset(["customer row"]), frozenset(["subscription"]), frozenset()
    both = row | entry
    return (
        left("row first") == {neither, row, both}
        and left("event first") == {neither, entry, both}
        and left("outbox") == {neither, both}
    )


def the_last_line_of_each_is_denied():
    return all(
        crashes[-1].kind == "denied" and all(crashes[-1].effects.values()) for crashes in matrix().designs.values()
    )


def told_error_and_a_row():
    run = ran(NAME).names["crashed"]
    crashed = run.scenario.faults[0]
    state = run.outcomes
    row = {name: state.done[code, 0] for code, name in enumerate(state.names)}
    return crashed.duration == 1 and state.error[0] and row == {"customer row": 1, "subscription": 0}


def broker_down(design):
    names = ran(NAME).names
    runs = [names["designs"][design].replace(names["broker_down"]).run(seed=seed) for seed in SEEDS]
    assert {fault.duration for fault in runs[0].scenario.faults} == {5}
    return runs


def they_have_a_row():
    runs = broker_down("row first")
    return all(run.outcomes.error.any() and run.outcomes.error_yet_true[run.outcomes.error].all() for run in runs)


def nobody_notices():
    return all(run.outcomes.yes.all() and not run.outcomes.missing.any() for run in broker_down("outbox"))


def times(looks):
    """(mean until told yes, mean until all was done) with so many looks a second, and without an outbox (None)."""
    design = ran(NAME).names["designs"]["outbox"]
    poll = "services.database.handle.2.publish.outbox.poll"
    design = design.replace({poll: 1 / looks}) if looks else row_first()
    tables = [design.run(seed=seed).tables.requests for seed in SEEDS]
    return [float(np.mean([np.nanmean(getattr(each, name)) for each in tables])) for name in ("response", "completion")]


def half_a_poll_and_more():
    _, without = times(None)
    for looks in (1, 2, 5):
        later = times(looks)[1] - without
        if not 0.45 / looks < later < 0.8 / looks:
            return False
    return True


def told_is_told():
    return abs(times(1)[0] - times(50)[0]) < 1e-3


def looks_in_vain():
    return row_first().workloads["register-page"].arrivals.rate == 50 - 40


CLAIMS = [
    ("06", "A second later it is back.", told_error_and_a_row),
    ("06", "you are customer 0, at whom it happens.", told_error_and_a_row),
    ("06", "You were told *error*, you have a row, and the list never hears of you.", told_error_and_a_row),
    ("06", "*Row first*: a row that nobody hears of. *Event first*: an event about something that never happened.",
     no_order_helps),
    ("06", "With the outbox that place is gone.", no_order_helps),
    ("06", "The last line of each is an old acquaintance", the_last_line_of_each_is_denied),
    ("06", "With *row first*, each of them was told *error* and is in the database.", they_have_a_row),
    ("06", "With the outbox nobody notices", nobody_notices),
    ("06", "the customer never waits for the relay", told_is_told),
    ("06", "The list does, for half the time between two looks on average, and for more", half_a_poll_and_more),
    ("06", "Ten customers come in a second, so of 50 looks at least 40 find nothing.", looks_in_vain),
    ("06", "nobody waits longer than 3 seconds", lambda: LIMIT == 3),
    ("06", "a relay may look twice a second", lambda: LOOKS == 2),
]  # fmt: skip
