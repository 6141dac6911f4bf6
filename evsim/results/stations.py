"""Figures of each service, and of each channel and subscription: counts of the cohort, clock averages of the window."""

import numpy as np

from evsim.registry import STEP, parts
from evsim.results.batches import followers
from evsim.results.fairness import spread, standing
from evsim.results.records import Outcome, Reason
from evsim.results.summary import percentiles
from evsim.results.tally import DELIVERY_STATES
from evsim.results.work import amplifications, retried
from evsim.scenario.handlers import walk
from evsim.ticks import elapsed

__all__ = ["channel_figures", "partition_figures", "service_figures"]


def inside(start, end, window):
    """Seconds of each interval [start, end) that lie inside the window; an open end lasts to the window's."""
    left, right = window
    start = np.where(np.isnan(start), right, start)
    end = np.where(np.isnan(end), right, end)
    return np.clip(np.minimum(end, right) - np.maximum(start, left), 0.0, None)


def highest(start, end, window):
    """The largest number of intervals [start, end) open at one time within the window."""
    left, right = window
    began = ~np.isnan(start)  # what never came does not leave
    start, end = start[began], end[began]
    end = end[~np.isnan(end)]
    times = np.concatenate([start, end])
    steps = np.concatenate([np.ones(len(start)), -np.ones(len(end))])
    order = np.lexsort((steps, times))  # at one time, those who leave go first
    times, level = times[order], np.cumsum(steps[order])
    at_left = level[times <= left][-1:]
    within = level[(times > left) & (times < right)]
    return int(np.concatenate([at_left, within]).max(initial=0))


def service_figures(run):
    """service -> figures; one row each."""
    rows, window = run.rows, (run.scenario.run.warmup, run.measured_until)
    codes = {name: code for code, name in enumerate(run.scenario.services)}
    of_place = np.array([codes[p.service] for p in run.places] + [-1])
    service_of = of_place[rows["place"]]
    following, blocked = followers(run), _blocked(run, window)
    first, amplified = rows["first"] < 0, amplifications(run)
    made, came = first | retried(rows), rows["reason"] != Reason.LATE_DELETE
    result = {}
    for name, settings in run.scenario.services.items():
        mine = service_of == codes[name]
        counted = mine & run.row_cohort
        outcome = rows["outcome"][counted]
        ready, started, ended = rows["ready"], rows["started"], rows["ended"]
        wait = elapsed(started, ready)[counted]
        sojourn = elapsed(ended, ready)[counted & (rows["outcome"] == Outcome.OK)]
        workers = settings.instances * settings.workers
        existing = workers * run.window - run.worker_time_missing(name)
        alone = mine & ~following
        held = inside(started[alone], ended[alone], window).sum()
        never = mine & np.isnan(started)
        left_queue = np.where(never, ended, started)
        result[name] = {
            "arrivals": int((~np.isnan(ready[counted]) & came[counted]).sum()),
            "completed": int((outcome == Outcome.OK).sum()),
            "skipped": int((~np.isnan(run.skipped[counted])).sum()),
            "failed": int(np.isin(outcome, (Outcome.FAILED, Outcome.CRASHED)).sum()),
            "rejected": int((outcome == Outcome.REFUSED).sum()),
            "attempts_mean": _share((counted & made).sum(), (counted & first).sum()),
            "retry_amplification": amplified[name],
            "utilisation": float(held / existing) if existing > 0 else float("nan"),
            **percentiles(wait[~np.isnan(wait)], "wait"),
            **percentiles(sojourn[~np.isnan(sojourn)], "sojourn"),
            "queue_mean": float(inside(ready[mine], left_queue[mine], window).sum() / run.window),
            "in_system_mean": float(inside(ready[mine], ended[mine], window).sum() / run.window),
            "in_system_max": highest(ready[mine], ended[mine], window),
            "blocked": blocked[name] / existing if existing > 0 else float("nan"),
            **standing(run, name, window),
            **_of_parts(run, name),
        }
    return result


def _of_parts(run, service):
    """What the parts among the steps of a service add to its figures."""
    words = {step.kind for _, step, _ in walk(run.scenario.services[service].handle)}
    modules = (each.module("figures") for each in parts(STEP) if each.word in words)
    return {figure.name: figure.of(run, service) for module in modules if module for figure in module.FIGURES}


def _share(some, of):
    return float(some / of) if of else float("nan")


def _waited_for(run):
    """Numbers of the messages that held the worker of their publisher until the channel had them."""
    channels = run.scenario.channels
    waits = [
        step.kind == "publish" and step.acks != 0 and step.outbox is None and channels[step.channel].confirms
        for _, step in run.routes
    ]
    messages = run.message_columns
    return np.flatnonzero((messages["origin"] < 0) & np.array([*waits, False])[messages["route"]])


def _blocked(run, window):
    """service -> worker seconds spent waiting for channels to have a message."""
    rows, messages, mine = run.rows, run.message_columns, _waited_for(run)
    cause = messages["cause"][mine]
    until = np.fmin(messages["acknowledged"][mine], rows["ended"][cause])
    cause, waited = _apart(cause, messages["published"][mine], until, window)
    seconds = np.bincount(rows["place"][cause], waited, minlength=len(run.places))
    result = dict.fromkeys(run.scenario.services, 0.0)
    for place in run.places:
        result[place.service] += float(seconds[place.number])
    return result


def _apart(cause, start, end, window):
    """``(cause, seconds)`` of each interval within the window, less what an earlier one of its cause covers."""
    start, end = (np.clip(np.where(np.isnan(each), window[1], each), *window) for each in (start, end))
    order = np.lexsort((start, cause))
    cause, start, end = cause[order], start[order], np.maximum(start, end)[order]
    alike = cause[1:] == cause[:-1]
    while len(covered := np.flatnonzero(alike & (start[1:] < end[:-1])) + 1):  # branches of a `parallel`
        start[covered] = end[covered - 1]
        end[covered] = np.maximum(end[covered], start[covered])
    return cause, end - start


def channel_figures(run):
    """(channel, subscribing service) -> figures; a queue's messages not yet granted count for each of its consumers."""
    deliveries = run.deliveries_tally
    names = tuple(run.scenario.channels)
    reordered = deliveries.reordered(run)
    return {
        (channel, service): _figures(run, _mine(deliveries, code, names.index(channel)), reordered)
        | _waits(run, names.index(channel))
        | _partitions(run, code, channel)
        for code, (channel, service) in enumerate(deliveries.names)
    }


def _partitions(run, subscriber, channel):
    """How the messages of a log are spread over its partitions."""
    settings, deliveries = run.scenario.channels[channel], run.deliveries_tally
    if settings.kind != "log":
        return spread([])
    counted = (deliveries.subscriber == subscriber) & deliveries.cohort
    partition = run.message_columns["partition"][deliveries.message[counted]]
    return spread(np.bincount(partition, minlength=settings.partitions_at_last))


def _waits(run, channel):
    """How long those who published to a channel waited until it had their message."""
    messages, mine = run.message_columns, _waited_for(run)
    mine = mine[(messages["channel"][mine] == channel) & run.tally.cohort[run.message_requests[mine]]]
    waited = elapsed(messages["acknowledged"], messages["published"])[mine]
    waited = waited[~np.isnan(waited)]
    if not len(waited):
        return {"blocked_mean": 0.0, "blocked_max": 0.0}
    return {"blocked_mean": float(waited.mean()), "blocked_max": float(waited.max())}


def partition_figures(run):
    """(log, subscribing service, partition) -> figures, as those of a channel."""
    deliveries = run.deliveries_tally
    names = tuple(run.scenario.channels)
    reordered = deliveries.reordered(run)
    partition = run.message_columns["partition"][deliveries.message]
    result = {}
    for code, (channel, service) in enumerate(deliveries.names):
        settings = run.scenario.channels[channel]
        for number in range(settings.partitions_at_last if settings.kind == "log" else 0):
            mine = _mine(deliveries, code, names.index(channel)) & (partition == number)
            result[channel, service, number] = _figures(run, mine, reordered)
    return result


def _mine(deliveries, subscriber, channel):
    """Which entries of the ledger belong to a subscriber of a channel."""
    return (deliveries.subscriber == subscriber) | ((deliveries.subscriber < 0) & (deliveries.channel == channel))


def _figures(run, mine, reordered):
    """The figures of some entries of the ledger."""
    deliveries, window = run.deliveries_tally, (run.scenario.run.warmup, run.measured_until)
    counted = mine & deliveries.cohort
    states = np.bincount(deliveries.state[counted], minlength=len(DELIVERY_STATES))
    state = dict(zip(DELIVERY_STATES, states.tolist(), strict=True))
    born, settled = deliveries.born[mine], deliveries.settled[mine]
    seen = np.where(np.isnan(settled), window[1], settled)
    overlapping = (born < window[1]) & (seen >= window[0])
    age = elapsed(np.minimum(seen, window[1])[overlapping], born[overlapping])
    return {
        "published": int(counted.sum()),
        "delivered": int((deliveries.handed_out[counted] > 0).sum()),
        "done": state["done"],
        "redelivered": int((deliveries.handed_out[counted] > 1).sum()),
        "duplicates": state["duplicate"],
        "reordered": int(reordered[counted].sum()),
        "expired": state["expired"],
        "dropped": state["dropped"],
        "dead": state["dead"],
        "lost": state["lost"],
        "pending": state["pending"],
        "replayed": int((mine & deliveries.replayed).sum()),
        "lag_mean": float(inside(born, settled, window).sum() / run.window),
        "lag_max": highest(born, settled, window),
        "age_max": float(age.max(initial=0.0)),
    }
