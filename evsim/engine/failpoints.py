"""Failpoints: faults that begin when one request first comes to a step of a handler."""

from heapq import heappush

from evsim.engine.environment import FAULT

__all__ = ["Failpoints"]


class Failpoints:
    """The faults at steps that may begin in the handler of one place.

    A strike goes through the heap at its moment, ahead of all else, so that it finds no handler half done.
    """

    def __init__(self, compiler):
        self.compiler = compiler
        place, self.moments = compiler.place, []
        workloads = compiler.kernel.scenario.workloads
        for index, fault in enumerate(compiler.kernel.scenario.faults):
            moment = fault.at_step
            if moment is None or (moment.service or fault.place) != place.service:
                continue
            if place.workload == moment.workload or (moment.workload is None and len(workloads) == 1):
                self.moments.append((index, moment))

    def after(self, title, then):
        """`then` as what follows the step of a title."""
        return self._struck(title, "after", then)

    def before(self, title, step):
        """`step` as the function of the step of a title."""
        return self._struck(title, "before", step)

    def _struck(self, title, when, function):
        for index, moment in self.moments:
            if (moment.step, moment.when) == (title, when):
                function = self._strike(index, moment.request, function)
        return function

    def _strike(self, index, request, function):
        compiler, system, env = self.compiler, self.compiler.system, self.compiler.env
        luck, outcome, number_of = compiler.rows.luck, compiler.rows.outcome, compiler.kernel.streams.of
        due, clocks, queue, counter = system.failpoints_due, system.clocks, env._queue, env.key_counter(FAULT)

        def go_on(row):
            if not outcome[row]:
                function(row)

        def strike(row):
            clocks[index].begin()
            if not compiler.service.freeze(go_on, row, row):
                go_on(row)

        compiler.carries(strike)

        def pass_by(row):
            if index in due and number_of(luck[row])[0] == request:
                due.discard(index)
                heappush(queue, (env._now, next(counter), strike, row))
            else:
                function(row)

        return pass_by
