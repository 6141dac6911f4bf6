"""What lies beside the stage at a moment, worked out slowly and plainly from the records: lamps, telephone, B and D."""

from math import ceil

from evsim.results.outcomes import TOLD, CustomerOutcomes
from evsim.view.flow import catch_ups
from evsim.view.words import seconds
from tests.exports.plain import micro

__all__ = ["Panels"]

NEVER = float("inf")


def within(micros):
    return seconds(micros / 1e6)


class Panels:
    """The panels of a run; `names`: the effects of its film, in order."""

    def __init__(self, reference, names):
        self.reference, self.plain, self.run, self.names = reference, reference.plain, reference.run, names
        self.over, told = micro(self.plain.end), self.run.outcomes.told.tolist()
        self.asked = [micro(each.arrived) for each in self.plain.requests]
        self.answered = [micro(each.answered) for each in self.plain.requests]
        self.word = [TOLD[each] for each in told]
        self.every = {name: sorted(micro(each.time) for each in self.plain.effects
                                   if each.name == name and each.undone is None) for name in names}  # fmt: skip
        self.times = {name: [[] for _ in told] for name in names}
        replays = set(self.run.records.replays)
        for each in sorted(self.plain.effects, key=lambda each: (each.time, each.number)):
            its = self.times[each.name][each.row.request.place]
            row = each.row.number if each.row.first < 0 else each.row.first
            if each.undone is None and not (its and row in replays):
                its.append(micro(each.time))
        tables = self.run.tables
        self.due = {name: [bool(each) for each in tables.requests.is_due[tables.effect_names.index(name)]]
                    if name in tables.effect_names else [False] * len(told) for name in names}  # fmt: skip

    # What is said of one customer, or of all.

    def heard(self, word, t):
        return sum(0 <= time <= t and said == word for time, said in zip(self.answered, self.word, strict=True))

    def counts(self, t):
        arrived = sum(time <= t for time in self.asked)
        return arrived, *(self.heard(word, t) for word in ("yes", "no", "error"))

    def lamps(self, t, mine, compared):
        """[state, text, what it was] of each; `compared`: with what became of them at the end."""
        if mine is None:
            arrived, *told = self.counts(t)
            written = (sum(time <= t for time in self.every[name]) for name in self.names)
            return [["off", f"{count} of {arrived}", ""] for count in (sum(told), *written)]
        now = self._lamps(t, mine, t >= self.over)
        then = self._lamps(self.over, mine, True) if compared and self.asked[mine] <= t else now
        was = ["" if text == old else f"was: {old}" for (_, text), (_, old) in zip(now, then, strict=True)]
        return [[*lamp, each] for lamp, each in zip(now, was, strict=True)]

    def _lamps(self, t, mine, over):
        asked, told = self.asked[mine], 0 <= self.answered[mine] <= t
        if asked > t:
            return [("off", "")] * (1 + len(self.names))
        lamps = [("wait", "no answer" if over else "waits")]
        if told:
            text = f"{self.said(mine)}, {within(self.answered[mine] - asked)}"
            lamps = [("on" if self.word[mine] == "yes" else "bad", text)]
        for name in self.names:
            its = [time for time in self.times[name][mine] if time <= t]
            if its:
                lamps.append(("on", within(its[0] - asked) + (f", {len(its)} times" if len(its) > 1 else "")))
            elif not self.due[name][mine]:
                lamps.append(("off", "not due"))
            elif over:
                lamps.append(("off", "never"))
            else:  # who was told no or an error is owed nothing
                lamps.append(("off", "not there" if told and self.word[mine] != "yes" else "not yet"))
        return lamps

    def said(self, mine):
        word = self.word[mine]
        return {"timeout": "gave up", "rejected": "refused"}.get(self.plain.requests[mine].outcome, word)

    def phone(self, t, mine, logins, row, mail, again):
        """The telephone; `again`: the same person may have pressed before."""
        arrived, yes, no, error = self.counts(t)
        more = "".join(f", {count} {word}" for word, count in (("no", no), ("error", error)) if count)
        about = {"here": False, "state": "empty", "watch": "0 s", "all": f"{arrived} asked: {yes} yes{more}",
                 "answer": "", "mails": 0, "inbox": "no mail"}  # fmt: skip
        if mine is None or self.asked[mine] > t:
            return about | {"screen": "press Register" if mine is None else "not here yet"}
        asked, told, word = self.asked[mine], 0 <= self.answered[mine] <= t, self.word[mine]
        about |= {"here": True, "state": "waits", "screen": "please wait"}
        about["watch"] = within((self.answered[mine] if told else t) - asked)
        if told:
            about["state"] = "yes" if word == "yes" else "no"
            about["screen"] = {"yes": "registered", "no": "no: taken"}.get(word, self.said(mine))
        mine_too = [each.place for each in self.plain.requests if again and each.key == self.plain.requests[mine].key
                    and each.number <= self.plain.requests[mine].number] or [mine]  # fmt: skip

        def by(name, moment):
            return [time for each in mine_too for time in self.times[name][each] if self.asked[each] <= moment
                    and time <= moment]  # fmt: skip

        mails, since = by(mail, t), [time for time in logins if asked <= time <= t]
        if since:
            known = len(by(row, since[-1]))
            found = {0: "we do not know you", 1: "welcome"}.get(known, f"welcome: {known} rows have your name")
            about["answer"] = f"after {within(since[-1] - asked)}: {found}"
        if mails:
            what = "a mail after" if len(mails) == 1 else f"{len(mails)} mails, last"
            about |= {"mails": len(mails), "inbox": f"{what} {within(max(0, mails[-1] - asked))}"}
        return about

    # D: arrived, told, done.

    def lines(self):
        """[(name, kind, first time of each customer or None, times in order)], first of those who arrived."""

        def told(word):
            return [self.answered[each] if self.word[each] == word else -1 for each in range(len(self.word))]

        def line(name, kind, first):
            return name, kind, first, sorted(time for time in first if time >= 0)

        effects = []
        for name in self.names:
            first = [its[0] if its else -1 for its in self.times[name]]
            late = sum((self.over if time < 0 else time) - asked for time, asked in zip(first, self.asked, strict=True))
            if any(self.due[name]) or any(time >= 0 for time in first):
                effects.append((late, line(name, "effect", first)))
        slowest = sorted(effects, key=lambda each: -each[0])[:6]
        found = [line("arrived", "arrived", self.asked), line("told yes", "told", told("yes"))]
        found += [each[1] for each in effects if each in slowest]
        for word in ("no", "error"):
            if "no" in self.word or word == "error":
                found += [line(f"told {word}", word, told(word))] if word in self.word else []
        return found

    def gaps(self, lines, t, all_known):
        """[come, done, backlog, wait, words] of each line below the first one."""
        return [self.gap(lines[0], line, t, all_known) for line in lines[1:]]

    def gap(self, arrived, line, t, all_known):
        name, kind, first, times = line
        come, done = (sum(time <= t for time in each) for each in (arrived[3], times))
        lack = [time for asked, time in zip(self.asked, first, strict=True) if asked <= t and not 0 <= time <= t]
        never, later = sum(time < 0 for time in lack), [time for time in lack if time >= 0]
        knows = all_known and kind not in ("no", "error")
        wait = (max(0, times[come - 1] - t) if come else 0) if come <= len(times) else None
        if not all_known or (knows and never):
            wait = None
        words = self.words_of(name, kind, come, done, t, (never, later) if knows else None)
        return [come, done, come - done, wait, words]

    def words_of(self, name, kind, come, done, t, lacking):
        if not come:
            return "Nobody has come yet."
        one, many = {"told": ("is told yes", "are told yes"), "no": ("is told no", "are told no"),
                     "error": ("is told an error", "are told an error")}.get(kind, 2 * (f"has {name}",))  # fmt: skip
        many = f"have {name}" if kind == "effect" else many
        words, backlog = f"{come:,} arrived, {done:,} {one if done == 1 else many}", come - done
        if not backlog or kind in ("no", "error"):
            return f"{words}."
        words += f": {backlog:,} {'lacks it' if backlog == 1 else 'lack it'}"
        if lacking is None:
            return f"{words}."
        (never, later), will = lacking, "never" if self.run.tables.complete else "not within this run"
        if not later:
            return f"{words}, {'and' if never == 1 else 'all of them'} {will}."
        when = f"{within(max(later) - t)} from now."
        if not never:
            return f"{words}. {'It comes' if backlog == 1 else 'The last of them has it'} {when}"
        return f"{words}, {never:,} of them {will}. The last of the others has it {when}"

    def flow(self, lines, end, until):
        """(marks, spans of faults) of the picture up to `end`, in which what begins after `until` is unknown."""
        marks = [["steps", name, [0, *(time / 1e6 for time in times), end / 1e6], [*range(len(times) + 1), len(times)]]
                 for name, _, _, times in lines]  # fmt: skip
        for each in catch_ups(self.run):
            begin = micro(each.end)
            if begin <= until and each.capacity > each.rate:
                time = min(micro(each.predicted), end - begin) / 1e6
                ends = [[begin / 1e6, begin / 1e6 + time], [each.done, each.done + each.capacity * time]]
                marks.append(["line", "", *ends])
        return marks, self.bands(until, lambda time: time / 1e6)

    def bands(self, until, place):
        return sorted([place(micro(time)), place(micro(end))] for time, _, _, end in self.plain.faults()
                      if micro(time) <= until)  # fmt: skip

    # B: promise and truth.

    def promise(self, t, until, most=6):
        """(rows, spans of faults): each row its name, its counts in words and its bars, (left, right, low, high)."""
        order = sorted(range(len(self.asked)), key=lambda each: (self.asked[each], each))
        known = [each for each in order if self.asked[each] <= t]
        final = t >= self.over and self.run.tables.complete
        odd = CustomerOutcomes.of(self.run, at=(1000 * t + 499.9) / 1e9).odd  # as a moment is rounded
        now = [self.word[each] if 0 <= self.answered[each] <= t else "nothing" for each in known]
        answers = {word: [each == word for each in now] for word in TOLD}
        signs = {"yes": "yes \u25b2", "no": "no \u25be", "error": "error \u25bc", "nothing": "waiting"}
        heights = {"yes": 1, "error": -1, "no": -0.6, "nothing": 0.12}
        rows = [("told", [(answers[word], height) for word, height in heights.items()],
                 [(answers[word], said) for word, said in signs.items()], "")]  # fmt: skip
        for name in self.worst(most):
            done = [sum(time <= t for time in self.times[name][each]) for each in known]
            absent = [self.due[name][each] and not count for each, count in zip(known, done, strict=True)]
            said = [([count == 1 for count in done], "once"), ([count > 1 for count in done], "twice or more"),
                    (absent, "never" if final else "not there")]  # fmt: skip
            rows.append((name, [([count >= least for count in done], 0.5) for least in (1, 2)], said, ""))
        mine = [bool(odd[each]) for each in known]
        rows.append(("not as told", [(mine, 0.5)], [(mine, "")], "0"))
        size = 1 if len(order) <= 2000 else ceil(len(order) / 500)
        found = [[name, self.said_of(words, none), self.bars(bars, size, -2.5 * place)]
                 for place, (name, bars, words, none) in enumerate(rows)]  # fmt: skip
        return found, self.bands(until, lambda time: sum(asked <= time for asked in self.asked))

    def worst(self, most):
        """The effects that went wrong most often, in the order of the film."""
        wrong = dict.fromkeys(self.names, 0)
        for name in self.names:
            for due, its in zip(self.due[name], self.times[name], strict=True):
                wrong[name] += (due and not its) or len(its) > 1
        chosen = sorted(self.names, key=lambda name: -wrong[name])[:most]
        return [name for name in self.names if name in chosen]

    def said_of(self, words, none):
        counted = [f"{sum(who):,} {said}".strip() for who, said in words if any(who)]
        return "\n".join(counted) or none

    def bars(self, groups, size, base):
        """The bars of a row, of so many customers each, on one another each way."""
        found, count = [], len(groups[0][0])
        columns = [(begin, min(begin + size, count)) for begin in range(0, count, size)]
        gap = 0.15 if len(self.asked) <= 100 * size else 0
        for begin, end in columns:
            heights = {True: base, False: base}
            for who, full in groups:
                share = sum(who[begin:end]) / (end - begin)
                if share:
                    low = heights[full > 0]
                    heights[full > 0] = low + full * max(share, 0.3)
                    found.append([begin + gap, end - gap, low, heights[full > 0]])
        return sorted(found)
