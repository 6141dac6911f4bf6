"""The waterfall of one request, worked out a second time: what each row of it holds, from when to when."""

from evsim.counting import listed
from evsim.view.words import seconds, short
from tests.pictures.one import confirmed_from, is_row, told

__all__ = ["Waterfall"]

MOST, DEEPEST = 40, 10
FAILED = ("crashed", "failed", "refused", "withdrawn")
ERRORS = {"error": "an error", "timeout": "a timeout", "rejected": "a refusal"}


class Waterfall:
    """``bars``, ``ways`` and ``signs`` of a waterfall, as the manual says what they mean, and its words.

    Of bars of work and of holding those that touch are one. Times in seconds since the arrival.
    """

    def __init__(self, one):
        self.one, self.bars, self.ways, self.signs, self.fails = one, [], [], [], []
        self.nodes = list(one.nodes())
        for level, (_, node) in enumerate(self.nodes[:MOST]):
            (self.row if is_row(node) else self.message)(level, node)

    def until(self, time):
        """A moment that did not come is the end of the run."""
        return self.one.end if time is None else self.one.since(time)

    def bar(self, what, level, begin, end):
        if end > begin:
            self.bars.append((what, level, begin, end))

    def way(self, level, begin, end):
        if end is not None and begin is not None and end > begin:
            self.ways.append((level, begin, end))

    def row(self, level, row):
        one = self.one
        left, gone = one.since(row.born), self.until(row.ended)
        if row.kind == "delivery":
            left = self.until(row.settled if row.leased is None else row.leased)
            self.bar("in line", level, self.until(row.ready), left)
        here = gone if row.inbox is None else one.since(row.inbox)
        self.way(level, left, here)
        self.bar("in line", level, here, gone if row.started is None else one.since(row.started))
        if row.started is not None:
            self.work(level, row, one.since(row.started), gone)
        if row.kind != "delivery" and row.outcome == "ok":
            self.way(level, gone, one.since(row.settled))
        self.signs += [(each.name, level, one.since(each.time)) for each in row.effects]
        if row.kind == "delivery" and row.leased is None:
            if row.verdict in ("expired", "dropped", "lost"):
                self.fails.append((row.verdict, level, one.since(row.settled)))
            return
        if row.outcome == "lost":
            self.fails.append(("lost on the way", level, one.since(row.leased if row.kind == "delivery" else row.born)))
        if row.outcome in FAILED:
            unasked = row.outcome == "refused" and row.reason in ("breaker", "bulkhead")
            self.fails.append(("not asked" if unasked else row.outcome, level, one.since(row.ended)))
        if row.verdict == "timeout" and row.outcome in ("ok", "open"):
            self.fails.append(("given up", level, one.since(row.settled)))

    def work(self, level, row, started, ended):
        """Each moment of it is held, if it waits for anything, or else work."""
        waits = [self.wait(child, ended) for child in self.one.children(row)]
        waits = [(begin, end) for begin, end in filter(None, waits) if end > begin]
        moments = sorted({started, ended, *(time for wait in waits for time in wait if started < time < ended)})
        pieces = []
        for begin, end in zip(moments, moments[1:], strict=False):
            held = any(one <= begin and end <= other for one, other in waits)
            pieces.append(("held" if held else "work", level, begin, end))
        self.bars += joined(pieces)

    def wait(self, child, ended):
        """From when to when somebody waits for a call or for the confirmation of a message; None: not at all."""
        if is_row(child):
            end = ended if child.settled is None else self.one.since(child.settled)
            return None if child.verdict == "copy" else (self.one.since(child.born), min(end, ended))
        if child.origin >= 0:
            return None
        end = child.published if child.acknowledged is None else child.acknowledged
        return self.one.since(child.published), min(self.one.since(end), ended)

    def message(self, level, message):
        for sending in message.sendings:
            sent = self.one.since(sending.sent)
            arrived = None if sending.arrived != sending.arrived else sending.arrived
            if sending.fate == "lost":
                self.fails.append(("lost", level, sent))
            else:
                self.way(level, sent, self.until(arrived))
            if sending.fate == "refused":
                self.fails.append(("refused", level, self.one.since(arrived)))
        if message.appended is not None:
            self.signs.append(("kept", level, self.one.since(message.appended)))
            confirmed = self.one.since(confirmed_from(message))
            self.way(level, confirmed, self.one.since(message.acknowledged))

    def longest(self):
        """How far the time axis goes: to the last effect, the answer, and the end of the last bar."""
        times = [1e-6, *(time for time, _ in self.one.effects()), self.one.since(self.one.request.answered) or 0.0]
        for _, node in self.nodes[:MOST]:
            times += [self.until(node.ended)] if is_row(node) else [self.one.since(node.appended) or 0.0]
        return max(times)

    # Words.

    def labels(self):
        for depth, node in self.nodes[:MOST]:
            name = short((node.service or node.source) if is_row(node) else node.channel)
            again = f" ({node.attempt})" if is_row(node) and node.attempt > 1 else ""
            yield "  " * min(depth, DEEPEST) + name + again

    def title(self, customer):
        """customer: the same as :func:`tests.figures.customers.follow` knows them."""
        words, names = [], [name for _, name in self.one.effects()]
        if missing := missing_of(self.one, customer):
            never = "did not come until the run ended" if self.one.run.tables.still_open else "never came"
            words = [f"{listed(missing)} {never}"]
        elif customer.completion is not None and customer.settled is not None:
            lag = self.one.since(customer.completion + customer.born) - self.one.since(customer.settled)
            words = [f"all was true {seconds(lag)} later" if lag > 0 else "all was true by then"]
        many = [f"{name} came {names.count(name)} times" for name in dict.fromkeys(names) if names.count(name) > 1]
        words = [*many, *words] if missing else [*words, *many]
        return "; ".join([f"Customer {self.one.request.number} {self.told()}", *words])

    def told(self):
        request, word = self.one.request, told(self.one.request)
        if word == "nothing":
            return "had no answer when the run ended"
        after = f"after {seconds(self.one.since(request.answered))}"
        if word != "error":
            return f"was told {word} {after}" + (": it is taken" if word == "no" else "")
        gave_up = self.one.gave_up(request.row)
        return f"{'gave up' if gave_up else f'was told of {ERRORS[request.outcome]}'} {after}"

    def held(self):
        """The time for which a worker was held, by service, in the order in which they were asked."""
        found = {}
        for row in (node for _, node in self.nodes if is_row(node) and node.service):
            ended = row.started is not None and row.ended is not None
            time = self.one.since(row.ended) - self.one.since(row.started) if ended else 0.0
            found[row.service] = found.get(row.service, 0.0) + time
        return found


def missing_of(one, customer):
    """Names of what should stand and does not; nothing is missed by who was told no."""
    lacks = customer.due - customer.stands.keys() if told(one.request) != "no" else ()
    return [name for name in one.run.outcomes.names if name in lacks]


def joined(pieces):
    """Pieces of time in order, with those as one that are alike and touch."""
    found = []
    for what, level, begin, end in pieces:
        if found and found[-1][:2] == (what, level) and found[-1][3] == begin:
            begin = found.pop()[2]
        found.append((what, level, begin, end))
    return found
