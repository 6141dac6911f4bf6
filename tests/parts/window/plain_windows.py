"""Windows as the manual describes them, slowly: all windows in one list, looked through at each event."""

from types import SimpleNamespace

__all__ = ["PlainWindows"]

EARLY, ON_TIME, LATE = "early", "on time", "late"


class PlainWindows:
    """``panes``: all that were shown: (key, start, end, kind, number, value, rows, places of the panes before, first).

    first: the event with which it began; of several that became one, that of the one that was there first.
    """

    def __init__(self, rules):
        self.rules, self.now, self.there, self.panes, self.opened = rules, float("-inf"), [], [], 0
        self.keys = []  # those that have windows, first who has had some the longest

    def add(self, key, time, row, value):
        """Whether an event came too late for all its windows."""
        found = self.session(key, time) if self.rules.kind == "session" else self.fixed(key, time)
        for window in found:
            window.since = min(window.since, (window.opened, row))
            window.all.append(value)
            window.fresh.append((row, value))
        for window in found:
            over = window.end - 1 <= self.now
            needed = self.rules.late if over else self.rules.early
            if needed is not None and len(window.fresh) >= needed:
                self.show(window, LATE if over else EARLY)
        return not found

    def is_closed(self, end):
        return end - 1 + self.rules.lateness <= self.now

    def fixed(self, key, time):
        """The windows of a moment that are not closed, the latest first."""
        every, found = self.rules.every or self.rules.size, []
        for start in range(time, time - self.rules.size, -1):
            if (start - self.rules.offset) % every == 0 and not self.is_closed(start + self.rules.size):
                found.append(self.window(key, start, start + self.rules.size))
        return found

    def session(self, key, time):
        start, end, joins = time, time + self.rules.size, 1 if self.rules.joins else 0
        if not self.rules.late_joins and self.is_closed(end):
            return []
        touched = [each for each in self.there if each.key == key
                   and each.start - end < joins and start - each.end < joins]  # fmt: skip
        start, end = min([start, *(each.start for each in touched)]), max([end, *(each.end for each in touched)])
        if self.is_closed(end):
            return []
        whole = self.window(key, start, end)
        for other in touched:
            if other is not whole:
                whole.all += other.all
                whole.fresh += other.fresh
                whole.before += other.before
                whole.since = min(whole.since, other.since)
                self.there.remove(other)
        return [whole]

    def window(self, key, start, end):
        for each in self.there:
            if (each.key, each.start, each.end) == (key, start, end):
                return each
        self.opened += 1
        self.keys += [key] if key not in self.keys else []
        self.there.append(
            SimpleNamespace(key=key, start=start, end=end, opened=self.opened, all=[], fresh=[], before=[], panes=0,
                            due=end - 1 > self.now, since=(float("inf"), 0))
        )  # fmt: skip
        return self.there[-1]

    def advance(self, time):
        """Event time has come so far: windows that end are shown in the order of their ends, then of their opening."""
        self.now = max(self.now, time)
        for window in sorted(self.there, key=lambda each: (each.end, each.opened)):
            if window.due and window.end - 1 <= self.now:
                window.due = False
                empty_too = self.rules.on_time == "always" and not self.rules.discarding
                if self.rules.on_time != "never" and (window.fresh or empty_too):
                    self.show(window, ON_TIME)
        self.there = [each for each in self.there if not self.is_closed(each.end)]
        self.keys = [key for key in self.keys if any(each.key == key for each in self.there)]

    def show_new(self):
        """What is not over and has something new, key by key."""
        for key in self.keys:
            for each in self.there:
                if each.key == key and each.fresh and each.end - 1 > self.now:
                    self.show(each, EARLY)

    def show(self, window, kind):
        value = sum(each for _, each in window.fresh) if self.rules.discarding else sum(window.all)
        rows = [row for row, _ in window.fresh]
        self.panes.append(
            (window.key, window.start, window.end, kind, window.panes, value, rows, window.before, window.since[1])
        )
        window.before = [] if self.rules.discarding else [len(self.panes) - 1]
        window.fresh, window.panes = [], window.panes + 1
