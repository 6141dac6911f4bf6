"""What an idempotent service has done: a store that its first effects are written into, and that is asked before.

The store is as durable as the effects. It is asked twice: before a handling, which may take time, and again as a
unique key in the moment of the first effect, for another handling of the same thing may have come first meanwhile.
"""

from evsim.engine.attempts import obligation
from evsim.engine.item_paths import path_of_row
from evsim.engine.keys import key_of_row
from evsim.engine.results_of_windows import ResultsOfWindows
from evsim.engine.service_policy import Handling, ServicePolicy
from evsim.engine.step_builders import builder
from evsim.scenario.steps import Work
from evsim.ticks import ticks

__all__ = ["Idempotent", "Once", "build"]


class Idempotent(ServicePolicy):
    """The store of one service: what was handled, by which row, and when."""

    def __init__(self, service, settings):
        self.kernel = service.kernel
        self.settings, self.window = settings, ticks(settings.window)
        self.stored = {}  # identity -> (row, time)
        service.kernel.changes.watch("services", service.name, self._become)

    def _become(self, service):
        self.window = ticks(service.idempotent.window)

    def handling(self, compiler, end):
        return Once(self, compiler, end)

    def is_of_another(self, identity, row):
        """Whether another handling has stored this identity, and it is not forgotten."""
        owner, time = self.stored.get(identity, (row, 0.0))
        return owner != row and (self.window is None or self.kernel.env._now < time + self.window)

    def identity(self, place):
        """A function that says what a row at `place` is about."""
        rows, number_of = self.kernel.records.rows, self.kernel.streams.of
        by, is_delivery, results = self.settings.by, place.is_delivery, ResultsOfWindows(self.kernel)

        def of_message(row):
            if is_delivery:
                return "message", results.original(rows.parent[row])
            return "call", obligation(rows, row)

        item_of = path_of_row(self.kernel, place)

        def of_content(row):
            number, _ = number_of(rows.luck[row])
            item = None if item_of is None else item_of(row)
            result = results.before_row(row) if place.gathered else None
            return place.workload, number, item, place.number, rows.round[row], result

        return {"message": of_message, "content": of_content, "key": key_of_row(self.kernel, place)}[by]


class Once(Handling):
    """The handler of one place of an idempotent service."""

    def __init__(self, policy, compiler, end):
        super().__init__(end)
        self.compiler, self.kernel, self.policy = compiler, compiler.kernel, policy
        self.identity = policy.identity(compiler.place)

    def ending(self):
        """The handling ended well: it is stored, if no effect of its own has done so."""
        return self.written(self.end)

    def written(self, effect):
        def stored(row):
            self._store(row)
            effect(row)

        return stored

    def writing(self, then):
        """`then`, or the end of the handling where another one was first."""

        def looked(row):
            if self.policy.is_of_another(self.identity(row), row):
                self._skip(row)
            else:
                then(row)

        return looked

    def beginning(self, first, fail):
        """The handler, after a look into the store."""
        position = ("lookup",)
        self.compiler.steps_met[position] = "lookup"
        look = Work(time=self.policy.settings.lookup)
        return builder("work")(self.compiler, look, position, self.writing(first), fail)

    def _store(self, row):
        identity, stored = self.identity(row), self.policy.stored
        if stored.get(identity, (None,))[0] != row:
            stored[identity] = row, self.kernel.env._now

    def _skip(self, row):
        records = self.kernel.records
        records.note(records.skips, row, self.kernel.env._now)
        self.end(row)


build = Idempotent
