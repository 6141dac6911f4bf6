"""One customer's way, worked out slowly and plainly from the records: the marks of picture C in the player."""

from types import SimpleNamespace

from evsim.view.words import seconds
from tests.exports.plain import micro
from tests.player.reference_state import ANSWER_LOST, LOST_ON_THE_WAY, NEVER_SENT
from tests.player.reference_words import WHY

__all__ = ["Way", "marks_of", "ways"]

NAMES = {"line": "in line", "works": "works", "held": "held", "waits": "waits"}
WIDTH, BETWEEN, NEAR, ASIDE = 0.2, 0.9, 0.035, 0.12


class Way:
    """What happened to one request: `bars`, `lines`, `crosses` and `effects` as the way's own lifelines have them."""

    def __init__(self, reference, request, names=None):
        self.reference, self.plain, self.run = reference, reference.plain, reference.run
        self.request = self.plain.requests[request]
        self.rows = [row for row in self.plain.rows if row.request.place == request]
        self.messages = [each for each in self.plain.messages if each.request.place == request]
        self.begin, self.answered = micro(self.request.arrived), micro(self.request.answered)
        self.over = micro(self.plain.end)
        made = [(micro(each.time), each.name, each.row) for each in self.plain.effects
                if each.undone is None and each.row.request.place == request]  # fmt: skip
        self.made = sorted(made, key=lambda each: each[:2])
        self.names = names or self.taking_part()
        self.lanes = self.beside()
        self.bars, self.lines, self.crosses = [], [], []
        self.bar(0, self.begin, self.answered, "waits", "the customer waits")
        for row in self.rows:
            self.attempt(row)
        for message in self.messages:
            self.message(message)

    @property
    def end(self):
        times = [getattr(row, name) for row in self.rows for name in ("ended", "settled", "late", "started")]
        times += [getattr(each, name) for each in self.messages
                  for name in ("published", "left", "appended", "acknowledged")]  # fmt: skip
        return max(self.begin + 1000, *map(micro, times))

    def taking_part(self):
        """The customer, then whoever takes part, in the order in which they begin to."""
        first = {"customer": self.begin}
        met = [(name, micro(row.born)) for row in self.rows for name in (row.source, row.service)]
        met += [(each.channel, micro(each.published)) for each in self.messages]
        for name, time in met:
            if name and name not in self.run.scenario.workloads:
                first[name] = min(time, first.get(name, time))
        return sorted(first, key=first.get)

    def beside(self):
        """row -> how many stand between its bar and the lifeline of its service."""
        lanes, until = {}, {}
        rank = {row.number: float("inf") if row.started is None else micro(row.started) for row in self.rows}
        for row in sorted(self.rows, key=lambda row: (rank[row.number], row.number)):
            busy = until.setdefault(row.service, [])
            lane = next((number for number, end in enumerate(busy) if end <= rank[row.number]), len(busy))
            busy[lane : lane + 1] = [float("inf") if row.ended is None else micro(row.ended)]
            lanes[row.number] = lane
        return lanes

    def at(self, row):
        return self.names.index(row.service) + ASIDE * self.lanes[row.number]

    def bar(self, x, begin, end, look, words):
        end = self.over if end < 0 else end
        if 0 <= begin < end:
            self.bars.append((x, begin, end, look, words))

    def line(self, x, leave, to, arrive, look, words):
        if leave >= 0:
            self.lines.append((x, leave, to, arrive, look, words))

    def attempt(self, row):
        born, granted, inbox, started, ended = (
            micro(time) for time in (row.born, row.leased, row.inbox, row.started, row.ended)
        )
        if row.service is None:
            self.bar(self.names.index(row.source), born, ended, "line", f"waits in {row.source}")
            return
        x, asker = self.at(row), self.asker(row)
        if row.outcome == "refused" and row.reason in NEVER_SENT:
            self.crosses.append((asker, ended, f"{row.service} is not asked: {WHY.get(row.reason, row.reason)}"))
            return
        what = "request" if row.kind == "request" else f"{row.kind} to {row.service}"
        what += f", attempt {row.attempt}" if row.attempt > 1 else ""
        leave = born
        if row.kind == "delivery":
            self.bar(asker, born, granted, "line", f"waits in {row.source}")
            leave = granted
        if row.astray & LOST_ON_THE_WAY:
            self.line(asker, leave, (x + asker) / 2, leave, "message", f"{what}, lost")
            self.crosses.append(((x + asker) / 2, leave, "lost on the way"))
        elif inbox >= 0:
            took = seconds((inbox - leave) / 1e6)
            self.line(asker, leave, x, inbox, "message", f"{what}, on the way for {took}")
        self.bar(x, inbox, started if started >= 0 else ended, "line", f"waits at {row.service} for a free worker")
        if started >= 0:
            self.work(row, x, started, self.over if ended < 0 else ended)
        words = {"failed": f"{row.service} fails: {row.reason}", "crashed": f"{row.service} crashes",
                 "refused": f"{row.service} refuses: {row.reason}"}  # fmt: skip
        if row.outcome in words:
            self.crosses.append((x, ended, words[row.outcome]))
        self.answer(row, x, asker)

    def asker(self, row):
        if row.kind == "request":
            return 0
        return self.at(self.plain.rows[row.parent]) if row.kind == "call" else self.names.index(row.source)

    def work(self, row, x, started, ended):
        """The work, and when its worker waits for others: for an answer until the last attempt has one."""
        self.bar(x, started, ended, "works", f"{row.service} works, for {seconds((ended - started) / 1e6)}")
        given_up = {}
        for call in self.calls_of(row):
            duty = call.number if call.first < 0 else call.first
            begin, given_up[duty] = given_up.get(duty, micro(call.born)), micro(call.settled)
            self.held(x, begin, given_up[duty], ended, f"{row.service} waits for {call.service}")
        for message in self.messages:
            if message.cause == row.number and (row.service, message.channel) in self.reference.waited_for:
                times = micro(message.published), micro(message.acknowledged)
                self.held(x, *times, ended, f"{row.service} waits for {message.channel}")

    def calls_of(self, row):
        """The calls of an attempt, but what a link made of one."""
        return [each for each in self.rows
                if each.kind == "call" and each.parent == row.number and each.verdict != "copy"]  # fmt: skip

    def held(self, x, begin, end, ended, words):
        self.bar(x, begin, min(ended if end < 0 else end, ended), "held", words)

    def answer(self, row, x, asker):
        gone, settled, late = (micro(time) for time in (row.gone, row.settled, row.late))
        what = "acknowledgement" if row.kind == "delivery" else "answer"
        if late >= 0:
            self.line(x, gone, asker, late, "bad", f"{what}, too late")
            self.crosses.append((asker, late, f"the {what} comes too late"))
        if row.astray & ANSWER_LOST:
            self.line(x, gone, (x + asker) / 2, gone, "bad", f"{what}, lost")
            self.crosses.append(((x + asker) / 2, gone, f"the {what} is lost on the way"))
        if settled < 0:
            return
        heard = 0 <= gone <= settled and not row.astray and row.kind != "delivery"
        if row.verdict == "done":
            self.line(x, gone, asker, settled, "answer", what)
        elif row.verdict == "orphaned" or heard:
            self.line(x, gone, asker, settled, "bad", f"{what}: {row.verdict}")
            if row.verdict == "orphaned":
                self.crosses.append((asker, settled, "nobody waits for the answer any more"))
        elif row.kind != "delivery":
            self.crosses.append((asker, settled, "gives up"))

    def message(self, message):
        made = message.origin >= 0
        x = self.names.index(message.sender) if made else self.at(self.plain.rows[message.cause])
        to, left, kept = self.names.index(message.channel), micro(message.left), micro(message.appended)
        if message.number in self.reference.troubled:
            for each in message.sendings:
                sent, there, time = micro(each.sent), to, each.arrived
                if time != time:
                    there, time = (x + to) / 2, each.sent
                self.line(x, sent, there, micro(time), "message", f"message to {message.channel}, {each.fate}")
                if each.fate in ("lost", "refused"):
                    self.crosses.append((there, micro(time), f"the message is {each.fate}"))
        elif left >= 0 and kept >= 0:
            took = seconds((kept - left) / 1e6)
            self.line(x, left, to, kept, "message", f"message to {message.channel}, on the way for {took}")
        seen = micro(message.acknowledged)
        if seen >= 0:
            sure = micro(self.reference.confirmed(message))
            self.line(to, sure, x, seen, "answer", f"{message.channel} has kept the message")

    def crash_points(self):
        """(service, x, time) just before something that a service does for the customer."""
        found = {}
        for row in self.rows:
            if row.started is None:
                continue
            times = [row.started, row.ended]
            times += [time for call in self.calls_of(row) for time in (call.born, call.settled)]
            times += [time for each in self.messages if each.cause == row.number
                      for time in (each.published, each.acknowledged)]  # fmt: skip
            whole = [*map(micro, times), *(time for time, _, its in self.made if its is row)]
            for time in whole:
                if micro(row.started) < time - 1 and time <= micro(row.ended):
                    found[row.service, time] = [row.service, self.at(row), time - 1]
        return sorted(found.values(), key=lambda each: each[2])


def ways(reference, requests):
    """The ways of one customer or of two side by side, in an order of lifelines that both share."""
    first, *rest = (Way(reference, each) for each in requests)
    if not rest:
        return [first]
    common = iter([name for name in first.names if name in rest[0].names])
    names = [next(common) if name in first.names else name for name in rest[0].names]
    return [first, Way(reference, requests[1], names)]


def marks_of(ways, told, true, span, faults):
    """(marks, heads) of a picture of some ways.

    told, true: of each the word, and when all of it was true (-1: never). faults: (kind, target, begin) -> words.
    """
    marks, heads, first = [], [], 0
    for way, word, since in zip(ways, told, true, strict=True):
        heads += [[first + place, name] for place, name in enumerate(way.names)]
        marks += _of_one(SimpleNamespace(way=way, first=first, span=span, told=word, true=since, faults=faults))
        first += len(way.names) + BETWEEN
    return marks, heads


def _of_one(its):
    way, first, span = its.way, its.first, its.span

    def y(time):
        return min(max(0, time - way.begin), span) / 1e6

    def shown(time):
        return time - way.begin <= span

    def after(words, time):
        return f"{words}; {seconds((time - way.begin) / 1e6)} after the customer asked"

    def box(name, left, right, begin, end, words):
        if shown(begin) and y(end) > y(begin):
            yield "bars", name, words, left, right, y(begin), y(end)

    yield "text", way.run.scenario.name, "", first - 0.3, -0.045 * span / 1e6
    for place in range(len(way.names)):
        yield "line", "", "", first + place, first + place, 0, span / 1e6
    for x, begin, end, look, words in way.bars:
        at = first + x
        yield from box(NAMES[look], at - WIDTH / 2, at + WIDTH / 2, begin, end, after(words, begin))
    for x, leave, to, arrive, look, words in way.lines:
        if not shown(leave):
            continue
        side = WIDTH / 2 * ((to > x) - (to < x))
        begin, end, share = first + x + side, first + to - side, 1
        head = "solid" if look == "message" else "open"
        if not shown(arrive):
            share, head = (way.begin + span - leave) / (arrive - leave), ""
        name = "message" if look == "message" else "answer"
        yield ("line", f"{name} {head}", after(words, leave), begin, begin + share * (end - begin), y(leave), y(arrive))
    for x, time, words in way.crosses:
        if shown(time):
            yield "dots", "", after(words, time), first + x, y(time)
    said = []
    for time, name, row in way.made:
        at, since = first + way.at(row), seconds((time - way.begin) / 1e6)
        if not shown(time):
            continue
        if not any(abs(x - at) <= 0.5 and abs(there - y(time)) <= NEAR * span / 1e6 for x, there in said):
            said.append((at, y(time)))
            yield "text", since, "", at, y(time)
        yield "dots", name, f"{name}, {since}", at, y(time)
    left, right = first - 0.35, first + len(way.names) - 1 + 0.45
    if its.told != "nothing" and shown(way.answered):
        line = left, right, y(way.answered), y(way.answered)
        yield ("line", f"told {its.told} ", after(f"told {its.told}", way.answered), *line)
    if its.told == "yes":
        until = way.begin + span if its.true < 0 else its.true
        words = "told yes, and not all of it is true yet"
        yield from box("not true yet", left, right, way.answered, until, words)
    for time, kind, target, end in way.plain.faults():
        name = target.split("/")[0]
        if name in way.names:
            at = first + way.names.index(name)
            words = its.faults[kind, target, micro(time)]
            yield from box(words, at - 0.42, at + 0.42, micro(time), micro(end), words)
