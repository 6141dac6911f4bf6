"""What lesson 13 says, and what has to be true for it."""

import numpy as np

from evsim.lesson.catching_up import caught_up_at
from evsim.lesson.history_task import BACK, BEGIN, KEPT, MOST, NEW, SOON, UNTIL, by_calls, history
from tests.notebooks.reading import ran

NAME, INDEX, STOCK = "13-replay-history", "index entry", "stock"
TOLD = [f"before day {BEGIN} (ms)", f"from day {BEGIN} on (ms)"]
SEEDS = range(1, 6)


def first(run, effect):
    return run.tables.requests.first_time[run.tables.effect_names.index(effect)]


def ten_a_day():
    run = history().run()
    arrived = run.tables.requests.arrived
    enough = abs(len(arrived) - 600) < 4 * 600**0.5
    return enough and history().services[NEW].subscribe[0].joins == BEGIN == 30


def the_warehouse_is_live():
    return all(np.nanmax(first(history().run(seed=seed), STOCK) - history().run(seed=seed).tables.requests.arrived) < 2
               for seed in SEEDS)  # fmt: skip


def four_times_as_fast():
    index, page = history().services[NEW], history().workloads["visitors"]
    return index.workers / index.handle[0].time.mean == 4 * page.arrivals.rate


def one_does_as_many_as_come():
    index = history(1).services[NEW]
    return 1 / index.handle[0].time.mean == history(1).workloads["visitors"].arrivals.rate == 10


def nobody_is_disturbed():
    return not ran(NAME).gave["moved"]["at another moment"].any()


def only_from_day_thirty_on():
    run = by_calls().run()
    missing = np.isnan(first(run, INDEX))
    return (missing == (run.tables.requests.arrived < BEGIN)).mean() > 0.99


def every_seller_waits():
    table = ran(NAME).gave["calls-told"]
    calls, log = (table[each][TOLD] for each in ("calls", "log"))
    return calls.iloc[1] > calls.iloc[0] + 90 and abs(log.iloc[1] - log.iloc[0]) < 1


def never_with_one_and_ten_days_with_four():
    never = [caught_up_at(history(1).run(seed=seed), NEW, INDEX) for seed in SEEDS]
    four = [caught_up_at(history(4).run(seed=seed), NEW, INDEX) for seed in SEEDS]
    return all(not at < 60 for at in never) and abs(np.mean(four) - 40) < 2


def until_day_sixty():
    run = history(1).run()
    return run.tables.requests.arrived.max() < run.scenario.run_settings.duration == 60 < np.nanmax(first(run, INDEX))


def retention_asks_nobody():
    table = ran(NAME).gave["retention-table"]
    old, new = table.iloc[0].tolist(), table.iloc[1].tolist()
    return old == [0] * 4 and new[:2] == [0, 1] and new[1] < new[2] < new[3]


def some_were_booked_twice():
    counts = ran(NAME).gave["back"]
    came = history().run().tables.requests.arrived
    again = ((came > BACK[1]) & (came < BACK[0])).sum()
    return counts[INDEX] == len(came) == 635 and abs(counts[STOCK] - 635 - again) < 10


CLAIMS = [
    ("13", "A new team comes on day 30.", ten_a_day),
    ("13", "Sellers change their products in a shop: 10 changes a day.", ten_a_day),
    ("13", "and writes its *stock* at once. On day 30 a new team begins", the_warehouse_is_live),
    ("13", "The warehouse has read and done all messages of the first 30 days.", the_warehouse_is_live),
    ("13", "it reads the past four times as fast as changes come", four_times_as_fast),
    ("13", "Nobody. The shop does not know that somebody reads its past.", nobody_is_disturbed),
    ("13", "From day 30 on the shop calls the index, too, after the warehouse. Before that it is not there",
     only_from_day_thirty_on),
    ("13", "since the newcomer is called, every seller waits for it, too", every_seller_waits),
    ("13", "One worker of the index does 10 changes a day, as many as come.", one_does_as_many_as_come),
    ("13", "what waits on day 30, divided by what it does a day *beyond* what comes",
     never_with_one_and_ten_days_with_four),
    ("13", "With one worker it never arrives while changes come", never_with_one_and_ten_days_with_four),
    ("13", "(The picture goes on after day 60, when the sellers have stopped.)", until_day_sixty),
    ("13", "With four, 300 changes wait, 30 a day are left for them, and so it takes about ten days.",
     never_with_one_and_ten_days_with_four),
    ("13", "The warehouse is at the front, and never notices.", retention_asks_nobody),
    ("13", "With 30 days it is one change: it had gone before the index came to it.", retention_asks_nobody),
    ("13", "since day 20 it has booked wrongly. On day 45 it puts its bookmark back to day 20",
     lambda: BACK == (45, 20)),
    ("13", "How often was stock booked, for 635 changes?", some_were_booked_twice),
    ("13", "Some were booked twice.", some_were_booked_twice),
    ("13", "On day 43 the index is to be shown to customers.", lambda: (UNTIL, SOON) == (43, 1)),
    ("13", "The log may keep at most 40 days, and the team has at most 4 workers. You may change how the index reads"
     " (it comes on day 30)", lambda: (KEPT, MOST, BEGIN) == (40, 4, 30)),
]  # fmt: skip
