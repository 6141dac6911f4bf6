"""What must hold of any run, counted apart from the audit: figures, the ledger, faults, deadlines."""

import numpy as np

from evsim.results.audit.dead_letters import refused_letters
from evsim.results.audit.message_counts import obligations
from evsim.results.batches import leaders
from evsim.results.endings import Fate, Outcome, Verdict
from evsim.results.obligations import last_attempts

__all__ = [
    "assert_deadlines_hold",
    "assert_faults_bite",
    "assert_figures_add_up",
    "assert_ledger_adds_up",
    "assert_nobody_waits_in_vain",
    "assert_same_records",
]

SLACK = 1e-9  # seconds, or relative: rounding of sums
STATES = ("done", "duplicated", "dead", "expired", "dropped", "lost", "pending")


def assert_figures_add_up(run):
    figures = run.summary()
    outcomes = ("completed", "errors", "timeouts", "rejected", "declined", "pending")
    assert figures["requests"] == sum(figures[name] for name in outcomes)
    assert figures["requests"] == int(run.tables.requests.cohort.sum())
    assert min(value for value in figures.values() if value == value) >= 0
    assert not figures["wasted_work"] > 1 + SLACK
    assert not figures["goodput"] > figures["throughput"] + SLACK
    for name, station in run.services.items():
        assert station["arrivals"] >= station["completed"], name
        assert not station["utilisation"] > 1 + SLACK, (name, station["utilisation"])
        assert not station["in_system_mean"] < station["queue_mean"] - SLACK, name
        assert station["in_system_max"] >= 0, name


def assert_ledger_adds_up(run):
    """A kept message has one state for each group of a log or handler of a bus, and one in a queue; else none."""
    messages, deliveries = run.tables.messages, run.tables.deliveries
    kept = ~np.isnan(messages["appended"])
    elsewhere = np.isin(messages["fate"], (Fate.LOST, Fate.REFUSED))
    assert not (kept & elsewhere).any(), "a message is kept, and lost or refused"
    for code, name in enumerate(run.scenario.channels):
        mine = deliveries.channel == code
        here = kept & (messages["channel"] == code)
        each = np.repeat(np.flatnonzero(here), obligations(run, name)[here])
        turned_away = refused_letters(run) & (messages["channel"] == code)
        expected = np.sort(np.r_[each, np.flatnonzero(turned_away)])
        assert np.array_equal(np.sort(deliveries.message[mine & ~deliveries.replay]), expected), name
        counted = (mine & deliveries.cohort).sum()
        ungranted = (mine & deliveries.cohort & (deliveries.subscriber < 0)).sum()
        figures = [figures for (source, _), figures in run.channels.items() if source == name]
        if figures:
            # What a queue has not granted counts as pending for each of its consumers.
            total = sum(each[state] for each in figures for state in STATES)
            assert total == counted + (len(figures) - 1) * ungranted, name


def assert_faults_bite(run):
    """Nothing starts in an outage, crash or pause; nothing ends in a pause; nothing outlives a crash.

    Nothing crosses a partition, and a fault at a step strikes once.
    """
    rows, scenario = run.tables.rows, run.scenario
    _assert_partitions_cut(run)
    _assert_strikes_happen_once(run)
    service_of = np.array([place.service for place in run.tables.places] + [""])[rows["place"]]
    for begin, kind, target, end in run.records.incidents:
        end = np.inf if end is None else end
        name, _, instance = target.partition("/")
        if kind not in ("outage", "crash", "pause", "leader_failure"):
            continue
        if name in scenario.channels and not _goes_on(scenario.channels[name], kind):
            _assert_channel_is_shut(run, name, begin, end)
        for service, settings in scenario.services.items():
            if service != name and not (settings.inside == name and kind in ("crash", "pause")):
                continue
            mine = (service_of == service) & ~np.isnan(rows["started"])
            if instance:
                mine &= rows["worker"] // settings.workers == int(instance) - 1
                lives = run.tables.capacity[service]
                mine &= not (lives.born[lives.number == int(instance) - 1] > begin).any()  # it is another one by then
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


def _assert_partitions_cut(run):
    rows, links = run.tables.rows, run.scenario.network.links
    ends = {fault.subject: fault.target for fault in run.scenario.faults if fault.kind == "partition"}
    for begin, kind, target, end in run.records.incidents:
        if kind != "partition":
            continue
        end = np.inf if end is None else end
        between = set(links[target].between if target in links else ends[target])
        asked = [
            p.number
            for p in run.tables.places
            if p.kind != "delivery" and {p.source, p.service} == between and not getattr(p.step, "bulkhead", None)
        ]  # which may send it later than it is asked
        sent = np.isin(rows["place"], asked) & (rows["born"] > begin) & (rows["born"] < end)
        assert np.isnan(rows["ready"][sent]).all(), (target, "something crossed a partition")


def _assert_strikes_happen_once(run):
    struck = [(kind, target) for _, kind, target, _ in run.records.incidents]
    for fault in run.scenario.faults:
        which = fault.kind, fault.subject
        alike = [other for other in run.scenario.faults if (other.kind, other.subject) == which]
        if all(other.at_step for other in alike):
            assert struck.count(which) <= len(alike), (which, "struck more than once")


def _goes_on(channel, kind):
    """Whether another broker takes over."""
    return kind == "leader_failure" and channel.replicas > 1


def _assert_channel_is_shut(run, name, begin, end):
    rows, messages = run.tables.rows, run.tables.messages
    code = list(run.scenario.channels).index(name)
    appended = messages["appended"][messages["channel"] == code]
    places = [place for place in run.tables.places if place.kind == "delivery" and place.source == name]
    granted = np.isin(rows["place"], [place.number for place in places])
    polling = [place.number for place in places if _tries_again_itself(run.scenario.services[place.service], name)]
    leased = rows["leased"][granted & ~(np.isin(rows["place"], polling) & (rows["first"] >= 0))]
    if run.scenario.channels[name].direct:
        appended = appended[:0]  # what is sent meanwhile is written down, and lost
    for what, times in (("appended", appended), ("granted", leased)):
        assert not ((times > begin) & (times < end)).any(), (name, what)


def _tries_again_itself(service, channel):
    """Whether a member of a group has a message that failed still, from its poll."""
    return any(each.channel == channel and each.max_poll_records for each in service.subscribe)


def assert_deadlines_hold(run):
    """A customer waits for its patience at most; a call for its timeout, unless its caller is paused."""
    rows = run.tables.rows
    paused = any(fault.kind == "pause" for fault in run.scenario.faults)
    for place in run.tables.places:
        limit = None
        if place.kind == "request":
            limit = run.scenario.workloads[place.workload].patience
        elif place.kind == "call" and not paused:
            limit = place.step.timeout
        if limit is not None:
            mine = (rows["place"] == place.number) & (rows["verdict"] != Verdict.COPY)
            waited = np.nan_to_num(rows["settled"][mine], nan=run.ended_at) - rows["born"][mine]
            assert not (waited > limit + SLACK).any(), (place.kind, place.service)


def assert_nobody_waits_in_vain(run):
    """Nobody waits while somebody who could serve is free. For systems in which nothing stops for a time."""
    if any(fault.kind in ("outage", "crash", "pause", "leader_failure") for fault in run.scenario.faults):
        return
    if any(kind == "ended" for _, kind, _, _ in run.records.incidents):
        return
    rows, places = run.tables.rows, run.tables.places
    kind_of = np.array([place.kind for place in places] + ["delivery"])[rows["place"]]
    service_of = np.array([place.service for place in places] + [""])[rows["place"]]
    arrived = np.where(kind_of == "delivery", rows["arrived"], rows["ready"])
    left = np.where(np.isnan(rows["started"]), rows["ended"], rows["started"])
    pinned = np.array([place.kind == "delivery" and _is_bound(run, place) for place in places] + [False])
    anybodys = ~pinned[rows["place"]]  # not those that wait for one instance
    polls = [place.kind == "delivery" and bool(place.step.max_poll_records) for place in places]
    polled = np.array([*polls, False])[rows["place"]]
    services = run.scenario.complete.services
    for name, service in services.items():
        mine = service_of == name
        if service.is_elastic:
            continue  # who may come is its part's to say
        if service.own_inboxes:
            instance_of = np.where(mine & (rows["worker"] >= 0), rows["worker"] // service.workers, -1)
            for each in range(service.instances):  # each has an inbox of its own
                its = instance_of == each
                works = rows["started"][its], rows["ended"][its]
                waits = arrived[its & ~polled], left[its & ~polled]  # a poll is worked on one by one
                _assert_all_are_busy(run, waits, works, service.workers, (name, each))
            continue
        waits = arrived[mine & anybodys], left[mine & anybodys]
        works = rows["started"][mine], rows["ended"][mine]
        _assert_all_are_busy(run, waits, works, service.instances * service.workers, name)
    for name, channel in run.scenario.complete.channels.items():
        for reader in [who for who, each in services.items() if name in _channels_of(each) and not each.is_elastic]:
            shares = any(each.is_shared for each in services[reader].subscribe)  # nobody holds a partition
            if channel.kind == "log" and not shares and not _rebalances(channel, services[reader]):
                _assert_partitions_are_busy(run, name, reader)
        if channel.kind == "pipe":
            _assert_pipe_flows(run, name)
        read = any(name in _channels_of(each) for each in services.values())
        scaled = any(  # so that its credit comes and goes
            each.channel == name and (service.autoscale or each.pollers)
            for service in services.values() for each in service.subscribe
        )  # fmt: skip
        if channel.kind == "queue" and read and not scaled and not _holds_back(channel):
            code = list(run.scenario.channels).index(name)
            mine = np.flatnonzero(kind_of == "delivery")
            mine = mine[run.tables.messages["channel"][rows["parent"][mine]] == code]
            credit = sum(full for (source, _), (_, full) in run.tables.inventory["credit"].items() if source == name)
            left = np.fmin(rows["leased"], rows["ended"])[mine]  # or thrown out
            waits, holds = (rows["ready"][mine], left), _held(run, mine)
            _assert_all_are_busy(run, waits, holds, credit, name)


def _held(run, mine):
    """When each of some deliveries was handed out, and settled; a batch is one."""
    rows, of_batches = run.tables.rows, leaders(run)[mine]
    heads, batch = np.unique(of_batches, return_inverse=True)
    settled = np.full(len(heads), -np.inf)
    np.maximum.at(settled, batch, np.where(np.isnan(rows["settled"][mine]), np.inf, rows["settled"][mine]))
    return rows["leased"][heads], np.where(np.isinf(settled), np.nan, settled)


def _is_bound(run, place):
    """Whether what waits at a place waits for one instance: an owner of its partition, or a consumer that took it."""
    scenario = run.scenario.complete
    bound = scenario.channels[place.source].binds(scenario.services[place.service], place.step)
    return bound or place.step.owns is not None


def _holds_back(queue):
    """Whether a queue may keep a message although somebody has credit, or lend a credit for longer than a lease."""
    clocks = queue.visibility_timeout, queue.ack_timeout
    return queue.single_active_consumer or queue.fifo_groups or any(each is not None for each in clocks)


def _assert_pipe_flows(run, name):
    """A message lies in a pipe only while its reader is busy, and waits only while anything lies there or is read.

    A reader that wants so many and no more leaves the rest, also while it still works on the last ones.
    """
    readers = [each for who in run.scenario.services.values() for each in who.subscribe if each.channel == name]
    if any(each.take for each in readers):
        return
    rows, messages = run.tables.rows, run.tables.messages
    mine = np.flatnonzero(messages["channel"] == list(run.scenario.channels).index(name))
    delivery = np.array([place.kind == "delivery" for place in run.tables.places] + [False])[rows["place"]]
    its = np.flatnonzero(delivery)
    its = its[np.isin(rows["parent"][its], mine)]
    (credit,) = [full for (source, _), (_, full) in run.tables.inventory["credit"].items() if source == name]
    holds = rows["leased"][its], rows["ended"][its]
    _assert_all_are_busy(run, (rows["ready"][its], rows["leased"][its]), holds, credit, name)
    withdrawn = messages["fate"][mine] == Fate.WITHDRAWN
    until = np.where(withdrawn, rows["ended"][messages["cause"][mine]], messages["appended"][mine])
    _assert_all_are_busy(run, (messages["published"][mine], until), holds, credit, name)


def _rebalances(log, reader):
    """Whether a partition may stand still though nothing fails: for a slow member, a poll, or more partitions."""
    return any(
        each.max_poll_interval or each.max_poll_records or (each.owns and log.add_partitions)
        for each in reader.subscribe
    )


def _channels_of(service):
    return [subscription.channel for subscription in service.subscribe]


def _assert_partitions_are_busy(run, name, reader):
    """A message holds its partition from its first grant until its work has ended well or it is given up."""
    rows, messages = run.tables.rows, run.tables.messages
    places = [p.number for p in run.tables.places if (p.kind, p.source, p.service) == ("delivery", name, reader)]
    mine = np.flatnonzero(np.isin(rows["place"], places))
    _, last = last_attempts(rows)
    first = mine[rows["first"][mine] < 0]
    last = dict(zip(np.flatnonzero(rows["first"] < 0).tolist(), last.tolist(), strict=True))
    last = np.array([last[row] for row in first.tolist()], dtype=int)
    done = rows["outcome"][last] == Outcome.OK
    dead = rows["verdict"][last] == Verdict.DEAD
    released = np.where(done, rows["ended"][last], np.where(dead, rows["settled"][last], np.nan))
    partition = messages["partition"][rows["parent"][first]]
    taken_out = np.where(np.isin(rows["verdict"], (Verdict.LOST, Verdict.DROPPED)), rows["settled"], np.nan)
    for each in np.unique(partition).tolist():
        here = partition == each
        waits = rows["ready"][first][here], np.fmin(rows["leased"], taken_out)[first][here]
        _assert_all_are_busy(run, waits, (rows["leased"][first][here], released[here]), 1, (name, reader, each))


def _assert_all_are_busy(run, waits, holds, all_of_them, what):
    """While anybody waits, all of them are held. What has not ended lasts to the end of the run."""
    changes = []
    for column, (begin, end) in enumerate((waits, holds)):
        there = ~np.isnan(begin)
        begin, end = begin[there], np.where(np.isnan(end[there]), run.ended_at, end[there])
        for times, step in ((begin, 1), (end, -1)):
            changes += [(time, column, step) for time in times.tolist()]
    level, before = [0, 0], 0.0
    for time, column, step in sorted(changes):
        if time - before > SLACK:
            assert not level[0] or level[1] >= all_of_them, (what, "somebody waits and somebody is free", before, time)
        level[column] += step
        before = time


def assert_same_records(run, other, but=()):
    """Every column of every table is the same, `but` some; effects and undos at one instant in any order."""
    for table in run.records.tables:
        these, those = getattr(run.records, table).columns(), getattr(other.records, table).columns()
        if table in ("effects", "undos") and but:
            these, those = in_order(these), in_order(those)
        for name in these.keys() - set(but):
            column = these[name]
            assert np.array_equal(column, those[name], equal_nan=column.dtype.kind == "f"), (table, name)


def in_order(effects):
    """Those of one instant by their rows; how many of them there were ``before`` an undo says nothing then."""
    order = np.lexsort((effects["name"], effects["row"], effects["time"]))
    return {name: column[order] for name, column in effects.items() if name != "before"}
