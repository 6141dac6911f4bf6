"""Handlers written in Python: a generator function that yields the same steps a scenario file has.

    def handle(ctx):
        yield from ctx.work("2ms")
        if ctx.request % 10:
            yield from ctx.call("database", timeout="1s")
        ctx.effect("customer row")

Each step is compiled when it is first met, as one of a file would be. The luck of a step belongs to what it says and
to how often this attempt has met it, so a loop has new luck each round.
"""

from dataclasses import replace

from evsim.engine.environment import SimulationError
from evsim.engine.step_builders import builder
from evsim.registry import STEP, parts
from evsim.results.endings import Reason
from evsim.scenario import Distribution, ScenarioError
from evsim.scenario.calls import Ask, Call
from evsim.scenario.channel_rules import step_problem
from evsim.scenario.errors import suggest
from evsim.scenario.handlers import without_answer
from evsim.scenario.naming import kinds, missing
from evsim.scenario.publishes import Publish, Send
from evsim.scenario.steps import Effect, Wait, Work

__all__ = ["Context", "StepFailed", "generator_handler"]

YIELDED = ("work", "wait", "call", "publish", "send", "ask")
WRITTEN = ("effect", "fail")


class StepFailed(Exception):
    """A call or a publish of a Python handler failed. Catch it to go on; uncaught, it fails the attempt."""

    def __init__(self, reason):
        super().__init__(Reason.word(reason))
        self.reason = reason


class HandlingOver(BaseException):
    """A policy of the service has ended the handling, at something that the handler wanted to write."""


class Context:
    """What a Python handler knows and can do. Steps that take time are used with ``yield from``."""

    def __init__(self, kernel, place, row, write):
        self._kernel, self._place, self._row, self._write = kernel, place, row, write
        self.workload = place.workload
        self.request, _ = kernel.streams.of(kernel.records.rows.luck[row])

    @property
    def now(self):
        """The simulated time, in seconds."""
        return self._kernel.env.now

    @property
    def key(self):
        """The key of the request, as a number."""
        return self._kernel.identifiers.keys[self.workload].of(self._kernel.records.rows.luck[self._row])

    def work(self, time):
        """Work for a time ("2ms", {"exponential": "10ms"} ...), holding the worker."""
        yield Work(time=_distribution(time))

    def wait(self, time):
        """Wait for a time, holding the worker."""
        yield Wait(time=_distribution(time))

    def call(self, service, **settings):
        """Call a service and wait for its answer; settings as in a file (timeout, retry, on_error: fail or ignore)."""
        yield Call(service=service, **settings)

    def publish(self, channel, **settings):
        """Publish a message; settings as in a file (key, acks, retry, timeout)."""
        yield Publish(channel=channel, **settings)

    def send(self, bus, **settings):
        """Hand a message to one of the handlers on a bus; settings as in a file (key)."""
        yield Send(bus=bus, **settings)

    def ask(self, bus, **settings):
        """Ask one of the handlers on a bus and wait for its answer; settings as those of a call."""
        yield Ask(bus=bus, **settings)

    def effect(self, name, **settings):
        """Make an effect now; settings as in a file: one that is `unique` fails where the key has one already."""
        self._write(self._row, Effect(name=name, **settings))

    def __getattr__(self, word):
        """A step of a part that takes no time, such as ``undo("row")``."""
        ours = {each.word: each.settings for each in parts(STEP) if each.settings.in_no_time}
        if word not in ours:
            raise AttributeError(f"a Python handler has no step {word}; {suggest(word, {*ours, *YIELDED, *WRITTEN})}")
        kind = ours[word]
        return lambda value: self._write(self._row, kind(**{kind.short: value}))

    def fail(self, requeue=True):
        """Fail this attempt here. A message is not tried again if it is not to be put back (``requeue=False``)."""
        delivered = self._place.is_delivery
        raise StepFailed(Reason.FAIL_STEP if requeue or not delivered else Reason.REJECTED)


def _distribution(time):
    return time if isinstance(time, Distribution) else Distribution.read(time)


class _Handling:
    """One attempt of a Python handler.

    met: step -> how often it came. in_step: a step has begun and may end at once. news: how the last step ended.
    """

    __slots__ = ("generator", "in_step", "met", "news")

    def __init__(self, generator):
        self.generator, self.met, self.in_step, self.news = generator, {}, False, None


def generator_handler(compiler, function, end, fail):
    """The function that runs `function` as the handler of the compiler's place."""
    kernel, place, write = compiler.kernel, compiler.place, _writing(compiler)
    live, compiled = {}, {}
    compiler.service.volatile.append(live)  # so that a crash forgets what it kills

    def start(row):
        live[row] = _Handling(function(Context(kernel, place, row, write)))
        go_on(row)

    def go_on(row):
        if row in live:
            _advance(row, live[row].generator.__next__)

    def failed(row, reason):
        if row in live:
            _advance(row, live[row].generator.throw, StepFailed(reason))

    def _advance(row, resume, *error):
        handling = live[row]
        handling.news = resume, error
        if handling.in_step:
            return  # the step took no time: the loop below goes on
        while handling.news is not None:
            (resume, error), handling.news = handling.news, None
            try:
                step = resume(*error)
            except StopIteration:
                del live[row]
                end(row)
            except HandlingOver:
                del live[row]
            except StepFailed as failure:
                del live[row]
                fail(row, failure.reason)
            except ScenarioError as wrong:
                raise _refused(place, wrong.problems) from None
            else:
                handling.in_step = True
                _step(handling, step)(row)
                handling.in_step = False

    def _step(handling, step):
        if getattr(step, "kind", None) not in YIELDED:
            raise SimulationError(
                f"services.{place.service}.handle: a Python handler yielded {step!r}, which is no step; "
                "write `yield from ctx.work(...)`, not `yield ctx.work(...)`"
            )
        count = handling.met[step] = handling.met.get(step, -1) + 1
        if (step, count) not in compiled:
            compiled[step, count] = _compile(compiler, step, count, go_on, failed)
        return compiled[step, count]

    return start


def _writing(compiler):
    """A function ``write(row, step)`` for what is written at once, with all that policies put around it."""
    steps, written, outcome = {}, [], compiler.rows.outcome
    where = f"services.{compiler.place.service}.handle"

    def fail(row, reason):
        raise StepFailed(reason)

    def write(row, step):
        if step not in steps:
            steps[step] = builder(step.kind)(compiler, step, (), written.append, fail)
        written.clear()
        steps[step](row)
        if row in written:
            return
        if outcome[row]:
            raise HandlingOver
        raise SimulationError(f"{where}: a part holds back what a Python handler writes; write the handler as steps")

    return write


def _refused(place, problems):
    """Settings of a step that cannot be, or a step that leads nowhere."""
    there = ("services", place.service, "handle")
    paths = [".".join(filter(None, (*there, each.path))) for each in problems]
    return ScenarioError([replace(each, path=path) for each, path in zip(problems, paths, strict=True)])


def _compile(compiler, step, count, then, fail):
    """One step as a function of a row; the places it leads to are made now."""
    place = compiler.place
    position = (f"{step!r}", count)
    compiler.steps_met[position] = position
    scenario = compiler.kernel.scenario
    kind, name = ("channel", step.channel) if step.hands_over else ("service", getattr(step, "service", None))
    if name is not None and name not in dict(kinds(scenario))[kind]:
        raise _refused(place, [missing(scenario, "", name, kind)])
    if step.hands_over and (found := step_problem(scenario, step)):
        _, rule, way_out = found
        raise SimulationError(f"services.{place.service}.handle: {rule}; {way_out}")
    if without_answer(step):
        raise SimulationError(
            f"services.{place.service}.handle: a Python handler catches StepFailed, and has no {step.on_error.kind}"
        )
    compiler.system.lead_on(place, step, position)
    return compiler.build(step, position, then, fail)
