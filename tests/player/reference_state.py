"""What the player shows at a moment, computed slowly and plainly from the records: no film, no index."""

from evsim.results.sendings import KINDS as TROUBLES
from tests.exports.plain import micro

__all__ = ["Reference"]

NEVER_SENT = ("breaker", "bulkhead")
DENIED = ("error", "timeout", "rejected", "declined", "beaten")
ASK, ANSWER, PUBLISH, CONFIRM, DELIVER, ACKNOWLEDGE = range(6)
LOST_ON_THE_WAY, ANSWER_LOST, TOO_LATE = 1, 2, 4


def lasts(begin, end, t):
    """Whether it has begun and not ended at t; times in microseconds, -1 for never."""
    return 0 <= begin <= t and not 0 <= end <= t


def first_of(*times):
    return next((time for time in times if time >= 0), -1)


def steps_of(node):
    """All steps of a handler, as they stand in a scenario file: (kind, settings)."""
    for each in node if isinstance(node, list) else [node] if isinstance(node, dict) else []:
        if isinstance(each, dict):
            yield from each.items()
            for value in each.values():
                yield from steps_of(value)
        else:
            yield from steps_of(each)


class Reference:
    """`state(t)`; and the columns that need a thought: `replied`, `astray` of a row, `sent` of a message."""

    def __init__(self, plain):
        self.plain, self.run = plain, plain.run
        self.scenario = plain.run.scenario.to_dict()
        self.troubled = {number for _, kind, _, number in self.run.records.incidents if kind in TROUBLES}
        self.lost_answers = {
            (row, time) for time, kind, _, row in self.run.records.incidents if kind == "lost on the link"
        }
        self.waited_for = self._waited_for()
        self.kept_back = self._kept_back()
        for row in plain.rows:
            row.gone = self._gone(row)
            row.astray = self._astray(row)
        for message in plain.messages:
            message.left = self._left(message)
        self.hops = [hop for hop in self._hops() if hop[4] >= 0 and hop[4] != hop[5]]
        lengths = sorted(hop[5] - hop[4] for hop in self.hops if hop[5] >= 0)
        self.glimpse = max(1000, lengths[len(lengths) >> 1]) if lengths else 1000

    def _steps(self):
        for name, service in self.run.scenario.services.items():
            for kind, settings in steps_of(self.scenario["services"][name]["handle"]):
                if kind == "publish":
                    settings = {"channel": settings} if isinstance(settings, str) else settings
                    yield name, service, settings

    def _waited_for(self):
        """(service, channel) where a worker waits until the channel has confirmed its message."""
        return {
            (name, settings["channel"])
            for name, _, settings in self._steps()
            if settings.get("acks") != 0 and settings.get("outbox") is None
        }

    def _kept_back(self):
        """(service, channel) where messages wait in an outbox or for a batch before they are sent."""
        channels = self.run.scenario.channels
        return {
            (name, settings["channel"])
            for name, _, settings in self._steps()
            if settings.get("outbox") is not None or getattr(channels[settings["channel"]], "linger", None)
        }

    # Columns that need a thought.

    def _gone(self, row):
        """When the answer or the acknowledgement left; work that died tells no channel, and an error its caller."""
        if row.replied is not None:
            return row.replied
        later = row.kind == "delivery" and row.step and row.step.commits.kind == "interval"
        if later and row.verdict != "done" and row.late is None:
            return None
        tells = ("ok", "failed", "refused") if row.kind == "delivery" else ("ok", "failed", "refused", "crashed")
        return row.ended if row.outcome in tells else None

    def _astray(self, row):
        found = LOST_ON_THE_WAY if row.outcome == "lost" else 0
        if (row.number, row.gone) in self.lost_answers:
            found |= ANSWER_LOST
        late = row.late is not None
        if row.kind != "delivery" and row.gone is not None and row.verdict in DENIED:
            patience = row.step.timeout if row.kind == "call" else self.run.scenario.workloads[row.source].patience
            waited = patience is not None and round((row.settled - row.born) * 1e9) >= round(patience * 1e9)
            late |= row.gone > row.settled or row.outcome == "ok" or waited
        return TOO_LATE if late and not found else found

    def _left(self, message):
        if message.sent is None and (message.sender, message.channel) not in self.kept_back:
            return message.published
        return message.sent

    def confirmed(self, message):
        """When the confirmation that was seen left the channel."""
        if message.acknowledged is None:
            return None
        taken = (each for each in message.sendings if each.fate in ("kept", "came again", "deduplicated"))
        return next((each.arrived for each in taken if each.told), None)

    # What travels.

    def _hops(self):
        """[kind, ref, from, to, leave, arrive, how it ends, when it is known to be over]."""
        for row in self.plain.rows:
            if row.place < 0 or (row.reason in NEVER_SENT and row.outcome == "refused"):
                continue
            asks = row.kind != "delivery"
            there, back = (row.source, row.service), (row.service, row.source)
            leave = micro(row.born if asks else row.leased)
            way = "lost" if row.astray & LOST_ON_THE_WAY else "fine"
            yield ASK if asks else DELIVER, row.number, *there, leave, micro(row.inbox), way, micro(row.ended)
            kind, gone, settled = ANSWER if asks else ACKNOWLEDGE, micro(row.gone), micro(row.settled)
            if row.astray & ANSWER_LOST:
                yield kind, row.number, *back, gone, -1, "lost", -1
            elif row.astray & TOO_LATE:
                yield kind, row.number, *back, gone, micro(row.late), "late", -1
            elif settled < 0 or settled >= gone:
                good = row.outcome == "ok" or row.verdict == "done"
                end = "late" if row.verdict == "orphaned" else "fine" if good else "bad"
                yield kind, row.number, *back, gone, settled, end, -1
        for message in self.plain.messages:
            about = message.number, message.sender, message.channel
            if message.number in self.troubled:
                for each in message.sendings:
                    arrived = micro(None if each.arrived != each.arrived else each.arrived)
                    end = each.fate if each.fate in ("lost", "refused") else "fine"
                    yield PUBLISH, *about, micro(each.sent), arrived, end, -1
            else:
                kept = message.fate in ("open", "truncated", "aborted")
                end = "fine" if kept else "lost" if message.fate == "lost" else "refused"
                yield PUBLISH, *about, micro(message.left), micro(message.appended), end, -1
            seen = micro(message.acknowledged)
            if seen >= 0:
                back = message.number, message.channel, message.sender
                yield CONFIRM, *back, micro(self.confirmed(message)), seen, "fine", -1

    def dots(self, t):
        found = []
        for kind, ref, origin, to, leave, arrive, end, over in self.hops:
            glimpsed = arrive < 0 and end in ("lost", "late", "refused")
            until = leave + 4 * self.glimpse if glimpsed else arrive if arrive >= 0 else over
            if lasts(leave, until, t):
                length = 4 * self.glimpse if arrive < 0 else arrive - leave
                found.append([kind, ref, origin, to, end, round(min(1, (t - leave) / length), 6)])
        return sorted(found)

    # What stands.

    def state(self, t):
        return {
            "services": {name: self.service(name, t) for name in self.run.scenario.services},
            "channels": {name: self.channel(name, t) for name in self.run.scenario.channels},
            "dots": self.dots(t),
        }

    def service(self, name, t):
        mine = [row for row in self.plain.rows if row.service == name]
        busy = [row for row in mine if lasts(micro(row.started), micro(row.ended), t)]
        line = [row for row in mine if lasts(micro(row.inbox), first_of(micro(row.started), micro(row.ended)), t)]
        outbox = [
            message for message in self.plain.messages
            if message.sender == name and message.left != message.published
            and lasts(micro(message.published), micro(message.left), t)
        ]  # fmt: skip
        return {
            "busy": sorted([row.worker, row.number, row.request.place, self.waits(row, t)] for row in busy),
            "line": [row.number for row in sorted(line, key=lambda row: (micro(row.inbox), row.number))],
            "outbox": [each.number for each in sorted(outbox, key=lambda each: (micro(each.published), each.number))],
            "faults": self.faults(name, t),
        }

    def waits(self, row, t):
        """Of whom a worker waits to hear; who asked does not know of what a link made a second one of."""
        waits = [
            call.service for call in self.plain.rows
            if call.kind == "call" and call.parent == row.number and call.verdict != "copy"
            and lasts(micro(call.born), micro(call.settled), t)
        ]  # fmt: skip
        waits += [
            message.channel for message in self.plain.messages
            if message.cause == row.number and (message.sender, message.channel) in self.waited_for
            and lasts(micro(message.published), first_of(micro(message.acknowledged), micro(row.ended)), t)
        ]  # fmt: skip
        return sorted(waits)

    def faults(self, name, t):
        return sorted(
            [kind, micro(time)] for time, kind, target, end in self.plain.faults()
            if target.split("/")[0] == name and micro(time) <= t < micro(end)
        )  # fmt: skip

    def channel(self, name, t):
        kept = sum(message.channel == name and 0 <= micro(message.appended) <= t for message in self.plain.messages)
        kind = self.run.scenario.channels[name].kind
        groups = {None: []} if kind in ("queue", "pipe") else {
            service: []
            for service, settings in self.run.scenario.services.items()
            for each in settings.subscribe if each.channel == name
        }  # fmt: skip
        for first, last in self.obligations():
            if first.source == name:
                assert last.verdict != "revoked", "what is revoked is ready again at once"
                closed = -1 if last.verdict in ("given back", "open") else micro(last.settled)
                if lasts(micro(first.born), closed, t):
                    groups[None if None in groups else first.service].append((micro(first.born), first.number))
        found = {}
        for service, rows in groups.items():
            open_ = [row for _, row in sorted(rows)]
            oldest = self.plain.rows[open_[0]].parent if open_ else None
            found[service or "null"] = {"open": open_, "behind": len(open_), "oldest": oldest}
        progress = {service: self.progress(name, service, t) for service in groups if service}
        return {"kept": kept, "faults": self.faults(name, t), "groups": found, "progress": progress}

    def progress(self, channel, service, t):
        """How far a group is with each message: not for it (yet), waiting, handed out, or over."""
        found = ["none"] * len(self.plain.messages)
        for first, last in self.obligations():
            if first.source == channel and first.service == service and micro(first.born) <= t:
                over = last.verdict not in ("given back", "open") and 0 <= micro(last.settled) <= t
                handed = 0 <= micro(first.leased) <= t
                found[first.parent] = "over" if over else "handed" if handed else "waits"
        return found

    def obligations(self):
        """(first, last) attempt at each delivery that somebody has to settle: not at what a link made."""
        last = {}
        for row in self.plain.rows:
            if row.kind == "delivery" and row.verdict != "copy":
                last[row.number if row.first < 0 else row.first] = row
        return [(self.plain.rows[first], row) for first, row in last.items()]
