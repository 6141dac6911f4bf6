"""What lesson 10 says, and what has to be true for it."""

import numpy as np

from evsim.lesson import lesson_size, promises
from evsim.lesson.workers_task import BUDGET, LATEST, START, little, mailing, paid, rush
from tests.notebooks.reading import ran

NAME, SEEDS = "10-how-many-workers", range(1, 4)


def busy(rate):
    """The share of its time that the mailer works, on average over some runs."""
    its = [mailing(rate, seconds=1000).run(seed=seed).services["mailer"]["utilisation"] for seed in SEEDS]
    return float(np.mean(its))


def settings():
    mailer = mailing().services["mailer"]
    return mailer.handle[0].time.mean == 0.1 and mailing().workloads["register-page"].arrivals.rate == 8


def busy_four_fifths_and_nearly_all():
    return settings() and abs(busy(8) - 0.8) < 0.03 and abs(busy(9.5) - 0.95) < 0.03


def the_last_two_rows_agree():
    table = ran(NAME).gave["little"]
    product, counted = (table.loc[row] for row in table.index[-2:])
    return (abs(product / counted - 1) < 0.02).all() and len(table.columns) == 3


def the_question_is_answered():
    times = ran(NAME).gave["little"].loc["time of each (s)"]
    return (times["8 a second"], times["9.5 a second"]) == (0.553, 2.343)


def the_line_grows_when_more_come_than_can_be_sent():
    long, short = (little(run=mailing(rate, seconds=200).run())["run"].iloc[-1] for rate in (11, 9))
    return long > 3 * short


def the_wait_is_moved():
    near = ran(NAME).names["near"]
    classic, events = (promises(run=lesson_size(name).replace(near).run())["run"] for name in ("classic", "events"))
    told, done = "told after (ms)", "all done after (ms)"
    return events[told] < 10 < 100 < classic[told] and events[done] > 10 * events[told]


def longest(mailers):
    run = rush().replace({"services.mailer.instances": mailers}).run()
    return float(np.nanmax(run.tables.requests.completion)), paid(run)


def a_rush():
    points = rush().workloads["register-page"].arrivals.points
    rates = {rate for _, rate in points}
    return rates == {5, 30} and abs((points[4][0] - points[1][0]) - 30) <= 1


def one_is_late_and_four_do_it():
    return longest(1)[0] > 60 and longest(4)[0] < LATEST


def one_has_a_line_at_the_end():
    run = rush().replace({"services.mailer.instances": 1}).run()
    late = run.tables.requests.first_time[0] > 180
    return late.sum() > 100 and run.scenario.run_settings.duration == 180 > run.tables.requests.arrived.max()


def a_second_one_above_the_target():
    rule = {"by": "lag", "target": 500, "least": 1, "most": 4, "start": "10s", "every": "1s"}
    many, few = (rush().replace({"services.mailer.autoscale": rule | more}).run() for more in ({}, {"target": 1000}))
    return len(many.tables.capacity["mailer"].born) == 2 and len(few.tables.capacity["mailer"].born) == 1


def not_enough_for_two():
    return BUDGET == 300 < longest(2)[1]


CLAIMS = [
    ("10", "A mailer sends ten welcome mails in a second", settings),
    ("10", "Eight customers register in a second", settings),
    ("10", "So it is busy 80 % of the time.", busy_four_fifths_and_nearly_all),
    ("10", "Now the mailer is busy 95 % of the time", busy_four_fifths_and_nearly_all),
    ("10", "At 9.5 a second there is little to spare. At 11 there is less than nothing",
     the_line_grows_when_more_come_than_can_be_sent),
    ("10", "The last two rows agree", the_last_two_rows_agree),
    ("10", "0.553 s for a mail at 8 a second, and 2.343 s at 9.5", the_question_is_answered),
    ("10", "when the last customer comes, at second 180", one_has_a_line_at_the_end),
    ("10", "with 500, a second one is asked for when more than 500 wait", a_second_one_above_the_target),
    ("10", "Nobody waits for the page any more. All the same it takes long", the_wait_is_moved),
    ("10", "For half a minute 30 customers come in a second, and before and after it 5.", a_rush),
    ("10", "Four do it.", one_is_late_and_four_do_it),
    ("10", "Everybody is to have their mail within 12 seconds.", lambda: LATEST == 12),
    ("10", "there is money for 300 seconds: not enough for two all the time", not_enough_for_two),
    ("10", "An instance takes 10 seconds to start.", lambda: START == 10),
]  # fmt: skip
