"""What came of customers, worked out from the records: who is odd, what was lost first, and the lines that pay off."""

from evsim.counting import listed
from evsim.results.outcomes import CustomerOutcomes
from evsim.view.words import seconds
from tests.exports.plain import micro
from tests.figures.customers import follow
from tests.figures.plain import Plain as Counted

__all__ = ["Ends"]

ODD = {"yes, never true": "never", "no, something true": "declined", "error, some true": "denied",
       "error, all true": "denied", "yes, true later": "late"}  # fmt: skip
MOST_KINDS = 6


class Ends:
    """The ends of a run; `effects`: those of its film."""

    def __init__(self, reference, effects):
        self.reference, self.plain, self.run, self.names = reference, reference.plain, reference.run, effects
        self.customers = follow(Counted(self.run))

    def odd(self):
        """kind -> places of customers, in order of arrival."""
        found = {kind: [] for kind in ("never", "declined", "denied", "twice", "late")}
        for place in sorted(range(len(self.customers)), key=lambda place: (self.customers[place].born, place)):
            who = self.customers[place]
            if who.told in ODD:
                found[ODD[who.told]].append(place)
            if who.repeated:
                found["twice"].append(place)
        return found

    def losses(self):
        """{(microseconds, customer)} of all that was lost or refused on its way, or given up, first."""
        rows, messages = self.plain.rows, self.plain.messages
        found = {
            (max(leave, arrive), (rows if kind in (0, 1, 4, 5) else messages)[number].request.place)
            for kind, number, _, _, leave, arrive, end, _ in self.reference.hops if end in ("lost", "refused")
        }  # fmt: skip
        found |= {(micro(row.settled), row.request.place) for row in rows if row.verdict in ("dead", "lost")}
        return {each for each in found if each[0] == min(found)[0]}

    def mine(self, place):
        """What came of one customer."""
        who, heard = self.plain.requests[place], self.customers[place]
        if who.answered is None:
            return "Never told anything."
        waited = within(micro(who.answered) - micro(who.arrived))
        if heard.ending != "ok":
            word = "no" if heard.ending == "declined" else "an error"
            return f"Told {word} after {waited}. {self.had(place)}"
        if heard.told == "yes, never true":
            return f"Told yes after {waited}. It never came true."
        true = round(heard.completion * 1e9) / 1e9 if heard.completion is not None else 0
        lag = micro(max(who.arrived, who.arrived + true)) - micro(who.answered)
        return f"Told yes after {waited}. It was true {within(lag)} later." if lag > 0 else (
            f"You waited {waited}. It was true."
        )  # fmt: skip

    def had(self, place):
        """What was done for who was not told yes."""
        outcomes = self.run.outcomes
        has = [name for name, many in zip(outcomes.names, outcomes.done[:, place].tolist(), strict=True) if many]
        if not has:
            return "And nothing was done."
        complete = not self.customers[place].lacks and not outcomes.left[:, place].any()
        what = "all" if complete and outcomes.due[:, place].any() else listed(has)
        return f"Yet {what} was done{outcomes.also(place)}."

    def presses(self, place):
        """All requests of this person so far: of the same key."""
        who = self.plain.requests[place]
        return [each.place for each in self.plain.requests if each.key == who.key and each.number <= who.number]

    def twice(self, place, t):
        """How often each effect stands at t."""
        presses, words, replays = self.presses(place), [], set(self.run.records.replays)
        for name in self.names:
            many = 0
            for press in presses:
                times = [(each.time, (each.row.number if each.row.first < 0 else each.row.first) in replays)
                         for each in self.plain.effects
                         if each.name == name and each.row.request.place == press and each.undone is None]  # fmt: skip
                counts = [time for n, (time, again) in enumerate(sorted(times)) if not (n and again)]
                many += sum(micro(time) <= t for time in counts) * (micro(self.plain.requests[press].arrived) <= t)
            words.append(f"{many} {name}" + ("s" if many != 1 else ""))
        times = "twice" if len(presses) == 2 else f"{len(presses)} times"
        return f"Pressed {times}: {', '.join(words)}."

    def all(self, t):
        """(how many have come, {words: how many}, how many were told yes too early)."""
        over = t >= micro(self.plain.end)
        outcomes = CustomerOutcomes.of(self.run, at=None if over else (1000 * t + 499.9) / 1e9)
        kinds = {}
        come = [each.place for each in self.plain.requests if micro(each.arrived) <= t]
        for place in come:
            words = outcomes.words(place)
            kinds[words] = kinds.get(words, 0) + 1
        return len(come), kinds, len(self.odd()["late"])


def within(micros):
    return seconds(micros / 1e6)
