"""Lesson 13: a new team reads the history of a shop beside the others, and an exercise about what that needs."""

from functools import cache

import numpy as np

from evsim.lesson.answers import changed, of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import counterexample, everything_done, nobody_told_error, nothing_done_twice
from evsim.scenario import Scenario, load

__all__ = ["TASKS", "by_calls", "had_of_the_past", "history", "in_the_end", "moved", "told_after", "went_back"]

LOG, OLD, NEW = "product-changed", "warehouse", "search-index"
STOCK, INDEXED = "stock", "index entry"
READ, WORKERS, RETENTION = f"services.{NEW}.subscribe", f"services.{NEW}.workers", f"channels.{LOG}.log.retention"
BEGIN, UNTIL, SOON, KEPT, MOST = 30, 43, 1, 40, 4  # days, but for workers, which are at most 4

BACK = 45, 20  # on this day, to this day


@cache
def history(workers=4, keeps=None):
    """`replay-history` at a tenth of its pace: 10 changes a second, each a tenth of a second of work.

    A second stands for a day. The newcomer comes on day 30, with so many workers (with none it never comes), and reads
    from the beginning; the log keeps its messages for so many days, or for ever.
    """
    given = load("replay-history").to_dict()
    for name, effect in ((OLD, STOCK), (NEW, INDEXED)):
        given["services"][name]["handle"] = [{"work": {"exponential": "100ms"}}, {"effect": effect}]
    if workers:
        given["services"][NEW]["workers"] = workers
    else:
        del given["services"][NEW]
    slower = {"workloads.visitors.arrivals.poisson": "10/s", "run.warmup": "0s", "objectives": {}}
    return Scenario.from_dict(given).replace(slower | ({} if keeps is None else {RETENTION: f"{keeps}s"}))


@cache
def by_calls():
    """The same by calls: from day 30 on the newcomer is there to be called."""
    calls = [{"call": {"service": OLD}}, {"call": {"service": NEW, "on_error": "ignore"}}]
    return history().replace({
        "services.shop.handle": [{"work": "2ms"}, *calls, {"reply": "saved"}], "channels": {},
        f"services.{OLD}.subscribe": [], READ: [], "faults": [{"outage": NEW, "at": "0s", "for": f"{BEGIN}s"}],
    })  # fmt: skip


def went_back(**more):
    """A run in which on day 45 the warehouse goes back to day 20, and reads again what it has read since."""
    back = {"channel": LOG, "replay": {"at": f"{BACK[0]}s", "to": {"time": f"{BACK[1]}s"}}}
    return history().replace({f"services.{OLD}.subscribe": back} | more).run()


def moved(one, other):
    """A frame of two runs with the same sellers: for how many something happened at another moment in the other."""
    import pandas

    told, stock = ((each.tables.requests.answered, _first(each, STOCK)) for each in (one, other))
    differ = [int((~np.isclose(a, b, rtol=0, atol=0, equal_nan=True)).sum()) for a, b in zip(told, stock)]
    return pandas.DataFrame({"changes": [len(told[0])] * 2, "at another moment": differ}, index=["told", STOCK])


def told_after(**runs):
    """A frame with a column for each run, named: the mean time (ms) until sellers were told, before and from day 30."""
    import pandas

    spans = {f"before day {BEGIN} (ms)": (0, BEGIN), f"from day {BEGIN} on (ms)": (BEGIN, np.inf)}
    return pandas.DataFrame({
        name: {
            span: round(1000 * float(run.tables.requests.response[_came(run, *limits)].mean()), 1)
            for span, limits in spans.items()
        }
        for name, run in runs.items()
    })  # fmt: skip


def _came(run, start, end):
    arrived = run.tables.requests.arrived
    return (arrived >= start) & (arrived < end)


def in_the_end(**runs):
    """A frame with a column for each run, named: how many changes never came to the warehouse, and to the newcomer."""
    import pandas

    missing = {name: [int(np.isnan(_first(run, effect)).sum()) for effect in (STOCK, INDEXED)]
               for name, run in runs.items()}  # fmt: skip
    return pandas.DataFrame(missing, index=[f"never in {OLD}", f"never in {NEW}"])


def had_of_the_past():
    """How many of the changes of the first 30 days a newcomer has in the end, as one of the answers."""
    shares = []
    for seed in range(1, 6):
        run = history().run(seed=seed)
        old = run.tables.requests.arrived < BEGIN
        shares.append(1 - np.isnan(_first(run, INDEXED)[old]).mean())
    limits = {"none": 0.02, "those of the last day or so": 0.1, "half of them": 0.9}
    return next((answer for answer, limit in limits.items() if np.mean(shares) < limit), "all of them")


def _first(run, effect):
    tables = run.tables
    return tables.requests.first_time[tables.effect_names.index(effect)]


def indexed_in_time(run):
    """From day 43 on nothing waits for the index for longer than a day."""
    arrived, indexed = run.tables.requests.arrived, _first(run, INDEXED)
    late = indexed > np.maximum(arrived, UNTIL) + SOON
    for place in np.flatnonzero(late):
        yield counterexample(
            run, place, f"changed a product on day {arrived[place]:.0f}, and it was found on day {indexed[place]:.0f}"
        )


@cache
def forgetful():
    """A newcomer with one worker that begins at the latest message of a log which keeps 20 days."""
    return history(1, 20).replace({READ: {"channel": LOG, "from": f"{BEGIN}s", "start": "latest"}})


def the_whole_past(answer):
    mine = changed(answer, forgetful(), READ, WORKERS, RETENTION)
    service, kept = mine.services[NEW], mine.channels[LOG].retention
    if [(each.channel, each.joins) for each in service.subscribe] != [(LOG, BEGIN)]:
        raise Refused(f"{NEW} reads {LOG} alone, and comes into being on day {BEGIN}: keep from: {BEGIN}s")
    if service.workers > MOST:
        raise Refused(f"{NEW} may have at most {MOST} workers, and has {service.workers}")
    if kept is None or not (kept.time and kept.time <= KEPT):
        raise Refused(f"the log may keep its messages for at most {KEPT}s: {RETENTION}")
    return {"": (mine, [nobody_told_error, of(everything_done, STOCK, INDEXED), of(nothing_done_twice, STOCK, INDEXED),
                        indexed_in_time])}  # fmt: skip


TASKS = {
    "the-whole-past": Task(
        f"every change is in the warehouse and in the index, and the past was in it by day {UNTIL}",
        the_whole_past,
        (
            "Which changes does the index lack: those of the first days, or those before it came? Where does it begin?",
            "What is there when it comes was kept until then. And how long does it take to catch up, at so many a day?",
            "It catches up in: what waits, divided by what it does a day beyond what comes a day.",
        ),
        base=forgetful,
    ),
}
