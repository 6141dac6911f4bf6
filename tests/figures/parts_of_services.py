"""What the parts of services add: event loops, functions, autoscaling and prices; where a service has them."""

import math

from evsim.parts.event_loop.words import BLOCKED, OF_POOL
from evsim.results.endings import Reason
from tests.figures.averages import NONE, highest, overlap, percentiles, share
from tests.figures.prices import cold_starts, cost_of_run, cost_of_service
from tests.figures.windows import events_of_run, of_windows, waits_of_results

__all__ = ["of_parts", "of_run"]


def of_parts(plain, name):
    """name -> value of each figure that the parts of a service add."""
    found = {}
    for words, of in (
        (("autoscale",), _scaling),
        (("event_loop", "cores", "blocking"), _loops),
        (("function",), _environments),
        (("window",), of_windows),
        (("for_each",), _batches),
    ):
        if _has(plain.scenario.services[name], words):
            found |= of(plain, name)
    if plain.scenario.services[name].price is not None:
        found |= cost_of_service(plain, name)
    return found


def of_run(plain, told_yes):
    """The figures that the parts of its services add to those of a run, of whose customers so many were told yes."""
    services, found = plain.scenario.services.items(), {}
    functions = {name for name, service in services if service.function is not None}
    if functions:
        found["cold_starts"] = _cold_share(plain, functions)
        found["invocations"] = len(_worked(plain, functions))
    if any(_does(service.handle, ("window",)) for _, service in services):
        found |= {**waits_of_results(plain), **events_of_run(plain)}
    if any(each.price is not None for each in (*plain.scenario.services.values(), *plain.scenario.channels.values())):
        found |= cost_of_run(plain, told_yes)
    return found


def _has(service, words):
    """Whether a service is written with one of some words, as a setting or as a step."""
    return any(getattr(service, word, None) is not None for word in words) or _does(service.handle, words)


def _does(steps, words):
    if callable(steps):
        return False
    return any(step.kind in words or any(_does(inside, words) for _, inside, _ in step.inside) for step in steps)


def _loops(plain, name):
    """A loop is held while a piece is in work; a piece waits from when it is queued until it begins."""
    loop, code = plain.scenario.complete.services[name].event_loop, list(plain.scenario.services).index(name)
    held, delays, pool_delays = 0.0, [], []
    for began, ended, queued, _, service, lane, row in plain.run.records.pieces:
        if service != code or lane < 0:
            continue
        if lane < OF_POOL:
            held += overlap(began, None if math.isnan(ended) else ended, plain.left, plain.right)
        if plain.rows[row].counted:
            (delays if lane < OF_POOL else pool_delays).append(began - queued)
    there = sum(overlap(each.ready, each.ended, plain.left, plain.right) for each in plain.working(name))
    return {
        "loop_busy": share(held, there * loop.loops) if loop else NONE,
        **percentiles("loop_delay", delays),
        **percentiles("pool_delay", pool_delays),
        "blocked_warnings": sum(kind == BLOCKED and plain.rows[row].counted and plain.rows[row].service == name
                                for _, kind, _, row in plain.incidents),
    }  # fmt: skip


def _cold_share(plain, names):
    """Of the counted invocations of some functions, the share that waited for a new environment."""
    cold, worked = cold_starts(plain), _worked(plain, names)
    return share(sum(row.number in cold for row in worked), len(worked))


def _worked(plain, names):
    rows = [row for row in plain.rows if row.service in names and row.counted and row.started is not None]
    return [row for row in rows if row.leads == row.number]  # a batch is one invocation


def _environments(plain, name):
    there = [(each.born, each.ended) for each in plain.lives[name]]
    return {
        "cold_starts": _cold_share(plain, {name}),
        "throttled": sum(
            row.counted and row.reason == Reason.THROTTLED and row.leads == row.number for row in plain.rows_at(name)
        ),
        "environments_mean": sum(overlap(*span, plain.left, plain.right) for span in there) / plain.window,
        "environments_max": highest(there, plain.left, plain.right),
    }


def _batches(plain, name):
    """A batch counts if its first message does."""
    sizes = {}
    for row in plain.rows_at(name):
        sizes.setdefault(row.leads, []).append(row)
    worked = [len(rows) for lead, rows in sizes.items() if plain.rows[lead].counted and rows[0].started is not None]
    along = (Reason.BATCH, Reason.GROUP)
    return {
        "batch_mean": share(sum(worked), len(worked)),
        "failed_along": sum(row.counted and row.reason in along for row in plain.rows_at(name)),
    }


def _scaling(plain, name):
    """A turn: the next change of the number goes the other way."""
    code, there = list(plain.scenario.services).index(name), [(each.ready, each.ended) for each in plain.working(name)]
    changes = [
        wanted - number for time, service, _, number, wanted in plain.run.records.decisions
        if service == code and wanted != number and plain.left <= time < plain.right
    ]  # fmt: skip
    return {
        "instances_mean": sum(overlap(*span, plain.left, plain.right) for span in there) / plain.window,
        "instances_max": highest(there, plain.left, plain.right),
        "scalings": len(changes),
        "turns": sum((one > 0) != (next_one > 0) for one, next_one in zip(changes, changes[1:], strict=False)),
    }
