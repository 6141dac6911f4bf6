"""What must hold of any run, counted apart from the audit: figures, the ledger, faults, deadlines."""

import numpy as np

from evsim.results.records import Fate, Outcome

__all__ = ["assert_deadlines_hold", "assert_faults_bite", "assert_figures_add_up", "assert_ledger_adds_up",
           "assert_same_records"]  # fmt: skip

SLACK = 1e-9  # seconds, or relative: rounding of sums
STATES = ("done", "duplicates", "dead", "expired", "dropped", "lost", "pending")


def assert_figures_add_up(run):
    figures = run.summary()
    outcomes = ("completed", "errors", "timeouts", "rejected", "pending")
    assert figures["requests"] == sum(figures[name] for name in outcomes)
    assert figures["requests"] == int(run.tally.cohort.sum())
    assert min(value for value in figures.values() if value == value) >= 0
    assert not figures["wasted_work"] > 1 + SLACK
    assert not figures["goodput"] > figures["throughput"] + SLACK
    for name, station in run.service_figures.items():
        assert station["arrivals"] >= station["completed"], name
        assert not station["utilisation"] > 1 + SLACK, (name, station["utilisation"])
        assert not station["in_system_mean"] < station["queue_mean"] - SLACK, name
        assert station["in_system_max"] >= 0, name


def assert_ledger_adds_up(run):
    """A kept message has one state for each group of a log, and one in a queue; one not kept has none."""
    messages, deliveries = run.message_columns, run.deliveries_tally
    kept = ~np.isnan(messages["appended"])
    assert not (kept & (messages["fate"] != Fate.OPEN)).any(), "a message is kept, and lost or refused"
    for code, (name, channel) in enumerate(run.scenario.channels.items()):
        mine = deliveries.channel == code
        groups = sum(each.channel == name for who in run.scenario.services.values() for each in who.subscribe)
        copies = 1 if channel.kind == "queue" else groups
        expected = np.repeat(np.flatnonzero(kept & (messages["channel"] == code)), copies)
        assert np.array_equal(np.sort(deliveries.message[mine]), expected), name
        counted = (mine & deliveries.cohort).sum()
        ungranted = (mine & deliveries.cohort & (deliveries.subscriber < 0)).sum()
        figures = [figures for (source, _), figures in run.channel_figures.items() if source == name]
        if figures:
            # What a queue has not granted counts as pending for each of its consumers.
            total = sum(each[state] for each in figures for state in STATES)
            assert total == counted + (len(figures) - 1) * ungranted, name


def assert_faults_bite(run):
    """Nothing starts in an outage, crash or pause; nothing ends in a pause; nothing outlives a crash."""
    rows, scenario = run.rows, run.scenario
    service_of = np.array([place.service for place in run.places] + [""])[rows["place"]]
    for begin, kind, target, end in run.records.incidents:
        end = np.inf if end is None else end
        name, _, instance = target.partition("/")
        if kind not in ("outage", "crash", "pause"):
            continue
        if name in scenario.channels:
            _assert_channel_is_shut(run, name, begin, end)
        for service, settings in scenario.services.items():
            if service != name and not (settings.inside == name and kind != "outage"):
                continue
            mine = (service_of == service) & ~np.isnan(rows["started"])
            if instance:
                mine &= rows["worker"] // settings.workers == int(instance) - 1
            started, ended = rows["started"][mine], np.nan_to_num(rows["ended"][mine], nan=np.inf)
            outcome = rows["outcome"][mine]
            assert not ((started > begin) & (started < end)).any(), (kind, target, "something started")
            if kind == "crash":
                assert not ((started < begin) & (ended > begin)).any(), (
                    target,
                    "something outlived the crash",
                )
            if kind == "pause":
                moved = (ended > begin) & (ended < end) & (outcome != Outcome.CRASHED)
                assert not moved.any(), (target, "something ended in the pause")


def _assert_channel_is_shut(run, name, begin, end):
    rows, messages = run.rows, run.message_columns
    code = list(run.scenario.channels).index(name)
    appended = messages["appended"][messages["channel"] == code]
    places = [place.number for place in run.places if place.kind == "delivery" and place.source == name]
    leased = rows["leased"][np.isin(rows["place"], places)]
    for what, times in (("appended", appended), ("granted", leased)):
        assert not ((times > begin) & (times < end)).any(), (name, what)


def assert_deadlines_hold(run):
    """A customer waits for its patience at most; a call for its timeout, unless its caller is paused."""
    rows = run.rows
    paused = any(fault.kind == "pause" for fault in run.scenario.faults)
    for place in run.places:
        limit = None
        if place.kind == "request":
            limit = run.scenario.workloads[place.workload].patience
        elif place.kind == "call" and not paused:
            limit = place.step.timeout
        if limit is not None:
            mine = rows["place"] == place.number
            waited = np.nan_to_num(rows["settled"][mine], nan=run.ended_at) - rows["born"][mine]
            assert not (waited > limit + SLACK).any(), (place.kind, place.service)


def assert_same_records(run, other, but=()):
    """Every column of every table is the same, `but` some; effects at one instant in any order."""
    for table in ("rows", "messages", "effects"):
        these, those = getattr(run.records, table).columns(), getattr(other.records, table).columns()
        if table == "effects" and but:
            these, those = in_order(these), in_order(those)
        for name in these.keys() - set(but):
            column = these[name]
            assert np.array_equal(column, those[name], equal_nan=column.dtype.kind == "f"), (table, name)


def in_order(effects):
    order = np.lexsort((effects["name"], effects["row"], effects["time"]))
    return {name: column[order] for name, column in effects.items()}
