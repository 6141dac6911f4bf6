"""The steps of a handler, each built into a function of a row.

A builder ``kind(compiler, step, position, then, fail)`` gives a function that does the step and then calls
``then(row)``, at once or through the heap, or ``fail(row, reason)``.
"""

from heapq import heappush
from math import prod

from evsim.engine.changing_call import ChangingCall
from evsim.engine.environment import ANSWER
from evsim.engine.injected_failures import after_work
from evsim.engine.item_paths import identity_draw, path_of_row
from evsim.engine.parallel import parallel
from evsim.engine.policy import multiplies
from evsim.engine.request_reply import RequestReply
from evsim.engine.weak_points import has_fault
from evsim.registry import part
from evsim.results.endings import Reason
from evsim.scenario.handlers import step_at
from evsim.ticks import ticks

__all__ = ["BUILDERS", "builder", "one_call", "one_message"]


def work(compiler, step, position, then, fail):
    then = after_work(compiler, position, then, fail)
    env, rows = compiler.env, compiler.rows
    factor = _factor(compiler, step)
    if step.kind == "work":
        for policy in compiler.service.policies:
            then = policy.work_over(then)
    compiler.carries(then)
    queue, counter = env._queue, env.key_counter(ANSWER)
    draws = compiler.kernel.streams.draws(step.time, *compiler.purpose(step, position))
    luck, values, missing = rows.luck, draws.values, draws.missing

    def work_constant(row):
        heappush(queue, (env._now + delay, next(counter), then, row))

    def work(row):
        try:
            delay = values[luck[row]]
        except IndexError:
            delay = missing(luck[row])
        heappush(queue, (env._now + delay, next(counter), then, row))

    def work_multiplied(row):
        delay = round(draws.of(luck[row]) * factor(row))
        heappush(queue, (env._now + delay, next(counter), then, row))

    def lasts(row):
        return draws.of(luck[row]) if factor is None else round(draws.of(luck[row]) * factor(row))

    def run_alone(row, time, over):
        heappush(queue, (env._now + time(row), next(counter), over, row))

    run = run_alone
    for policy in compiler.service.policies:
        run = policy.executing(step, run)
    if run is not run_alone:
        return lambda row: run(row, lasts, then)
    if factor is not None:
        return work_multiplied
    if step.time.is_constant:
        delay = ticks(step.time.value)
        return work_constant
    return work


def _factor(compiler, step):
    """A function of a row whose work starts: what its time is multiplied by. None where that is always 1."""
    service = compiler.service
    slowness = service.slowness if has_fault(compiler.kernel.scenario, service.name, "slows") else None
    own = [policy.work_factor() for policy in service.policies] if step.kind == "work" else []
    factors = [each for each in (slowness, *own) if each is not None]
    if len(factors) < 2:
        return factors[0] if factors else None
    return lambda row: prod([each(row) for each in factors])


def effect(compiler, step, position, then, fail):
    effects, env, identifiers = compiler.kernel.records.effects, compiler.env, compiler.kernel.identifiers
    new, of_row, names, times = effects.new, effects.row, effects.name, effects.time
    item_of = path_of_row(compiler.kernel, compiler.place)
    possible = [identifiers.effect_number(step.name, path) for path in compiler.kernel.items.possible(compiler.place)]
    name = possible[0]

    def effect(row):
        number = next(new)
        of_row[number] = row
        names[number] = name
        times[number] = env._now
        then(row)

    def write(row):
        number, item = next(new), name if item_of is None else identifiers.effect_of_item(step.name, item_of(row))
        of_row[number], names[number], times[number] = row, item, env._now

    def effect_of_item(row):
        write(row)
        then(row)

    def effects_of_batch(leader):
        failed = reported.get(leader, ()) if reported else ()
        for row in (*batches.get(leader, ()), leader):
            if row not in failed:
                write(row)
        then(leader)

    made = effect if item_of is None else effect_of_item

    batches, reported = compiler.edge.batches, compiler.edge.reported
    if not compiler.alone:
        return effects_of_batch
    place, effects_of = compiler.place, compiler.effects
    made = effects_of.made(step, place, made)
    for handling in compiler.around:
        made = handling.written(made)
    made = effects_of.conditions(step, place, made, fail)
    for handling in compiler.around:
        made = handling.writing(made)
    return made


def reply(compiler, step, position, then, fail):
    if compiler.place.is_delivery or not compiler.replies_early:
        return then  # nobody waits, or the end tells them
    answer, replied, env = compiler.edge.answer, compiler.edge.replied, compiler.env
    records = compiler.kernel.records

    def reply(row):
        if row not in replied:
            replied.add(row)
            records.note(records.replies, row, env._now)
            answer(row)
        then(row)

    return reply


def fail_step(compiler, step, position, then, fail):
    chances = compiler.kernel.streams.uniforms(*compiler.purpose(step, position))
    luck, values, missing, probability = compiler.rows.luck, chances.values, chances.missing, step.probability
    reason = Reason.FAIL_STEP if step.requeue or not compiler.place.is_delivery else Reason.REJECTED

    def maybe_fail(row):
        try:
            chance = values[luck[row]]
        except IndexError:
            chance = missing(luck[row])
        if chance < probability:
            fail(row, reason)
        else:
            then(row)

    return maybe_fail


def maybe(compiler, step, position, then, fail):
    taken = compiler.link(step.then, (*position, 0), then, fail)
    otherwise = compiler.link(step.otherwise, (*position, 1), then, fail)
    chances = compiler.kernel.streams.uniforms(*compiler.purpose(step, position))
    draw, probability = identity_draw(compiler.kernel, compiler.place, chances), step.probability

    def become(settings):
        nonlocal probability
        probability = step_at(settings.handle, position).probability

    compiler.kernel.changes.watch("services", compiler.service.name, become)

    def maybe(row):
        (taken if draw(row) < probability else otherwise)(row)

    return maybe


def call(compiler, step, position, then, fail):
    without_answer = _without_answer(compiler, step, position, then, fail)
    several = next((word for word, settings in step.policies.items() if multiplies(settings)), None)
    if several is not None:
        return part(several).module("engine").calls(compiler, step, position, then, without_answer)
    return _asks(compiler, *one_call(compiler, step, position, *_heard(compiler, then, without_answer)))


def one_call(compiler, step, position, done, bad):
    """The number of the place that a call step leads to, and ``begin(row)`` for the first attempt at a call."""
    system = compiler.system
    (target,) = compiler.place.steps[position]
    service, versions = system.services[target.service], compiler.ever(step, position)
    edge: RequestReply
    if len(versions) > 1:
        edge = ChangingCall(compiler, position, target, service, done, bad, versions)
    else:
        edge = RequestReply(compiler.kernel, target, service, done, bad, asker=compiler.service, timeout=step.timeout)
    system.enter(target, edge)
    return target.number, edge.begin


def ask(compiler, step, position, then, fail):
    done, bad = _heard(compiler, then, _without_answer(compiler, step, position, then, fail))
    asks = compiler.system.channels[step.channel].ask(compiler, step, position, done, bad)
    return _asks(compiler, compiler.place.steps[position][0].number, asks)


def _without_answer(compiler, step, position, then, fail):
    """What follows when a call of a row has no answer, a function of the row and the reason."""
    instead = INSTEAD.get(step.on_error.kind) or part(step.on_error.kind).build
    return instead(compiler, step.on_error, (*position, 0), then, fail)


def _heard(compiler, then, without_answer):
    """What follows a good answer to an attempt, and what follows none."""
    parent = compiler.rows.parent

    def done(row):
        then(parent[row])

    def bad(row, reason):
        without_answer(parent[row], reason)

    return done, bad


def _fail(compiler, instead, position, then, fail):
    return fail


def _ignore(compiler, instead, position, then, fail):
    return lambda row, reason: then(row)


def _fallback(compiler, instead, position, then, fail):
    first = compiler.link(instead.steps, position, then, fail)
    return lambda row, reason: first(row)


INSTEAD = {"fail": _fail, "ignore": _ignore, "fallback": _fallback}


def _asks(compiler, number, ask):
    """A function of a row that makes an attempt for the place `number` and asks with it."""
    rows, env, cyclic = compiler.rows, compiler.env, compiler.kernel.graph.cyclic
    new, places, luck, parent, born, rounds = rows.new, rows.place, rows.luck, rows.parent, rows.born, rows.round

    def call(row):
        child = next(new)
        places[child] = number
        luck[child] = luck[row]
        parent[child] = row
        born[child] = env._now
        if cyclic:
            rounds[child] = rounds[row]
        ask(child)

    return call


def publish(compiler, step, position, then, fail):
    route = compiler.system.publish_site(compiler.place, position, step, compiler.purpose(step, position))
    for word, settings in step.policies.items():
        if settings.multiplies:
            return part(word).build(compiler, step, route, then, fail)
    return one_message(compiler, step, route, then, fail)


def one_message(compiler, step, route, then, fail):
    """A function of a row that sends one message of a publish step."""
    for word, settings in step.policies.items():
        if not settings.multiplies:
            return part(word).build(compiler, step, route, then, fail)
    return route.channel.publisher(compiler.place, step, route, then, fail, compiler.service).publish


BUILDERS = {
    "work": work, "wait": work, "call": call, "ask": ask, "publish": publish, "send": publish, "effect": effect,
    "parallel": parallel, "maybe": maybe, "fail": fail_step, "reply": reply,
}  # fmt: skip


def builder(kind):
    """The builder of a kind of step: one of those above, or that of a part."""
    return BUILDERS[kind] if kind in BUILDERS else part(kind).build
