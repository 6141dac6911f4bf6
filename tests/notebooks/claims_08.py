"""What lesson 08 says, and what has to be true for it."""

import numpy as np

from evsim.lesson.network_task import ABROAD, GONE, LOSS, PATIENT, SPEED, far, lossy, moving, photos, trusting
from tests.notebooks.reading import ran

NAME = "08-fallacies"
ERROR, DONE, TWICE = "told error", "told error, and something done", "a row or an entry twice"
SEEDS = range(1, 6)


def one_in_a_hundred():
    design = lossy(0.01)
    links = design.network.links.values()
    return {link.loss for link in links} == {0.01} and len(links) == 2 and design.network.loss == 0


def four_in_a_hundred():
    """Of four messages in turn one is lost: 1 - 0.99^4, within three standard errors."""
    runs = [lossy(0.01).run(seed=seed) for seed in SEEDS]
    errors, customers = (sum(map(len, each)) for each in (
        [run.outcomes.error.nonzero()[0] for run in runs], [run.outcomes.error for run in runs]))  # fmt: skip
    expected = 1 - 0.99**4
    return abs(errors / customers - expected) < 3 * (expected * (1 - expected) / customers) ** 0.5


def most_have_something():
    table = ran(NAME).gave["lost"]["one in 100"]
    return table[DONE] > table[ERROR] / 2 > 0 and not ran(NAME).gave["lost"]["no loss"][ERROR]


def a_little_more_than_expected():
    table = ran(NAME).gave["lost"]["one in 100"]
    return (table[ERROR], table["customers"]) == (16, 326) and 16 / 326 > 1 - 0.99**4


def no_error_and_some_twice():
    again = ran(NAME).gave["again"]["up to three times"]
    attempts = lossy(0.01, retry={"attempts": 3}).services["register"].handle[1].retry.attempts
    return again[ERROR] == 0 < again[TWICE] and attempts == 3


def trips():
    """What 40 ms more each way add to the mean time to an answer, in trips, where nobody waits for anybody."""
    found = {}
    for design in ("classic", "parallel", "events"):
        alone = {"workloads.register-page.arrivals.poisson": "0.2/s", "run.duration": "200s"}
        near, away = (far(far(design, ms).replace(alone), ms).run() for ms in (0, 40))
        found[design] = float(away.tables.requests.response.mean() - near.tables.requests.response.mean()) / 0.04
    return found


def six_and_four_and_four():
    return {name: round(number, 1) for name, number in trips().items()} == {"classic": 6, "parallel": 4, "events": 4}


def the_values_of_the_slider():
    return ran(NAME).gave["slider"].values == [0, 1, 10, 40, 80]


def ten_megabit():
    return SPEED * 8 == 10e6 and photos(25).workloads["register-page"].arrivals.rate == 10


def ten_times_the_wait():
    """M/D/1: the wait of 0.8 busy with 80 ms is twelve times that of 0.4 with 40 ms; the run is near it."""
    alone = {"services.register.handle": [{"call": "line"}]}  # what comes after the line changes nothing on it
    waits = [np.mean([photos(size).replace(alone).run(seed=seed).services["line"]["wait_mean"] for seed in SEEDS])
             for size in (50, 100)]  # fmt: skip
    theory = [busy / (2 * (1 - busy)) * busy / 10 for busy in (0.4, 0.8)]
    near = all(abs(wait / expected - 1) < 0.15 for wait, expected in zip(waits, theory))
    table = ran(NAME).gave["photos"].loc["sending a photo (ms)"]
    return near and 8 < waits[1] / waits[0] < 14 and table["100 kB"] == 2 * table["50 kB"]


def four_instances_of_which_one_goes():
    design = moving()
    (fault,) = design.faults
    return design.services["mailing-list"].instances == 4 and (fault.at, fault.target) == (GONE, "mailing-list/1")


def who_asks_is_told_fewer_errors():
    since = ran(NAME).gave["moved"].loc[f"since second {GONE} (%)"]
    before = ran(NAME).gave["moved"].loc[f"before second {GONE} (%)"]
    return not before.any() and since["never"] > since["every 10 s"] > since["every 2 s"] > since["events"] == 0


def the_broker_has_one_address():
    log = moving(design="events").replace({"faults": [{"outage": "customer-registered", "at": f"{GONE}s"}]}).run()
    return log.outcomes.error[log.tables.requests.arrived > GONE].all()


CLAIMS = [
    ("08", "Let one message in 100 get lost on these two links.", one_in_a_hundred),
    ("08", "So about 4 customers in 100 are told an error, with a network that loses 1 in 100.", four_in_a_hundred),
    ("08", "The 16 of 326 in this run are a little more: luck.", a_little_more_than_expected),
    ("08", "for most of those something *has* been done", most_have_something),
    ("08", "Now each call is made up to three times.", no_error_and_some_twice),
    ("08", "No error is left, and some have two rows or two entries", no_error_and_some_twice),
    ("08", "the same room, the same town (1 ms), the next country (10), over an ocean (40), to the other side of the"
     " world (80)", the_values_of_the_slider),
    ("08", "to the list and back: six. Parallel: four. Events: four, too", six_and_four_and_four),
    ("08", "all photos go over one line of 10 megabit a second, one after the other", ten_megabit),
    ("08", "Ten customers come in a second.", ten_megabit),
    ("08", "From 50 to 100 kB the photo takes twice as long to send, and waits about ten times as long.",
     ten_times_the_wait),
    ("08", "The list runs four times. From second 15 on the first of the four is gone",
     four_instances_of_which_one_goes),
    ("08", "With events nobody is told an error.", who_asks_is_told_fewer_errors),
    ("08", "when *that* moves, all are struck", the_broker_has_one_address),
    ("08", "one that loses 1 message in 50 between *register* and those it calls", lambda: LOSS == 0.02),
    ("08", "the list is on another continent (75 ms each way)", lambda: ABROAD == "75ms"),
    ("08", "an instance of the list is gone from second 15 on", lambda: GONE == 15),
    ("08", "The database takes 50 ms on average.", lambda: trusting().services["database"].handle[0].time.mean == 0.05),
    ("08", "told *registered* within a second", lambda: PATIENT == 1),
]  # fmt: skip
