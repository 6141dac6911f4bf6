"""The figures of windows, from the events, panes and checkpoints of the records."""

from collections import Counter

from evsim.parts.window.key_groups import instance_of_key
from evsim.ticks import elapsed
from tests.figures.averages import NONE, overlap, percentiles, share, worker_time

__all__ = ["of_windows", "events_of_run", "waits_of_results"]


def of_windows(plain, name):
    """A result counts when it was sent in the window of the run, an event when its customer counts."""
    records, code = plain.run.records, list(plain.scenario.services).index(name)
    one_clock = plain.scenario.complete.services[name].handle[-1].complete.clock == "watermark"
    mine = [
        (number, event) for number, event in enumerate(records.events)
        if event.service == code and plain.rows[event.row].counted
    ]  # fmt: skip
    instances = plain.scenario.services[name].instances
    at = {event.row: _instance(plain, event.row, instances) for _, event in mine}
    existing = worker_time(plain, name)
    pressed = sum(
        overlap(began, None if ended != ended else ended, plain.left, plain.right)
        for began, ended, row in records.pressed if plain.rows[row].service == name
    )  # fmt: skip
    alone = [row for row in plain.rows_at(name) if row.started is not None and row.leads == row.number]
    held = sum(overlap(row.started, row.ended, plain.left, plain.right) for row in alone)
    marks = [each for each in records.watermarks if each[1] == code]
    sent = [
        (pane, plain.messages[pane.message].published) for pane in records.panes
        if pane.service == code and plain.left <= plain.messages[pane.message].published < plain.right
    ]  # fmt: skip
    again = {copy for copy, _ in records.copies}
    taken = [each for each in records.checkpoints if each[3] == code and plain.left <= each[2] < plain.right]
    return {
        **percentiles("event_delay", [float(elapsed(event.time, event.at)) for _, event in mine]),
        "late_events": sum(
            _is_late(number, event, marks, -1 - at[event.row] if one_clock else event.source) for number, event in mine
        ),
        "too_late": sum(event.late for _, event in mine),
        **percentiles("watermark_lag", [float(elapsed(time, mark)) for time, _, _, mark, _ in marks
                                        if plain.left <= time < plain.right]),
        "results": len(sent),
        "results_repeated": sum(pane.message in again for pane, _ in sent),
        **percentiles("result_wait", [float(elapsed(time, pane.end)) for pane, time in sent]),
        "checkpoints": len(taken),
        **percentiles("alignment", [float(elapsed(aligned, began)) for began, aligned, *_ in taken]),
        **percentiles("checkpoint_duration", [float(elapsed(done, began)) for began, _, done, *_ in taken]),
        "backpressured": share(pressed, existing),
        "busy": share(held - pressed, existing),
        "idle": share(existing - held, existing),
        "busiest_instance": share(max(Counter(at[event.row] for _, event in mine).values(), default=0), len(mine)),
        "events_taken": sum(_is_taken(plain, code, number) for number, _ in mine),
    }  # fmt: skip


def _instance(plain, number, instances):
    """The instance that has the windows of a row, by the key of its message."""
    if instances == 1:
        return 0
    row = plain.rows[number]
    key = plain.messages[row.parent].key
    return instance_of_key(plain.run.tables.key_names.get(key, str(key)), instances)


def _is_late(number, event, marks, source):
    """The last watermark that was noted before it came had passed it."""
    known = [mark for _, _, clock, mark, seen in marks if seen <= number and clock == source]
    return bool(known) and event.at <= known[-1]


def _is_taken(plain, code, number):
    """A crash came after it, and the checkpoint to which it went back had not counted it."""
    for _, service, checkpoint, seen in plain.run.records.resets:
        kept = checkpoint >= 0 and number < plain.run.records.checkpoints[checkpoint][4]
        if service == code and number < seen and not kept:
            return True
    return False


def events_of_run(plain):
    events = [event for event in plain.run.records.events if plain.rows[event.row].counted]
    late = share(sum(event.late for event in events), len(events)) if events else NONE
    return {"too_late_share": late, "events": len(events)}


def waits_of_results(plain):
    """Of all windows, of what was sent between the warm-up and the end of the arrivals."""
    sent = [(pane, plain.messages[pane.message].published) for pane in plain.run.records.panes]
    end = plain.scenario.run_settings.duration
    return percentiles(
        "result_wait", [float(elapsed(time, pane.end)) for pane, time in sent if plain.left <= time < end]
    )
