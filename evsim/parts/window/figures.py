"""What a window adds to the figures of its service, and of the run."""

import numpy as np

from evsim.figures import LOST, RUN, Figure
from evsim.parts.window.step_history import histories
from evsim.results.intervals import inside
from evsim.results.service_figures import WORKER_TIME
from evsim.ticks import elapsed

__all__ = ["FIGURES"]


def _of(at):
    """The history of the window of a service, and its events of requests that count."""
    history = next(each for each in histories(at.run) if each.name == at.name)
    return history, [(number, event) for number, event in history.events.items() if at.counted[event.row]]


def _delays(at):
    events = [event for _, event in _of(at)[1]]
    return elapsed(np.array([event.time for event in events]), np.array([event.at for event in events]))


def _late(at):
    """Events whose moment event time had passed when they came."""
    history, events = _of(at)
    clocks = {}
    for _, _, clock, mark, seen in history.watermarks:
        known, marks = clocks.setdefault(clock, ([], []))
        known.append(seen), marks.append(mark)
    late = 0
    for number, event in events:
        known, marks = clocks.get(history.clock_of(event), ([], []))
        position = np.searchsorted(known, number, "right")
        late += bool(position and event.at <= marks[position - 1])
    return late


def _too_late(at):
    return sum(event.late for _, event in _of(at)[1])


def _panes(at):
    sent, (start, end) = at.run.tables.messages["published"], at.window
    return [each for each in _of(at)[0].panes if start <= sent[each.message] < end]


def _waits(at):
    panes = _panes(at)
    sent = at.run.tables.messages["published"][[each.message for each in panes]] if panes else np.empty(0)
    return elapsed(sent, np.array([each.end for each in panes]))


def _repeated(at):
    again = {copy for copy, _ in at.run.records.copies}
    return sum(each.message in again for each in _panes(at))


def _lags(at):
    start, end = at.window
    marks = [(time, mark) for time, _, _, mark, _ in _of(at)[0].watermarks if start <= time < end]
    return elapsed(*np.array(marks).reshape(-1, 2).T)


def _checkpoints(at):
    start, end = at.window
    return [each for each in _of(at)[0].checkpoints if start <= each[2] < end]


def _alignments(at):
    return elapsed(*np.array([(aligned, began) for began, aligned, *_ in _checkpoints(at)]).reshape(-1, 2).T)


def _durations(at):
    return elapsed(*np.array([(taken, began) for began, _, taken, *_ in _checkpoints(at)]).reshape(-1, 2).T)


def _backpressured(at):
    """Worker seconds of the window in which work was done, and had to wait for credit."""
    began, ended, _ = np.array(_of(at)[0].pressed).reshape(-1, 3).T
    return inside(began, ended, at.window).sum()


def _busiest(at):
    history, events = _of(at)
    shares = np.bincount([history.instance_of(event.row) for _, event in events])
    return float(shares.max() / shares.sum()) if len(shares) else float("nan")


def _taken(at):
    history, events = _of(at)
    return sum(history.lost(number) < np.inf for number, _ in events)


def _waits_of_run(some):
    sent, settings = some.run.tables.messages["published"], some.run.scenario.run_settings
    panes = [each for each in some.run.records.panes if settings.warmup <= sent[each.message] < settings.duration]
    moments = sent[[each.message for each in panes]] if panes else np.empty(0)
    return elapsed(moments, np.array([each.end for each in panes]))


def _events(some):
    return [each for each in some.run.records.events if some.rows[each.row]]


def _share_too_late(some):
    events = _events(some)
    return sum(each.late for each in events) / len(events) if events else float("nan")


FIGURES = (
    Figure("event_delay", "s", "how long after it happened an event comes to its window", _delays,
           points=("mean", "p99")),
    Figure("late_events", "count", "events that come when event time has passed their moment", _late),
    Figure("too_late", "count", "events for which no window is open any more: nobody counts them", _too_late),
    Figure("watermark_lag", "s", "how far event time is behind the clock whenever it moves", _lags,
           points=("mean", "p99")),
    Figure("results", "count", "messages of windows that were sent", lambda at: len(_panes(at)), None),
    Figure("results_repeated", "count", "messages of windows that were sent again after a crash", _repeated),
    Figure("result_wait", "s", "how long after the end of its window a result is sent; early ones come before", _waits,
           points=("mean",)),
    Figure("checkpoints", "count", "checkpoints that were taken", lambda at: len(_checkpoints(at)), None, shown=()),
    Figure("alignment", "s", "how long a checkpoint waits for the barriers of all partitions", _alignments,
           points=("mean",), shown=()),
    Figure("checkpoint_duration", "s", "how long a checkpoint takes, from its barriers to when it is safe", _durations,
           points=("mean",), shown=()),
    Figure("backpressured", "share", "worker time in which a message was done, and waited for credit of the results",
           lambda at: at.of_worker_time(_backpressured(at)), adds=WORKER_TIME),
    Figure("busy", "share", "worker time in which a message was in hand and did not wait for credit",
           lambda at: at.of_worker_time(at.held - _backpressured(at)), None, shown=(), adds=WORKER_TIME),
    Figure("idle", "share", "worker time in which no message was in hand",
           lambda at: at.of_worker_time(at.worker_time - at.held), None, shown=(), adds=WORKER_TIME),
    Figure("busiest_instance", "share", "the share of the instance that has most events, by their keys", _busiest, None,
           shown=()),
    Figure("events_taken", "count", "events that a crash took out of the windows; those of a log come again", _taken,
           shown=()),
    Figure("result_wait", "s", "how long after the end of its window a result is sent, of all windows", _waits_of_run,
           where=(RUN,), group=LOST, points=("mean",)),
    Figure("too_late_share", "share", "the share of events for which no window was open any more", _share_too_late,
           where=(RUN,), group=LOST, trials="events", each="too late"),
    Figure("events", "count", "events that came to windows", lambda some: len(_events(some)), None, (RUN,), LOST,
           shown=()),
)  # fmt: skip
