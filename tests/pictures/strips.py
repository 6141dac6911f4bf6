"""Who waits where, and what each instance did when, worked out a second time."""

from evsim.view.words import count, seconds, short
from tests.figures.averages import mean
from tests.figures.freedom import free_spans, seconds_within, waits

__all__ = ["Instances", "Spread"]

MOST = 12  # bars; the others share one


class Spread:
    """``bars`` of a service: (label, mean wait, of it while somebody was free), busiest first."""

    def __init__(self, plain, service):
        channels = plain.scenario.channels
        free = free_spans(plain, service)
        ways = {(place.kind, place.source) for place in plain.run.tables.places if place.service == service}
        of_a_log = [source for kind, source in ways if kind == "delivery" and channels[source].partitioned]
        by_instance = plain.instances(service) > 1 or not (len(ways) == len(of_a_log) == 1)
        self.service, self.thing = service, "instance" if by_instance else "partition"
        groups = {}
        for row in plain.rows_at(service):
            if row.counted and row.started is not None:
                number = plain.instance_of(row) if by_instance else plain.messages[row.parent].partition
                behind = sum(seconds_within(free, *span) for span in waits(plain, row))
                groups.setdefault(number, []).append((row.started - row.ready, behind))
        order = sorted(groups, key=lambda number: (-len(groups[number]), number))
        named = [(f"{self.thing} {number + by_instance}", groups[number]) for number in order[:MOST]]
        if order[MOST:]:
            named.append((f"{len(order) - MOST} others", [each for number in order[MOST:] for each in groups[number]]))
        total = sum(map(len, groups.values()))
        self.groups, self.all = len(groups), [each for its in groups.values() for each in its]
        self.bars = [(name, len(its) / total, mean([wait for wait, _ in its]), mean([behind for _, behind in its]))
                     for name, its in named]  # fmt: skip

    def labels(self):
        return [f"{name}: {percent(share)}" for name, share, *_ in self.bars]

    def title(self):
        share = percent(self.bars[0][1]) if self.groups > 1 else "all"
        busiest = f"the busiest of {count(self.groups, self.thing)} has {share} of what comes"
        wait, behind = (mean([each[place] for each in self.all]) for place in (0, 1))
        if not wait > 0:
            return f"Nobody waits at {short(self.service)}; {busiest}"
        part = "None" if behind < wait / 1000 else percent(min(behind / wait, 1.0))
        return f"{part} of the wait at {short(self.service)} passes while somebody is free; {busiest}"


def percent(share):
    return f"{100 * share:.1f} %"


class Instances:
    """``strips`` of a service: what -> instance -> spans; work that touches is one."""

    def __init__(self, plain, service):
        end = plain.ended_at
        self.service, self.lives = service, plain.lives[service]
        self.numbers = sorted({life.instance for life in self.lives})
        self.strips = {what: {number: [] for number in self.numbers} for what in ("starting", "warm", "busy")}
        self.spans = []
        for life in self.lives:
            gone = end if life.ended is None else life.ended
            able = gone if life.ready is None else life.ready
            self.strips["starting"][life.instance].append((life.born, able))
            self.strips["warm"][life.instance].append((able, gone))
            self.spans.append((able, gone))
        rows = [row for row in plain.rows_at(service) if row.started is not None and row.leads == row.number]
        for row in sorted(rows, key=lambda row: row.started):
            its, until = self.strips["busy"][plain.instance_of(row)], end if row.ended is None else row.ended
            if its and its[-1][1] >= row.started:
                its[-1] = its[-1][0], max(until, its[-1][1])
            elif until > row.started:
                its.append((row.started, until))

    def seconds(self, what):
        return sum(end - start for its in self.strips[what].values() for start, end in its)

    def words(self, number):
        starting, there, busy = (sum(end - start for start, end in its[number]) for its in self.strips.values())
        began = f"{seconds(starting)} starting, " if starting else ""
        return f"{self.service}/{number + 1}: {began}{seconds(there)} there, {seconds(busy)} of it busy."
