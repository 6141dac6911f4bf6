"""The steps of a sequence diagram, made from the records of one request."""

from dataclasses import dataclass

from evsim.registry import reasons
from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.scenario.handlers import all_steps
from evsim.ticks import elapsed
from evsim.view.story import Message
from evsim.view.style import faults, seconds

__all__ = ["Step", "fault_notes", "steps_of"]

REASONS = {
    Reason.NONE: "it failed",
    Reason.FAIL_STEP: "it failed",
    Reason.ERROR_RATE: "a fault made it fail",
    Reason.TIMEOUT: "no answer in time",
    Reason.LIMIT: "full",
    Reason.UNREACHABLE: "unreachable",
    Reason.LINK: "lost on the way",
    Reason.CRASH: "crashed",
    Reason.DEPENDENCY: "what it needs failed",
    Reason.STALE: "nobody waits any more",
    Reason.REJECTED: "it must not come again",
    Reason.NOBODY: "nobody is there",
    Reason.OVERFLOW: "no room to wait",
    Reason.EXPIRED: "it was too old",
    Reason.MAX_LENGTH: "the queue is full",
    Reason.UNROUTABLE: "no queue is bound for it",
    Reason.RETENTION: "the log had it no more",
    Reason.LATEST: "its group began to read behind it",
    Reason.COMPACTION: "the log had a later message of its key",
    Reason.LEADER: "only the broker that failed had it",
    Reason.BROKEN_PIPE: "broken pipe",
    Reason.BREAKER: "the circuit breaker is open",
    Reason.LATE_DELETE: "deleted by whoever had it last",
    Reason.BULKHEAD: "as many calls as may be are under way",
    Reason.ENDED: "its program had ended",
    Reason.REDRIVEN: "goes back to where it died",
    Reason.POISON: "a message of this key always fails",
    Reason.SHED: "it would come too late",
    Reason.RATE_LIMIT: "too many came",
    Reason.THROTTLED: "throttled",
    Reason.PURGED: "purged",
    Reason.GROUP: "one before it in its group failed",
    Reason.BATCH: "another one of its batch failed",
    Reason.TAKEN: "it is taken",
    Reason.CONFLICT: "another one was first",
    **{Reason.named(name): reason.words for name, reason in reasons().items()},
}

UNKEPT = {
    "aborted": "nobody reads it, its transaction does not commit",
    "lost": "lost on the way",
    "refused": "refused, the channel is down",
    "full": "refused, the queue is full",
    "broken": "nobody reads the pipe any more",
    "withdrawn": "there was no room, and then the writer's work ended",
    "deduplicated": "taken and thrown away, the queue had it already",
}
GONE = {Verdict.EXPIRED: "expires here", Verdict.DROPPED: "dropped here", Verdict.LOST: "lost"}


@dataclass(frozen=True)
class Step:
    """One line of the diagram at a ``time`` (seconds since the first request arrived).

    ``kind``: ask, answer, told (the answer to the customer), publish, keep, deliver, ack; lost (sent by
    ``source`` and never seen by ``target``), effect, note (on ``source``), start and end (of work in
    ``source``, for a ``row`` of the records). ``good`` is False where something went wrong; ``whose`` is the number
    of the request where that must be said.
    """

    time: float
    kind: str
    source: str
    target: str = ""
    text: str = ""
    good: bool = True
    row: int = -1
    whose: str = ""

    @property
    def on_lifeline(self):
        """Whether work begins or ends there, of which nothing is written."""
        return self.kind in ("start", "end")

    @property
    def words(self):
        """What is written there."""
        return f"{self.text}, for {self.whose}" if self.whose else self.text


def steps_of(story):
    """All steps of a :class:`evsim.view.story.Story` in order of time, causes first."""
    return sorted(_flat(_span(story, root) for root in story.roots), key=lambda step: step.time)


def _flat(steps):
    """The steps of generators that yield steps and further generators, depth first."""
    stack = [steps]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, Step):
            yield item
        else:
            stack.append(item)


def _span(story, span):
    """What happened to one attempt, and to all that it led to."""
    if span.is_delivery and span.leased != span.leased:
        if span.verdict in GONE:
            text = f"{GONE[span.verdict]}: {REASONS[span.reason]}"
            yield Step(span.settled, "note", span.source, text=text, good=False)
        elif span.verdict == Verdict.OPEN:
            yield Step(span.born, "note", span.source, text="waits here to the end of the run")
        else:
            yield Step(span.settled, "note", span.source, text=REASONS[span.reason])
        yield _inside(story, span)  # its dead letter
        return
    if span.is_never_sent:
        again = f" (attempt {span.attempt})" if span.attempt > 1 else ""
        text = f"does not call {span.service}{again}: {REASONS[span.reason]}"
        yield Step(span.born, "note", span.source, text=text, good=False)
        return
    yield _sent(span)
    if span.started == span.started:
        yield from _waited(span)
        yield Step(span.started, "start", span.service, row=span.row)
        yield _inside(story, span)
        if span.ended == span.ended:
            yield Step(span.ended, "end", span.service, row=span.row)
    yield from _ended(span)
    yield from _acknowledged(story, span) if span.is_delivery else _answered(story, span)
    if span.started != span.started:
        yield _inside(story, span)
    for time, words in span.remarks:
        if not _at_work(span, time):  # of whoever asked
            yield Step(time, "note", span.source, text=words, good=False)


def _at_work(span, time):
    """Whether a time lies between the arrival of an attempt and its end."""
    return span.arrived <= time and not time > span.ended


def _sent(span):
    again = f", attempt {span.attempt}" if span.attempt > 1 else ""
    if span.is_delivery:
        waited = f", after {seconds(span.leased - span.ready)} in line" if span.leased > span.ready else ""
        time, kind, text = span.leased, "deliver", f"deliver{_which(span)}{again}{waited}"
    else:
        what = f" ({span.operation})" if span.operation else ""
        time, kind, text = span.born, "ask", ("request" if span.is_request else "call") + what + again
    if span.verdict == Verdict.COPY:
        text = f"the same {'delivery' if kind == 'deliver' else text} once more, made by the network"
    if span.outcome == Outcome.LOST:
        return Step(time, "lost", span.source, span.service, f"{text}: lost on the way", False)
    return Step(time, kind, span.source, span.service, text)


def _which(span):
    """Which of several messages of one step it is about."""
    return f" item {span.item}" if span.item else ""


def _waited(span):
    """The wait for a worker."""
    if span.started > span.arrived:
        text = f"waited {seconds(span.started - span.arrived)} for a free worker"
        yield Step(span.started, "note", span.service, text=text)


def _inside(story, span):
    """What the handler did: effects, calls and messages in order of time."""
    steps = [(time, Step(time, "effect", span.service, text=name)) for time, name in span.effects]
    steps += [(time, Step(time, "note", span.service, text=f"undoes {name}")) for time, name in span.undos]
    steps += [
        (time, Step(time, "note", span.service, text=words)) for time, words in span.remarks if _at_work(span, time)
    ]
    steps += [(child.begin, child) for child in span.children]
    for _, step in sorted(steps, key=lambda pair: pair[0]):
        if isinstance(step, Step):
            yield step
        else:
            yield _message(story, step) if isinstance(step, Message) else _span(story, step)


def _message(story, message):
    way = message.sender, message.channel
    maker = story.run.scenario.channels.get(message.sender)
    what = "publish" if maker is None else "copy" if maker.routes else "dead letter"
    if maker is not None and story.spans[message.cause].reason == Reason.REDRIVEN:
        what = "redrive"
    for number, sending in enumerate(message.sendings, 1):
        text = what + _which(message) + (f", attempt {number}" if number > 1 else "")
        fate = "full" if sending.fate == "refused" and message.fate == Fate.FULL else sending.fate
        fate = {Fate.BROKEN: "broken", Fate.WITHDRAWN: "withdrawn", Fate.ABORTED: "aborted"}.get(message.fate, fate)
        if fate in UNKEPT:
            yield Step(sending.sent, "lost", *way, f"{text}: {UNKEPT[fate]}", False)
        else:
            yield Step(sending.sent, "publish", *way, text)
    for child in message.children:
        yield _span(story, child)
    if message.acknowledged == message.acknowledged:
        where = f"partition {message.partition}, " if message.partition >= 0 else ""
        has_places = story.run.scenario.channels[message.channel].partitioned
        text = f"kept ({where}offset {message.offset})" if has_places else "kept"
        yield Step(message.acknowledged, "keep", *way[::-1], text)


def _ended(span):
    """What went wrong with the work itself."""
    words = {
        Outcome.CRASHED: "crash: the work is lost" if span.started == span.started else "crash: lost while it waited",
        Outcome.FAILED: f"fails: {REASONS[span.reason]}",
        Outcome.WITHDRAWN: f"dropped: {REASONS[span.reason if span.reason == Reason.THROTTLED else Reason.STALE]}",
        Outcome.REFUSED: f"refuses: {REASONS[span.reason]}",
    }
    if span.skipped == span.skipped:
        yield Step(span.skipped, "note", span.service, text="done before: nothing is done again")
    if span.outcome in words:
        yield Step(span.ended, "note", span.service, text=words[span.outcome], good=False)


def _answered(story, span):
    """What whoever asked came to know."""
    way = span.service, span.source
    kind = "told" if span.is_request else "answer"
    if span.verdict == Verdict.COPY:
        return
    if span.verdict == Verdict.OPEN:
        ended_at = story.run.ended_at - story.arrived
        yield Step(ended_at, "note", span.source, text="no answer yet when the run ended", good=False)
    elif span.verdict == Verdict.DONE:
        yield Step(span.settled, kind, *way, _reply(story, span.service))
    elif span.verdict == Verdict.BEATEN:
        yield Step(span.settled, "note", span.source, text="needs this answer no more: another attempt was faster")
        if span.late == span.late:
            yield Step(span.replied, "lost", *way, "answer: too late", False)
    elif span.verdict == Verdict.ORPHANED:
        yield Step(span.settled, "lost", *way, "answer: nobody waits any more", False)
    elif not story.unheard(span):
        said = {Verdict.REJECTED: "rejected", Verdict.DECLINED: "no"}.get(span.verdict, "error")
        yield Step(span.settled, kind, *way, f"{said}: {REASONS[span.reason]}", False)
    else:
        if span.outcome != Outcome.LOST and span.replied < span.settled:
            why = "lost on the way" if (span.row, "lost on the link") in story.incidents else "too late"
            yield Step(span.replied, "lost", *way, f"answer: {why}", False)
        text = f"gives up after {seconds(span.settled - span.born)}"
        yield Step(span.settled, "note", span.source, text=text, good=False)
        if span.replied >= span.settled and span.outcome not in (Outcome.LOST, Outcome.WITHDRAWN):
            yield Step(span.replied, "lost", *way, "answer: too late", False)


def _acknowledged(story, span):
    """What the channel came to know; one without a broker is told of nothing."""
    if not story.run.scenario.channels[span.source].brokered:
        return
    if span.verdict == Verdict.DONE and _counts_at_once(story, span):
        yield Step(span.settled, "note", span.source, text="counts as done when it is handed out")
    elif span.verdict == Verdict.DONE:
        yield Step(span.settled, "ack", span.service, span.source, "done")
    elif span.verdict in (Verdict.GIVEN_BACK, Verdict.REVOKED):
        yield Step(span.settled, "note", span.source, text="takes it back", good=False)
    elif span.verdict == Verdict.DEAD:
        tries = "1 attempt" if span.attempt == 1 else f"{span.attempt} attempts"
        yield Step(span.settled, "note", span.source, text=f"dead after {tries}", good=False)


def _counts_at_once(story, span):
    """Whether a delivery is acknowledged as soon as it is handed out."""
    subscriptions = story.run.scenario.complete.services[span.service].subscribe
    return any(each.channel == span.source and each.ack == "before" for each in subscriptions)


def _reply(story, service):
    """What a service answers when all went well; "done" where the file does not say one thing."""
    values = {each.value for each in all_steps(story.run.scenario.services[service].handle) if each.replies}
    return values.pop() if len(values) == 1 else "done"


def fault_notes(run, participants, begin, end):
    """Notes on the participants that a fault touches between two times (seconds since the start of the run)."""
    for fault in faults(run):
        name = fault.target.partition("/")[0]
        if name in participants and elapsed(end, fault.start) >= 0 and fault.end > begin:
            more = " more" if fault.start < begin else ""
            text = f"fault: {fault.words}, for {seconds(fault.end - max(fault.start, begin))}{more}"
            yield Step(max(fault.start - begin, 0.0), "note", name, text=text, good=False)
