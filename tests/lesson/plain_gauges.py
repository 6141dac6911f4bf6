"""Gauges of incidents, worked out a second time: plain loops over what had happened up to a moment."""

import math

from evsim.parts.event_loop.words import OF_POOL
from evsim.results.endings import Outcome, Verdict
from tests.figures.averages import NONE, mean, overlap, share
from tests.figures.customers import follow

__all__ = ["Operator"]

NANOSECOND = 1e-9
BAD = (Outcome.FAILED, Outcome.CRASHED)
REMOVED = (Verdict.EXPIRED, Verdict.DROPPED, Verdict.LOST)


class Operator:
    """Whoever watches a run (:class:`tests.figures.plain.Plain`): ``show(gauge, place, start, end)``.

    promise: seconds in which everything is to be done for who was told yes.
    """

    def __init__(self, plain, promise):
        self.plain, self.promise, self.customers = plain, promise, follow(plain)

    def show(self, gauge, place, start, end):
        self.start, self.end = start, end
        of = getattr(self, f"_{gauge.replace(' ', '_')}")
        return of(place) if place else of()

    def _in(self, time):
        return time is not None and self.start <= time < self.end

    def _before(self, time):
        return time is not None and time < self.end

    # Customers.

    def _answered(self, *endings):
        mine = [each for each in self.customers if each.ending != "pending" and self._in(each.settled)]
        return [each for each in mine if not endings or each.ending in endings]

    def told_error(self, customer):
        return customer.ending not in ("pending", "ok", "declined")

    def _customers(self):
        return sum(self._in(each.born) for each in self.customers)

    def _yes(self):
        return len(self._answered("ok"))

    def _no(self):
        return len(self._answered("declined"))

    def _errors(self):
        return share(sum(map(self.told_error, self._answered())), len(self._answered()))

    def _lost(self):
        return sum(self.told_error(each) and self._before(each.settled) for each in self.customers)

    def _unanswered(self):
        answered = [each for each in self.customers if each.ending != "pending" and self._before(each.settled)]
        return sum(self._before(each.born) for each in self.customers) - len(answered)

    def _response(self):
        return _quantile([each.response for each in self._answered()], 0.5)

    def _slowest(self):
        return _quantile([each.response for each in self._answered()], 0.95)

    def kept_at(self, customer):
        """When everything was there; from the beginning, where nothing was asked for."""
        if not customer.due and not customer.back:
            return -math.inf
        return math.inf if customer.completion is None else customer.born + customer.completion

    def disappointed(self, customer):
        """Whether they were told yes, and had not everything after the time of the promise, to the nanosecond."""
        late = self.kept_at(customer) - customer.settled - self.promise if customer.ending == "ok" else 0
        return late > NANOSECOND / 2

    def _told_yes(self):
        return [each for each in self.customers if each.ending == "ok"]

    def _missing(self):
        return sum(each.settled + self.promise < self.end <= self.kept_at(each) for each in self._told_yes())

    def _late(self):
        fell_due = [each for each in self._told_yes() if self._in(each.settled + self.promise)]
        return share(sum(map(self.disappointed, fell_due)), len(fell_due))

    def _twice(self):
        return sum(any(sum(map(self._before, times)) > 1 for times in each.repeats.values()) for each in self.customers)

    # Services.

    def over(self, row):
        """When nothing waits for it any more."""
        return min((time for time in (row.ended, row.settled) if time is not None), default=math.inf)

    def _came(self, row):
        """When it came to its service, also if it was refused there."""
        came = row.arrived if row.kind == "delivery" else row.ready
        return row.ended if came is None and row.outcome == Outcome.REFUSED else came

    def _asked(self, service):
        return [row for row in self.plain.rows_at(service) if self._in(self._came(row))]

    def _ended(self, service, *outcomes):
        return [row for row in self.plain.rows_at(service) if self._in(row.ended) and row.outcome in outcomes]

    def _calls(self, service):
        return len(self._asked(service))

    def _again(self, service):
        return share(sum(row.attempt > 1 for row in self._asked(service)), len(self._asked(service)))

    def _handled(self, service):
        return len(self._ended(service, Outcome.OK))

    def _failed(self, service):
        return len(self._ended(service, *BAD))

    def _refused(self, service):
        return len(self._ended(service, Outcome.REFUSED))

    def _wasted(self, service):
        return sum(
            self._in(row.ended) and row.settled is not None and row.settled < row.ended and row.verdict != Verdict.DONE
            for row in self.plain.rows_at(service)
        )

    def _takes(self, service):
        worked = [row for row in self._ended(service, Outcome.OK, *BAD) if row.started is not None]
        return mean([row.ended - row.started for row in worked])

    def _at_work(self, service):
        return sum(self._before(row.started) and not self._before(row.ended) for row in self.plain.rows_at(service))

    def _workers(self, service):
        before = math.nextafter(self.end, 0)
        there = sum(each.ready <= before and (each.ended is None or before < each.ended)
                    for each in self.plain.working(service))  # fmt: skip
        return there * self.plain.workers_at(service, before)

    def _busy(self, service, instance=None):
        """Of its workers, or of its event loops, of all or of one; those of a crashed instance are not there.

        One that has to go is there while it works.
        """
        loop = self.plain.scenario.complete.services[service].event_loop
        rows = [row for row in self.plain.rows_at(service)
                if instance is None or (row.worker >= 0 and self.plain.instance_of(row) == instance)]  # fmt: skip
        if loop is not None:
            numbers = {row.number for row in rows}
            spans = [(began, ended) for began, ended, _, _, _, lane, row in self.plain.run.records.pieces
                     if row in numbers and 0 <= lane < OF_POOL]  # fmt: skip
            there = loop.loops * self.presence(service, self.start, self.end, instance)
        else:
            held_by = [row for row in rows if row.started is not None and row.leads == row.number]
            spans, there = [(row.started, row.ended) for row in held_by], 0.0
            for since, until, workers in self.plain.staff(service):
                window = max(since, self.start), min(until or math.inf, self.end)
                there += workers * self.presence(service, *window, instance)
                has_to_go = [row for row in held_by if self.plain.place_of(row) >= workers]
                there += sum(overlap(row.started, row.ended, *window) for row in has_to_go)
        held = [overlap(began, None if ended != ended else ended, self.start, self.end) for began, ended in spans]
        return share(sum(held), there)

    def presence(self, service, start, end, instance=None):
        """Seconds of its instances, or of one, between two moments."""
        lives = [each for each in self.plain.working(service) if instance in (None, each.instance)]
        return sum(overlap(each.ready, each.ended, start, end) for each in lives)

    def _waits_at(self, row):
        inbox = row.arrived if row.kind == "delivery" else row.ready
        return self._before(inbox) and not self._before(row.started) and self.over(row) >= self.end

    def _lies_in(self, row):
        return self._before(row.ready) and not self._before(row.leased) and self.over(row) >= self.end

    def _waits(self, place):
        if place in self.plain.scenario.services:
            return [row for row in self.plain.rows_at(place) if self._waits_at(row)]
        return [row for row in self.of(place) if self._lies_in(row)]

    def _waiting(self, place):
        return len(self._waits(place))

    def _oldest(self, place):
        return max((self.end - row.ready for row in self._waits(place)), default=0.0)

    # Channels.

    def of(self, channel):
        """The rows that hand out a message of a channel, or are to."""
        rows = [row for row in self.plain.rows if row.kind == "delivery"]
        return [row for row in rows if self.plain.messages[row.parent].channel == channel]

    def _unacked(self, channel):
        return sum(self._before(row.leased) and not self._before(row.settled) for row in self.of(channel))

    def _published(self, channel):
        return sum(each.channel == channel and self._in(each.appended) for each in self.plain.messages)

    def _dead(self, channel):
        return sum(row.verdict == Verdict.DEAD and self._before(row.settled) for row in self.of(channel))

    def _removed(self, channel):
        return sum(row.verdict in REMOVED and self._in(row.settled) for row in self.of(channel))

    # What was noted.

    def _made(self, effect):
        return sum(each.name == effect and self._in(each.time) for each in self.plain.effects)

    def _remarked(self, service, kind):
        noted = [(time, row) for time, what, _, row in self.plain.incidents if what == kind and self._in(time)]
        return sum(self.plain.rows[row].service == service for _, row in noted)

    def _cold(self, service):
        return self._remarked(service, "cold start")

    def _blocked(self, service):
        return self._remarked(service, "blocked thread")

    def _expelled(self, service):
        noted = [who for time, what, who, _ in self.plain.incidents if what == "expel" and self._in(time)]
        return sum(who.partition("/")[0] == service for who in noted)


def _quantile(values, level):
    """Linear between the two nearest values."""
    if not values:
        return NONE
    values, place = sorted(values), (len(values) - 1) * level
    low = math.floor(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)
