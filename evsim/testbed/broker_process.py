"""The embedded broker: logs with partitions and groups, and queues, kept in an append-only file.

Its journal is that file. A broker that was killed reads it when it comes back: what it had confirmed is there, what
was handed out and not settled is handed out again. A group has one message of a partition out at a time; a consumer of
a queue as many as it has workers. A connection that breaks gives back what it held.
"""

from bisect import bisect
from collections import Counter, deque

from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.testbed import wire
from evsim.testbed.delivery_groups import groups_of
from evsim.testbed.journal import read_journals
from evsim.testbed.process_names import service_of
from evsim.testbed.roles import Process, serve

__all__ = ["BrokerProcess", "is_installed"]


def is_installed(url=None):
    """It is a part of evsim."""
    return True


class Backlog:
    """What one reader of a channel has before it: a group its lines of partitions, a queue one line for all consumers.

    ``lines``: partition -> messages in order; ``out``: message -> (service, partition); ``attempts``: message -> how
    often it was handed out.
    """

    def __init__(self, ordered):
        self.ordered, self.lines, self.out, self.attempts = ordered, {}, {}, Counter()

    def add(self, message, partition):
        self.lines.setdefault(partition, deque()).append(message)

    def next(self):
        """``(message, partition)`` of all that may be handed out now."""
        busy = {partition for _, partition in self.out.values()} if self.ordered else ()
        for partition, line in self.lines.items():
            while line and partition not in busy:
                yield line[0], partition
                if self.ordered:
                    break

    def __len__(self):
        return sum(map(len, self.lines.values())) + len(self.out)


class BrokerProcess(Process):
    def __init__(self, task):
        super().__init__(task)
        self.kept, self.offsets, self.consumers = {}, Counter(), {}
        self.backlogs = {  # by channel and group
            (name, group): Backlog(ordered=channel.partitioned)
            for name, channel in self.scenario.channels.items()
            for group in groups_of(self.scenario, name)
        }
        self._recover()

    async def start(self):
        return wire.port_of(await wire.listen(self.port, self.token, self._serve))

    async def status(self):
        return {"backlog": sum(map(len, self.backlogs.values()))}

    def _recover(self):
        for _, _, kind, *what in read_journals(self.folder, self.name):
            if kind == "appended":
                self._keep(*what)
            elif kind in ("granted", "settled", "dead"):
                message, group, attempt = what[:3]
                channel, partition, *_ = self.kept[message]
                backlog = self.backlogs[channel, group]
                if kind == "granted":
                    backlog.attempts[message] = attempt
                else:
                    backlog.lines[partition].remove(message)
        for (_, group), backlog in self.backlogs.items():
            for line in backlog.lines.values():
                for message in [each for each in line if backlog.attempts[each]]:
                    line.remove(message)
                    self._give_back(backlog, message, group)

    def _keep(self, message, channel, partition, offset, route, luck):
        self.kept[message] = channel, partition, offset, route, luck
        self.offsets[channel, partition] = offset + 1
        for group in groups_of(self.scenario, channel):
            self.backlogs[channel, group].add(message, partition)

    async def _serve(self, reader, writer):
        who = None
        async for frame in wire.frames(reader):
            if "publish" in frame:
                self._append(frame)
                wire.send(writer, {"confirmed": frame["publish"]})
            elif "settle" in frame:
                self._settle(frame)
            else:
                who = frame["service"]
                self.consumers[who] = writer, frame["channels"], frame["credit"]
            self._hand_out()
        if who is not None and self.consumers.get(who, (None,))[0] is writer:
            del self.consumers[who]
            for (_, group), backlog in self.backlogs.items():
                for message in [each for each, (service, _) in backlog.out.items() if service == who]:
                    self._give_back(backlog, message, group)
            self._hand_out()

    def _append(self, frame):
        message, channel, partition = frame["publish"], frame["channel"], frame["partition"]
        if message in self.kept:
            return
        offset = self.offsets[channel, partition]
        self.journal.note("appended", message, channel, partition, offset, frame["route"], frame["luck"])
        self._keep(message, channel, partition, offset, frame["route"], frame["luck"])

    def _hand_out(self):
        for (channel, group), backlog in self.backlogs.items():
            for message, partition in backlog.next():
                to = self._free(channel, group, backlog, partition)
                if to is None:
                    break
                backlog.lines[partition].popleft()
                backlog.out[message] = to, partition
                backlog.attempts[message] += 1
                attempt = backlog.attempts[message]
                self.journal.note("granted", message, group, attempt, to)
                *_, route, luck = self.kept[message]
                frame = {"message": message, "group": group, "attempt": attempt, "route": route, "luck": luck}
                wire.send(self.consumers[to][0], frame)

    def _free(self, channel, group, backlog, partition):
        """Who may have the next message: of the consumers of a queue the one that holds least.

        The partitions of a log are shared out among the instances that are there.
        """
        if backlog.ordered:
            members = sorted(each for each in self.consumers if service_of(each) == group)
            return members[partition % len(members)] if members else None
        held = Counter(service for service, _ in backlog.out.values())
        room = [
            (held[service], service)
            for service, (_, channels, credit) in self.consumers.items()
            if channel in channels and held[service] < credit
        ]
        return min(room)[1] if room else None

    def _settle(self, frame):
        message, group, attempt = frame["settle"], frame["group"], frame["attempt"]
        backlog = self.backlogs[self.kept[message][0], group]
        if message not in backlog.out or backlog.attempts[message] != attempt:
            self.journal.note("late settle", message, group, attempt)
        elif frame["ok"]:
            del backlog.out[message]
            self.journal.note("settled", message, group, attempt)
        else:
            self._give_back(backlog, message, group)

    def _give_back(self, backlog, message, group):
        """A message comes back to its old place, before all that came later, or is dead."""
        backlog.out.pop(message, None)
        attempt = backlog.attempts[message]
        if attempt < PLAIN_ATTEMPTS:
            self.journal.note("given back", message, group, attempt)
            _, partition, offset, *_ = self.kept[message]
            line = backlog.lines[partition]
            line.insert(bisect(line, offset, key=self._offset), message)
        else:
            self.journal.note("dead", message, group, attempt)

    def _offset(self, message):
        return self.kept[message][2]


if __name__ == "__main__":
    serve(BrokerProcess)
