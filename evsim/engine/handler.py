"""Handlers: the steps of a service, compiled for one place into closures linked from last to first.

Each step is a function of a row that ends by calling the next one, now or through the heap: the continuation is the
program counter. The edges say what a reply, an end and a failure mean.
"""

from heapq import heappush

from evsim.engine.asking import Asking
from evsim.engine.environment import ANSWER
from evsim.engine.generator import generator_handler
from evsim.engine.places import DELIVERY
from evsim.engine.publishing import Publishing
from evsim.results.records import Outcome, Reason

__all__ = ["compile_handler"]


def compile_handler(system, place, edge):
    """The function that runs the handler of `place` for a row that has a worker."""
    service = system.services[place.service]
    steps = service.settings.handle
    compiler = _Compiler(system, place, service, edge)
    end = compiler.end(steps)
    fail = compiler.failing()
    if callable(steps):
        return generator_handler(compiler, steps, end, fail)
    first = compiler.link(steps, (), end, fail)
    if compiler._first_work() is None:
        first = compiler._error_rate(first, fail)
    if steps[0].kind in ("work", "wait") or not (system.cyclic or _takes_time(steps)):
        return first
    return compiler.through_heap(first)  # so that a busy service never grows the call stack


class _Compiler:
    def __init__(self, system, place, service, edge):
        self.system, self.place, self.service, self.edge = system, place, service, edge
        self.rows, self.env = system.records.rows, system.env
        self.ordinals = {}  # kind of step -> how many were met, in the order of the file
        self.steps_met = self._ordinals(service.settings.handle, ()) if not callable(service.settings.handle) else {}
        self.replies_early = False
        self.still = None  # inside a branch that may lose: wraps what follows a step

    def _ordinals(self, steps, position):
        """position -> ordinal of the step among the steps of its kind."""
        met = {}
        for index, step in enumerate(steps):
            here = (*position, index)
            met[here] = self.ordinals[step.kind] = self.ordinals.get(step.kind, -1) + 1
            for number, branch in enumerate(_branches(step)):
                met |= self._ordinals(branch, (*here, number))
        return met

    # The end of a handler.

    def end(self, steps):
        """What happens after the last step: the worker goes home, then whoever waits is told."""
        ending, edge = self.service.ending, self.edge
        if self.place.kind == DELIVERY:
            return ending(Outcome.OK, *edge.ended)
        self.replies_early = not callable(steps) and _replies_early(steps)
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
        replied = self.system.replied

        def tell(row):
            if row in replied:
                replied.discard(row)
            else:
                told(row)

        return tell

    # Steps.

    def link(self, steps, position, then, fail):
        """The first of `steps` as a function; `then(row)` follows the last one."""
        for index in reversed(range(len(steps))):
            step = steps[index]
            if self.still is not None:
                then = self.still(then)
            build = getattr(self, "_" + step.kind)
            then = build(step, (*position, index), then, fail)
        return then

    def purpose(self, step, position):
        """The key of a step's luck: workload, service, visit, kind of step and its ordinal."""
        place = self.place
        return place.workload, place.service, place.visit, step.kind, self.steps_met[position]

    def through_heap(self, function):
        env, next_key = self.env, self.env.key_counter(ANSWER)
        queue = env._queue
        self._carries(function)

        def start(row):
            heappush(queue, (env._now, next_key(), function, row))

        return start

    def _carries(self, function):
        """`function` is what the heap calls when a piece of work in this service is over."""
        self.service.completions.add(function)
        if not hasattr(function, "part"):
            function.part = self.service.name

    def _own(self, function):
        """A function of this step alone, so that heap entries tell whose work they carry."""

        def over(row):
            function(row)

        over.part = self.service.name
        return over

    def _work(self, step, position, then, fail):
        if position == self._first_work():
            then = self._error_rate(then, fail)
        system, env, rows = self.system, self.env, self.rows
        self._carries(then)
        queue, next_key = env._queue, env.key_counter(ANSWER)
        draws = system.luck.draws(step.time, *self.purpose(step, position))
        luck, values, missing = rows.luck, draws.values, draws.missing
        slowness = self.service.slowness

        def work_constant(row):
            heappush(queue, (env._now + delay, next_key(), then, row))

        def work(row):
            try:
                delay = values[luck[row]]
            except IndexError:
                delay = missing(luck[row])
            heappush(queue, (env._now + delay, next_key(), then, row))

        def work_slowed(row):
            delay = draws.of(luck[row]) * slowness(row)
            heappush(queue, (env._now + delay, next_key(), then, row))

        if system.has_fault(self.service.name, "slowdown"):
            return work_slowed
        if step.time.kind == "constant":
            delay = step.time.value
            return work_constant
        return work

    _wait = _work

    def _error_rate(self, then, fail):
        """`then`, unless an error-rate fault strikes: after the handler's first work, or at its start if it has none."""
        if not self.system.has_fault(self.service.name, "error_rate"):
            return then
        place, luck = self.place, self.rows.luck
        chances = self.system.luck.uniforms("error rate", place.workload, place.service, place.visit)
        error_probability = self.service.error_probability

        def strike(row):
            if chances.of(luck[row]) < error_probability(row):
                fail(row, Reason.ERROR_RATE)
            else:
                then(row)

        return strike

    def _first_work(self):
        steps = self.service.settings.handle
        if callable(steps):
            return None
        return next(((index,) for index, step in enumerate(steps) if step.kind in ("work", "wait")), None)

    def _effect(self, step, position, then, fail):
        effects, env = self.system.records.effects, self.env
        new, of_row, names, times = effects.new, effects.row, effects.name, effects.time
        name = self.system.effect_number(step.name)

        def effect(row):
            number = new()
            of_row[number] = row
            names[number] = name
            times[number] = env._now
            then(row)

        return effect

    def _reply(self, step, position, then, fail):
        if self.place.kind == DELIVERY or not self.replies_early:
            return then  # nobody waits, or the end tells them
        answer, replied = self.edge.answer, self.system.replied

        def reply(row):
            if row not in replied:
                replied.add(row)
                answer(row)
            then(row)

        return reply

    def _fail(self, step, position, then, fail):
        chances = self.system.luck.uniforms(*self.purpose(step, position))
        luck, values, missing, probability = self.rows.luck, chances.values, chances.missing, step.probability

        def maybe_fail(row):
            try:
                chance = values[luck[row]]
            except IndexError:
                chance = missing(luck[row])
            if chance < probability:
                fail(row, Reason.FAIL_STEP)
            else:
                then(row)

        return maybe_fail

    def _maybe(self, step, position, then, fail):
        taken = self.link(step.then, (*position, 0), then, fail)
        otherwise = self.link(step.otherwise, (*position, 1), then, fail)
        chances = self.system.luck.uniforms(*self.purpose(step, position))
        luck, rounds, probability = self.rows.luck, self.rows.hop, step.probability
        number_of = self.system.luck.of

        def maybe(row):
            number, _ = number_of(luck[row])  # the branch belongs to the request and the round, not to the attempt
            hop = rounds[row]
            chance = chances.of(number) if hop < 1 else chances.again(number, hop)
            (taken if chance < probability else otherwise)(row)

        return maybe

    def _call(self, step, position, then, fail):
        system, env, rows = self.system, self.env, self.rows
        (target,) = self.place.steps[position]
        reason, parent = rows.reason, rows.parent
        if step.on_error == "ignore":

            def bad(row):
                then(parent[row])
        else:

            def bad(row):
                fail(parent[row], reason[row])

        def done(row):
            then(parent[row])

        edge = Asking(
            system, target, system.services[target.service], done, bad,
            asker=self.service, timeout=step.timeout, retry=step.retry,
        )  # fmt: skip
        system.enter(target, edge)
        new, places, luck, born, hop = rows.new, rows.place, rows.luck, rows.born, rows.hop
        number, ask, cyclic = target.number, edge.ask, system.cyclic

        def call(row):
            child = new()
            places[child] = number
            luck[child] = luck[row]
            parent[child] = row
            born[child] = env._now
            if cyclic:
                hop[child] = hop[row]
            ask(child)

        return call

    def _publish(self, step, position, then, fail):
        system = self.system
        channel = system.channels[step.channel]
        route = system.route(channel, self.place.steps[position])
        return Publishing(system, self.place, step, channel, route, then, fail, self.service).publish

    def _parallel(self, step, position, then, fail):
        if step.until == "any":
            return self._parallel_any(step, position, then, fail)
        left, failures = {}, {}
        self.service.parallel += [left, failures]
        count = len(step.branches)

        def joined(row):
            remaining = left.get(row)
            if remaining is None:
                return  # the handler died meanwhile
            if remaining > 1:
                left[row] = remaining - 1
                return
            del left[row]
            reason = failures.pop(row, None)
            if reason is None:
                then(row)
            else:
                fail(row, reason)

        def branch_failed(row, reason):
            failures.setdefault(row, reason)
            joined(row)

        branches = self._branches(step, position, joined, branch_failed)

        def fork(row):
            left[row] = count
            for branch in branches:
                branch(row)

        return fork

    def _parallel_any(self, step, position, then, fail):
        left = {}
        self.service.parallel.append(left)
        count = len(step.branches)

        def won(row):
            if left.pop(row, None) is not None:
                then(row)

        def branch_failed(row, reason):
            if row in left:
                left[row] -= 1
                if not left[row]:
                    del left[row]
                    fail(row, reason)

        def still(follows):
            """What a branch does next, if no other has won meanwhile."""

            def go_on(row):
                if row in left:
                    follows(row)

            return go_on

        outer, self.still = self.still, still if self.still is None else lambda f, outer=self.still: outer(still(f))
        branches = self._branches(step, position, won, branch_failed)
        self.still = outer

        def fork(row):
            left[row] = count
            for branch in branches:
                if row in left:
                    branch(row)

        return fork

    def _branches(self, step, position, joined, failed):
        return [
            self.link(branch, (*position, number), self._own(joined), failed)
            for number, branch in enumerate(step.branches)
        ]


def _branches(step):
    if step.kind == "parallel":
        return step.branches
    if step.kind == "maybe":
        return (step.then, step.otherwise)
    return ()


def _takes_time(steps):
    """Whether any step may hold the worker."""
    return any(
        step.kind in ("work", "wait", "call")
        or (step.kind == "publish" and step.acks > 0)
        or any(_takes_time(branch) for branch in _branches(step))
        for step in steps
    )


def _has_reply(steps):
    return any(step.kind == "reply" or any(_has_reply(branch) for branch in _branches(step)) for step in steps)


def _replies_early(steps):
    """Whether a reply comes anywhere but last; a reply in last place, or none, is told by the end."""
    body = steps[:-1] if steps[-1].kind == "reply" else steps
    return _has_reply(body)
