"""What the player draws at a moment, worked out slowly and plainly from the records: a tuple for each mark.

(class, x, y, width, height, text, words, number of the customer, fill); of a shape that is no box, its size is the
width. Where boxes stand and how lines run is asked of the player; what is in them and on them is not.
"""

from collections import Counter
from math import floor, hypot

from evsim.counting import listed
from evsim.view.words import count, seconds
from tests.exports.plain import micro
from tests.player.reference_state import ACKNOWLEDGE, ANSWER, ASK, CONFIRM, lasts, steps_of

__all__ = ["Drawing"]

PAD, SLOT_TOP, SLOT, TICKET_TOP, TICKET = 9, 25, 21, 49, (30, 17)
CELL, CELL_HEIGHT, CELL_STEP, LINE, STRIPS, TOP, SAID = 31, 23, 31, 6, 4, 45, 18
MOST_SLOTS, MOST_DOTS, MOST_LABELS = 8, 30, 12
GREY = "#6d6d73"
PROGRESS = {"none": "does not read it", "over": "is done with it", "handed": "has it", "waits": "has not had it yet"}
HOPS = ("request", "answer", "message", "confirmation", "delivery", "acknowledgement")


def mark(look, x, y, width=None, height=None, text=None, words=None, number=None, fill=None):
    return look, x, y, width, height, text, words, number, fill


class Drawing:
    """The marks of a run; `made` is its film, `boxes` and `ways` (of a pair, "a b": points) are the player's."""

    def __init__(self, reference, made, boxes, ways):
        self.reference, self.plain, self.run = reference, reference.plain, reference.run
        self.boxes, self.ways, self.made = boxes, ways, made
        self.scenario, (self.lane,) = self.run.scenario, made["futures"][0]["lanes"]

    def at(self, t, mine):
        """(marks of the parts, of lines, of what travels, how many dots more may be left out) at a moment."""
        self.t, self.mine = t, mine
        parts = [each for name in self.scenario.services for each in self.service(name)]
        parts += [each for name in self.scenario.channels for each in self.channel(name)]
        return parts, [*self.waits(), *self.links()], self.dots()

    # Who and what.

    def who(self, request):
        who = self.plain.requests[request]
        return f"{who.workload if len(self.made['workloads']) > 1 else 'customer'} {who.number}"

    def number(self, request):
        return self.plain.requests[request].number

    def is_mine(self, request):
        return " mine" if request == self.mine else ""

    def for_so_long(self, since):
        return seconds((self.t - since) / 1e6)

    def written_by(self, name):
        """Effects of a service in the order of the film: (number, effect)."""
        service = self.scenario.services[name]
        steps = [] if callable(service.handle) else steps_of(self.reference.scenario["services"][name]["handle"])
        names = {its if isinstance(its, str) else its["name"] for kind, its in steps if kind == "effect"}
        names |= {each.name for each in self.plain.effects if each.row.service == name}
        return [(place, each) for place, each in enumerate(self.made["effects"]) if each["name"] in names]

    def colour(self, name):
        effects = self.written_by(name)
        return effects[0][1]["colour"] if effects else self.made["marks"]["fault"]

    def faults(self, name):
        """(kind, target, words) of those that last; their words are the film's."""
        words = {(each["kind"], each["start"], each["target"]): each["words"] for each in self.lane["faults"]}
        return [
            (kind, target, words[kind, micro(time), target]) for time, kind, target, end in self.plain.faults()
            if target.split("/")[0] == name and micro(time) <= self.t < micro(end)
        ]  # fmt: skip

    # A service.

    def there(self, name):
        """The workers of a service whose instance is there; and the numbers of all that ever were."""
        lives = self.run.tables.capacity[name]
        every = range(lives.width * (max(lives.number.tolist(), default=-1) + 1))
        if not self.scenario.services[name].is_elastic:
            return set(every), every
        here = {
            number for number, ready, ended in zip(lives.number.tolist(), lives.ready.tolist(), lives.ended.tolist())
            if ready == ready and micro(ready) <= self.t < micro(self.plain.end if ended != ended else ended)
        }  # fmt: skip
        return {worker for worker in every if worker // lives.width in here}, every

    def slot(self, box, workers, worker):
        """Where the slot of a worker is: x, y, width, height."""
        step = (box["width"] - 2 * PAD + 3) / (8 if workers > 4 else 4)
        return box["x"] + PAD + worker * step, box["y"] + SLOT_TOP, step - 3, SLOT

    def service(self, name):
        box, state = self.boxes[name], self.reference.service(name, self.t)
        there, every = self.there(name)
        yield from self.hatched(name, every)
        yield from self.counts(name)
        busy = [(worker, row, request, self.ordered_waits(row)) for worker, row, request, _ in state["busy"]]
        if len(every) > MOST_SLOTS:
            yield from self.crowd(name, busy, len(there))
        else:
            first = {job[0]: job for job in reversed(busy)}
            jobs = first | {job[0]: job for job in reversed(busy) if job[3]}  # of a batch, whoever waits
            for worker in every:
                at = self.slot(box, len(every), worker)
                if worker in jobs:
                    yield from self.job(name, jobs[worker], at)
                elif worker in there:
                    yield mark("ev-slot", *at, words=f"{name}: this worker is free")
        yield from self.tickets(name, state)
        yield from self.fault_label(name, len(busy))

    def started(self, row):
        return micro(self.plain.rows[row].started)

    def ordered_waits(self, number):
        """Whom a worker waits for: calls first, each in the order in which they were made."""
        calls = [
            (micro(call.born), call.number, call.service) for call in self.plain.rows
            if call.kind == "call" and call.parent == number and call.verdict != "copy"
            and lasts(micro(call.born), micro(call.settled), self.t)
        ]  # fmt: skip
        names = [name for *_, name in sorted(calls)]
        both = self.reference.waits(self.plain.rows[number], self.t)
        for name in names:
            both.remove(name)
        published = sorted(
            (micro(each.published), each.number, each.channel) for each in self.plain.messages
            if each.cause == number and each.channel in both
        )  # fmt: skip
        return names + [name for *_, name in published][-len(both) :] if both else names

    def job(self, name, job, at):
        _, row, request, waits = job
        x, y, width, height = at
        since = self.for_so_long(self.started(row))
        said = [
            each if times == 1 else f"{times} {self.given_by(each)}s of {each}"
            for each, times in Counter(waits).items()
        ]
        doing = f"waits for {listed(said)}, held for {since}" if waits else f"works, for {since} so far"
        look, words = ("waits" if waits else "works") + self.is_mine(request), f"{self.who(request)}: {name} {doing}"
        about = {"words": words, "number": self.number(request)}
        yield mark(f"ev-slot {look}", x, y, width, height, **about)
        yield mark(f"ev-number {look}", x + width / 2, y + 15.5, text=str(about["number"]), **about)

    def given_by(self, name):
        return "answer" if name in self.scenario.services else "confirmation"

    def crowd(self, name, busy, many):
        box = self.boxes[name]
        held = {worker: any(waits for each, *_, waits in busy if each == worker) for worker, *_ in busy}
        x, y, each = box["x"] + PAD, box["y"] + SLOT_TOP + 4, 50 / max(many, len(held), 1)
        waiting = each * sum(held.values())
        working = each * len(held) - waiting
        words = f"{name}: {len(held)} of {many} workers {'is' if len(held) == 1 else 'are'} busy"
        yield mark("ev-slot", x, y, 50, 13, words=words)
        yield mark("ev-slot works", x, y, working, 13, words=words)
        yield mark("ev-slot waits", x + working, y, waiting, 13, words=words)
        yield mark("ev-small", x + 57, y + 12, text=f"{len(held)} of {many} busy", words=words)
        for job in [each for each in busy if each[2] == self.mine][:1]:
            at = box["x"] + box["width"] - PAD - 36, box["y"] + TICKET_TOP - 2, 36, SLOT
            yield from self.job(name, job, at)

    def counts(self, name):
        box = self.boxes[name]
        right = box["x"] + box["width"] - PAD
        for number, effect in reversed(self.written_by(name)):
            text = str(sum(
                each.name == effect["name"] and each.row.service == name and each.undone is None
                and micro(each.time) <= self.t for each in self.plain.effects
            ))  # fmt: skip
            words = f"{name} has written {effect['name']} {count(int(text), 'time')}"
            yield mark("ev-count", right, box["y"] + 18, text=text, words=words)
            at = right - 11 * len(text) - 10, box["y"] + 12.5, 7
            yield mark(f"ev-mark ev-effect-{number}", *at, words=words, fill=effect["colour"])
            right -= 11 * len(text) + 26

    def tickets(self, name, state):
        box = self.boxes[name]
        x, y, most = box["x"] + PAD, box["y"] + TICKET_TOP, 2 if state["outbox"] else 4
        for place, number in enumerate(state["line"][:most]):
            row = self.plain.rows[number]
            since = self.for_so_long(micro(row.inbox))
            words = f"{self.who(row.request.place)} waits at {name} for a worker, for {since} so far"
            yield from self.ticket(x + 33 * place, y, row.request.place, words, TICKET[0])
        if len(state["line"]) > most:
            words = f"{len(state['line'])} wait at {name} for a worker"
            text = f"+{len(state['line']) - most}"
            yield mark("ev-small strong", x + 33 * most + 1, y + 13, text=text, words=words)
        if state["outbox"]:
            channel = self.scenario.channels[self.plain.messages[state["outbox"][0]].channel]
            place = "outbox" if getattr(channel, "linger", None) is None else "batch"
            many = len(state["outbox"])
            words = f"{count(many, 'message waits', 'messages wait')} in the {place} of {name}"
            right = box["x"] + box["width"] - PAD
            yield mark("ev-small strong", right, y + 13, text=f"{place} {many}", words=words)

    def ticket(self, x, y, request, words, width):
        look, about = self.is_mine(request), {"words": words, "number": self.number(request)}
        yield mark(f"ev-ticket{look}", x, y, width, TICKET[1], **about)
        yield mark(f"ev-number{look}", x + width / 2, y + 13, text=str(about["number"]), **about)

    # Faults.

    def hatched(self, name, workers=()):
        box = self.boxes[name]
        whole = box["x"], box["y"], box["width"], box["height"]
        for kind, target, words in self.faults(name):
            if kind not in ("outage", "crash", "pause"):
                continue
            at, (_, _, instance) = whole, target.partition("/")
            if instance and len(workers) <= MOST_SLOTS:
                width = self.scenario.services[name].workers
                first, last = (self.slot(box, len(workers), worker) for worker in
                               ((int(instance) - 1) * width, int(instance) * width - 1))  # fmt: skip
                at = first[0] - 3, first[1] - 3, last[0] + last[2] - first[0] + 6, SLOT + 6
            yield mark("ev-hatch", *at, words=f"fault: {words}")

    def fault_label(self, name, busy=0):
        said, box, faults = [], self.boxes[name], self.faults(name)
        for kind, target, words in faults:
            instance = f"instance {target.split('/')[1]} " if "/" in target else ""
            ends = "; ends what it has begun" if kind == "outage" and busy else ""
            said.append(instance + words.split(" ", 1)[1] + ends)
        if faults:
            x, y = box["x"] + PAD, box["y"] + box["height"] + 2
            yield from self.label(x, y, ", ".join(said), faults, box["width"] - PAD)

    def label(self, x, y, said, faults, room=float("inf")):
        words = f"fault: {', '.join(words for *_, words in faults)}"
        yield mark("ev-fault-label", x, y - 11, min(room, 36 + 10.6 * len(said)), 20, words=words)
        yield mark("ev-fault", x + 11, y - 1, 7, words=words)
        yield mark("ev-fault-words", x + 22, y + 4.5, text=said, words=words)

    # A channel.

    def channel(self, name):
        kind = self.scenario.channels[name].kind
        yield from self.hatched(name)
        if kind == "log":
            yield from self.log(name)
        elif kind in ("queue", "pipe"):
            yield from self.queue(name)
        yield from self.fault_label(name)

    def log(self, name):
        box, state = self.boxes[name], self.reference.channel(name, self.t)
        readers = [reader for reader, settings in self.scenario.services.items()
                   for each in settings.subscribe if each.channel == name]  # fmt: skip
        kept = sorted((micro(each.appended), each.number) for each in self.plain.messages
                      if each.channel == name and 0 <= micro(each.appended) <= self.t)  # fmt: skip
        room = max(1, floor((box["height"] - TOP - SAID * len(readers)) / CELL_STEP))
        lines = self.lines([number for _, number in kept], self.scenario.channels[name].partitions_at_last, room)
        at = {
            number: (box["x"] + PAD + CELL * place, box["y"] + TOP + CELL_STEP * line)
            for line, numbers in enumerate(lines) for place, number in enumerate(numbers)
        }  # fmt: skip
        for number, (x, y) in at.items():
            yield from self.cell(number, x, y, [(each, state["progress"][each][number]) for each in readers])
        for place, reader in enumerate(readers):
            behind, oldest = (state["groups"][reader][what] for what in ("behind", "oldest"))
            if oldest in at:
                x, y = at[oldest]
                which = "the only message" if behind == 1 else f"the oldest of {behind} messages"
                words = f"{reader}: this is {which} that it is not done with"
                yield mark("ev-flag", x + 2 + 8 * (place % 3), y - 0.8, 2.8, words=words, fill=self.colour(reader))
            yield from self.status(name, reader, behind, box["y"] + box["height"] - SAID * (len(readers) - place) + 7)
        if not kept:
            yield mark("ev-small", box["x"] + PAD, box["y"] + 58, text="nothing yet")

    def lines(self, kept, partitions, room):
        """The messages that are drawn, line by line: the last ones of each partition, or of all in full lines."""
        if 1 < partitions <= min(STRIPS, room):
            parted = [[number for number in kept if self.plain.messages[number].partition == each]
                      for each in range(partitions)]  # fmt: skip
            return [its[-LINE:] for its in parted]
        return [kept[first : first + LINE] for first in range(0, len(kept), LINE)][-room:]

    def cell(self, number, x, y, far):
        message = self.plain.messages[number]
        removed = [time for time, each in self.run.records.removals if each == number and micro(time) <= self.t]
        place, over = message.request.place, all(each in ("over", "none") for _, each in far)
        look = (" over" if over else "") + (" gone" if removed else "") + self.is_mine(place)
        left = " (kept no longer)" if removed else ""
        said = ", ".join(f"{reader} {PROGRESS[each]}" for reader, each in far)
        where = f"partition {message.partition}, offset {message.offset}"
        about = {"words": f"{self.who(place)}: {where}{left}; {said}", "number": self.number(place)}
        yield mark(f"ev-cell{look}", x, y, CELL - 2, CELL_HEIGHT, **about)
        yield mark(f"ev-number{look}", x + CELL / 2 - 1, y + 15.2, text=str(about["number"]), **about)
        for column, (reader, each) in enumerate(far):
            width = (CELL - 4) / len(far)
            fill = self.colour(reader) if each == "over" else "none"
            yield mark(f"ev-pip {each}", x + 1 + column * width, y + 16.5, width - 1, 5, fill=fill, **about)

    def status(self, name, reader, behind, y):
        x, words = self.boxes[name]["x"] + PAD, f"{reader} has {count(behind, 'message')} to go"
        moves = [kind for time, kind, what, _ in self.run.records.incidents
                 if what == f"{reader} of {name}" and kind in ("rebalance", "end of rebalance")
                 and micro(time) <= self.t]  # fmt: skip
        is_moving = moves and moves[-1] == "rebalance"
        text = "rebalances" if is_moving else f"{behind} behind" if behind else "up to date"
        short = reader if len(reader) <= 15 else f"{reader[:14]}\N{HORIZONTAL ELLIPSIS}"
        yield mark(None, x, y, 4.5, words=words, fill=self.colour(reader))
        yield mark("ev-small strong" if behind > 1 else "ev-small", x + 13, y + 1, text=f"{short} {text}", words=words)

    def queue(self, name):
        box, waiting, handed = self.boxes[name], [], 0
        for row in self.plain.rows:
            if row.kind != "delivery" or row.source != name or row.verdict == "copy":
                continue
            over = [time for time in map(micro, (row.leased, row.ended, row.settled)) if time >= 0]
            if lasts(micro(row.born), min(over, default=-1), self.t):
                waiting.append((row.number if row.first < 0 else row.first, row))
            handed += lasts(micro(row.leased), micro(row.settled), self.t)
        bottom = box["y"] + box["height"] - 46
        room = min(6, floor((bottom - box["y"] - 30) / 20))
        for place, (_, row) in enumerate(sorted(waiting, key=lambda each: each[0])[:room]):
            request = row.request.place
            words = f"{self.who(request)} waits in {name}, for {self.for_so_long(micro(row.born))} so far"
            at = box["x"] + box["width"] / 2 - 25 + place % 2, bottom - 20 * place
            yield from self.ticket(*at, request, words, 50)
        if len(waiting) > room:
            at = box["x"] + box["width"] - PAD, box["y"] + 34
            yield mark("ev-small strong", *at, text=f"+{len(waiting) - room} more")
        behind = self.reference.channel(name, self.t)["groups"]["null"]["behind"]
        text = f"{len(waiting)} wait, {handed} handed out" if behind else "empty"
        yield mark("ev-small", box["x"] + PAD, box["y"] + box["height"] - 12, text=text)

    # Lines and what travels.

    def waits(self):
        """(look, first point, last point, words) of a line from each worker that waits; many workers share one."""
        for name in self.scenario.services:
            _, every = self.there(name)
            drawn = set()
            for worker, row, request, _ in self.reference.service(name, self.t)["busy"]:
                for other in self.ordered_waits(row):
                    points, mine = self.ways.get(f"{name} {other}"), self.is_mine(request)
                    if not points or (len(every) > MOST_SLOTS and other in drawn and not mine):
                        continue
                    drawn.add(other)
                    x, y = points[0][0] - 14, points[0][1]
                    if len(every) <= MOST_SLOTS:
                        left, top, width, height = self.slot(self.boxes[name], len(every), worker)
                        x, y = left + width / 2, top + height
                    words = f"{self.who(request)}: a worker of {name} waits for {other}"
                    yield f"ev-wait{mine}", x, y, *points[-1], words

    def links(self):
        for name, link in self.scenario.network.links.items():
            faults, points = self.faults(name), self.ways.get(" ".join(link.between))
            if faults and points:
                x, y = along(points, 0.5)
                yield from self.label(x - 20, y, ", ".join(words for *_, words in faults), faults)

    def dots(self):
        """(marks of a dot, whether it is of my customer) of all that travel."""
        found = [each for each in self.reference.dots(self.t) if f"{each[2]} {each[3]}" in self.ways]
        self.travelling = len(self.reference.dots(self.t))
        return [self.dot(*each, len(found)) for each in found]

    def dot(self, kind, ref, origin, to, end, share, count):
        asked = kind in (ASK, ANSWER, ACKNOWLEDGE, HOPS.index("delivery"))
        request = (self.plain.rows if asked else self.plain.messages)[ref].request.place
        (hop,) = [each for each in self.reference.hops if (*each[:4], each[6]) == (kind, ref, origin, to, end)
                  and self.is_at(each, share)][:1]  # fmt: skip
        leave, arrive = hop[4:6]
        gone, never = end in ("lost", "late", "refused"), arrive < 0
        x, y = along(self.ways[f"{origin} {to}"], share / 2 if gone and never else share, 5)
        mine, what = self.is_mine(request), HOPS[kind]
        said = {"bad": f"an error as {what}", "late": f"an {what} that nobody waits for"}.get(end, what)
        page = kind == ASK and origin in self.made["workloads"]
        took = "" if never else f", {seconds((arrive - leave) / 1e6)}"
        lost = ", lost on the way" if end == "lost" else ""
        words = f"{self.who(request)}: {said} from {'the page' if page else origin} to {to}{lost}{took}"
        about, size = {"words": words, "number": self.number(request)}, 9 if mine else 6.5
        back = " back" if kind in (ANSWER, CONFIRM, ACKNOWLEDGE) else ""
        bad = " bad" if end == "bad" else ""
        marks = [mark(f"ev-dot{back}{bad}{mine}", x, y, size, **about)]
        if gone and share > 0.45:
            marks.append(mark("ev-cross", x, y, size + 3, **about))
        elif end == "bad":
            marks.append(mark("ev-cross", x, y, size - 2, **about))
        if mine or count <= MOST_LABELS:
            look = "ev-number label bold" if mine else "ev-number label"
            marks.append(mark(look, x, y - size - 4, text=str(about["number"]), **about))
        return marks, bool(mine)

    def is_at(self, hop, share):
        length = 4 * self.reference.glimpse if hop[5] < 0 else hop[5] - hop[4]
        return round(min(1, (self.t - hop[4]) / length), 6) == share


def along(points, share, apart=0):
    """The point at a share of a line of several pieces, `apart` to the left as one goes along it."""
    lengths = [hypot(x - a, y - b) for (a, b), (x, y) in zip(points, points[1:], strict=False)]
    left, piece = share * (sum(lengths) or 1), 0
    while piece < len(lengths) - 1 and left > lengths[piece]:
        left -= lengths[piece]
        piece += 1
    (a, b), (x, y) = points[piece : piece + 2]
    dx, dy = (x - a) / (lengths[piece] or 1), (y - b) / (lengths[piece] or 1)
    return a + left * dx + apart * dy, b + left * dy - apart * dx
