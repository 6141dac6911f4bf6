"""Calibration: the constants of a machine, as a run on real processes has shown them, and the scenario that has them.

A model has no machine: its hops take what the file says, and its work what was drawn. Here a hop takes the time of a
system call or two, a sleep ends late, and a row has to be written. Each becomes a constant at its own station: a link
for each two places, a wait after each sleep and before each effect, and work at the end of each handler.
"""

from dataclasses import dataclass, field

from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["TOLERABLE", "Calibration", "refuse_if_busy"]

TOLERABLE = 2e-3  # seconds that a sleep may be late, on average, until times say more of the machine than of the design


@dataclass(frozen=True)
class Calibration:
    """What was measured of the machine, in seconds.

    ``overshoot``: how late a sleep ended, on average, and ``overshoot_p99``; ``hop``: one way from process to process,
    where ``ways`` do not say it (NaN: nobody went any); ``overhead``: service -> what its handler took beyond all that
    has a name, on average. ``late``: service -> how late its sleeps ended; ``commit``: service -> how long it took
    until an effect was there; ``ways``: (one place, another, one way between them) of workloads, services and channels.
    """

    overshoot: float
    overshoot_p99: float
    hop: float
    overhead: dict
    late: dict = field(default_factory=dict)
    commit: dict = field(default_factory=dict)
    ways: tuple = ()

    def __str__(self):
        said = [f"sleeps end {_in_ms(self.overshoot)} late (p99 {_in_ms(self.overshoot_p99)})"]
        if self.hop == self.hop:
            said.append(f"one way between processes takes {_in_ms(self.hop)}")
        if self.ways:
            said.append(", ".join(f"{here} to {there} {_in_ms(way)}" for here, there, way in self.ways))
        if self.commit:
            said.append(f"an effect is there after: {_of_each(self.commit)}")
        if self.overhead:
            said.append(f"beyond that a handler takes: {_of_each(self.overhead)}")
        return "\n".join(said)

    @property
    def why_not(self):
        """Why its times are compared with nothing, where it is too busy."""
        return (
            f"a sleep ended {_in_ms(self.overshoot)} late on average, and more than {_in_ms(TOLERABLE)} says more of "
            "the machine than of the design; stop what else runs here, or lower the load, and run it again"
        )

    @property
    def too_busy(self):
        """Whether the machine had too much else to do for times to be compared."""
        return not self.overshoot <= TOLERABLE

    def apply(self, scenario):
        """The scenario with these constants in place of those that it had for the network."""
        changes = {"network.latency": {"constant": _written(self.hop)}} if self.hop == self.hop else {}
        if self.ways:
            changes["network.links"] = {
                f"{here}-and-{there}": {"between": [here, there], "latency": {"constant": _written(way)}}
                for here, there, way in self.ways
            }
        for name in scenario.services:
            changes[f"services.{name}.handle"] = self._with_constants(scenario, name)
        return scenario.replace(changes)

    def _with_constants(self, scenario, name):
        """The steps of a handler, with what each takes on this machine.

        A *wait* shifts no draw of a step of work. Where a handler has waits of its own, all is put at its end.
        """
        steps = list(scenario.value(f"services.{name}.handle"))
        last = steps.pop() if scenario.services[name].handle[-1].replies else None
        late, commit, end = (each.get(name, 0.0) for each in (self.late, self.commit, self.overhead))
        own_waits = any("wait" in step for step in steps)
        lengthened = []
        for step in steps:
            before, after = commit * ("effect" in step), late * ("work" in step or "wait" in step)
            if own_waits:
                end, before, after = end + before + after, 0.0, 0.0
            lengthened += [*_a_wait(before), step, *_a_wait(after)]
        return [*lengthened, {"work": _written(end)}, *([last] if last else [])]


def refuse_if_busy(calibration):
    """Raise :exc:`ScenarioError` where the machine had too much else to do."""
    if calibration.too_busy:
        raise ScenarioError([Problem("", calibration.why_not)])


def _a_wait(seconds):
    return [{"wait": _written(seconds)}] if seconds > 0 else []


def _of_each(constants):
    return ", ".join(f"{name} {_in_ms(seconds)}" for name, seconds in constants.items())


def _in_ms(seconds):
    return f"{seconds * 1e3:.2f} ms"


def _written(seconds):
    return f"{seconds * 1e6:.3f}us"
