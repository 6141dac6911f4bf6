"""What a change does when it begins, and when it is over."""

from evsim.engine.fault_policy import FaultPolicy

__all__ = ["Changing", "build"]


class Changing(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.begin(self.fault)

    def end(self, struck, instance):
        struck.end(self.fault)


build = Changing
