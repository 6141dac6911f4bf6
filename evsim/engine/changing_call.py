"""A call whose settings change: its policies come, go and are others, and so is its timeout.

What is under way stays known to the policies that let it pass; what is asked from now on goes by the new settings.
"""

from heapq import heappush
from operator import attrgetter

from evsim.engine.environment import TIMEOUT
from evsim.engine.policy import Policy, multiplies
from evsim.engine.request_reply import RequestReply
from evsim.registry import CALL, parts
from evsim.scenario.handlers import step_at
from evsim.ticks import ticks

__all__ = ["ChangingCall"]


class ChangingCall(RequestReply):
    """The edge of a call that is one of some `steps`, the first of them at first."""

    def __init__(self, compiler, position, target, service, done, bad, steps):
        self.switches = {}
        super().__init__(
            compiler.kernel, target, service, done, bad, asker=compiler.service, timeout=steps[0].timeout,
            policies=self._switches(compiler, target, steps),
        )  # fmt: skip
        self.position = position
        compiler.kernel.changes.watch("services", compiler.service.name, self._become)

    def _switches(self, compiler, place, steps):
        """The policies that it ever has, each with a switch; the outermost first."""
        self.kernel, self.place, self.asker = compiler.kernel, place, compiler.service  # which policies ask for
        for part in parts(CALL):
            settings = [step.policies.get(part.word) for step in steps]
            if any(settings) and not any(map(multiplies, settings)):
                first = next(each for each in settings if each)
                self.switches[part.word] = Switched(part.build(self, first), first, settings[0])
        return sorted(self.switches.values(), key=attrgetter("position"), reverse=True)

    def _become(self, settings):
        step = step_at(settings.handle, self.position)
        self.timeout = ticks(step.timeout)
        for word, switch in self.switches.items():
            switch.become(step.policies.get(word))

    def _timed(self, send):
        env, expired = self.kernel.env, self.expired
        queue, counter = env._queue, env.key_counter(TIMEOUT)

        def ask(row):
            if self.timeout is not None:
                heappush(queue, (env._now + self.timeout, next(counter), expired, row))
            send(row)

        return ask

    def _guarded_ask(self):
        send = self.send
        for policy in reversed(self.policies):
            send = policy.sending(send, self)
        return self._timed(send)


class Switched(Policy):
    """A policy that is on or off. Off, it lets all pass, and hears of the end of what it let pass before."""

    def __init__(self, policy, first, settings):
        self.policy, self.position, self.is_on, self.last = policy, policy.position, bool(settings), first

    def become(self, settings):
        self.is_on = bool(settings)
        if settings and settings != self.last:
            self.last = settings
            self.policy.become(settings)

    def answered(self, row):
        self.policy.answered(row)

    def failed(self, row, good):
        self.policy.failed(row, good)

    def left(self, row):
        self.policy.left(row)

    def beaten(self, row):
        self.policy.beaten(row)

    def ended(self, row):
        self.policy.ended(row)

    def latest(self, row):
        return self.policy.latest(row)

    def goes_on(self, row, final):
        return self.policy.goes_on(row, final)

    def _or_past(self, through, past):
        return lambda row: (through if self.is_on else past)(row)

    def beginning(self, ask):
        return self._or_past(self.policy.beginning(ask), ask)

    def asking(self, ask, edge):
        return self._or_past(self.policy.asking(ask, edge), ask)

    def sending(self, send, edge):
        return self._or_past(self.policy.sending(send, edge), send)

    def allows_another(self, row):
        return not self.is_on or self.policy.allows_another(row)

    def tries_again(self, edge, row, last, number):
        return self.is_on and self.policy.tries_again(edge, row, last, number)
