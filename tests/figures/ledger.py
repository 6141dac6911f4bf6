"""The ledger: each delivery of a message to a subscriber, how it ended, and whether it was overtaken."""

from types import SimpleNamespace

from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["ledger"]

ENDS = {Verdict.DEAD: "dead", Verdict.EXPIRED: "expired", Verdict.DROPPED: "dropped", Verdict.LOST: "lost"}


def ledger(plain):
    """A list of entries in order of their first rows."""
    attempts = {}
    for row in plain.rows:
        if row.kind == "delivery":
            attempts.setdefault(row.obligation, []).append(row)
    entries = [_entry(plain, number, attempts[number]) for number in sorted(attempts)]
    _mark_second_records(plain, entries)
    _mark_overtaken(entries)
    return entries


def _entry(plain, number, rows):
    made = [row for row in rows if not row.copy]
    first, last = plain.rows[number], made[-1]
    message = plain.messages[first.parent]
    handlings = sum(row.outcome == Outcome.OK and not row.skipped for row in rows)
    again = last.verdict in (Verdict.OPEN, Verdict.GIVEN_BACK, Verdict.REVOKED)
    return SimpleNamespace(
        message=message, channel=message.channel, subscriber=last.service and (last.source, last.service),
        first=first, last=last, born=first.born, settled=None if again else last.settled,
        attempts=sum(row.is_attempt for row in rows),
        handlings=handlings, state=_state(first, last, handlings), replay=first.replay,
        counted=first.counted and not first.replay, handed_out=sum(row.leased is not None for row in made),
        moved_back=last.reason == Reason.REDRIVEN, reordered=False,
    )  # fmt: skip


def _state(first, last, handlings):
    """By completed handlings; with none by what became of it."""
    if handlings:
        return "duplicate" if handlings > 1 and not first.replay else "done"
    if last.verdict in ENDS:
        return ENDS[last.verdict]
    if last.verdict == Verdict.DONE and last.outcome != Outcome.OPEN:
        by_an_earlier_handling = last.skipped or last.reason == Reason.LATE_DELETE
        return "done" if by_an_earlier_handling else "lost"  # acknowledged before the work, which did not end well
    return "pending"


def _mark_second_records(plain, entries):
    """A second record of a message is a duplicate if both are handled: by the same group, or by whoever takes it."""

    def who(entry):
        kind = plain.scenario.channels[entry.channel].kind
        return entry.message.number, entry.subscriber if kind == "log" else None

    handled = {who(entry) for entry in entries if entry.handlings}
    before = dict(plain.run.records.copies)
    for entry in entries:
        number, reader = who(entry)
        if entry.handlings and number in before and (before[number], reader) in handled:
            entry.state = "duplicate"


def _mark_overtaken(entries):
    """Overtaken is what was done with after a later message of its key, by the same subscriber."""
    lines = {}
    for entry in entries:
        if entry.last.started is not None and entry.last.ended is not None and not entry.replay:
            lines.setdefault((entry.subscriber, entry.message.key), []).append(entry)
    for line in lines.values():
        for entry in line:
            place = entry.message.appended, entry.first.number
            entry.reordered = any(
                other.last.ended < entry.last.ended and (other.message.appended, other.first.number) > place
                for other in line
            )
