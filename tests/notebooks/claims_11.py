"""What lesson 11 says, and what has to be true for it."""

from evsim.lesson.order_task import CUSTOMERS, LATEST, addresses, out_of_order
from tests.notebooks.reading import ran

NAME = "11-partitions-and-order"
WORK, OVERTAKEN, PACE = "instances at work", "done out of order", "done a second"


def seen(design, seeds=(1, 2, 3)):
    return [out_of_order(run=design.run(seed=seed))["run"] for seed in seeds]


def settings():
    design = addresses()
    work = design.services["profile"].handle[0].time.mean
    return work == 0.1 and design.workloads["page"].arrivals.rate == 50 and CUSTOMERS == 100


def four_and_four():
    design = addresses()
    return design.channels["changes"].partitions == 4 == design.services["profile"].instances


def they_do_not_keep_up():
    return all(each[PACE] < 45 for each in seen(addresses()))


def four_at_work():
    return all(each[WORK] == 4 for each in seen(addresses(8)))


def each_helps_up_to_one_for_each():
    paces = [seen(addresses(8, {"log": {"partitions": number}}), (1,))[0][PACE] for number in (1, 2, 4, 6, 8)]
    later = seen(addresses(8, {"log": {"partitions": 16}}), (1,))[0][PACE]
    return paces == sorted(paces) and paces[-1] > 1.3 * paces[2] and abs(later - paces[-1]) < 2


def overtaken_in_the_queue():
    table = ran(NAME).gave["queue"]
    return table["queue"][OVERTAKEN] > 5 and table["log"][OVERTAKEN] == 0 and table["queue"][WORK] == 8


def a_share_group_uses_all():
    table = ran(NAME).gave["share"]
    return table["share"][WORK] == 8 > table["group"][WORK] and table["share"][OVERTAKEN] > 5


def a_few_have_most():
    counts = ran(NAME).gave["hot-shares"]
    return len(counts) == 16 and sum(counts[:4]) > sum(counts) / 2


def twenty_times():
    run = ran(NAME).names["hot"]
    return run.scenario.workloads["page"].key.s == 1  # the twentieth has a twentieth of what the first has


CLAIMS = [
    ("11", "100 customers of a bank change their addresses again and again: 50 changes in a second.", settings),
    ("11", "for a tenth of a second on average", settings),
    ("11", "The log has 4 partitions, and the group of *profile* has 4 instances.", four_and_four),
    ("11", "They do not keep up.", they_do_not_keep_up),
    ("11", "So there are 8 instances now.", four_at_work),
    ("11", "Four partitions, four instances at work. The others are paid, and idle.", four_at_work),
    ("11", "8 instances. Give the log more partitions", each_helps_up_to_one_for_each),
    ("11", "Up to one for each instance every partition helps.", each_helps_up_to_one_for_each),
    ("11", "Some changes were done *after* a later one of the same customer", overtaken_in_the_queue),
    ("11", "more consumers than partitions, and no order", a_share_group_uses_all),
    ("11", "Here are 16 partitions and 8 instances; the busiest customer has about 20 times what the twentieth",
     twenty_times),
    ("11", "how many changes came to each of the 16 partitions. A few have most of the work", a_few_have_most),
    ("11", "With 16 each instance reads two", each_helps_up_to_one_for_each),
    ("11", "each change at most 5 seconds after the customer was told", lambda: LATEST == 5),
]  # fmt: skip
