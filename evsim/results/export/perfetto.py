"""A trace for Perfetto (ui.perfetto.dev) and Chrome's trace viewer: the Trace Event Format, as one JSON object.

Each workload, service and channel is a process, each worker a thread. What a worker does is a slice on its thread; what
waits or is under way without a worker (requests, calls, the inbox, a channel) is asynchronous. Arrows lead from the
work that calls or publishes to the work that this causes. Effects are instants on the thread that made them, faults
asynchronous on whatever they hit, with an instant at their start. Times are microseconds since the start of the run.
"""

from evsim.results.export.destination import compact, write_list
from evsim.results.export.identity import EPOCH
from evsim.results.export.moments import Facts

__all__ = ["ONE_FILE", "write"]

ONE_FILE = True


def write(run, chosen, path):
    about = {"scenario": run.scenario.name, "seed": run.seed, "epoch": EPOCH.isoformat()}
    before = '{"displayTimeUnit":"ms","otherData":' + compact(about) + ',"traceEvents":['
    write_list(path, events(Facts(run, chosen)), before, "]}")


def events(facts):
    """All events: names first, then in order of time."""
    trace = _Trace(facts)
    found = list(trace.events())
    order = {"X": 0, "b": 1, "i": 2, "s": 3, "f": 4, "e": 5}  # a slice is there before what is tied to it
    found.sort(key=lambda event: (event["ts"], order[event["ph"]]))
    yield from trace.names()
    yield from found


class _Trace:
    def __init__(self, facts):
        self.facts, self.scenario = facts, facts.run.scenario
        self.identity = facts.identity
        self.faults = {fault: fault.target.partition("/")[0] for fault in facts.faults()}
        names = [*self.scenario.workloads, *self.scenario.services, *self.scenario.channels, *self.faults.values()]
        self.process = {name: number for number, name in enumerate(dict.fromkeys(names), 1)}
        self.messages = {message.number: message for message in facts.messages()}
        self.work = {}  # row -> (process, thread, started) of the attempts that had a worker

    # Who is who.

    def names(self):
        kinds = dict.fromkeys(self.scenario.workloads, "customers") | dict.fromkeys(self.scenario.channels, "channel")
        for name, process in self.process.items():
            label = f"{kinds[name]} {name}" if name in kinds else name
            yield _meta("process_name", process, 0, name=label)
            yield _meta("process_sort_index", process, 0, sort_index=process)
        for name, capacity in self.facts.run.tables.capacity.items():
            for worker in range(capacity.workers):
                instance, number = divmod(worker, capacity.width)
                label = f"worker {number + 1}" + (f" of instance {instance + 1}" if capacity.count > 1 else "")
                yield _meta("thread_name", self.process[name], worker + 1, name=label)
                yield _meta("thread_sort_index", self.process[name], worker + 1, sort_index=worker + 1)

    # What happened.

    def events(self):
        for request in self.facts.requests.values():
            about = {"request": request.number, "key": request.key, "outcome": request.outcome}
            yield from self._lasting(
                request.workload, "request", "request", request.trace, request.arrived, request.answered, about
            )
        for attempt in self.facts.attempts():
            yield from self._attempt(attempt)
        for message in self.messages.values():
            yield from self._message(message)
        for fault, target in self.faults.items():
            about, number = {"target": fault.target}, self.identity.span("fault", fault.number)
            yield from self._lasting(target, "fault", fault.kind, number, fault.start, fault.end, about)
            yield _instant(self.process[target], 0, fault.start, "fault", f"{fault.kind} of {fault.target}", "p", about)

    def _attempt(self, attempt):
        about = {
            "workload": attempt.request.workload, "request": attempt.request.number, "row": attempt.row,
            "attempt": attempt.number, "outcome": attempt.outcome, "verdict": attempt.verdict,
            "reason": attempt.reason, "trace": attempt.request.trace,
        }  # fmt: skip
        span = self.identity.span
        if attempt.is_call and attempt.verdict != "copy":
            what, number = f"call {attempt.service}", span("ask", attempt.row)
            yield from self._lasting(attempt.source, "call", what, number, attempt.born, attempt.settled, about)
        taken = attempt.ended if attempt.leased is None else attempt.leased
        if attempt.is_delivery and attempt.ready != taken:
            what, number = "waits in the channel", span("offer", attempt.row)
            yield from self._lasting(attempt.source, "channel", what, number, attempt.ready, taken, about)
        left = attempt.ended if attempt.started is None else attempt.started
        if attempt.arrived is not None and attempt.arrived != left:
            what, number = "waits in the inbox", span("wait", attempt.row)
            yield from self._lasting(attempt.service, "inbox", what, number, attempt.arrived, left, about)
        if attempt.started is not None:
            yield from self._work(attempt, about)

    def _work(self, attempt, about):
        process, thread = self.process[attempt.service], attempt.worker + 1
        self.work[attempt.row] = process, thread
        ended = self.facts.end if attempt.ended is None else attempt.ended
        names = {"request": "request", "call": f"call from {attempt.source}", "delivery": f"process {attempt.source}"}
        yield {
            "ph": "X", "pid": process, "tid": thread, "ts": _micro(attempt.started),
            "dur": _micro(ended - attempt.started), "cat": "work", "name": names[attempt.kind],
            "args": about | {"span": self.identity.span("work", attempt.row)},
        }  # fmt: skip
        for time, effect in attempt.effects:
            yield _instant(process, thread, time, "effect", effect, "t", about)
        for time, effect in attempt.undos:
            yield _instant(process, thread, time, "undo", f"undo {effect}", "t", about)
        for time, words in attempt.remarks:
            yield _instant(process, thread, time, "remark", words, "t", about)
        if attempt.is_call:
            yield from self._arrow("call", attempt, self.work[attempt.parent], attempt.born)
        elif attempt.is_delivery:
            message = self.messages[attempt.parent]
            while message.cause not in self.work:  # the dead letter of what was never worked
                message = self.messages[message.origin]
            yield from self._arrow("message", attempt, self.work[message.cause], message.published)

    def _arrow(self, name, attempt, origin, sent):
        """From the work that asked or published to this work."""
        process, thread = origin
        number = self.identity.span("arrow", attempt.row)
        yield {"ph": "s", "pid": process, "tid": thread, "ts": _micro(sent), "cat": name, "name": name, "id": number}
        process, thread = self.work[attempt.row]
        yield {
            "ph": "f", "bp": "e", "pid": process, "tid": thread, "ts": _micro(attempt.started), "cat": name,
            "name": name, "id": number,
        }  # fmt: skip

    def _message(self, message):
        channel = self.process[message.channel]
        about = {
            "message": message.number, "request": message.request.number, "partition": message.partition,
            "offset": message.offset, "span": self.identity.span("send", message.number),
        }  # fmt: skip
        about |= {"item": message.item} if message.item else {}
        for _, arrived, fate in message.sendings:
            if arrived is not None:
                yield _instant(channel, 0, arrived, "message", fate, "p", about)

    def _lasting(self, name, category, what, number, start, end, about):
        """Something that lasts and holds no worker; what has not ended lasts to the end of the run."""
        common = {"pid": self.process[name], "tid": 0, "cat": category, "name": what, "id": number}
        yield common | {"ph": "b", "ts": _micro(start), "args": about}
        yield common | {"ph": "e", "ts": _micro(self.facts.end if end is None else end)}


def _meta(what, process, thread, **args):
    return {"ph": "M", "pid": process, "tid": thread, "name": what, "args": args}


def _instant(process, thread, time, category, name, scope, args):
    return {
        "ph": "i", "pid": process, "tid": thread, "ts": _micro(time), "cat": category, "name": name, "s": scope,
        "args": args,
    }  # fmt: skip


def _micro(nanoseconds):
    """Microseconds, exact to the nanosecond."""
    whole, rest = divmod(nanoseconds, 1000)
    return whole if not rest else float(f"{whole}.{rest:03d}")
