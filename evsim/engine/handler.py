"""Handlers: the steps of a service, compiled for one place into closures linked from last to first.

Each step is a function of a row that ends by calling the next one, now or through the heap: the continuation is the
program counter. The edges say what a reply, an end and a failure mean.
"""

from collections import Counter
from contextlib import contextmanager
from heapq import heappush

from evsim.engine.environment import ANSWER, owned
from evsim.engine.failpoints import Failpoints
from evsim.engine.generator import generator_handler
from evsim.engine.injected_failures import at_start
from evsim.engine.step_builders import BUILDERS, builder
from evsim.results.endings import Outcome
from evsim.scenario.faults import failpoint_after_reply
from evsim.scenario.handlers import all_steps, in_turn, numbered, positions, replies_early, step_at, title, titles

__all__ = ["compile_handler"]


def compile_handler(system, place, edge):
    """The function that runs the handler of `place` for a row that has a worker."""
    kernel, service = system.kernel, system.services[place.service]
    steps = service.settings.handle
    compiler = Compiler(system, place, service, edge)
    end = compiler.end(steps)
    fail = compiler.failing()
    for policy in service.policies:
        if (handling := policy.handling(compiler, end)) is not None:
            compiler.around.append(handling)
            end = handling.ending()
    if callable(steps):
        first = generator_handler(compiler, steps, end, fail)
    else:
        first = at_start(compiler, compiler.link(steps, (), end, fail), fail)
    for handling in compiler.around:
        first = handling.beginning(first, fail)
    if compiler.around:
        return first
    if not callable(steps) and (
        _begins_with_work(place, steps) or not (kernel.graph.cyclic or _takes_time(kernel.scenario, place, steps))
    ):
        return first
    return compiler.through_heap(first)  # so that a busy service never grows the call stack


class Compiler:
    """What the builders of :mod:`evsim.engine.step_builders` know while the handler of one place is compiled."""

    def __init__(self, system, place, service, edge):
        self.system, self.place, self.service, self.edge = system, place, service, edge
        self.kernel = kernel = system.kernel
        self.rows, self.env, self.effects = kernel.records.rows, kernel.env, system.effects
        steps = service.settings.handle
        self.steps_met, met = {}, Counter()  # position -> ordinal of the step among the steps of its kind
        for here, step in positions(steps):
            self.steps_met[here] = met[step.kind]
            met[step.kind] += 1
        self.failpoints = Failpoints(self)
        self.titles = titles(steps) if self.failpoints.moments else {}
        self.replies_early = False
        self.around = []  # what policies of the service put around the handling
        self.still = None  # inside a branch that may lose: wraps what follows a step
        self.alone = edge is None or edge.batches is None  # whether a step is for one message, and not for a batch

    # The end of a handler.

    def end(self, steps):
        """What happens after the last step: the worker goes home, then whoever waits is told."""
        ending, edge = self.service.ending, self.edge
        if self.place.is_delivery:
            return ending(Outcome.OK, *edge.ended)
        tell_first = failpoint_after_reply(self.kernel.scenario, self.place.service)
        self.replies_early = not callable(steps) and (tell_first or replies_early(steps, self.place.operation))
        return ending(Outcome.OK, self._unless_replied(edge.answer) if self.replies_early else edge.answer)

    def failing(self):
        """What happens when an attempt fails: ``fail(row, reason)``."""
        reasons = self.rows.reason
        told = self._unless_replied(self.edge.failed) if self.replies_early else self.edge.failed
        end = self.service.ending(Outcome.FAILED, told)

        def fail(row, reason):
            reasons[row] = reason
            end(row)

        return fail

    def _unless_replied(self, told):
        """`told(row)`, but not to those who have their answer already."""
        answered_early = self.edge.answered_early

        def tell(row):
            if not answered_early(row):
                told(row)

        return tell

    # Steps.

    def link(self, steps, position, then, fail):
        """The first of `steps` as a function; `then(row)` follows the last one."""
        for index in reversed(range(len(steps))):
            step = steps[index]
            if self.still is not None:
                then = self.still(then)
            then = self.build(step, (*position, index), then, fail)
        return then

    @contextmanager
    def one_by_one(self):
        """Inside, steps are done for one message of a batch at a time."""
        before, self.alone = self.alone, True
        yield
        self.alone = before

    def build(self, step, position, then, fail):
        """One step as a function of a row."""
        if not step.asks and not step.inside and len(versions := self.ever(step, position)) > 1:
            return self._switching(versions, position, then, fail)
        if not self.failpoints.moments:
            return builder(step.kind)(self, step, position, then, fail)
        name = self.titles.get(position) or numbered(title(step), position[-1] + 1)
        then = self.failpoints.after(name, then)
        return self.failpoints.before(name, builder(step.kind)(self, step, position, then, fail))

    def ever(self, step, position):
        """All that a step may be while the system runs: `step` alone, unless the scenario changes it."""
        changes, name = self.kernel.changes, self.place.service
        if not changes.of("services", name):
            return (step,)
        others = changes.ever("services", name)[1:]
        return tuple(dict.fromkeys((step, *(step_at(each.handle, position) for each in others))))

    def _switching(self, versions, position, then, fail):
        """A step that changes: each version of it is built, and the one in force is taken."""
        made = {each: builder(each.kind)(self, each, position, then, fail) for each in versions}
        current = made[versions[0]]

        def become(settings):
            nonlocal current
            current = made[step_at(settings.handle, position)]

        self.kernel.changes.watch("services", self.place.service, become)
        return lambda row: current(row)

    # What parts need.

    def shared(self, key, make):
        """What all handlers of the service share that ask for it by the same key, made for the first of them."""
        return self.kernel.shared((self.place.service, key), make)

    def draws(self, distribution, step, position):
        """A function of a row: its value of a distribution of times, in ticks; a message keeps it at each attempt."""
        draws, luck = self.kernel.streams.draws(distribution, *self.purpose(step, position)), self.rows.luck
        if not self.place.is_delivery:
            return lambda row: draws.of(luck[row])
        parent, of_message = self.rows.parent, self.kernel.records.messages.luck
        return lambda row: draws.of(of_message[parent[row]])

    def remark(self, kind, row):
        """Note something of an attempt; its words are those of the part."""
        self.kernel.records.incidents.append((self.env._now, kind, self.place.service, row))

    def purpose(self, step, position):
        """The key of a step's luck: workload, service, ordinal of the way in, kind of step and its ordinal."""
        place = self.place
        return place.workload, place.service, place.ordinal, step.kind, self.steps_met[position]

    def through_heap(self, function):
        """`function`, called through the heap at the same moment."""
        env, counter = self.env, self.env.key_counter(ANSWER)
        queue = env._queue
        self.carries(function)

        def start(row):
            heappush(queue, (env._now, next(counter), function, row))

        return start

    def carries(self, function):
        """`function` is what the heap calls when a piece of work in this service is over."""
        self.service.completions.add(function)
        if not hasattr(function, "owner"):
            owned(self.service.name, function)

    def own(self, function):
        """A function of this step alone, so that heap entries tell whose work they carry."""

        def over(row):
            function(row)

        return owned(self.service.name, over)


def _begins_with_work(place, steps):
    return next((step.lasts for _, step in in_turn(steps, place.operation)), False)


def _takes_time(scenario, place, steps):
    """Whether any step may hold the worker."""
    return any(
        step.lasts
        or step.asks
        or (step.kind not in BUILDERS and not (step.in_no_time or step.in_place))  # a part's: it may
        or (step.kind == "publish" and step.acks != 0 and scenario.channels[step.channel].confirms)
        for step in all_steps(steps, place.operation)
    )
