"""The toll is paid before the first step of a handler, be it a list of steps or a Python function.

Who is too poor is refused when it arrives, for a reason that no part of evsim has.
"""

from evsim.engine.environment import ANSWER
from evsim.engine.service_policy import Handling, ServicePolicy
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["build"]


class TollBooth(ServicePolicy):
    def __init__(self, service, settings):
        self.env, self.time, self.poor = service.kernel.env, ticks(settings.time), settings.poor
        self.service, self.chances = service, service.kernel.streams.uniforms("toll", service.name)

    def arriving(self, offer):
        rows, edges, chances, poor = self.service.kernel.records.rows, self.service.edges, self.chances, self.poor
        place, luck = rows.place, rows.luck

        def offer_if_rich(row):
            edge = edges[place[row]]
            if edge.refusable and chances.of(luck[row]) < poor:
                edge.refuse(row, Reason.named("TOO_POOR"))
            else:
                offer(row)

        return offer_if_rich if poor else offer

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
