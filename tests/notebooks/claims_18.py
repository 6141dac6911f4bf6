"""What lesson 18 says, and what has to be true for it."""

import math

import numpy as np

from evsim import warm_up
from evsim.experiment.statistics import difference
from evsim.lesson.luck import QUICK, blue_quicker, measured, offer, promised, told_apart
from evsim.lesson.luck_task import ALIKE, MISSED, MOST, UNLIKE, WRONG
from tests.notebooks.reading import ran

NAME = "18-is-it-real"
AMBER, BLUE, FAST = ("amber", 100), ("blue", 100), ("amber", QUICK)


def values(mailer, runs):
    return [measured(*mailer, seed) for seed in range(1, runs + 1)]


def half_of_amber():
    table = ran(NAME).gave["one-run"]
    run = offer("amber").run(seed=1)
    there = [time for time in run.requests.completion if not math.isnan(time)]
    same = np.isclose(table.amber[1], np.mean(there), atol=0.005) and run.scenario.run_settings.duration == 20
    return same and 0.45 < table.blue[1] / table.amber[1] < 0.55


def the_same_customers_in_the_first_run():
    arrived = [offer(name).run(seed=1).tables.requests.arrived for name in ("amber", "blue")]
    return np.array_equal(*arrived)


def about_160():
    """Eight a second for 20 s; of ten runs the mean is within three deviations of a Poisson number."""
    counts = [len(offer("amber").run(seed=seed).requests) for seed in range(1, 11)]
    return abs(np.mean(counts) - 160) < 3 * math.sqrt(160 / 10)


def only_the_name():
    lines = [line for line in ran(NAME).printed["files"].splitlines() if line.startswith(("+", "-"))]
    return [line.strip("+- :") for line in lines] == ["amber", "blue"] and blue_quicker() == "in 4 to 6"


def truth_inside():
    """Of intervals of ten pairs of the same mailer, about 95 in 100 hold the zero."""
    apart, luck = np.subtract(values(BLUE, 100), values(AMBER, 100)), np.random.default_rng(1)
    tried = [luck.choice(apart, 10, replace=False) for _ in range(400)]
    holds = [difference([0.0] * 10, each) for each in tried]
    return 0.92 < np.mean([each.low <= 0 <= each.high for each in holds]) < 0.985


def a_twentieth():
    works = [offer(*each).services["amber"].handle[0].time.mean for each in (AMBER, FAST)]
    return math.isclose(works[1] / works[0], 19 / 20)


def left_is_quicker():
    row = told_apart(20).loc["amber and quick"]
    return row["so it is"] == "quicker" and float(row["difference (s)"]) < 0


def half_as_wide():
    few, many = (difference(values(AMBER, runs), values(BLUE, runs)).half_width for runs in (20, 80))
    return 0.4 < many / few < 0.6


def five_with_the_same_customers():
    return (
        "quicker"
        == told_apart(5).loc["amber and quick", "so it is"]
        != told_apart(3).loc["amber and quick", "so it is"]
    )


def twenty_do_not_tell():
    row = told_apart(20).loc["amber and quick, other customers"]
    return row["so it is"] == "not decided"


def the_mirage():
    """The number of runs that is said to decide between equals wanders."""
    said = [told_apart(runs).loc["amber and blue", "would be decided by about"] for runs in (5, 10, 20)]
    numbers = [int(each.split()[0]) for each in said]
    return max(numbers) > 10 * min(numbers)


def misses_then_meets():
    return promised(0.6, 1, 5, 20).verdict.tolist() == ["MISSES", "NOT DECIDED", "MEETS"]


def the_first_fare_better():
    found = warm_up(offer(seconds=40), of="completion", n=100)
    cut = round(found.cut / found.piece)
    return 0 < cut < len(found.series) / 4 and found.series[:cut].mean() < 0.9 * found.series[cut:].mean()


CLAIMS = [
    ("18", "for 20 seconds and with the same customers", the_same_customers_in_the_first_run),
    ("18", "Blue takes half as long as amber.", half_of_amber),
    ("18", "A name, and nothing else.", only_the_name),
    ("18", "Its 160 customers or so are no 160 throws", about_160),
    ("18", "in 95 of 100 experiments the truth is inside", truth_inside),
    ("18", "amber, with work that is a twentieth shorter", a_twentieth),
    ("18", "Four times as many runs make an interval about half as wide", half_as_wide),
    ("18", "the upper one of them is decided after 5 runs", five_with_the_same_customers),
    ("18", "and 20 runs do not tell", twenty_do_not_tell),
    ("18", "For amber and blue that number is a mirage", the_mirage),
    ("18", '"a mail within 600 ms on average"', misses_then_meets),
    ("18", "One run misses it, by bad luck. Five runs do not know. Twenty do.", misses_then_meets),
    ("18", "so they fare better than those who come later", the_first_fare_better),
    ("18", "(MSER-5 is a rule that finds its end.)", the_first_fare_better),
    ("18", "Left of zero the second one is the quicker.", left_is_quicker),
    ("18", "Of each there are 20 runs at most.", lambda: MOST == 20),
    ("18", "Your rule is tried on 140 pairs. Ten may be told apart wrongly, and four differences may be missed.",
     lambda: (ALIKE + UNLIKE, WRONG, MISSED) == (140, 10, 4)),
]  # fmt: skip
