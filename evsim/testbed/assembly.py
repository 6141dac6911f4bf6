"""Assembly: from what the processes noted to the records of a run, and to the run itself."""

from evsim.engine.execution import Execution
from evsim.results.endings import Fate
from evsim.testbed.live_run import LiveRun
from evsim.testbed.noted_run import NotedRun
from evsim.testbed.process_names import BROKER, instance_of, processes_of, service_of
from evsim.testbed.shared_draws import SharedDraws
from evsim.ticks import SECOND, ticks

__all__ = ["assemble"]


def assemble(scenario, seed, folder, origin, ended_at, outages, broker, database, mailbox):
    """The :class:`evsim.run.Run` of what was noted in a folder.

    origin, ended_at: the zero and the end of the run on the machine's clock. outages: as they
    were; the run's scenario has these for its faults. broker, database: what is said of them.
    mailbox: the mails that came.
    """
    noted = NotedRun(SharedDraws(Execution(scenario, seed)), folder)
    crashes = {}
    for each in outages:
        if each.fault.does.kills:
            process = BROKER if each.process in scenario.channels else each.process
            if process == BROKER:
                each.start = each.seen
            else:
                each.begins(noted.entries)
            each.end = next(time for time in noted.ups[process] if time > each.start)
            crashes.setdefault(process, []).append(each.start)
    noted.close(crashes)
    scenario = scenario.replace({"faults": [each.as_written(origin) for each in outages]})
    assembly = _Assembly(scenario, seed, noted, origin, ended_at, outages)
    return assembly.run(broker=broker, database=database, mailbox=mailbox)


class _Assembly:
    """Fills the records of a run with what was noted."""

    def __init__(self, scenario, seed, noted, origin, ended_at, outages):
        self.scenario, self.noted, self.origin = scenario, noted, origin
        self.execution = Execution(scenario, seed, into=LiveRun)
        self.luck = SharedDraws(self.execution)
        self.records = self.luck.kernel.records
        self.ended_at = max(ended_at - origin, ticks(scenario.run_settings.duration))
        self.outages = sorted(outages, key=lambda outage: outage.start)
        self.numbers, self.message_numbers = {}, {}

    def run(self, **known):
        rows = sorted(self.noted.rows.values(), key=lambda row: (row.born, row.attempt))
        messages = sorted(self.noted.messages.values(), key=lambda message: message.published)
        self.numbers = {row.id: number for number, row in enumerate(rows)}
        self.message_numbers = {message.id: number for number, message in enumerate(messages)}
        for row in rows:
            self._write_row(row)
        for message in messages:
            self._write_message(message)
        for row, effect, time in sorted(self.noted.effects, key=lambda each: each[2]):
            self._write_effect(row, effect, time)
        self._write_lives()
        return self.execution.results(
            self._inventory(), still_open=0, ended_at=self.ended_at / SECOND, warnings=(),
            slept=[(self.numbers[id], *times) for id, *times in self.noted.slept],
            wrote=[(self.numbers[id], *times) for id, *times in self.noted.wrote()], **known,
        )  # fmt: skip

    def _time(self, time):
        return time if time is None else time - self.origin

    def _write_row(self, row):
        rows, number = self.records.rows, next(self.records.rows.new)
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
        messages, number = self.records.messages, next(self.records.messages.new)
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
        row, effects = self.noted.rows[id], self.records.effects
        number = next(effects.new)
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
                number = last[place] = next(instances.new)
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
