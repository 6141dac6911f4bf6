"""A service that flaps stops, and starts again, as often as it can before the fault is over."""

from evsim.engine.environment import FAULT
from evsim.engine.fault_policy import FaultPolicy
from evsim.ticks import ticks

__all__ = ["build"]


class Flaps(FaultPolicy):
    def __init__(self, system, fault):
        super().__init__(system, fault)
        self.every, self.down = ticks(fault.every), {}

    def begin(self, struck, instance, length):
        self.down[struck, instance] = False
        self._turn((struck, instance))

    def _turn(self, who):
        if who not in self.down:
            return
        struck, instance = who
        (struck.start if self.down[who] else struck.stop)(*instance)
        self.down[who] = not self.down[who]
        self.kernel.env.call_in(self.every, self._turn, who, FAULT)

    def end(self, struck, instance):
        if self.down.pop((struck, instance)):
            struck.start(*instance)


build = Flaps
