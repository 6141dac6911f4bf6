"""Assembly: from what the processes noted to the records of a run, and to the run itself."""

from dataclasses import dataclass
from math import nan

from evsim.engine.execution import Execution
from evsim.results.records import Fate, Outcome, Reason, Verdict
from evsim.testbed.delivery_groups import delivery_id, groups_of
from evsim.testbed.effect_stores import rows_written
from evsim.testbed.instances import BROKER, instance_of, processes_of, service_of
from evsim.testbed.journal import read_journals
from evsim.testbed.live_run import LiveRun
from evsim.testbed.shared_draws import SharedDraws
from evsim.ticks import SECOND, ticks

__all__ = ["assemble"]


@dataclass(eq=False)
class _Row:
    """One attempt, as it is found in the journals; times are those of the machine's clock."""

    id: str
    place: object
    luck: list  # as it travels, of the first attempt
    parent: str | None  # the row that called, or the message
    attempt: int = 1
    worker: int = -1
    process: str | None = None  # which one had it, where that is known
    born: float = nan
    ready: float = nan
    leased: float = nan
    arrived: float = nan
    started: float = nan
    ended: float = nan
    settled: float = nan
    outcome: int = Outcome.OPEN
    verdict: int = Verdict.OPEN
    reason: int = Reason.NONE
    replied: float | None = None
    late: float | None = None


@dataclass(eq=False)
class _Message:
    id: str
    channel: str
    route: int
    luck: list
    cause: str
    partition: int
    published: float
    appended: float = nan
    acknowledged: float = nan
    offset: int = -1


class _Story:
    """Rows, messages and effects, as the journals tell them."""

    def __init__(self, luck, folder):
        self.luck, self.rows, self.messages = luck, {}, {}
        self.effects, self.ups, self.slept, self._wrote = [], {}, [], {}
        self._current = {}  # (message, group) -> the row of the attempt that is under way
        self.entries = entries = read_journals(folder)
        for process, time, kind, *what in sorted(
            [*entries, *self._appended_unseen(entries)], key=lambda entry: entry[1]
        ):
            handle = getattr(self, "_" + kind.replace(" ", "_"), None)
            if handle is not None:
                handle(process, time, *what)
        self.effects += [(row, effect, self._when(row, effect, time)) for row, effect, time in rows_written(folder)]

    def _appended_unseen(self, entries):
        """``appended`` entries for what a broker without a journal has kept, as those who reached it have noted.

        The server's clock, or its answer, tells when; the order in a partition is that of its numbers.
        """
        published = {what[0]: what for _, _, kind, *what in entries if kind == "published"}
        times, numbers, offsets = {}, {}, {}
        for _, _, kind, *what in entries:
            if kind == "kept":
                message, number, time = what
                numbers[message] = number
                times[message] = min(time, times.get(message, time))
        for message in sorted(numbers, key=numbers.__getitem__):
            _, route, luck, _, partition = published[message]
            channel = self.luck.routes[route].channel.name
            offset = offsets[channel, partition] = offsets.get((channel, partition), -1) + 1
            yield BROKER, times[message], "appended", message, channel, partition, offset, route, luck

    def _up(self, process, time):
        self.ups.setdefault(process, []).append(time)

    # Requests and calls.

    def _asked(self, process, time, id, place, luck, parent):
        self.rows[id] = _Row(id, self.luck.places[place], luck, parent, born=time)

    def _ready(self, process, time, id):
        row = self.rows[id]
        row.process = process
        if row.place.is_delivery:
            row.arrived = time
        else:
            row.ready = time

    def _started(self, process, time, id, worker):
        self.rows[id].started, self.rows[id].worker = time, worker

    def _replied(self, process, time, id):
        self.rows[id].replied = time

    def _ended(self, process, time, id, outcome, reason):
        row = self.rows[id]
        row.ended, row.outcome = time, outcome
        row.reason = row.reason or reason

    def _answered(self, process, time, id, verdict, reason):
        row = self.rows[id]
        row.settled, row.verdict = time, verdict
        row.reason = row.reason or reason

    def _late(self, process, time, id):
        self.rows[id].late = time

    def _slept(self, process, time, id, planned, took):
        self.slept.append((id, planned, took))

    def _wrote_down(self, process, time, id, effect, began):
        self._wrote.setdefault((id, effect), []).append((began, time))

    def _when(self, row, effect, time):
        """When an effect was there: the row in the store knows only when it was sent."""
        return next((end for began, end in self._wrote.get((row, effect), ()) if began <= time <= end), time)

    def wrote(self):
        """``(row, until it was there, until its step was over)`` of each effect whose step came to its end."""
        for row, effect, time in self.effects:
            for began, end in self._wrote.get((row, effect), ()):
                if began <= time <= end:
                    yield row, time - began, end - began

    # Messages.

    def _published(self, process, time, id, route, luck, row, partition):
        channel = self.luck.routes[route].channel.name
        self.messages[id] = _Message(id, channel, route, luck, row, partition, time)

    def _appended(self, process, time, id, channel, partition, offset, route, luck):
        message = self.messages[id]
        message.appended, message.offset = max(time, message.published), offset
        if self.luck.kernel.scenario.channels[message.channel].partitioned:
            for service in groups_of(self.luck.kernel.scenario, message.channel):
                self._deliver(message, service, 1, message.appended, service)

    def _deliver(self, message, group, attempt, time, service):
        id = delivery_id(message.id, group, attempt)
        place = self.luck.reader(message.route, service)
        row = _Row(id, place, message.luck, message.id, attempt, born=time, ready=time)
        self.rows[id] = self._current[message.id, group] = row
        return row

    def _granted(self, process, time, id, group, attempt, to):
        """An attempt is handed to a process: one that is known, or of which the broker has said nothing but this.

        Those before it came back, also where the broker had said that they are settled: one that was killed forgets.
        """
        service = service_of(to)
        message, row = self.messages[id], self._current.get((id, group))
        if row is None:
            row = self._deliver(message, group, 1, message.appended, service)
        while row.attempt < attempt:
            if row.verdict != Verdict.GIVEN_BACK:
                row.settled, row.verdict = time, Verdict.GIVEN_BACK
            row = self._deliver(message, group, row.attempt + 1, time, service)
        row.place, row.leased, row.process = self.luck.reader(message.route, service), time, to

    def _end(self, time, id, group, attempt, verdict):
        row = self.rows[delivery_id(id, group, attempt)]
        row.settled, row.verdict = time, verdict
        return row

    def _settled(self, process, time, id, group, attempt):
        self._end(time, id, group, attempt, Verdict.DONE)

    def _given_back(self, process, time, id, group, attempt):
        row = self._end(time, id, group, attempt, Verdict.GIVEN_BACK)
        self._deliver(self.messages[id], group, attempt + 1, time, row.place.service)

    def _dead(self, process, time, id, group, attempt):
        self._end(time, id, group, attempt, Verdict.DEAD)

    def _late_settle(self, process, time, id, group, attempt):
        self.rows[delivery_id(id, group, attempt)].late = time

    def _confirmed(self, process, time, id):
        self.messages[id].acknowledged = time

    def _mail(self, process, time, row, effect):
        self.effects.append((row, effect, time))

    # What nobody noted, as whoever would have was killed.

    def close(self, crashes):
        """Work that was under way, or waited, when its process was killed ended then. crashes: process -> times."""
        for row in self.rows.values():
            if row.outcome != Outcome.OPEN:
                continue
            reached = [time for time in (row.started, row.arrived, row.ready, row.leased, row.born) if time == time]
            had = [row.process] if row.process else processes_of(self.luck.kernel.scenario, row.place.service)
            killed = [time for process in had for time in crashes.get(process, ())]
            gone = sorted(time for time in killed if time >= max(reached))
            if row.reason == Reason.UNREACHABLE:
                row.outcome, row.ready, row.ended = Outcome.REFUSED, row.settled, row.settled
            elif gone:
                row.outcome, row.reason, row.ended = Outcome.CRASHED, Reason.CRASH, gone[0]
            elif killed and row.place.is_delivery:  # handed out to who was killed, before the broker noticed
                row.ended = max(reached)
        for row in self.rows.values():
            if row.place.is_delivery and row.verdict == Verdict.OPEN:  # it came no more
                row.settled = row.ended
                row.verdict = Verdict.DONE if row.outcome == Outcome.OK else Verdict.LOST
            if row.place.is_call:
                self._leave_behind(row, self.rows[row.parent])
            if row.outcome == Outcome.OPEN:  # it never came to anybody who lived to note it
                row.outcome, row.reason, row.ended = Outcome.LOST, Reason.CRASH, row.settled

    def _leave_behind(self, row, caller):
        """A call that had no answer when its caller had ended is of no use to anybody."""
        if row.verdict == Verdict.OPEN or row.settled > caller.ended:
            row.verdict, row.late = Verdict.ORPHANED, None
            row.settled = max(caller.ended, row.ended if row.settled != row.settled else row.settled)


def assemble(scenario, seed, folder, origin, ended_at, outages, broker, database, mailbox):
    """The :class:`evsim.run.Run` of what was noted in a folder.

    origin, ended_at: the zero and the end of the run on the machine's clock. outages: as they
    were; the run's scenario has these for its faults. broker, database: what is said of them.
    mailbox: the mails that came.
    """
    story = _Story(SharedDraws(Execution(scenario, seed)), folder)
    crashes = {}
    for each in outages:
        if each.fault.does.kills:
            process = BROKER if each.process in scenario.channels else each.process
            if process == BROKER:
                each.start = each.seen
            else:
                each.begins(story.entries)
            each.end = next(time for time in story.ups[process] if time > each.start)
            crashes.setdefault(process, []).append(each.start)
    story.close(crashes)
    scenario = scenario.replace({"faults": [each.as_written(origin) for each in outages]})
    assembly = _Assembly(scenario, seed, story, origin, ended_at, outages)
    return assembly.run(broker=broker, database=database, mailbox=mailbox)


class _Assembly:
    """Fills the records of a run with a story."""

    def __init__(self, scenario, seed, story, origin, ended_at, outages):
        self.scenario, self.story, self.origin = scenario, story, origin
        self.execution = Execution(scenario, seed, into=LiveRun)
        self.luck = SharedDraws(self.execution)
        self.records = self.luck.kernel.records
        self.ended_at = max(ended_at - origin, ticks(scenario.run_settings.duration))
        self.outages = sorted(outages, key=lambda outage: outage.start)
        self.numbers, self.message_numbers = {}, {}

    def run(self, **known):
        rows = sorted(self.story.rows.values(), key=lambda row: (row.born, row.attempt))
        messages = sorted(self.story.messages.values(), key=lambda message: message.published)
        self.numbers = {row.id: number for number, row in enumerate(rows)}
        self.message_numbers = {message.id: number for number, message in enumerate(messages)}
        for row in rows:
            self._write_row(row)
        for message in messages:
            self._write_message(message)
        for row, effect, time in sorted(self.story.effects, key=lambda each: each[2]):
            self._write_effect(row, effect, time)
        self._write_lives()
        return self.execution.results(
            self._inventory(), still_open=0, ended_at=self.ended_at / SECOND, warnings=(),
            slept=[(self.numbers[id], *times) for id, *times in self.story.slept],
            wrote=[(self.numbers[id], *times) for id, *times in self.story.wrote()], **known,
        )  # fmt: skip

    def _time(self, time):
        return time if time is None else time - self.origin

    def _write_row(self, row):
        rows, number = self.records.rows, self.records.rows.new()
        rows.place[number] = row.place.number
        rows.luck[number] = self.luck.of_attempt(self.luck.unpack(row.luck), row.place, row.attempt)
        if row.parent is not None:
            known = self.message_numbers if row.place.is_delivery else self.numbers
            rows.parent[number] = known[row.parent]
        if row.attempt > 1:
            rows.attempt[number] = row.attempt
            rows.first[number] = self.numbers[row.id.rpartition("#")[0] + "#1"]
        rows.worker[number] = row.worker
        for name in ("born", "ready", "leased", "arrived", "started", "ended", "settled"):
            getattr(rows, name)[number] = self._time(getattr(row, name))
        rows.outcome[number], rows.verdict[number], rows.reason[number] = row.outcome, row.verdict, row.reason
        for table, time in ((self.records.replies, row.replied), (self.records.late, row.late)):
            if time is not None:
                self.records.note(table, number, self._time(time))

    def _write_message(self, message):
        messages, number = self.records.messages, self.records.messages.new()
        messages.channel[number] = list(self.scenario.channels).index(message.channel)
        luck = messages.luck[number] = self.luck.unpack(message.luck)
        messages.key[number] = self.luck.key(message.route, luck)
        messages.partition[number], messages.offset[number] = message.partition, message.offset
        messages.route[number] = message.route
        messages.cause[number] = self.numbers[message.cause]
        for name in ("published", "appended", "acknowledged"):
            getattr(messages, name)[number] = self._time(getattr(message, name))
        if message.appended != message.appended:
            messages.fate[number] = Fate.REFUSED

    def _write_effect(self, id, effect, time):
        row, effects = self.story.rows[id], self.records.effects
        number = effects.new()
        effects.row[number], effects.name[number] = self.numbers[id], self.luck.kernel.identifiers.effect_number(effect)
        effects.time[number] = self._time(min(time, row.ended))  # what a killed process had sent came after its end

    def _write_lives(self):
        """The lives of the instances; the first of each is written when the system is built."""
        instances, names = self.records.instances, list(self.scenario.services)
        processes = [process for name in names for process in processes_of(self.scenario, name)]
        last = {process: number for number, process in enumerate(processes)}
        for each in self.outages:
            kind, place, start, end = each.fault.kind, each.process, self._time(each.start), self._time(each.end)
            self.records.incidents += [(start, kind, place, end / SECOND), (end, f"end of {kind}", place, None)]
            if each.fault.does.kills and place in last:
                instances.ended[last[place]] = start
                number = last[place] = instances.new()
                instances.service[number] = names.index(service_of(place))
                instances.instance[number] = instance_of(place)
                instances.born[number] = instances.ready[number] = end
        self.records.incidents.sort(key=lambda incident: incident[0])

    def _inventory(self):
        """What lies where when nothing is open: every worker at home, and nothing else anywhere."""
        nothing = ("ready", "waiting", "travelling", "settling", "messages", "hidden", "overdue", "unattended")
        services = self.scenario.services.items()
        free = {name: list(range(service.instances * service.workers)) for name, service in services}
        return {what: [] for what in nothing} | {
            "backing_off": 0, "free": free, "absent": {name: [] for name in free}, "credit": {},
        }  # fmt: skip
