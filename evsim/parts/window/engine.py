"""How a window runs: one state for all messages that come to its step, whichever way, in the memory of its instances.

Of several instances each has the keys of its key groups, with a watermark of its own, of which all sources tell it.
"""

from dataclasses import dataclass
from functools import partial
from math import inf

from evsim.engine.environment import TIMEOUT
from evsim.engine.keys import key_of_row
from evsim.engine.message_rows import writer
from evsim.engine.publish_sites import PublishSite
from evsim.engine.random_streams import Label
from evsim.parts.window.aggregates import AGGREGATES
from evsim.parts.window.checkpoints import Checkpoints
from evsim.parts.window.event_time import EventTimes, Watermark
from evsim.parts.window.key_groups import instance_of_key
from evsim.parts.window.outlet import CreditedPublishing, Outlet
from evsim.parts.window.windows import Rules, Windows
from evsim.parts.window.words import LATE
from evsim.results.records import Event, Pane
from evsim.ticks import SECOND, ticks

__all__ = ["WindowState", "WindowStep", "build"]

OF_ALL = -1  # the source of a watermark of all of them, at the first instance; at the next one -2 ...


def build(compiler, step, position, then, fail):
    shared = compiler.shared("window", lambda: WindowStep(compiler, step.complete))
    late = compiler.link(step.late_messages, (*position, 0), then, fail)
    return shared.at(compiler, step, position, then, late)


def rules_of(settings):
    """The rules of some settings, in ticks. A session of stream time ends with the last moment that still joins it."""
    kind = settings.written[0]
    sliding = settings.sliding
    size = ticks(sliding.size if sliding else getattr(settings, kind))
    by_stream_time = kind == "session" and settings.clock == "stream_time"
    return Rules(
        kind, size + by_stream_time, every=ticks(sliding.every) if sliding else 0.0, offset=ticks(settings.offset),
        lateness=ticks(settings.lateness), early=settings.early, late=settings.late,
        discarding=settings.panes == "discarding", on_time=settings.on_time,
        joins=settings.gap_joins and not by_stream_time, late_joins=settings.late_joins,
    )  # fmt: skip


@dataclass
class WindowState:
    """What a crash takes: ``watermarks`` and ``windows``, of all sources at each instance, or of each source."""

    watermarks: dict
    windows: dict


class WindowStep:
    """The step of one service. ``ways``: place -> what its messages do next, and how results of them leave."""

    def __init__(self, compiler, settings):
        self.kernel, self.service = compiler.kernel, compiler.service
        self.settings, self.remark = settings, compiler.remark
        self.rows, self.env = self.kernel.records.rows, self.kernel.env
        self.times = self.kernel.shared("event times", lambda: EventTimes(self.kernel))
        self.rules, self.ways, self.sources = rules_of(settings), {}, {}
        self.bound, self.every, self.idle = (
            ticks(each) for each in (settings.out_of_order, settings.every, settings.idle)
        )
        self.alone = settings.clock == "stream_time"  # each source has a time of its own
        self.life = 0  # how often it was restored
        self.outlets = [Outlet(self, each.number) for each in self.service.instances]
        self.owners = {}  # key -> the instance that has its windows
        self.seen_at, self.looks = {}, False
        self.sent = {}  # what a result is about -> its last message
        self.first_of = {}  # row of an event -> of how many messages it was the first
        channels = self.kernel.scenario.channels
        self.numbers = {name: number for number, name in enumerate(channels)}
        for each in self.service.settings.subscribe:
            channel = channels[each.channel]
            for partition in range(channel.partitions if channel.partitioned else 1):
                self._source((self.numbers[each.channel], partition))
        self.state = self._nothing()
        self.service.instance_states.append(self)
        self.service.is_one_region = len(self.outlets) > 1
        self.service.memberships.append(self)
        self.checkpoints = settings.checkpoint and Checkpoints(self, settings.checkpoint)
        if settings.early_every is not None:
            self.later(ticks(settings.early_every), self._show_early)
        self._watch_all()

    def _nothing(self):
        state = WindowState({}, {})
        for source in self.sources.values():
            self._join(state, source)
        return state

    def _source(self, name):
        return self.sources.setdefault(name, len(self.sources))

    def _clock_of(self, source, instance=0):
        return source if self.alone else OF_ALL - instance

    def outlet_of(self, clock):
        """The outlet of the instance at which a clock is."""
        return self.outlets[0 if self.alone else OF_ALL - clock]

    def _join(self, state, source):
        """A source is waited for, at each instance."""
        for outlet in self.outlets:
            clock = self._clock_of(source, outlet.number)
            if clock in state.windows and source in state.watermarks[clock].latest:
                return  # and so it is at all of them
            if clock not in state.windows:
                state.windows[clock] = Windows(self.rules, AGGREGATES[self.settings.aggregate.kind])
                state.watermarks[clock] = Watermark(self.bound)
            state.watermarks[clock].latest.setdefault(source, -inf)

    def later(self, time, function):
        """Call a function after a time, unless instances have crashed by then; a pause of the only one comes before."""
        self.env.call_in(time, self._on_time, (self.life, function), TIMEOUT)

    def _on_time(self, timer):
        life, function = timer
        if life == self.life:
            instance = self.service.instances[0]
            if instance.frozen is not None and len(self.outlets) == 1:
                self.env.call_at(max(instance.frozen_until, self.env._now + 1), self._on_time, timer, TIMEOUT)
            else:
                function()

    # What comes.

    def at(self, compiler, step, position, then, late):
        """The step at one place, as a function of a row."""
        place = compiler.place
        route = compiler.system.publish_site(place, position, step, compiler.purpose(step, position))
        self._find_credit(route.channel.credit())
        kind = route.channel.publisher if self.outlets[0].credit is None else partial(CreditedPublishing, self.kernel)
        publisher = kind(place, step, route, _nobody, _nobody, compiler.service)
        aggregate = self.settings.aggregate
        key_of = key_of_row(self.kernel, place)
        value_of = {"count": lambda row: 1, "distinct": key_of}.get(aggregate.kind)
        if value_of is None:
            value_of = compiler.draws(aggregate.of, step, position)
        self.ways[place.number] = place, route, writer(self.kernel, route), publisher, key_of, value_of, then, late

        self.is_direct = len(self.outlets) == 1 and self.outlets[0].credit is None
        enter = self.take if self.is_direct else self.enter

        def arrive(row):
            if self.checkpoints is None or not self.checkpoints.holds(row):
                enter(row)

        return arrive

    def _find_credit(self, credit):
        for outlet in self.outlets:
            outlet.credit = credit

    def _owner_of(self, row):
        """The instance that has the windows of a row's key."""
        if len(self.outlets) == 1:
            return 0
        key = self.ways[self.rows.place[row]][4](row)  # never for all: that takes one instance
        if key not in self.owners:
            self.owners[key] = instance_of_key(self.kernel.identifiers.key_text(key), len(self.outlets))
        return self.owners[key]

    def enter(self, row):
        """A row comes to the instance that has its key."""
        self.outlets[self._owner_of(row)].enter(row)

    def take(self, row):
        """Count a row, and go on with it."""
        place, route, _, _, key_of, value_of, then, too_late = self.ways[self.rows.place[row]]
        source, at, value = self._source_of(place, row), self.times.of(row), value_of(row)
        owner = 0 if self.is_direct else self._owner_of(row)
        clock = self._clock_of(source, owner)
        self._join(self.state, source)
        windows, key = self.state.windows[clock], key_of(row) if route.site.key is None else route.site.key
        late, panes = windows.add(key, at, row, value)
        self.kernel.records.events.append(
            Event(self.env._now, row, self.service.number, source, at, self._said(value), late)
        )
        if late:
            self.remark(LATE, row)
        self._show(panes, clock)
        self._seen(source)
        self._saw(source, at, clock)
        if not self.is_direct:
            self._tell_others(source, at, owner)
        if self.every:
            self._look_later()
        if self.is_direct:
            (too_late if late else then)(row)
        else:
            self.outlets[owner].leave(row, too_late if late else then)

    def _source_of(self, place, row):
        if not place.is_delivery:
            return self._source(("call", place.workload))
        channel = self.kernel.scenario.channels[place.source]
        partition = self.kernel.records.messages.partition[self.rows.parent[row]] if channel.partitioned else 0
        return self._source((self.numbers[place.source], partition))

    # How far event time has come.

    def _tell_others(self, source, at, owner):
        """A source has shown an event time: those are told that have not the event itself."""
        for outlet in self.outlets:
            if outlet.number != owner:
                outlet.through(self._heard, (source, at, self._clock_of(source, outlet.number)))

    def _heard(self, what):
        self._saw(*what)

    def _saw(self, source, at, clock):
        self.state.watermarks[clock].saw(source, at)
        if not self.every:
            self._advance(clock)

    def _advance(self, clock):
        windows, watermark = self.state.windows[clock], self.state.watermarks[clock]
        before, now = watermark.now, watermark.advance()
        if now > before:
            records = self.kernel.records
            records.watermarks.append((self.env._now, self.service.number, clock, now, len(records.events)))
            self._show(windows.advance(now), clock)

    def _advance_all(self):
        for clock in list(self.state.watermarks):
            self.outlet_of(clock).through(self._advance, clock)

    def _look_later(self):
        """Look at the watermark at the next whole multiple of the time between two looks."""
        if not self.looks:
            self.looks = True
            self.later((self.env._now // self.every + 1) * self.every - self.env._now, self._look)

    def _look(self):
        self.looks = False
        self._advance_all()

    def _seen(self, source):
        if self.idle is not None:
            watched = source in self.seen_at
            self.seen_at[source] = self.env._now
            if not watched:
                self.later(self.idle, lambda: self._silent(source))

    def _watch_all(self):
        self.seen_at.clear()
        for source in self.sources.values():
            self._seen(source)

    def _silent(self, source):
        """A source may have been silent for so long that it is idle."""
        left = self.seen_at[source] + self.idle - self.env._now
        if left > 0:
            self.later(left, lambda: self._silent(source))
            return
        del self.seen_at[source]
        for outlet in self.outlets:
            outlet.through(self._is_idle, (source, self._clock_of(source, outlet.number)))
        if self.every:
            self._look_later()
        else:
            self._advance_all()

    def _is_idle(self, what):
        source, clock = what
        self.state.watermarks[clock].idle.add(source)

    # What windows show.

    def _show_early(self):
        self.later(ticks(self.settings.early_every), self._show_early)
        for clock in list(self.state.windows):
            self.outlet_of(clock).through(self._show_new, clock)

    def _show_new(self, clock):
        self._show(self.state.windows[clock].show_new(), clock)

    def _show(self, panes, clock):
        for pane in panes:
            shown = pane, clock, self.env._now, len(self.kernel.records.events)
            if self.checkpoints is not None and self.checkpoints.transactional:
                self.checkpoints.results.append(shown)
            else:
                self.outlet_of(clock).show(shown)

    def waiting_results(self):
        """What each instance has to send when there is credit."""
        return [list(outlet.results) for outlet in self.outlets]

    def when_all_are_through(self, function):
        """Call a function when each instance has sent what it has shown by now."""
        left = len(self.outlets)

        def is_through(_):
            nonlocal left
            left -= 1
            if not left:
                function()

        for outlet in self.outlets:
            outlet.through(is_through)

    def send(self, pane, clock, time, seen):
        """A message of a pane leaves; a second one of the same is a copy.

        It has the luck of the first event. An event may be the first of several panes and windows: each further message
        of it has luck of its own.
        """
        window, records = pane.window, self.kernel.records
        row = pane.rows[0] if self.rules.discarding else window.first
        place, route, write, publisher, *_ = self.ways[self.rows.place[row]]
        message = write(row)
        messages = records.messages
        number = self.first_of[row] = self.first_of.get(row, 0) + 1
        if number > 1:
            messages.luck[message] = self.kernel.streams.later(messages.luck[message], Label.RESULT(number))
        if messages.key[message] != window.key:
            messages.key[message] = window.key
            site = route.site
            of_key = PublishSite(site.publisher, place, site.step, site.purpose, window.key)
            messages.partition[message] = route.channel.partitioner(of_key)(messages.luck[message], row)
        pane.sent.message = message
        end = window.end - (self.rules.kind == "session" and self.alone)
        about = clock, window.key, window.start, end, pane.number
        if about in self.sent:
            records.copies.append((message, self.sent[about]))
        self.sent[about] = message
        self.times.of_results[message] = window.last
        records.panes.append(
            Pane(time, message, self.service.number, clock, window.key, window.start, end, pane.kind,
                 self._said(pane.value), tuple(pane.rows), tuple(each.message for each in pane.before), seen)
        )  # fmt: skip
        publisher.send(message)

    def _said(self, value):
        return value / SECOND if self.settings.aggregate.kind == "sum" else float(value)

    # What a crash takes.

    def forget(self, instance):
        """The instance begins anew, and all others with it, with what was kept last."""
        self.life += 1
        self.looks = False
        records = self.kernel.records
        kept = None if self.checkpoints is None else self.checkpoints.crash()
        number = -1 if kept is None else self.checkpoints.safe
        reset = self.env._now, self.service.number, number, len(records.events)
        if len(self.outlets) == 1 or reset not in records.resets[-1:]:
            records.resets.append(reset)
        self.state, results = kept or (self._nothing(), [()] * len(self.outlets))
        for outlet, waiting in zip(self.outlets, results, strict=True):
            outlet.forget(waiting)
        if self.settings.early_every is not None:
            self.later(ticks(self.settings.early_every), self._show_early)
        self._watch_all()

    # What happens to an instance, as a channel tells its members.

    def starts(self, instance):
        """It is there again."""
        self.outlets[instance].go_on()

    wakes = starts

    def stops(self, instance):
        """Work in hand goes on."""

    freezes = crashes = stops


def _nobody(*_):
    """Nobody waits for what a window sends."""
