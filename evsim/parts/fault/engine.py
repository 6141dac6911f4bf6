"""What each kind of fault does when it begins, and when it ends."""

from evsim.engine.fault_policy import FaultPolicy, Lasting
from evsim.ticks import ticks

__all__ = ["build"]


class Stops(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.stop(*instance)

    def end(self, struck, instance):
        struck.start(*instance)


class Crashes(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.crash(*instance)

    def befall(self, struck, instance, length):
        struck.stop(*instance)

    def end(self, struck, instance):
        struck.restart(*instance)


class Restarts(Crashes):
    """What is born afresh has nothing of what lay on it before: a fault that ends later finds nothing to take away."""

    def begin(self, struck, instance, length):
        super().begin(struck, instance, length)
        each = struck.instances[instance[0]]
        each.frozen_until = 0
        struck.resume(*instance)
        each.factors.clear()
        each.error_rates.clear()


class Purges(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.purge(self.fault.key)


class Shovels(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.shovel()


class Freezes(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.pause(*instance, length)

    def end(self, struck, instance):
        struck.resume(*instance)


class LosesLeader(FaultPolicy):
    def begin(self, struck, instance, length):
        struck.lose_leader()

    def end(self, struck, instance):
        struck.find_leader()


def latency(kernel, fault):
    if fault.add is None:
        return Lasting("factors", fault.factor)
    return Lasting("additions", ticks(fault.add))


build = {
    "outage": Stops, "crash": Crashes, "pause": Freezes, "partition": Stops, "leader_failure": LosesLeader,
    "restart": Restarts, "purge": Purges, "shovel": Shovels,
    "slowdown": lambda kernel, fault: Lasting("factors", fault.factor),
    "error_rate": lambda kernel, fault: Lasting("error_rates", fault.probability),
    "poison": lambda kernel, fault: Lasting("poisons", fault.key),
    "latency": latency,
    "loss": lambda kernel, fault: Lasting("losses", fault.probability),
    "duplication": lambda kernel, fault: Lasting("copies", fault.probability),
}  # fmt: skip
