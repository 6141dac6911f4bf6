"""One request's way on lifelines, worked out a second time: each bar, arrow, cross and effect, and where it stands."""

from evsim.view.lifelines import WIDTH
from evsim.view.words import seconds
from tests.pictures.one import confirmed_from, is_row, replied, told

__all__ = ["Ways", "ending"]

TAKEN = ("kept", "came again", "deduplicated")
UNTOLD = ("open", "given back", "revoked", "dead", "lost")  # nothing goes back to whoever asked


class Ways:
    """``bars`` (what, x, from, to), ``arrows`` (what, from x, to x, left, came), ``crosses`` and ``effects``."""

    def __init__(self, one):
        self.one, self.bars, self.arrows, self.crosses, self.effects = one, [], [], [], []
        self.places = {name: float(place) for place, name in enumerate(self.names())}
        self.lanes = self.side_by_side()
        self.end = self.last()
        self.bar("waits", 0.0, 0.0, self.end if one.request.answered is None else one.since(one.request.answered))
        for _, node in one.nodes():
            (self.row if is_row(node) else self.message)(node)

    def names(self):
        """The customer, then all in the order in which they first have to do with it."""
        first = {}
        for _, node in self.one.nodes():
            begin = node.born if is_row(node) else node.published
            for name in (node.source, node.service) if is_row(node) else (node.sender, node.channel):
                if name and name != self.one.request.workload:
                    first[name] = min(begin, first.get(name, begin))
        return ["customer", *sorted(first, key=first.get)]

    def last(self):
        """The last moment of anything."""
        times = [1e-3]
        for row in self.one.rows.values():
            times += [row.born, row.ready, row.leased, row.inbox, row.started, row.ended, row.settled]
        for each in self.one.messages:
            times += [each.published, each.appended, each.acknowledged, *(sending.sent for sending in each.sendings)]
        return max([1e-3, *(self.one.since(time) for time in times[1:] if time is not None)])

    def side_by_side(self):
        """row -> its lane: attempts at one service that overlap stand side by side."""
        lanes, until = {}, {}
        never = float("inf")
        rows = sorted(self.one.rows.values(), key=lambda row: never if row.started is None else row.started)
        for row in rows:
            taken, lane = until.setdefault(row.service, {}), 0
            while lane in taken and (row.started is None or taken[lane] > row.started):
                lane += 1
            lanes[row.number], taken[lane] = lane, never if row.ended is None else row.ended
        return lanes

    def x(self, row):
        return self.places[row.service] + 0.6 * WIDTH * self.lanes[row.number]

    def asker(self, row):
        if row.kind == "request":
            return self.places["customer"]
        return self.x(self.one.plain.rows[row.parent]) if row.kind == "call" else self.places[row.source]

    def bar(self, what, x, begin, end):
        if begin is not None and end > begin:  # what expires before its delay is over was never ready
            self.bars.append((what, x, begin, end))

    def arrow(self, what, x, left, to, came):
        side = WIDTH / 2 if to > x else -WIDTH / 2 if to < x else 0.0
        self.arrows.append((what, x + side, to - side, self.one.since(left), self.one.since(came)))

    def cross(self, x, time, words=""):
        self.crosses.append((words, x, self.one.since(time)))

    def row(self, row):
        one = self.one
        if row.kind == "delivery" and row.leased is None:
            until = self.end if row.settled is None else one.since(row.settled)
            self.bar("in line", self.places[row.source], one.since(row.ready), until)
            if row.verdict in ("expired", "dropped", "lost"):
                self.cross(self.places[row.source], row.settled, row.verdict)
            return
        x, asker = self.x(row), self.asker(row)
        if row.outcome == "refused" and row.reason in ("breaker", "bulkhead"):
            self.cross(asker, row.ended, "not asked")
            return
        sent = row.born
        if row.kind == "delivery":
            sent = row.leased
            self.bar("in line", asker, one.since(row.ready), self.end if sent is None else one.since(sent))
        if row.outcome == "lost":
            self.arrow("message", asker, sent, (x + asker) / 2, sent)
            self.cross((x + asker) / 2, sent, "lost")
        elif row.inbox is not None:
            self.arrow("message", asker, sent, x, row.inbox)
            until = row.ended if row.started is None else row.started
            self.bar("in line", x, one.since(row.inbox), self.end if until is None else one.since(until))
        if row.outcome == "refused":
            self.cross(x, row.ended, "refused")
        if row.started is not None:
            self.work(row, x)
        self.answer(row, x, asker)

    def work(self, row, x):
        one = self.one
        over = self.end if row.ended is None else one.since(row.ended)
        self.bar("works", x, one.since(row.started), over)
        tried = {}
        for child in one.children(row):
            if is_row(child):
                begin = child.born
                if child.attempt > 1:
                    begin = tried.get(child.service, begin)
                if child.verdict == "copy":
                    continue
                until = tried[child.service] = child.settled
                waits = True
            else:
                if child.origin >= 0:
                    continue
                begin, until = child.published, child.acknowledged
                waits = until is not None or row.outcome == "failed"
            if waits and begin is not None:
                self.bar("held", x, one.since(begin), over if until is None else min(over, one.since(until)))
        self.effects += [(each.name, x, one.since(each.time)) for each in row.effects]
        if row.outcome in ("failed", "crashed"):
            self.cross(x, row.ended, "" if row.reason == "dependency" else row.outcome)

    def answer(self, row, x, asker):
        if row.late is not None:
            self.arrow("answer", x, replied(row), asker, row.late)
            self.cross(asker, row.late)
        if row.settled is None or row.verdict in UNTOLD:
            return
        if row.verdict not in ("done", "orphaned") and self.one.gave_up(row):
            self.cross(asker, row.settled, "gives up")
            return
        if row.verdict == "done" and (replied(row) is None or replied(row) > row.settled):
            return  # it counted as done when it was handed out
        self.arrow("good answer" if row.verdict == "done" else "answer", x, replied(row), asker, row.settled)
        if row.verdict == "orphaned":
            self.cross(asker, row.settled)

    def message(self, message):
        made = message.origin >= 0
        x = self.places[message.sender] if made else self.x(self.one.plain.rows[self.one.cause[message.number]])
        channel = self.places[message.channel]
        for sending in message.sendings:
            came = sending.arrived == sending.arrived
            to, time = (channel, sending.arrived) if came else ((x + channel) / 2, sending.sent)
            self.arrow("message", x, sending.sent, to, time)
            if sending.fate not in TAKEN:
                self.cross(to, time, sending.fate)
        if confirmed_from(message) is not None:
            self.arrow("good answer", channel, confirmed_from(message), x, message.acknowledged)

    def untrue(self, customer):
        """(from, to) of what is told and not true yet: from a yes on, until it is; at most one."""
        if told(self.one.request) != "yes":
            return []
        begin, end = self.one.since(customer.settled), self.end
        if customer.told != "yes, never true":
            end = None if customer.completion is None else self.one.since(customer.completion + customer.born)
        return [(begin, end)] if end is not None and end > begin else []

    def faults(self):
        """(x, from, to) of each fault of somebody who takes part, as far as the picture goes."""
        for time, _, target, over in self.one.plain.faults():
            name = str(target).partition("/")[0]
            begin, end = max(0.0, self.one.since(time)), min(self.end, self.one.since(over))
            if name in self.places and begin < end:
                yield self.places[name], begin, end


def ending(one, customer):
    """What came of it, as the title of one life says it."""
    word = told(one.request)
    if word == "nothing":
        return "told nothing"
    after = f"told {word} after {seconds(one.since(one.request.answered))}"
    if word == "yes" and customer.completion is not None and customer.due:
        lag = one.since(customer.completion + customer.born) - one.since(customer.settled)
        true = f", true {seconds(lag)} later" if lag > 0 else ", true by then"
        return after + true + one.run.outcomes.also(one.request.place)
    return after + one.run.outcomes.truth(one.request.place)
