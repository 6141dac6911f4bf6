"""What lesson 14 says, and what has to be true for it."""

from evsim.lesson.window_task import LEFT_OUT, SIZE, SOON, WINDOW, board, shown, silent
from tests.notebooks.reading import ran

NAME, SEEDS = "14-late-events", range(1, 4)
MISSING, AFTER = "in no number (%)", "first number after (s)"


def six_and_four():
    page, telephone = board().workloads["page"], board().workloads["telephone"]
    return page.arrivals.rate == 1.5 * telephone.arrivals.rate and telephone.delay.mean == 2 and not page.delay


def numbers_come_at_once():
    first = shown(run=board().run())["run"]
    return first[AFTER] < 0.5 and first["numbers that were corrected"] == 0 and SIZE == 10


def fewer_than_most():
    """45 of 714, in a run that has fewer than four of five others."""
    runs = [shown(run=board().run(seed=seed))["run"] for seed in range(1, 6)]
    first, *others = (each["in no number"] / each["events"] for each in runs)
    return (runs[0]["in no number"], runs[0]["events"]) == (45, 714) and sum(first < each for each in others) >= 3


def patience_is_three():
    run = board(3).run()
    return run.scenario.services["counter"].handle[1].out_of_order == 3 and run.records.panes


def some_pressed_before():
    return 0 < sum(event.at < 0 for event in ran(NAME).names["steps"].records.events) < 10


def each_second_makes_it_a_second_later():
    table = ran(NAME).gave["patience-table"]
    waits = [int(name.split()[0]) for name in table.columns]
    missing = [float(each) for each in table.loc[MISSING]]
    later = all(abs(float(table[f"{wait} s"][AFTER]) - wait) < 0.6 for wait in waits)
    return later and missing == sorted(missing, reverse=True) and missing[0] > 4 and missing[-1] == 0


def no_patience_is_enough():
    """There are telephones that are later than any patience of the table but the longest."""
    events = [event for seed in range(1, 6) for event in board().run(seed=seed).records.events]
    return max(event.time - event.at for event in events) > 8


def nothing_was_ever_shown():
    without, with_idle = (shown(run=silent(idle).run())["run"] for idle in (None, "5s"))
    all_missing = without["in no number"] == without["events"] > 500
    return without[AFTER] != without[AFTER] and all_missing and with_idle[AFTER] < 10


def settings_of_the_exercise():
    return (SOON, LEFT_OUT) == (10, 0.01) and WINDOW.endswith("window")


CLAIMS = [
    ("14", "how many customers pressed *Register* in each ten seconds. Of ten events, six come from the page, at once."
     " Four come from telephones, which send 2 seconds later on average", six_and_four),
    ("14", "*At second 20 the ten seconds before it are over. So the number is known.*", numbers_come_at_once),
    ("14", "As soon as an event of second 20 has come, it shows the number", numbers_come_at_once),
    ("14", "This run has fewer of them than most: 45 of its 714 events in the end, and the picture shows the first 40"
     " seconds.", fewer_than_most),
    ("14", "Patience is 3 seconds now.", patience_is_three),
    ("14", "(The low box on the left is of presses before the clock began.)", some_pressed_before),
    ("14", "Each second of patience makes every number a second later, and fewer events are left out.",
     each_second_makes_it_a_second_later),
    ("14", "No patience is enough for all", no_patience_is_enough),
    ("14", "nothing was ever shown", nothing_was_ever_shown),
    ("14", "at most one event in 100 may be in no number", settings_of_the_exercise),
    ("14", "each number is there at most 10 seconds after its ten seconds are over", settings_of_the_exercise),
]  # fmt: skip
