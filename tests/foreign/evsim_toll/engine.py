"""The toll is paid before the first step of a handler, be it a list of steps or a Python function."""

from evsim.engine.environment import ANSWER
from evsim.engine.service_policy import Handling, ServicePolicy
from evsim.ticks import ticks

__all__ = ["build"]


class TollBooth(ServicePolicy):
    def __init__(self, service, settings):
        self.env, self.time = service.kernel.env, ticks(settings.time)

    def handling(self, compiler, end):
        return Paid(self, compiler, end)


class Paid(Handling):
    def __init__(self, booth, compiler, end):
        super().__init__(end)
        self.booth, self.compiler = booth, compiler

    def beginning(self, first, fail):
        env, time = self.booth.env, self.booth.time
        self.compiler.carries(first)
        return lambda row: env.call_in(time, first, row, ANSWER)


build = TollBooth
