"""Recount of windows: each pane has all events of its window and no other, at its time, and nothing is forgotten."""

from bisect import bisect_right
from collections import defaultdict
from math import inf
from typing import Any

import numpy as np

from evsim.parts.window.step_history import histories, is_over
from evsim.results.endings import Verdict
from evsim.results.intervals import highest
from evsim.scenario.changes import changes
from evsim.ticks import SECOND, elapsed

__all__ = ["CHECKS"]

NOBODY = np.empty((2, 0))


def windows(books):
    """Every pane says what its events say; all that are due are there; what is too late was so, and nothing else is."""
    for history in histories(books.run):
        recount = _Recount(books, history)
        for check in (
            recount.watermarks, recount.late, recount.panes, recount.owed, recount.checkpoints, recount.once,
            recount.credit,
        ):  # fmt: skip
            check()


class _Recount:
    """One service. ``marks``: clock -> what was seen when event time moved, and how far."""

    def __init__(self, books, history):
        self.books, self.history, self.causes = books, history, books.run.tables.causes
        self.settings, self.name = history.settings, history.name
        self.one_clock = self.settings.clock == "watermark"
        waits = history.credit is not None or bool(books.run.scenario.faults)
        self.may_lag = history.instances > 1 and waits  # of what it is told
        self.marks = defaultdict(lambda: ([], []))
        for _, _, clock, at, seen in history.watermarks:
            self.marks[clock][0].append(seen)
            self.marks[clock][1].append(at)

    def demand(self, right, what, row):
        self.books.demand([right], f"a window of {self.name} {what}", [row])

    def _mark(self, clock, seen):
        """How far event time had come when so many events had been seen."""
        known, marks = self.marks[clock]
        position = bisect_right(known, seen)
        return marks[position - 1] if position else -inf

    def watermarks(self):
        """A watermark never goes back, and is the latest event time of the slowest source."""
        history, settings = self.history, self.settings
        if history.resets:
            return
        for _, marks in self.marks.values():
            self.demand(all(np.diff(marks) > 0), "let event time go back", 0)
        if settings.every or settings.idle is not None:
            return  # then it depends on the clock, too
        scenario = self.books.run.scenario.complete
        channels = [scenario.channels[each.channel] for each in scenario.services[self.name].subscribe]
        sources = sum(channel.partitions if channel.partitioned else 1 for channel in channels)
        latest, events, late = {}, iter(history.events.items()), settings.out_of_order
        event: Any
        number, event = next(events, (inf, None))
        for _, _, clock, at, seen in history.watermarks:
            while number < seen:
                latest[event.source], row = max(event.at, latest.get(event.source, -inf)), event.row
                number, event = next(events, (inf, None))
            slowest = min(latest.values()) if self.one_clock else latest[clock]
            finest = 2 * np.spacing(abs(at))  # of a time that lies years back
            ahead = late + 1 / SECOND - elapsed(slowest, at)
            right = ahead < 0.5 / SECOND + finest and (self.may_lag or ahead > -0.5 / SECOND - finest)
            self.demand(right, "took another watermark than its events give", row)
            self.demand(not self.one_clock or len(latest) >= sources, "did not wait for a partition", row)

    def late(self):
        """An event is too late just when all its windows are closed."""
        lateness = self.settings.lateness
        if self.settings.session is not None or self.history.resets:
            return
        for number, event in self.history.events.items():
            mark = self._mark(self.history.clock_of(event), number)
            closed = all(is_over(end, mark, lateness) for _, end in self.history.windows_of(event.at))
            self.demand(event.late == closed, "took what was too late, or refused what was not", event.row)

    def panes(self):
        """A pane has the events of its key that lie in its window, as far as they had come by then, each once."""
        sent = self.books.messages["published"]
        for pane in self.history.panes:
            rows, values = self.history.of_pane(pane)
            row = int(rows[0]) if len(rows) else 0
            told = self.causes[pane.message]
            if self.settings.panes == "discarding":
                self.demand(set(told) <= set(rows.tolist()), "gave an event of another one", row)
                values = values[np.isin(rows, told)]
            else:
                self.demand(sorted(told) == sorted(rows.tolist()), "gave other events than it had", row)
            self.demand(self._value(values) == pane.value, "gave a wrong result", row)
            self.demand(sent[pane.message] >= pane.time, "sent a result before it had it", row)
            self._moment(pane, row)

    def _value(self, values):
        kind = self.settings.aggregate.kind
        if kind == "sum":
            return np.rint(values * SECOND).sum() / SECOND
        return float(len(values) if kind == "count" else len(set(values.tolist())))

    def _moment(self, pane, row):
        """Early panes come before the end of a window, the others not before it."""
        if self.history.resets:
            return
        end = pane.end + (not self.one_clock and self.settings.session is not None) / SECOND
        if pane.kind == "early":
            early = not is_over(end, self._mark(pane.source, pane.seen - 1))
            self.demand(early, "was shown early after its end", row)
        else:
            over = is_over(end, self._mark(pane.source, pane.seen))
            self.demand(over, f"was shown {pane.kind} before its end", row)

    def owed(self):
        """Of what is over nothing is missing in the panes, where each window is shown at its end."""
        settings, history = self.settings, self.history
        held = settings.checkpoint is not None and settings.checkpoint.sink == "transactional"
        if settings.on_time == "never" or settings.session is not None or history.resets or held:
            return
        told = defaultdict(set)
        for pane in history.panes:
            told[pane.start].update(self.causes[pane.message])
        seen = {}  # clock -> what had come when its last pane was shown that has left; nobody waits where none may
        for pane in history.panes if history.credit is not None else ():
            seen[pane.source] = pane.seen - 1
        until = inf if history.credit is None else -1
        for number, event in history.events.items():
            clock = self.history.clock_of(event)
            before, last = self._mark(clock, number), self._mark(clock, seen.get(clock, until))
            for start, end in () if event.late else history.windows_of(event.at):
                due = is_over(end, last) and not is_over(end, before)
                self.demand(not due or event.row in told[start], "was over and was not shown", event.row)

    def checkpoints(self):
        """A checkpoint is taken when all barriers have come; a crash goes back to the last one that was there.

        Results of a transactional sink leave with one, and each but once.
        """
        takes = self.settings.checkpoint.takes if self.settings.checkpoint is not None else 0.0
        done = [each for each in self.history.checkpoints if not np.isnan(each[2])]
        for began, aligned, taken, *_ in done:
            right = began <= aligned and elapsed(taken, aligned) >= takes
            self.demand(right, "took a checkpoint too soon", 0)
        for time, _, checkpoint, _ in self.history.resets:
            last = max((each[2] for each in done if each[2] < time), default=None)
            kept = None if checkpoint < 0 else self.books.run.records.checkpoints[checkpoint][2]
            self.demand(kept == last, "went back to another checkpoint than the last", 0)
        if self.settings.checkpoint is not None and self.settings.checkpoint.sink == "transactional":
            sent, moments = self.books.messages["published"], {each[2] for each in done}
            again = {copy for copy, _ in self.books.run.records.copies}
            for pane in self.history.panes:
                left = float(sent[pane.message])
                there = left in moments if self.history.credit is None else any(
                    pane.time <= moment <= left for moment in moments
                )  # fmt: skip
                right = there and pane.message not in again
                self.demand(right, "sent a result outside a checkpoint, or twice", pane.rows[0] if pane.rows else 0)

    def once(self):
        """With checkpoints what a crash took is read again, and in the state each message counts once."""
        history, kept = self.history, self.settings.checkpoint
        if kept is None or not history.resets:
            return
        rows, seen = self.books.run.tables.rows, set()
        asked_again = set(self.books.run.records.replays)
        for number, event in history.events.items():
            row = event.row
            if history.lost(number) < inf:
                self.demand(rows["verdict"][row] != Verdict.DONE, "was taken by a crash and is not read again", row)
            elif kept.mode == "exactly_once" and not event.late and row not in asked_again:
                message = int(rows["parent"][row])
                self.demand(message not in seen, "counted a message twice", row)
                seen.add(message)

    def credit(self):
        """No result leaves for a full channel, and nothing is counted while one waits: then work that is done waits.

        A place is taken when a result leaves, and free when its message is handed out, or comes to nothing.
        """
        history, limit = self.history, self.history.credit
        if limit is None or changes(self.books.run.scenario):
            self.demand(limit is not None or not history.pressed, "had work wait without a limit", 0)
            return
        self._places(limit)
        sent = self.books.messages["published"]
        waits = defaultdict(list)  # instance -> (since when a result waits, until when)
        for pane in history.panes:
            waits[self._at(pane.source)].append((self._wanted(pane), float(sent[pane.message])))
        spans = {}
        for instance, mine in waits.items():
            begun, left = np.array(sorted(mine)).T
            spans[instance] = begun, np.maximum.accumulate(left)
        for event in history.events.values() if not history.resets else ():
            begun, left = spans.get(history.instance_of(event.row), NOBODY)
            before = np.searchsorted(begun, event.time)  # waits that had begun
            taken = before > 0 and left[before - 1] > event.time
            self.demand(not taken, "took something in while a result waited", event.row)
        for began, ended, row in history.pressed:
            self.demand(not ended < began, "went on before it waited", row)

    def _wanted(self, pane):
        """When a result would leave if there were credit: when it is shown, or with the next checkpoint."""
        kept = self.settings.checkpoint
        if kept is None or kept.sink == "at_once":
            return pane.time
        return min((each[2] for each in self.history.checkpoints if each[2] > pane.time), default=inf)

    def _at(self, clock):
        return 0 if clock >= 0 else -1 - clock

    def _places(self, limit):
        """How many places of its channel its results take, at the most."""
        run, messages = self.books.run, self.books.messages
        rows, mine = run.tables.rows, np.array([pane.message for pane in self.history.panes], dtype=int)
        left = np.full(len(messages["published"]), inf)
        deliveries = np.array([place.is_delivery for place in run.tables.places])[rows["place"]]
        gone = np.fmin(rows["leased"], rows["settled"])
        first = np.flatnonzero(deliveries & (rows["first"] < 0) & ~np.isnan(gone))
        left[rows["parent"][first]] = gone[first]
        left[messages["fate"] != 0] = messages["published"][messages["fate"] != 0]
        taken = highest(messages["published"][mine], left[mine], (-inf, inf))
        self.demand(taken <= limit, "sent a result without credit", 0)


CHECKS = (windows,)
