"""Lesson 08: a registration whose network takes part, and an exercise about a design that expects it to."""

from functools import cache

import numpy as np

from evsim.counting import digits
from evsim.lesson.answers import changed, of
from evsim.lesson.exercises import Task
from evsim.lesson.lesson_sizes import TIMEOUT, lesson_size
from evsim.lesson.properties import everything_done, nobody_told_error, nothing_done_twice, told_within, true_when_told

__all__ = [
    "TASKS", "errors_in_a_thousand", "errors_since", "far", "lossy", "moving", "on_the_line", "photos", "sent",
]  # fmt: skip

LOG, DATABASE, LIST, LINE = "customer-registered", "database", "mailing-list", "line"
ROW, ENTRY = "customer row", "subscription"
HANDLE = "services.register.handle"
SPEED = 10e6 / 8  # bytes a second, of a line of 10 Mbit/s
GONE = 15  # s, when an instance of the list is gone


def _classic(**call):
    steps = [{"call": {"service": name, "timeout": TIMEOUT} | call} for name in (DATABASE, LIST)]
    return lesson_size("classic").replace({HANDLE: [{"work": "2ms"}, *steps, {"reply": "registered"}]})


def lossy(share, **call):
    """The classic registration over links which lose this share of all messages; settings of its calls."""
    links = {"between": ["register", DATABASE], "loss": share}, {"between": ["register", LIST], "loss": share}
    named = {f"network.links.to-{link['between'][1]}": link for link in links}
    return _classic(**call).replace(named if share else {})


def far(design, latency):
    """A design, or the one of this name in lesson 03, in which each message takes so long (ms), one way."""
    near = lesson_size(design) if isinstance(design, str) else design
    return near.replace({"network.latency": f"{latency}ms"})


def photos(kilobytes):
    """Each customer sends a photo of so many kB, over a line of 10 Mbit/s that all of them share."""
    carries = {"workers": 1, "handle": [{"work": f"{digits(kilobytes * 1000 / SPEED)}s"}]}
    steps = _classic().to_dict()["services"]["register"]["handle"]
    return _classic().replace({f"services.{LINE}": carries, "services.register.workers": 64,
                               HANDLE: [{"call": LINE}, *steps], "run.duration": "300s"})  # fmt: skip


def moving(asks=None, design="classic"):
    """Four instances of the list, of which the first is gone from second 15 on.

    Who calls them takes turns, and asks every so often (`asks`) which of them are there; by default never again.
    """
    more = {f"services.{LIST}.instances": 4, f"services.{LIST}.workers": 1,
            "faults": [{"outage": f"{LIST}/1", "at": f"{GONE}s"}]}  # fmt: skip
    by = {"by": "round_robin"} | ({"health_check": asks} if asks else {})
    return lesson_size(design).replace(more | ({f"services.{LIST}.balance": by} if design == "classic" else {}))


def sent(**runs):
    """A frame with a column for each run, named: how many were told an error, and what a lost message left behind."""
    import pandas

    return pandas.DataFrame({name: pandas.Series(_sent(run)) for name, run in runs.items()})


def _sent(run):
    error, times = run.outcomes.error, run.tables.requests.times_done
    return {
        "customers": len(error),
        "told error": int(error.sum()),
        "told error, and something done": int((error & (times > 0).any(axis=0)).sum()),
        "a row or an entry twice": int((times > 1).any(axis=0).sum()),
    }


def on_the_line(**runs):
    """A frame with a column for each run, named: how long a photo is sent, and how long it waits before that (ms)."""
    import pandas

    return pandas.DataFrame({name: pandas.Series(_line(run)) for name, run in runs.items()})


def _line(run):
    seen, time = run.services[LINE], run.scenario.services[LINE].handle[0].time.mean
    return {
        "busy (%)": round(100 * seen["utilisation"]),
        "sending a photo (ms)": round(1000 * time),
        "waiting for the line (ms)": round(1000 * seen["wait_mean"]),
    }


def errors_since(**runs):
    """A frame with a column for each run, named: how many (%) were told an error before second 15, and since."""
    import pandas

    spans = {f"before second {GONE} (%)": (0, GONE), f"since second {GONE} (%)": (GONE, np.inf)}
    return pandas.DataFrame({
        name: {span: round(100 * float(run.outcomes.error[_came(run, *limits)].mean()), 1)
               for span, limits in spans.items()}
        for name, run in runs.items()
    })  # fmt: skip


def _came(run, start, end):
    arrived = run.tables.requests.arrived
    return (arrived >= start) & (arrived < end)


def errors_in_a_thousand():
    """How many of 1,000 customers are told an error where one message in 100 is lost, as the nearest of the answers."""
    errors = [lossy(0.01).replace({"run.duration": "100s"}).run(seed=seed).outcomes.error for seed in range(1, 6)]
    many = 1000 * float(np.concatenate(errors).mean())
    return min(("about 10", "about 20", "about 40", "about 80"), key=lambda answer: abs(float(answer[6:]) - many))


# The exercise.

LOSS, ABROAD, PATIENT = 0.02, "75ms", 1  # of each message; one way to the list; s until everybody is told


@cache
def trusting():
    """The classic registration, which trusts the network; there is a log, too, which nobody uses yet."""
    return _classic().replace({"channels": lesson_size("events").to_dict()["channels"]})


def expects_a_network(answer):
    paths = [HANDLE, *(f"services.{name}.{each}" for name in (DATABASE, LIST) for each in ("subscribe", "idempotent"))]
    mine = changed(answer, trusting(), *paths)
    holds = [nobody_told_error, of(told_within, PATIENT), of(true_when_told, ROW), of(everything_done, ROW, ENTRY),
             of(nothing_done_twice, ROW, ENTRY)]  # fmt: skip
    links = lossy(LOSS).to_dict()["network"]["links"]
    return {
        "with a network that loses one message in fifty": (mine.replace({"network.links": links}), holds),
        "with the list on another continent": (mine.replace({"network.links": _abroad(mine)}), holds),
        "with an instance of the list that is gone": (mine.replace(_gone(mine)), holds),
    }


def _abroad(mine):
    """The list is far from everybody else."""
    others = ["register", DATABASE, *mine.channels]
    return {f"from-{other}": {"between": [other, LIST], "latency": ABROAD} for other in others}


def _gone(mine):
    balanced = {} if mine.services[LIST].subscribe else {f"services.{LIST}.balance": "round_robin"}
    return {f"services.{LIST}.instances": 4, f"services.{LIST}.workers": 1,
            "faults": [{"outage": f"{LIST}/1", "at": f"{GONE}s"}]} | balanced  # fmt: skip


TASKS = {
    "expects-a-network": Task(
        f"everybody was told yes within {PATIENT} s, had a row then, and got on the list, once",
        expects_a_network,
        (
            "Three networks, and one design. For which of the two programs must a customer wait?",
            "The list is far, and moves: who does not wait for it does not notice. What travels without waiting?",
            "A lost call of the database must be made again, in time. And if only its answer was lost?",
        ),
        base=trusting,
    ),
}
