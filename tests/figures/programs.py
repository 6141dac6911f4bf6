"""The programs that pipes join: what each has read and written, how long it was blocked, when and how it ended."""

from evsim.results.endings import Outcome
from tests.figures.averages import union

__all__ = ["programs"]

KILLED = 137
MESSAGES = ("publish", "send", "ask")


def programs(plain):
    """name -> (read, written, blocked, ended, status), for every program that reads or writes a pipe."""
    found = _Programs(plain)
    return {name: found.figures(name) for name in plain.scenario.services if found.is_on_a_pipe(name)}


class _Programs:
    def __init__(self, plain):
        self.plain, self.services = plain, plain.scenario.services
        self.pipes = [name for name, channel in plain.scenario.channels.items() if channel.kind == "pipe"]

    def reads(self, name):
        return [each.channel for each in self.services[name].subscribe if each.channel in self.pipes]

    def writers(self, pipe):
        return [name for name, service in self.services.items() if pipe in _written(service.handle)]

    def is_on_a_pipe(self, name):
        return bool(self.reads(name)) or any(name in self.writers(pipe) for pipe in self.pipes)

    def figures(self, name):
        plain = self.plain
        handed = [row for row in plain.rows_at(name) if row.leased is not None]
        read = [row for row in handed if plain.messages[row.parent].channel in self.reads(name)]
        messages = [each for each in plain.messages if each.channel in self.pipes]
        wrote = [each for each in messages if each.origin < 0 and plain.rows[each.cause].service == name]
        kept = [each for each in wrote if each.appended is not None]
        return len(read), len(kept), self._blocked(wrote), *self.end(name)

    def _blocked(self, messages):
        """Worker seconds; a worker that writes in two branches waits once."""
        waits = {}
        for each in messages:
            until = self.plain.rows[each.cause].ended if each.appended is None else each.appended
            waits.setdefault(each.cause, []).append((each.published, until))
        return sum(union(spans, 0.0, self.plain.ended_at) for spans in waits.values())

    def end(self, name):
        """(when, exit status), or (None, None) while it has not ended."""
        plain, mine = self.plain, self.plain.rows_at(name)
        for time, kind, target, detail in plain.incidents:
            if kind == "ended" and target == name:
                return time, int(detail)
            if kind == "crash" and target.partition("/")[0] in (name, self.services[name].inside):
                return time, KILLED
        ways = [place for place in plain.run.tables.places if place.service == name]
        waits_for_more = any(place.kind != "request" and place.source not in self.reads(name) for place in ways)
        still_at_work = any(row.outcome == Outcome.OPEN for row in mine)
        if waits_for_more or still_at_work or plain.ended_at < plain.scenario.run_settings.duration:
            return None, None
        before = [self.end(writer)[0] for pipe in self.reads(name) for writer in self.writers(pipe)]
        if None in before:
            return None, None
        ends = [row.ended for row in mine if row.ended is not None]
        return max([0.0, *before, *ends]), int(any(row.outcome == Outcome.FAILED for row in mine))


def _written(steps):
    """Names of the channels that a handler may hand something to."""
    found = set()
    for step in steps:
        if step.kind in MESSAGES:
            found.add(step.channel)
        inner = [*getattr(step, "branches", ()), *(getattr(step, name, ()) for name in ("then", "otherwise", "steps"))]
        inner.append(getattr(getattr(step, "on_error", None), "steps", ()))
        for each in inner:
            found |= _written(each)
    return found
