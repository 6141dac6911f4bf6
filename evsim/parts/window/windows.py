"""Windows of event time: which events belong together, when a window shows what it has, and when it is forgotten.

Nothing here knows of a simulation: times are whole units of any size, an event is whatever its caller has of it.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

__all__ = ["EARLY", "LATE_PANE", "ON_TIME", "Rules", "Shown", "Windows"]

EARLY, ON_TIME, LATE_PANE = "early", "on time", "late"


@dataclass(frozen=True)
class Rules:
    """kind: tumbling, sliding or session. size: how long a window is, or the gap that ends a session. every: how long
    after one begins the next one does. lateness: for how long after its end it is kept. early, late: at how many
    events it shows what it has, before and after its end (None: not at all). discarding: a pane has only what came
    since the one before. on_time: always, if_new or never. joins: an event just one gap after a session belongs to it.
    late_joins: one that would be too late alone may join a session that is kept.
    """

    kind: str
    size: float
    every: float = 0.0
    offset: float = 0.0
    lateness: float = 0.0
    early: int | None = None
    late: int | None = 1
    discarding: bool = False
    on_time: str = "always"
    joins: bool = True
    late_joins: bool = True


class Window:
    """What happened to a key from `start` to before `end`. new: how many events came since it was last shown."""

    def __init__(self, key, start, end, make, opened):
        self.key, self.start, self.end = key, start, end
        self.first, self.opened = None, opened  # its first event, and its number among all windows
        self.make, self.content, self.rows = make, make(), []  # rows: the events since it was last shown
        self.before = []  # each a Sent: the last panes of what it is made of
        self.new = self.panes = 0
        self.is_gone = False

    @property
    def last(self):
        """The last moment that lies in it: it is over when event time has come so far."""
        return self.end - 1

    def add(self, row, value):
        if self.first is None:
            self.first = row
        self.content.add(value)
        self.rows.append(row)
        self.new += 1

    def take_in(self, other):
        """Everything of another window, which is gone."""
        if other.opened < self.opened:
            self.first, self.opened = other.first, other.opened
        self.content.merge(other.content)
        self.rows += other.rows
        self.before += other.before
        self.new += other.new
        other.is_gone = True


class Sent:
    """A pane as later ones remember it. message: what its caller has made of it, the same in all copies."""

    __slots__ = ("message",)

    def __deepcopy__(self, memo):
        return self


@dataclass
class Shown:
    """A pane: what a `window` showed at a moment. kind: early, on time or late. number: of its panes, from 0.

    rows: the events since the pane before. before: of the earlier panes, whose events it has too; ``sent``: its own.
    """

    window: Window
    kind: str
    number: int
    value: float
    rows: list
    before: list
    sent: Sent


class Windows:
    """All windows of one step that are not forgotten, by key. aggregate: makes what they have, from nothing."""

    def __init__(self, rules, aggregate):
        self.rules, self.aggregate = rules, aggregate
        self.now = float("-inf")  # how far event time has come
        self.of_key = {}  # key -> {(start, end): Window}
        self.due = []  # (time, number, window): when it is over, and when it is forgotten
        self.numbers = count()

    def __len__(self):
        return sum(map(len, self.of_key.values()))

    # An event.

    def add(self, key, time, row, value=None):
        """Put an event into its windows: whether it came too late for all, and the panes that it makes be shown."""
        windows = self.put(key, time, row, value)
        return not windows, [pane for window in windows for pane in self.shown_now(window)]

    def put(self, key, time, row, value=None):
        """The windows into which an event was put, none where it came too late."""
        windows = [each for each in self._windows_of(key, time) if not self._is_closed(each.end)]
        for window in windows:
            window.add(row, value)
        return windows

    def shown_now(self, window):
        """The pane that a window shows since it has so many new events, or nothing."""
        needed = self.rules.late if window.last <= self.now else self.rules.early
        if needed is None or window.new < needed:
            return []
        return [self._show(window, LATE_PANE if window.last <= self.now else EARLY)]

    def _windows_of(self, key, time):
        if self.rules.kind == "session":
            return self._session(key, time)
        return [self._window(key, start, start + self.rules.size) for start in self._starts(time)]

    def _starts(self, time):
        """The beginnings of all windows in which a moment lies, the latest first."""
        rules = self.rules
        every = rules.every or rules.size
        start = time - (time - rules.offset) % every
        while start > time - rules.size:
            yield start
            start -= every

    def _window(self, key, start, end):
        """The window of a key, opened if need be; one that is closed stays so, and is kept nowhere."""
        windows = self.of_key.setdefault(key, {})
        if (start, end) not in windows:
            window = Window(key, start, end, self.aggregate, next(self.numbers))
            if self._is_closed(end):
                if not windows:
                    del self.of_key[key]
                return window
            windows[start, end] = window
            self._wait(window)
        return windows[start, end]

    def _session(self, key, time):
        """The session of an event: all those that it touches become one."""
        start, end = time, time + self.rules.size
        if not self.rules.late_joins and self._is_closed(end):
            return []
        touched = [each for each in self.of_key.get(key, {}).values() if self._touches(each, start, end)]
        start = min([start, *(each.start for each in touched)])
        end = max([end, *(each.end for each in touched)])
        session = self._window(key, start, end)
        for other in touched:
            if other is not session:
                session.take_in(other)
                self._forget(other)
        return [session]

    def _touches(self, window, start, end):
        if self.rules.joins:
            return window.start <= end and start <= window.end
        return window.start < end and start < window.end

    def _is_closed(self, end):
        """Whether a window that ends there is forgotten by now."""
        return end - 1 + self.rules.lateness <= self.now

    # Time.

    def advance(self, time):
        """Event time has come so far: the panes of the windows that are over by now, in the order of their ends."""
        panes = []
        self.now = time
        while self.due and self.due[0][0] <= self.now:
            at, _, window = heappop(self.due)
            if window.is_gone:
                continue
            if at == window.last:
                panes += self._show_on_time(window)
            if self._is_closed(window.end):
                self._forget(window)
        return panes

    def show_new(self):
        """The early panes of all windows that are not over and have something new."""
        waiting = [window for windows in self.of_key.values() for window in windows.values()]
        return [self._show(window, EARLY) for window in waiting if window.new and window.last > self.now]

    def _wait(self, window):
        for at in {window.last, window.last + self.rules.lateness}:
            if at > self.now:
                heappush(self.due, (at, next(self.numbers), window))

    def _show_on_time(self, window):
        rules = self.rules
        wanted = window.new or (rules.on_time == "always" and not rules.discarding)
        if rules.on_time == "never" or not wanted:
            return []
        return [self._show(window, ON_TIME)]

    def _show(self, window, kind):
        pane = Shown(window, kind, window.panes, window.content.result, window.rows, window.before, Sent())
        window.before = [] if self.rules.discarding else [pane.sent]
        window.panes += 1
        window.rows, window.new = [], 0
        if self.rules.discarding:
            window.content = window.make()
        return pane

    def _forget(self, window):
        window.is_gone = True
        windows = self.of_key[window.key]
        del windows[window.start, window.end]
        if not windows:
            del self.of_key[window.key]
