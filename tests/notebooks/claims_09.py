"""What lesson 09 says, and what has to be true for it."""

from functools import cache

import numpy as np

from evsim.lesson.storm_task import BACK, FEW, LOSSY, before_and_after, storm
from tests.notebooks.reading import ran

NAME, SEEDS = "09-retry-storms", range(1, 4)
YES, CALLS, LATER = "told yes (%)", "calls each", "after second 60"


@cache
def later(rate=12, **call):
    """(share told yes, calls each) of those who come after second 60, for some seeds; the call as sorted pairs."""
    return [_later(storm(rate, **call).run(seed=seed)) for seed in SEEDS]


def _later(run):
    table = before_and_after(run=run)["run"]
    return table[YES][LATER], table[CALLS][LATER]


def three(rate=12):
    return [_later(storm(rate, retry={"attempts": 3}).run(seed=seed)) for seed in SEEDS]


def settings():
    design = storm(retry={"attempts": 3})
    (fault,) = design.faults
    can = design.services["mailing-list"].workers / design.services["mailing-list"].handle[0].time.mean
    times = (fault.at, fault.at + fault.duration, fault.factor)
    return can == 20 and times == (20, 25, 4) and design.workloads["register-page"].arrivals.rate == 12


def one_second():
    return storm().services["register"].handle[0].timeout == 1


def well_with_one_call():
    return all(yes > 99 and calls == 1 for yes, calls in later())


def nobody_with_three():
    return settings() and all(yes == 0 and calls == 3 for yes, calls in three())


def back_below_a_third():
    return all(yes == 100 for yes, _ in three(4)) and all(yes < 1 for yes, _ in three(9)) and 6 < 20 / 3 < 7


def at_six_it_takes_long():
    run = storm(6, retry={"attempts": 3}).run()
    arrived, yes = run.tables.requests.arrived, run.outcomes.yes
    return yes[(arrived > 30) & (arrived < 60)].mean() < 0.1 and yes[arrived > 75].all()


def the_list_does_everything():
    run = ran(NAME).names["three"].run()
    done = run.tables.requests.times_done[0]
    return (done > 0).all() and np.nanmax(run.tables.requests.completion) > 30


def cured():
    table = ran(NAME).gave["cures"]
    return {name: table[name, YES][LATER] for name in ("pauses", "budget", "breaker")}


def pauses_do_not_help():
    return cured()["pauses"] < 1


def the_others_do():
    its = cured()
    return its["budget"] > 99 and its["breaker"] > 99


def none_helped_in_the_bad_seconds():
    table = ran(NAME).gave["cures"]
    return all(table[name, YES]["second 20 to 25"] < 30 for name in cured())


def few():
    return (BACK, FEW, LOSSY["probability"]) == (45, 0.01, 1 / 50)


CLAIMS = [
    ("09", "12 customers register in a second.", settings),
    ("09", "waits one second, and tells an error if it hears nothing", one_second),
    ("09", "The list can do 20 in a second. From second 20 to 25 it is four times slower", settings),
    ("09", "With one call each, those of the bad seconds are told an error, and then all is well.", well_with_one_call),
    ("09", "With three nobody is told *registered* again", nobody_with_three),
    ("09", "Now each customer brings three calls: 36 in a second for a list that can do 20.", nobody_with_three),
    ("09", "Up to 20 / 3 customers a second the list can do even that", back_below_a_third),
    ("09", "at 6 there is little to spare, and that takes until after second 60", at_six_it_takes_long),
    ("09", "the list does everything, later and later", the_list_does_everything),
    ("09", "Pauses spread the calls, and do not make them fewer: it stays down.", pauses_do_not_help),
    ("09", "The budget makes them fewer when all fail", the_others_do),
    ("09", "The breaker leaves the list alone until its line is gone.", the_others_do),
    ("09", "None of the three helped those of the bad seconds.", none_helped_in_the_bad_seconds),
    ("09", "of all who come from second 45 on, at most 1 in 100 may be told an error", few),
    ("09", "the network loses one message in fifty, all day: at most 1 in 100 may be told an error", few),
]  # fmt: skip
