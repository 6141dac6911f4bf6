"""Lesson 18: mailers that are the same but for their names, one that is quicker, and what so many runs tell of them."""

from functools import cache

import numpy as np

from evsim.counting import digits, listed, places
from evsim.experiment.judging import judge
from evsim.experiment.statistics import difference, estimate, runs_to_decide
from evsim.scenario import Scenario
from evsim.view.scene.axes import Frame, amounts, names
from evsim.view.scene.marks import Bars, Dots, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, LESSON, SOFT, count

__all__ = ["blue_quicker", "differences", "intervals", "measured", "offer", "promised", "side_by_side", "told_apart"]

QUICK = 95  # ms of work, of the mailer that is quicker; of the others 100
OTHERS = 100  # added to a seed: customers of one's own
REACH = 1.0  # s, to both sides: an interval of two or three runs goes on beyond
SIZE = LESSON[0], LESSON[1] - 0.4
DOT, BAR = Look(COLOURS["grey"], "o", edge=SOFT, width=0.4), Look(COLOURS["blue"], opacity=0.35, edge=COLOURS["blue"])
MEAN, ZERO = Look(INK, width=3.0), Look(INK, dash=(2, 2), width=1.2)
SAID = {"less": "quicker", "more": "slower", "no difference seen": "not decided", "cannot tell": "not decided"}


@cache
def offer(name="amber", work=100, seconds=20):
    """Eight customers register in a second, and a mailer of that name sends each a mail, in so many ms on average."""
    return Scenario.from_dict({
        "name": name,
        "workloads": {"register-page": {"target": "register", "arrivals": {"poisson": "8/s"}}},
        "services": {
            "register": {"workers": 64, "handle": [{"work": "2ms"}, {"publish": "mails"}, {"reply": "registered"}]},
            name: {"subscribe": "mails", "handle": [{"work": {"exponential": f"{work}ms"}},
                                                    {"effect": "welcome mail"}]},
        },
        "channels": {"mails": {"queue": {}}},
        "run": {"duration": f"{seconds}s"},
    })  # fmt: skip


@cache
def measured(name, work, seed):
    """The mean time until a mail, in seconds, of one run of such an offer."""
    return float(np.nanmean(offer(name, work).run(seed=seed).tables.requests.completion))


def _all(name, work, seeds):
    return [measured(name, work, seed) for seed in seeds]


def side_by_side(runs):
    """A frame: in so many runs, the mean time until a mail of both mailers, and which one was the quicker."""
    import pandas

    seeds = range(1, runs + 1)
    table = pandas.DataFrame({name: _all(name, 100, seeds) for name in ("amber", "blue")}, index=seeds)
    quicker = np.where(table.blue < table.amber, "blue", "amber")
    return table.round(2).assign(quicker=quicker).rename_axis("seed")


def blue_quicker():
    """In how many of ten runs blue was the quicker one, as one of the answers to what lesson 18 asks first."""
    won = int((side_by_side(10).quicker == "blue").sum())
    limits = {"in 1 to 3": 3, "in 4 to 6": 6, "in 7 to 9": 9, "in all 10": 10}
    return next(answer for answer, limit in limits.items() if won <= limit)


def _pairs(runs):
    """{what is compared: the values of both, a pair a run}."""
    seeds, others = range(1, runs + 1), range(1 + OTHERS, runs + 1 + OTHERS)
    amber, quick = _all("amber", 100, seeds), _all("amber", QUICK, seeds)
    return {
        "amber and blue": (amber, _all("blue", 100, seeds)),
        "amber and quick": (amber, quick),
        "amber and quick,\nother customers": (amber, _all("amber", QUICK, others)),
    }


def told_apart(runs):
    """A frame: of each pair after so many runs, the mean difference (s), its interval, and what can be said."""
    import pandas

    rows = {" ".join(name.split()): _told(difference(*values)) for name, values in _pairs(runs).items()}
    return pandas.DataFrame(rows).T


def _told(found):
    more = runs_to_decide(found, 0) if SAID[found.verdict] == "not decided" else None
    return {
        "difference (s)": places(found.mean, 2, "+"),
        "interval (s)": f"{places(found.low, 2, '+')} to {places(found.high, 2, '+')}",
        "so it is": SAID[found.verdict],
        "would be decided by about": f"{more} runs" if more else "",
    }


def promised(limit, *runs):
    """A frame: whether amber's mails are there within so many seconds on average, after these numbers of runs."""
    import pandas

    table = {}
    for number in runs:
        (one,) = judge(
            {"completion_mean": limit}, {"completion_mean": estimate(_all("amber", 100, range(1, number + 1)))}
        )
        more = f"about {one.runs_to_decide} runs" if one.runs_to_decide else ""
        table[number] = {"mean": one.measured, "verdict": one.verdict, "would be decided by": more}
    return pandas.DataFrame(table).T.rename_axis("runs")


def intervals(runs):
    """A picture of three pairs of mailers: the difference in each run, its mean, and the interval of the mean."""
    return differences(_pairs(runs))


def differences(pairs):
    """The :class:`~evsim.view.scene.scene.Scene` of {what is compared: the values of both}, a pair of values a run."""
    found = {name: difference(*values) for name, values in pairs.items()}
    (runs,) = {len(first) for first, _ in pairs.values()}
    said = [f"{' '.join(name.split())} {SAID[one.verdict]}" for name, one in found.items()]
    decided = [" ".join(name.split()) for name, one in found.items() if SAID[one.verdict] != "not decided"]
    known = f"it is decided for {listed(decided)}" if decided else "nothing is decided"
    title = f"After {count(runs, 'run')} {known}"
    frame = Frame(REACH, len(found) - 0.4, -REACH)
    marks = [mark for row, (name, one) in enumerate(found.items()) for mark in _marks(row, one, *pairs[name])]
    return Scene(
        "intervals", title, f"{title}: {'; '.join(said)}. " + " ".join(_in_words(*each) for each in found.items()),
        SIZE, frame, amounts(-REACH, REACH, "second minus first: mean time until a mail (s)", digits),
        names(frame.top, -0.6, tuple(enumerate(found))),
        marks=(*marks, Line("equal", (0.0, 0.0), (-0.6, frame.top), ZERO)),
        legend=(("a run", DOT), ("mean", MEAN), ("95 % interval", BAR)), again=lambda _: differences(pairs),
    )  # fmt: skip


def _in_words(name, one):
    if one.n < 2:
        return f"{' '.join(name.split())}: {places(one.mean, 2, '+')} s, and no interval."
    low, high, mean = (places(each, 2, "+") for each in (one.low, one.high, one.mean))
    return f"{' '.join(name.split())}: from {low} to {high} s, with a mean of {mean} s."


def _marks(row, one, first, second):
    apart = [min(max(b - a, -REACH), REACH) for a, b in zip(first, second, strict=True)]
    yield Dots("a run", apart, [row + 0.22] * len(apart), DOT, 0.1)
    if one.n > 1:
        low, high = (min(max(end, -REACH), REACH) for end in (one.low, one.high))
        yield Bars("interval", [low], [high], [row - 0.3], [row - 0.02], BAR)
    yield Line("mean", (one.mean, one.mean), (row - 0.3, row - 0.02), MEAN)
    yield Text(SAID[one.verdict], 0.98 * REACH, row - 0.16, side="right")
