"""The pipe: a bounded buffer between two programs, one of which writes and one of which reads (as in Unix).

It lies inside one machine, so nothing travels. A full pipe holds its writer until there is room. A reader that ends, as
it has taken all it wants or as it crashes, breaks the pipe: what lies in it is lost, and a program that writes to it
dies (as of SIGPIPE), which breaks the pipes that it reads. Who has died does not come back.
"""

from collections import deque
from typing import Any

from evsim.engine.broker import Channel, Subscriber
from evsim.engine.fire_and_forget import FireAndForget, lose
from evsim.engine.message_rows import writer
from evsim.parts.pipe.room import room_of
from evsim.results.endings import Fate, Outcome, Reason

__all__ = ["SIGPIPE", "Pipe", "PipeReader", "PipePublisher", "build"]

SIGPIPE = 128 + 13  # the exit status of a program that wrote to a broken pipe


def build(kernel, name, settings, number, channels):
    """The pipe of this name."""
    return Pipe(kernel, name, settings, number, channels)


class Pipe(Channel):
    """The buffer, and who waits for room in it."""

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.room = room_of(settings)
        self.ready = deque()  # (row, size), the oldest first
        self.waiting = deque()  # (message, its PipePublisher) that wait for room, in the order in which they came
        self.broken = False
        self.offset = 0  # of the next message
        self.reader: Any = None

    def subscriber(self, service, subscription):
        return PipeReader(self.kernel, self, service, subscription)

    def publisher(self, *arguments):
        return PipePublisher(self.kernel, *arguments)

    def partitioner(self, site, kind=None):
        """A pipe is one line."""
        return lambda luck, row: 0

    def stored(self):
        return [row for row, _ in self.ready]

    def outside(self):
        return [(writing.kept, message) for message, writing in self.waiting]

    def write(self, message, writing):
        """Take a message now, or as soon as there is room; or let its writer die."""
        if self.broken:
            self.kernel.records.messages.fate[message] = Fate.BROKEN
            writing.asker.die(SIGPIPE, Reason.BROKEN_PIPE)
        elif self.waiting or not self._may_enter(writing):
            self.waiting.append((message, writing))
        else:
            self._keep(message, writing)

    def _may_enter(self, writing):
        """Whether there is room, or the reader takes it at once."""
        return self.room.fits(writing.size) or (not self.ready and self.reader.may_read)

    def _keep(self, message, writing):
        messages, rows, now = self.kernel.records.messages, self.kernel.records.rows, self.kernel.env._now
        messages.appended[message] = messages.acknowledged[message] = now
        messages.offset[message] = self.offset
        self.offset += 1
        self.room.put(writing.size)
        row = next(rows.new)
        rows.luck[row], rows.parent[row] = messages.luck[message], message
        rows.place[row] = self.reader.routes[messages.route[message]]
        if self.kernel.enter_round is not None:
            self.kernel.enter_round(row)
        rows.born[row] = rows.ready[row] = now
        self.ready.append((row, writing.size))
        self.reader.read()
        writing.kept(message)

    def admit(self):
        """Those who wait write, as far as there is room."""
        messages, outcome = self.kernel.records.messages, self.kernel.records.rows.outcome
        while self.waiting and not self.broken:
            message, writing = self.waiting[0]
            over = outcome[messages.cause[message]]  # the work that wrote it has ended meanwhile
            if not over and not self._may_enter(writing):
                return
            self.waiting.popleft()
            if over:
                messages.fate[message] = Fate.WITHDRAWN
            else:
                self._keep(message, writing)

    def forget(self, service):
        """A program has died: it waits no more."""
        for message, writing in self.waiting:
            if writing.asker is service:
                self.kernel.records.messages.fate[message] = Fate.WITHDRAWN
        self.waiting = deque(entry for entry in self.waiting if entry[1].asker is not service)
        self.admit()

    def break_off(self):
        """The reader is gone for good."""
        if self.broken:
            return
        self.broken = True
        now = self.kernel.env._now
        self.kernel.records.incidents.append((now, "broken pipe", self.name, None))
        while self.ready:
            row, _ = self.ready.popleft()
            lose(self.kernel.records.rows, row, Outcome.LOST, Reason.BROKEN_PIPE, now)
        for _, writing in self.waiting:
            writing.asker.die(SIGPIPE, Reason.BROKEN_PIPE)


class _End:
    """One end of a pipe, which hears what becomes of its program. One that dies stays dead: nobody starts it again."""

    def stops(self, instance):
        """An outage: the program still has its end."""

    starts = freezes = wakes = stops


class PipeReader(Subscriber, _End):
    """The one program that reads a pipe, a message for each free worker."""

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.credit = self.full_credit = service.width
        self.left = subscription.take  # messages it will take still; None: all
        self.reading = False
        channel.reader = self
        service.memberships.append(self)

    def edge(self, place):
        return FireAndForget(self.kernel, place, refusable=False, freed=self._freed)

    @property
    def may_read(self):
        """Whether it takes the next message now."""
        return self.credit > 0 and self.left != 0 and self.service.is_up and self.service.instances[0].frozen is None

    def read(self):
        """Take messages out as far as there are workers."""
        if self.reading:
            return  # a handling ended inside the loop below, which goes on
        pipe, rows = self.channel, self.kernel.records.rows
        self.reading = True
        while self.may_read:
            if not pipe.ready:
                pipe.admit()  # from hand to hand, where the pipe holds nothing
            if not pipe.ready:
                break
            row, size = pipe.ready.popleft()
            self.credit -= 1
            if self.left is not None:
                self.left -= 1
            pipe.room.take(size)
            rows.leased[row] = rows.arrived[row] = self.kernel.env._now
            self.service.offer(row)
            pipe.admit()
        self.reading = False

    def _freed(self, row):
        self.credit += 1
        if self.left == 0 and self.credit == self.full_credit:
            self.service.die(0, Reason.ENDED)
        else:
            self.read()

    def resume(self):
        self.read()

    def wakes(self, instance):
        self.read()

    def crashes(self, instance):
        self.service.bury()
        self.channel.break_off()

    def credit_taken(self):
        return self.credit, self.full_credit


class _PipeWriter(_End):
    """The end of a program that writes to a pipe."""

    def __init__(self, pipe, service):
        self.pipe, self.service = pipe, service

    def crashes(self, instance):
        self.service.bury()
        self.pipe.forget(self.service)


class PipePublisher:
    """One publish step into a pipe, on one path. ``publish(row)`` starts it; ``then(row)`` comes when there is room."""

    def __init__(self, kernel, place, step, route, then, fail, asker):
        self.kernel, self.then, self.asker = kernel, then, asker
        self.size = 1 if step.size is None else step.size
        self.inbound = {self.kept}
        write, pipe = writer(kernel, route), route.channel
        pipe.publishers.append(self)
        asker.memberships.append(_PipeWriter(pipe, asker))

        def publish(row):
            pipe.write(write(row), self)

        self.publish = publish

    def stored(self):
        """Messages that wait at their writer: none but those that wait for room."""
        return []

    def kept(self, message):
        """The message lies in the pipe: its writer goes on."""
        row = self.kernel.records.messages.cause[message]
        if not self.kernel.records.rows.outcome[row] and not self.asker.freeze(self.kept, message, row):
            self.then(row)
