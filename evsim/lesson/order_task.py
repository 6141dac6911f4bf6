"""Lesson 11: changes of customers' addresses, in partitions, and an exercise about order and time."""

import numpy as np

from evsim.lesson.answers import changed, keeps_steps, of
from evsim.lesson.exercises import Task
from evsim.lesson.properties import counterexample, done_within, everything_done, nobody_told_error, nothing_done_twice
from evsim.scenario import Scenario

__all__ = ["TASKS", "addresses", "out_of_order"]

LOG, READER, DONE = "changes", "profile", "address"
STEPS = [{"work": {"exponential": "100ms"}}, {"effect": DONE}]
CUSTOMERS, LATEST = 100, 5  # who change their address again and again; s until a change is done


def addresses(readers=4, channel=None):
    """50 changes a second by 100 customers, in a log of 4 partitions; so many instances read it, and do 10 a second."""
    return Scenario.from_dict({
        "name": "addresses",
        "workloads": {"page": {"target": "account", "arrivals": {"poisson": "50/s"}, "key": {"uniform": CUSTOMERS}}},
        "services": {
            "account": {"workers": 64, "handle": [{"work": "2ms"}, {"publish": LOG}, {"reply": "changed"}]},
            READER: {"instances": readers, "subscribe": read(channel), "handle": STEPS},
        },
        "channels": {LOG: channel or {"log": {"partitions": 4}}},
        "run": {"duration": "30s"},
    })  # fmt: skip


def read(channel):
    """How the channel is read: instances of a log's group share its partitions out among them."""
    return [LOG] if channel and "log" not in channel else [{"channel": LOG, "assignor": "range"}]


def out_of_order(**runs):
    """A frame with a column for each run, named: how many changes a later one overtook.

    And how many were done in a second while changes came, and the longest until a change was done.
    """
    import pandas

    return pandas.DataFrame({name: pandas.Series(_order(run), dtype=object) for name, run in runs.items()})


def _order(run):
    done = run.effects.time[run.effects.effect == DONE]
    end = run.scenario.run_settings.duration
    return {
        "changes": len(run.tables.requests.row),
        "instances at work": _at_work(run),
        "done out of order": int(run.tables.deliveries.reordered.sum()),
        "done a second": round(float((done <= end).sum()) / end, 1),
        "longest until done (s)": round(float(np.nanmax(run.tables.requests.completion)), 1),
    }


def _at_work(run):
    """How many instances were handed anything at all."""
    rows, capacity = run.tables.rows, run.tables.capacity[READER]
    its = [place.number for place in run.tables.places if place.is_delivery and place.service == READER]
    workers = rows["worker"][np.isin(rows["place"], its) & ~np.isnan(rows["started"])]
    return len(np.unique(capacity.instance_of(workers)))


def in_order(run):
    """Nothing is done after a later change of the same customer."""
    ledger = run.tables.deliveries
    for entry in np.flatnonzero(ledger.reordered):
        yield counterexample(run, ledger.request[entry], "changed an address, and a later change was done before it")


def _read_as_it_is(answer):
    """The answer; where it makes a queue of the log, and says nothing of the reader, that reads a queue."""
    its = answer.get(f"channels.{LOG}") if isinstance(answer, dict) else None
    silent = isinstance(its, dict) and not any(str(path).startswith(f"services.{READER}.subscribe") for path in answer)
    return answer | {f"services.{READER}.subscribe": read(its)} if silent else answer


def in_order_and_in_time(answer):
    mine = changed(_read_as_it_is(answer), addresses(), f"channels.{LOG}", f"services.{READER}")
    keeps_steps(mine, READER, STEPS)
    return {"": (mine, [nobody_told_error, of(everything_done, DONE), of(nothing_done_twice, DONE), in_order,
                        of(done_within, LATEST, DONE)])}  # fmt: skip


TASKS = {
    "in-order-and-in-time": Task(
        f"each customer's changes were done in their order, and each within {LATEST} s",
        in_order_and_in_time,
        (
            "How many changes come in a second, and how many does one instance do? Where is the limit?",
            "An instance needs a partition of its own. And who is even busier than the others: how are keys spread?",
        ),
        base=addresses,
    ),
}
