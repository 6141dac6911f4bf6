"""Lesson 16: pages and reports on one event loop, three ways to use a bus, and an exercise: keep the loop free."""

from functools import cache

import numpy as np

from evsim.counting import digits
from evsim.lesson.answers import of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import beyond, counterexample, nobody_told_error, nothing_done_twice
from evsim.scenario import Scenario, load
from evsim.scenario.handlers import all_steps

__all__ = [
    "TASKS",
    "first_report",
    "heard",
    "in_a_log",
    "loop",
    "on_the_bus",
    "one_thread",
    "pages_and_reports",
    "served",
    "threads",
]

ASKED, REPORT, REPORTS = "asked for a report", "report", "reports"
WORK = 60  # ms of a report
ALLOWED = {"work", "blocking", "wait", "effect", "ask", "send", "publish", "call", "parallel"}
PAGE, LATEST = 0.1, 1  # s until who asked for a page is told, and who asked for a report
ONE_THREAD = {"about 24": 24, "about 100": 100, "nearly 500": 500, "all 800": 800}  # an answer: so many a second
ON_THE_LOOP = [{"work": f"{WORK}ms"}, {"effect": REPORT}]


def pages_and_reports(report=None, rate=200, **web):
    """200 customers a second at one event loop: each is 2 ms of work, and 40 ms of waiting for a database.

    One in fifty asks for a report, which are these steps: 60 ms of work on the loop, unless written.
    """
    return Scenario.from_dict({
        "name": "pages-and-reports",
        "workloads": {"browsers": {"target": "web", "arrivals": {"poisson": f"{rate}/s"}}},
        "services": {
            "web": {"workers": 2000, "event_loop": {"like": "vertx-verticle"}, "handle": [
                {"work": "2ms"}, {"wait": "40ms"},
                {"maybe": {"probability": 0.02, "then": [{"effect": ASKED}, *(report or ON_THE_LOOP)]}},
                {"effect": "page"}, {"reply": "done"},
            ]} | web,
            "reporter": {"subscribe": REPORTS, "handle": [{"work": f"{WORK}ms"}, {"effect": REPORT}]},
        },
        "channels": {REPORTS: {"bus": {"like": "vertx"}}},
        "run": {"duration": "20s"},
    })  # fmt: skip


@cache
def loop(report=0, kind="work"):
    """Pages and reports, of which each takes so many milliseconds of `work`, or of `blocking` work."""
    return pages_and_reports([{kind: f"{report}ms"}, {"effect": REPORT}])


def one_thread():
    """How many customers of 800 in a second an event loop serves, as the nearest of some answers. All want pages."""
    pages = pages_and_reports([{"effect": REPORT}], rate=800).replace({"run.duration": "5s", "run.drain_limit": "60s"})
    rate = (pages.run().tables.requests.answered <= 5).sum() / 5
    return min(ONE_THREAD, key=lambda answer: abs(ONE_THREAD[answer] - rate))


@cache
def threads(number, report=0):
    """The same without a loop: so many threads, each of which has one customer in hand."""
    handle = loop(report).to_dict()["services"]["web"]["handle"]
    return loop(report).replace({"services.web": {"workers": number, "handle": handle}})


@cache
def first_report():
    """A moment shortly before the second report of this luck begins, with time for a look at what follows."""
    effects = loop(WORK, "blocking").run().effects
    return float(effects[effects.effect == ASKED].time.iloc[1]) - 0.06


def served(**runs):
    """A frame with a column for each run, named: when those were told who asked for a page, and for a report.

    And for how much of the time the loop is at work.
    """
    import pandas

    return pandas.DataFrame({name: pandas.Series(_served(run), dtype=object) for name, run in runs.items()})


def _served(run):
    response, asked = 1000 * run.tables.requests.response, _asked(run)
    busy = run.services["web"].get("loop_busy")
    return {
        "pages told after, mean (ms)": round(float(response[~asked].mean())),
        "pages told after, longest (ms)": round(float(response[~asked].max())),
        "reports told after, mean (ms)": round(float(response[asked].mean())),
        "the loop is at work (%)": "no loop" if busy is None else round(100 * busy),
    }


def _asked(run):
    """For each customer: whether they asked for a report."""
    code = run.tables.effect_names.index(ASKED)
    return run.tables.requests.times_done[code] > 0


@cache
def on_the_bus(way="publish", rate=50):
    """Registrations on a bus, to which `register` speaks by `publish`, `send` or `ask`."""
    return load("vertx-bus").replace({
        "services.register.workers": 64,
        "services.register.handle": [{"work": "2ms"}, {way: "customer-registered"}, {"reply": "registered"}],
        "workloads.register-page.arrivals.poisson": f"{rate}/s",
        "run.duration": "20s", "run.warmup": "0s", "objectives": {},
    })  # fmt: skip


def in_a_log(rate=50):
    """The same registrations, published in a log of a broker."""
    return on_the_bus("publish", rate).replace({"channels.customer-registered": {"log": {"partitions": 32}}})


def heard(**runs):
    """A frame with a column for each run, named: who was told what and when, and who had what of it."""
    import pandas

    return pandas.DataFrame({name: pandas.Series(_heard(run), dtype=object) for name, run in runs.items()})


def _heard(run):
    requests, names = run.tables.requests, run.tables.effect_names
    row, entry = (requests.times_done[names.index(name)] for name in ("customer row", "subscription"))
    return {
        "customers": len(requests.row),
        "told yes": int(run.outcomes.yes.sum()),
        "told yes after, mean (ms)": round(1000 * float(requests.response[run.outcomes.yes].mean())),
        "have a row": int((row > 0).sum()),
        "are on the list": int((entry > 0).sum()),
        "messages lost": int((run.ledger.state == "lost").sum()),
        "longest until done (s)": round(float(np.nanmax(requests.first_time - requests.arrived)), 1),
    }


def pages_at_once(run):
    """Who asks for a page is told soon."""
    response = np.where(_asked(run), 0.0, np.nan_to_num(run.tables.requests.response, nan=np.inf))
    for place in _slowest(response, PAGE):
        told = beyond(1000 * response[place], 1000 * PAGE, 0)
        yield counterexample(run, place, f"asked for a page, and was told after {told} ms")


def reports_soon(run):
    """Who asks for a report is told in time, and has it then."""
    response = np.where(_asked(run), np.nan_to_num(run.tables.requests.response, nan=np.inf), 0.0)
    for place in _slowest(response, LATEST):
        yield counterexample(run, place, f"asked for a report, and was told after {beyond(response[place], LATEST)} s")
    names, requests = run.tables.effect_names, run.tables.requests
    made = requests.first_time[names.index(REPORT)] if REPORT in names else np.full(len(response), np.nan)
    for place in np.flatnonzero(_asked(run) & ~(made <= requests.answered)):
        when = (
            f"had it {1000 * (made[place] - requests.answered[place]):.0f} ms later"
            if made[place] > 0
            else "never had it"
        )
        yield counterexample(run, place, f"asked for a report, was told yes, and {when}")


def _slowest(response, limit):
    """Who was told later than that: first of all who had to wait longest."""
    return np.argsort(-response, kind="stable")[: np.sum(response > limit)]


def _asks(step):
    """Whether a step has the reporter make the report."""
    return getattr(step, "channel", None) == REPORTS or getattr(step, "service", None) == "reporter"


def keep_the_loop_free(answer):
    if not isinstance(answer, list):
        raise Refused(f"give a list of steps, not {answer!r}")
    mine = pages_and_reports(answer or [{"wait": "0s"}])
    *_, report = (step.then for step in mine.services["web"].handle if step.kind == "maybe")
    steps = list(all_steps(report))
    others = sorted({step.kind for step in steps} - ALLOWED)
    if others:
        raise Refused(f"make each report from {', '.join(sorted(ALLOWED))}; there is {', '.join(others)}")
    elsewhere = [step for step in steps if _asks(step)]
    own = 1000 * sum(step.time.mean for step in steps if hasattr(step, "time") and step.kind != "wait")
    if abs(own + WORK * len(elsewhere) - WORK) > 1e-6:
        raise Refused(f"a report is {WORK} ms of work, and in your steps {digits(own + WORK * len(elsewhere))} ms")
    return {"": (mine, [nobody_told_error, pages_at_once, reports_soon, of(nothing_done_twice, REPORT)])}


TASKS = {
    "keep-the-loop-free": Task(
        f"pages were there within {1000 * PAGE:.0f} ms, and reports within {LATEST} s, when they were promised",
        keep_the_loop_free,
        (
            "Who waits while a report is made? Where could it be made, so that the loop has time for the others?",
            "A thread of the pool (`blocking`), or another program on the bus. And who must hear when it is done?",
        ),
        base=pages_and_reports,
    ),
}
