"""The records of a run as plain objects, read from its tables and nothing else.

This folder works every figure out a second time, slowly, from what the manual says (``docs/figures.md``): loops over
rows, and none of evsim's own helpers.
"""

from types import SimpleNamespace

from evsim.results.endings import Reason, Verdict
from evsim.results.records import LATER

__all__ = ["Plain"]


class Plain:
    """``rows``, ``messages``, ``effects``, ``customers`` and ``incidents`` of a run; a time that is not there is None.

    A row has its ``kind`` (request, call or delivery), ``service``, ``source``, ``customer``, the numbers of its
    ``obligation`` and of the row that ``leads`` its batch (its own, if it is in none), and whether it is a ``copy`` of
    a link's, an attempt at all (``is_attempt``), ``deleted_late``, a ``replay`` or ``skipped``. A
    customer is ``counted`` if they arrived in [warm-up, duration). ``lives``: service -> what instances it had when.
    """

    def __init__(self, run):
        self.run, self.scenario = run, run.scenario
        self.left, self.right = run.scenario.run_settings.warmup, min(run.scenario.run_settings.duration, run.ended_at)
        self.window = self.right - self.left if self.right > self.left else float("nan")
        self.ended_at, self.incidents = run.ended_at, run.records.incidents
        self.rows, self.messages = _table(run.records.rows), _table(run.records.messages)
        self._name_messages()
        self._name_rows()
        self.customers = {
            (row.workload, row.request): row for row in self.rows if row.kind == "request" and row.first < 0
        }
        for customer in self.customers.values():
            customer.counted = self.left <= customer.born < self.scenario.run_settings.duration
        for each in (*self.rows, *self.messages):
            each.customer = self.customers[each.workload, each.request]
            each.counted = each.customer.counted
        self.effects = _table(run.records.effects)
        for effect in self.effects:
            effect.row, effect.name, effect.undone = self.rows[effect.row], run.tables.effect_names[effect.name], None
        self._undo()
        self.lives = {name: [] for name in self.scenario.services}
        for life in _table(run.records.instances):
            self.lives[list(self.lives)[life.service]].append(life)

    def _name_messages(self):
        channels = list(self.scenario.channels)
        for message in self.messages:
            message.workload, message.step = self.run.tables.routes[message.route]
            message.request = self._request(message.luck)
            message.channel = channels[message.channel]

    def _name_rows(self):
        records = self.run.records
        leaders, replays = dict(records.batches), set(records.replays)
        skipped = {row.row for row in _table(records.skips)}
        for row in self.rows:
            place = (
                self.run.tables.places[row.place] if row.place >= 0 else None
            )  # None: no consumer has been granted it
            row.kind, row.service = (place.kind, place.service) if place else ("delivery", None)
            row.source = place.source if place else None
            row.workload = place.workload if place else self.messages[row.parent].workload
            row.request = self._request(row.luck)
            row.obligation = row.number if row.first < 0 else row.first
            row.leads, row.copy = leaders.get(row.number, row.number), row.verdict == Verdict.COPY
            # What was visible again, and deleted before anybody received it, is no attempt.
            row.is_attempt = not row.copy and row.reason != Reason.LATE_DELETE
            row.deleted_late = False
            row.replay, row.skipped = row.obligation in replays, row.number in skipped

        for row in self.rows:
            if row.reason == Reason.LATE_DELETE:  # its message was settled by the attempt before
                earlier = (each for each in self.rows[: row.number] if each.obligation == row.obligation)
                [each for each in earlier if not each.copy][-1].deleted_late = True

    def _request(self, luck):
        return self.run.tables.retry_keys[luck - LATER] if luck >= LATER else luck

    def _undo(self):
        """An undo takes back every effect of its request and name that was there and stood."""
        for undo in _table(self.run.records.undos):
            row, name = self.rows[undo.row], self.run.tables.effect_names[undo.name]
            for effect in self.effects[: undo.before]:
                mine = effect.row.customer is row.customer and effect.name == name
                if mine and effect.undone is None:
                    effect.undone = undo.time

    def rows_at(self, service):
        return [row for row in self.rows if row.service == service]

    def _is_on_a_pipe(self, service):
        """Whether a service is of a program that reads or writes a pipe, which stays dead; never asked, it does not."""
        asked = {place.service for place in self.run.tables.places}
        pipes = {name for name, channel in self.scenario.channels.items() if channel.kind == "pipe"}
        program = self.scenario.services[service].inside or service
        return any(
            program in (name, each.inside)
            and (any(one.channel in pipes for one in each.subscribe) or (name in asked and _writes(each.handle, pipes)))
            for name, each in self.scenario.services.items()
        )

    def staff(self, service):
        """[(since, until, workers)] of each instance of a service: a change of a setting makes them another number."""
        path, spans = f"services.{service}.workers", [(0.0, None, self.scenario.services[service].workers)]
        for time, kind, target, end in self.incidents:
            if kind == "change" and target == path:
                (to,) = (each.to for each in self.scenario.faults if each.target == path and each.at == time)
                since, _, before = spans.pop()
                spans += [(since, time, before), (time, end, to), *([(end, None, before)] if end is not None else [])]
        return spans

    def workers_at(self, service, time):
        """How many workers an instance of a service has at a time."""
        return next(many for since, until, many in self.staff(service) if since <= time < (until or float("inf")))

    def instance_of(self, row):
        """The instance that a row was worked on: its workers are numbered through, as many as there may ever be."""
        return row.worker // self._most_workers(row.service)

    def place_of(self, row):
        """Which of the workers of its instance had a row: 0, 1 ..."""
        return row.worker % self._most_workers(row.service)

    def _most_workers(self, service):
        changed = [each.to for each in self.scenario.faults if each.target == f"services.{service}.workers"]
        return max([self.scenario.services[service].workers, *changed])

    def working(self, service):
        """The lives of a service in which the instance could ever work."""
        return [life for life in self.lives[service] if life.ready is not None]

    def instances(self, service):
        """How many instances of a service there ever were."""
        settings = self.scenario.services[service]
        return len({life.instance for life in self.lives[service]}) if settings.is_elastic else settings.instances

    def _shares_windows(self, service):
        """Whether a crash of one instance takes all of them."""
        return not self.scenario.services[service].is_elastic and _has_a_window(self.scenario.services[service])

    def absences(self, service, kinds):
        """For each instance of a service: spans in which it was away by faults of some kinds, or as it had ended.

        Who comes and goes is away before and after its only life.
        """
        settings = self.scenario.services[service]
        spans = [[] for _ in range(self.instances(service))]
        if settings.is_elastic:
            kinds = [kind for kind in kinds if kind not in ("crash", "ended")]
            for life in self.lives[service]:
                there = self.ended_at if life.ready is None else life.ready
                gone = self.ended_at if life.ended is None else life.ended
                spans[life.instance] += [(0.0, there), (max(there, gone), self.ended_at)]
        for time, kind, target, end in self.incidents:
            name, _, instance = str(target).partition("/")
            with_its_program = name == settings.inside and kind in ("crash", "pause")
            if kind == "crash" and self._shares_windows(service):
                instance = ""
            if kind in kinds and (name == service or with_its_program):
                for_good = end is None or kind == "ended" or (kind == "crash" and self._is_on_a_pipe(service))
                until = self.ended_at if for_good else end
                for number in range(len(spans)):
                    if instance in ("", str(number + 1)):
                        spans[number].append((time, until))
        return spans


def _has_a_window(settings):
    return not callable(settings.handle) and any(step.kind == "window" for step in settings.handle)


def _table(table):
    """The rows of a table as objects with a ``number``."""
    columns = {name: getattr(table, name) for name in table.types}
    times = {name for name, kind in table.types.items() if kind == "d"}
    rows = []
    for number in range(table.count):
        row = SimpleNamespace(number=number)
        for name, column in columns.items():
            value = column[number]
            setattr(row, name, None if name in times and value != value else value)
        rows.append(row)
    return rows


def _writes(steps, pipes):
    """Whether any step of a handler publishes to one of some channels."""
    if callable(steps):
        return False
    return any(
        (step.kind == "publish" and step.channel in pipes)
        or any(_writes(branch, pipes) for branch in getattr(step, "branches", ()))
        or any(_writes(getattr(step, name, None) or (), pipes) for name in ("then", "otherwise", "steps"))
        for step in steps
    )
