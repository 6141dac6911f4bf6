"""What the processes of a run noted in their journals: attempts, messages and effects, by the machine's clock."""

from dataclasses import dataclass
from math import nan

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.testbed.delivery_groups import delivery_id, groups_of
from evsim.testbed.effect_stores import rows_written
from evsim.testbed.journal import read_journals
from evsim.testbed.process_names import BROKER, processes_of, service_of

__all__ = ["NotedRun"]


@dataclass(eq=False)
class NotedAttempt:
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
class NotedMessage:
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


class NotedRun:
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

        The server's clock, or its answer, tells when, though no sooner than it was sent: clocks differ by a little. The
        order in a partition is that of its numbers.
        """
        published = {what[0]: (time, *what) for _, time, kind, *what in entries if kind == "published"}
        times, numbers, offsets = {}, {}, {}
        for _, _, kind, *what in entries:
            if kind == "kept":
                message, number, time = what
                numbers[message] = number
                times[message] = min(time, times.get(message, time))
        for message in sorted(numbers, key=numbers.__getitem__):
            sent, _, route, luck, _, partition = published[message]
            channel = self.luck.routes[route].channel.name
            offset = offsets[channel, partition] = offsets.get((channel, partition), -1) + 1
            yield BROKER, max(times[message], sent), "appended", message, channel, partition, offset, route, luck

    def _up(self, process, time):
        self.ups.setdefault(process, []).append(time)

    # Requests and calls.

    def _asked(self, process, time, id, place, luck, parent):
        self.rows[id] = NotedAttempt(id, self.luck.places[place], luck, parent, born=time)

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
        self.messages[id] = NotedMessage(id, channel, route, luck, row, partition, time)

    def _appended(self, process, time, id, channel, partition, offset, route, luck):
        message = self.messages[id]
        message.appended, message.offset = time, offset
        if self.luck.kernel.scenario.channels[message.channel].partitioned:
            for service in groups_of(self.luck.kernel.scenario, message.channel):
                self._deliver(message, service, 1, message.appended, service)

    def _deliver(self, message, group, attempt, time, service):
        id = delivery_id(message.id, group, attempt)
        place = self.luck.reader(message.route, service)
        row = NotedAttempt(id, place, message.luck, message.id, attempt, born=time, ready=time)
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
