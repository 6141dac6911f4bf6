"""Deliveries: what all channels share when they grant a message to a consumer and hear how it ended."""

from evsim.engine.environment import ANSWER, TIMEOUT
from evsim.engine.letters import Letters
from evsim.results.records import FINAL, Fate, Outcome, Reason, Verdict
from evsim.scenario.retry import Retry

__all__ = ["PLAIN_ATTEMPTS", "Channel", "Delivery", "Subscriber"]

PLAIN_ATTEMPTS = 5  # of a message, where nothing else is written


class Channel:
    """The broker's side of a channel. Subclasses say where a message waits and who may have it (``append``)."""

    def __init__(self, system, name, settings, number):
        self.system, self.name, self.settings, self.number = system, name, settings, number
        self.down = 0
        self.frozen = None  # what waits for the end of a pause
        self.frozen_until = 0.0
        self.subscribers = []

    def route(self, number, ways):
        """Take note of one publish step on one path: ``ways`` are the places of its deliveries, by subscriber."""
        for subscriber, place in ways.items():
            subscriber.routes[number] = place

    def stored(self):
        """Rows that lie in the channel itself, for a stock-take."""
        return []

    def hidden(self):
        """Messages that are kept and that nobody can see yet."""
        return []

    def door(self, message):
        """The list in which a message that comes has to wait, as (function, argument); None if it may come in."""
        return self.frozen

    def outside(self):
        """(function, argument) of everything that waits at the door, for a stock-take."""
        return self.frozen or ()

    @property
    def is_up(self):
        return not self.down and self.frozen is None

    # What a publisher asks.

    batching = None  # what producers keep back
    keeps = True  # or is only a way to other channels
    keeps_once = True  # a message that comes again is only confirmed

    def takes(self, acks):
        """Whether a message is kept that comes now, for a publisher who waits for so many."""
        return self.is_up

    def refusal(self, message, acks):
        """Why a message is not kept that comes now; :attr:`Fate.OPEN` if it is."""
        return Fate.OPEN if self.takes(acks) else Fate.REFUSED

    def has(self, message):
        """Whether a message that was kept is still there, or was handled."""
        return True

    def again(self, message):
        """A message comes that was kept before: the record that stands for it, a new one where it cannot be told."""
        if self.keeps_once and self.has(message):
            return message
        messages = self.system.records.messages
        copy = messages.new()
        for column in ("channel", "route", "cause", "origin", "luck", "key", "partition"):
            getattr(messages, column)[copy] = getattr(messages, column)[message]
        messages.published[copy] = self.system.env._now
        self.system.records.copies.append((copy, message))
        self.append(copy)
        return copy

    def when_safe(self, message, acks, tell):
        """Call ``tell(fate)`` when a message is as safe as its publisher wants it, or will never be."""
        tell(Fate.OPEN)

    def stop(self):
        """Publishers are refused and nothing is granted."""
        self.down += 1

    def start(self):
        self.down -= 1
        self._go_on()

    def crash(self):
        """What it keeps is on disk: to everybody else it is an outage."""
        self.stop()

    def lose_leader(self):
        """Until another one leads, nothing is taken and nothing handed out."""
        self.stop()

    def find_leader(self):
        self.start()

    def pause(self, length):
        """What arrives waits at the door; nothing is granted."""
        if self.frozen is None:
            self.frozen = []
        self.frozen_until = max(self.frozen_until, self.system.env._now + length)

    def resume(self):
        if self.frozen is None or self.system.env._now < self.frozen_until:
            return
        waiting, self.frozen = self.frozen, None
        for function, argument in waiting:
            function(argument)
        self._go_on()

    def _go_on(self):
        if self.is_up:
            for subscriber in self.subscribers:
                subscriber.resume()


class Subscriber:
    """A service's attachment to a channel: what it grants goes to the service as far as there is credit.

    Subclasses give ``worked(row)`` (the work has ended), ``settled(row)`` (the broker knows), ``dead(row)`` (no attempt
    is left), ``back(row)`` (the next attempt is ready again, first in line), ``acknowledgement_lost(edge, row)`` and
    ``resume()``. ``worked`` or ``settled`` is None where it means nothing.
    """

    news = ()  # heap functions of its own that may still end a lease
    refusals_travel = False  # whether a failure is told to the broker, or kept by the consumer

    def __init__(self, system, channel, service, subscription):
        self.system, self.channel, self.service, self.subscription = system, channel, service, subscription
        self.group = subscription.group or service.name
        self.edges = {}  # place number -> Delivery
        self.routes = {}  # route of a message -> place number of its delivery here
        address = subscription.dead_letter or getattr(channel.settings, "dead_letter", None)
        self.letters = Letters(system, channel, address) if address else None
        service.groups.append(self)
        channel.subscribers.append(self)

    @property
    def attempts(self):
        """After how many failures a message is dead."""
        retry = self.subscription.retry
        return retry.attempts if retry else PLAIN_ATTEMPTS

    def edge(self, place):
        """The edge of a place that this subscriber grants messages to."""
        return Delivery(self.system, place, self)

    def unsettled(self):
        """Rows whose work has ended and of which the broker will still be told, for a stock-take."""
        return []

    def given_back(self, row):
        """An attempt ended without success and another one will follow."""

    def backs_off(self, row, delay):
        """An attempt failed and another one will follow after a delay."""
        self.given_back(row)

    @property
    def may_grant(self):
        return self.channel.is_up and self.service.is_up

    def stored(self):
        """Rows that wait here, for a stock-take."""
        return []

    def overdue(self):
        """Rows that a consumer still holds a credit for although their lease has ended, for a stock-take."""
        return []

    def credit_taken(self):
        """(credit at home, all credit) of a subscriber that has a fixed number of them; else None."""
        return None


class Delivery:
    """The edge of one place that gets messages."""

    refusable = False
    answer = None  # a reply has nobody to go to
    crews = None  # of batches: who follows whom

    def __init__(self, system, place, subscriber):
        self.system, self.place, self.subscriber = system, place, subscriber
        service, channel = subscriber.service, subscriber.channel
        rows = system.records.rows
        self.attempts = subscriber.attempts
        retry = subscriber.subscription.retry or Retry(attempts=PLAIN_ATTEMPTS)
        self.backoff = system.backoff(retry, place) if self.attempts > 1 else None
        self.refused = set()  # rows whose failure is on its way to the broker
        link = system.links.between(channel.name, service.name)
        self.copying = link.copying
        undisturbed = not (link.instant or link.lossy or service.guarded)
        arrive = service.offer if undisturbed else self._arrived()
        service.arrivals.add(arrive)
        self.send = system.links.hop(
            place.workload, channel.name, service.name, rows, arrive, self._lost, ordered=True,
            stamps=rows.arrived if undisturbed else None, copy=self._copy,
        )  # fmt: skip
        way = (place.workload, service.name, channel.name, rows)
        acknowledged = self._acknowledged()
        self.acknowledge = system.links.stamp(*way, ordered=True) if subscriber.settled is None else None
        if self.acknowledge is None:
            self.acknowledge = system.links.hop(*way, acknowledged, self._ack_lost, ordered=True, rank=ANSWER)
        # Heap functions that bring a row to the inbox, and those that may still end its lease.
        self.coming = {arrive, self._lost}
        self.news = {acknowledged, self._unheard, self._ack_lost, *subscriber.news}
        self.ended = tuple(map(self.unless_copy, self.after_work()))
        self.failed, self.died = self.unless_copy(self.failed), self.unless_copy(self.died)
        self.unheard_later = self.unless_copy(self.unheard_later)

    def after_work(self):
        """The functions that follow the end of the work, in this order."""
        worked = self.subscriber.worked
        return (self.acknowledge,) if worked is None else (worked, self.acknowledge)

    def begin(self, first):
        """What a worker begins with, where `first` is the first step of the handler."""
        return first

    def _arrived(self):
        env, arrived_at, offer = self.system.env, self.system.records.rows.arrived, self.subscriber.service.offer

        def arrived(row):
            arrived_at[row] = env._now
            offer(row)

        arrived.part = self.place.service
        return arrived

    def _acknowledged(self):
        records, env, told = self.system.records, self.system.env, self.subscriber.settled
        rows = records.rows
        settled, verdict = rows.settled, rows.verdict
        good, refused = Verdict.DONE, self.refused

        def acknowledged(row):
            settled[row] = env._now
            verdict[row] = good
            if told is not None:
                told(row)

        def guarded_acknowledged(row):
            if row in refused:
                refused.discard(row)
                self._failed(row)
            elif not verdict[row]:
                acknowledged(row)
            else:
                records.note(records.late, row, env._now)

        risk, link = self.system.risk, self.system.links.between(self.place.service, self.place.source)
        return guarded_acknowledged if risk.always or risk.answer(self.place) or link.lossy else acknowledged

    # What the link brings twice settles nothing.

    def _copy(self, row):
        rows, pins, copied = self.system.records.rows, self.subscriber.service.pins, self.system.copy(row)
        rows.ready[copied] = rows.leased[copied] = self.system.env._now
        if row in pins:
            pins[copied] = pins[row]
        return copied

    def unless_copy(self, told):
        """`told(row)`, but not for a copy."""
        verdict = self.system.records.rows.verdict

        def tell(row):
            if verdict[row] == Verdict.COPY:
                self.copy_ended(row)
            else:
                told(row)

        return tell if self.copying else told

    def copy_ended(self, row):
        """The work on a copy is over."""

    def failed(self, row):
        """The handler failed."""
        if self.subscriber.refusals_travel:
            self.refused.add(row)
            self.acknowledge(row)
        else:
            self._failed(row)

    def _failed(self, row):
        """Another attempt after the back-off, or dead."""
        number = self.tries(row)
        if number < self.attempts and self.system.records.rows.reason[row] not in FINAL:
            self._settle(row, Verdict.GIVEN_BACK)
            self.system.backing_off += 1
            delay = self.backoff(row, number)
            self.system.env.call_in(delay, self._again, row, TIMEOUT)
            self.subscriber.backs_off(row, delay)
        else:
            self._dead(row)

    def _dead(self, row):
        """No further attempt."""
        self.give_up(row)
        self.subscriber.dead(row)

    def give_up(self, row):
        """The message is dead, and perhaps comes again as a dead letter."""
        self._settle(row, Verdict.DEAD)
        if self.subscriber.letters is not None:
            self.subscriber.letters.send(row)

    def tries(self, row):
        """How many attempts count once this one has failed."""
        return max(self.system.records.rows.attempt[row], 1)

    def _again(self, row):
        self.system.backing_off -= 1
        self.subscriber.back(self._next(row))

    def died(self, row):
        """The holder died with it: it goes back to its place in the channel at once."""
        if max(self.system.records.rows.attempt[row], 1) < self.attempts:
            self._settle(row, Verdict.GIVEN_BACK)
            self.subscriber.given_back(row)
            self.subscriber.back(self._next(row))
        else:
            self._dead(row)

    def _lost(self, row):
        """The link lost it on the way: the broker hands it out again when it gives up waiting."""
        rows = self.system.records.rows
        rows.outcome[row], rows.ended[row] = Outcome.LOST, self.system.env._now
        self.unheard_later(row)

    def unheard_later(self, row):
        """Hand the row out again when the broker has waited `give_up` for news of it."""
        self.system.env.call_in(self.system.scenario.network.give_up, self._unheard, row, TIMEOUT)

    def _ack_lost(self, row):
        self.subscriber.acknowledgement_lost(self, row)

    def _unheard(self, row):
        self.refused.discard(row)
        if not self.system.records.rows.verdict[row]:
            self.died(row)

    def _settle(self, row, verdict):
        rows = self.system.records.rows
        rows.settled[row] = self.system.env._now
        rows.verdict[row] = verdict

    def _next(self, row):
        following = self.system.next_attempt(row)
        self.system.records.rows.ready[following] = self.system.env._now
        return following
