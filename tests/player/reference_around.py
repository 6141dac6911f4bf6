"""What lies around the stages of a player, worked out from the records: bar, jumps, keys, who comes next."""

import json
from math import floor

import pytest

from tests.exports.plain import Plain, micro
from tests.player.reference_ends import Ends
from tests.player.reference_state import Reference

__all__ = ["Around"]

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
WIDE, STRIP, TOP, LABEL = 1000, 18, 1.3 * 16, 58  # pixels: of the imitation of a page; of a lane; above; of a label


class Around:
    """What a player of some runs shows around its stages: `made` is their film."""

    def __init__(self, runs, made):
        self.made, self.end, self.hides = made, made["end"], made["toy"]["hides"]
        self.plains = [Plain(run) for run in runs]
        self.lanes = made["futures"][0]["lanes"]
        self.ends = [Ends(Reference(plain), [each["name"] for each in made["effects"]]) for plain in self.plains]
        self.jumps = [self._targets(*each) for each in zip(self.lanes, self.plains, self.ends, strict=True)]

    def customer(self, plain, place):
        each = plain.requests[place]
        return {"workload": each.workload, "number": each.number}

    def called(self, customer):
        word = customer["workload"] if len(self.made["workloads"]) > 1 else "customer"
        return f"{word} {customer['number']}"

    def _targets(self, lane, plain, ends):
        """[(words, {(time, customer)} where one may come to, known from when on)]."""
        found = [(f"{each['words']}, at {moment(each['start'])}", {(each["start"], None)}, each["start"])
                 for each in lane["faults"]]  # fmt: skip
        kinds = set()
        for note in lane["notes"]:
            if note["kind"] not in kinds:
                words = f"first {note['kind']}: {note['what']}"
                found.append((words, {(note["time"], None)}, note["time"]))
            kinds.add(note["kind"])
        losses = ends.losses()
        if losses:
            their = {self.called(self.customer(plain, place)) for _, place in losses}
            known = min(losses)[0]
            found.append((
                {f"first loss: {name}" for name in their},
                {(time, json.dumps(self.customer(plain, place))) for time, place in losses}, known,
            ))  # fmt: skip
        for kind, words in self.made["odd"].items():
            its = ends.odd()[kind]
            if its:
                who = self.customer(plain, its[0])
                many = f", the first of {len(its)}" if len(its) > 1 else ""
                asked = micro(plain.requests[its[0]].arrived)
                found.append((f"{words}: {self.called(who)}{many}", {(asked, json.dumps(who))}, lane["end"]))
        return found or [("nothing odd happens here", {(0, None)}, 0)]

    def ticks(self, until):
        """What is painted: a line for each lane, and a tick for each answer by then."""
        for row, (plain, ends) in enumerate(zip(self.plains, self.ends, strict=True)):
            top = TOP + STRIP * row
            yield "ink", 0.25, 0, top + STRIP - 3, WIDE, 1
            for who, heard in zip(plain.requests, ends.customers, strict=True):
                if who.answered is not None and micro(who.answered) <= until:
                    x = micro(who.answered) / self.end * WIDE
                    word = {"ok": "told", "declined": "no"}.get(heard.ending, "error")
                    box = (x, top + 2, 1, STRIP - 6) if word == "told" else (x - 0.5, top + STRIP - 9, 2, 9)
                    yield self.made["marks"][word], 1, *box

    def assert_shown(self, said, time, customer, seen):
        until = seen if self.hides else float("inf")
        assert said["clock"] == moment(time)
        bands = {json.dumps(each): each for lane in self.lanes for each in lane["faults"]}
        assert rounded(said["bands"]) == rounded(
            [100 * each["start"] / self.end, 100 * (each["end"] - each["start"]) / self.end, each["words"],
             each["start"] > until] for each in bands.values()
        )  # fmt: skip
        assert sorted(rounded(said["painted"])) == sorted(rounded(map(list, self.ticks(until))))
        side = "left" if time > self.end / 2 else "right"
        assert rounded([said["head"]]) == rounded([[100 * time / self.end, side, moment(time)]])
        first = self.plains[0].requests
        its = [each for each in first if customer and customer == self.customer(self.plains[0], each.place)]
        assert said["mine"] == (pytest.approx(100 * micro(its[0].arrived) / self.end) if its else None)
        assert said["track"] == [f"{self.end / 1e6:.3f}", f"{time / 1e6:.3f}", f"{moment(time)} of {moment(self.end)}"]
        for (label, options), lane, targets in zip(said["jumps"], self.lanes, self.jumps, strict=True):
            assert label == lane["name"] and len(options) == len(targets)
            for (words, hidden, disabled), (meant, _, known) in zip(options, targets, strict=True):
                assert words == meant or words in meant
                assert hidden == disabled == (known > until), words
        for its in said["flow"]:
            assert its["all"] == (until >= self.end)
            assert (its["said"], its["wait"]) == (its["words"], its["waits"])
        self.assert_hidden(said["hidden"], time, until)
        crashes = said["crashes"]
        assert crashes["drawn"] == (crashes["known"] if self.hides else crashes["all"])

    def assert_hidden(self, said, time, until):
        """What became of a customer is told when all of it is over; faults when they begin; and what happened when."""
        assert not said["lives"] or said["captions"] == said["over"]
        begun = [sum(start <= until for band in lane["bands"] for start, _ in band["spans"]) for lane in self.lanes]
        assert said["bands"] == [begun, begun]
        for words, last in said["lines"]:
            age = "" if last == time else "nothing has happened yet" if last is None else f"{moment(last)}: "
            assert words.startswith(age) and (age or words[:1].isalpha()), words

    def assert_brackets(self, moments):
        """The cursor of a chart stands at its time, and the bracket of a wait ends when it is over."""
        its = [
            (time, flow) for (time, _), said in zip(self.made["moments"], moments, strict=True) for flow in said["flow"]
        ]
        (first, one), (last, two) = (choose(its, key=lambda each: each[0]) for choose in (min, max))
        for time, flow in its:
            for at, x in ((time, flow["x"]), (time + (flow["micros"] or 0), flow["until"])):
                if x is not None and last > first:
                    share = (at - first) / (last - first)
                    assert x == pytest.approx(one["x"] + share * (two["x"] - one["x"]), abs=0.01)

    def assert_axis(self, axis):
        whole = self.end / 1e6
        step = next((each for each in STEPS if each / whole * WIDE >= LABEL), whole)
        labels = [(place * step, 100 * place * step / whole) for place in range(floor(whole / step + 1e-9) + 1)]
        meant = [[f"{round(value, 3):g}{'' if value else ' s'}", left] for value, left in labels]
        assert rounded(axis[: len(meant)]) == rounded(meant)

    def assert_jumps(self, jumps):
        """From the middle: where nothing is known of it, one stays there."""
        targets, here = [each for its in self.jumps for each in its], self.end / 2
        seen = max([here, *(time for time, _ in self.made["moments"])])
        for (time, customer), (words, places, known) in zip(jumps, targets, strict=True):
            if self.hides and known > seen:
                assert [time, customer] == [here, None], words
            else:
                seen = max(seen, time)
                assert (time, customer and json.dumps(customer)) in places, words

    def assert_keys(self, keys, every, mine):
        for (time, customer, key, shift), (now, who), own in zip(self.made["keys"], keys, mine, strict=True):
            those = own if shift and customer else every
            after, before = [each for each in those if each > time], [each for each in those if each < time]
            page = self.end / 20
            to = {
                "ArrowRight": after[0] if after else time, "ArrowLeft": before[-1] if before else 0, "Home": 0,
                "End": self.end, "PageUp": max(0, floor(time - page + 0.5)), "Escape": time,
                "PageDown": min(self.end, floor(time + page + 0.5)),
            }[key]  # fmt: skip
            assert (now, who) == (to, None if key == "Escape" else customer), (key, shift, time)

    def assert_found(self, found):
        first = self.plains[0].requests
        for (customer, number), (time, who, note) in zip(self.made["sought"], found, strict=True):
            workload = customer["workload"] if customer else self.lanes[0]["workloads"][0]
            its = [each for each in first if (each.workload, each.number) == (workload, number)]
            if its:
                assert [time, who, note] == [micro(its[0].arrived), {"workload": workload, "number": number}, ""]
            else:
                assert [time, who, note] == [0, customer, f"there is no customer {number} of {workload}"]

    def assert_come(self, come):
        """Who comes next, after now, and how fast it then goes."""
        for (time, _), (now, who, pace) in zip(self.made["moments"], come, strict=True):
            later = [each for each in self.plains[0].requests if micro(each.arrived) > time]
            if not later:
                assert (now, who) == (time, None)
                continue
            soonest = min(micro(each.arrived) for each in later)
            names = [self.customer(self.plains[0], each.place) for each in later if micro(each.arrived) == soonest]
            assert now == soonest and who in names and pace == "mine"

    def assert_going(self, going):
        """A quarter of a second at a pace: from the end on it begins anew, and stops when it is there again."""
        for place, ((time, _), (now, _, running)) in enumerate(zip(self.made["moments"], going, strict=True)):
            begin = 0 if time >= self.end else time
            meant = min(self.end, begin + 250_000 * (5, 1, 0.1)[place % 3])
            assert (now, running) == (pytest.approx(meant), meant < self.end)


def rounded(rows):
    return [[each if isinstance(each, str | bool) else round(each, 6) for each in row] for row in rows]


def moment(micros):
    return f"{micros / 1e6:.3f} s"
