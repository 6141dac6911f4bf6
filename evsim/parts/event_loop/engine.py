"""How event loops, cores and blocking work are built."""

from evsim.engine.step_builders import builder
from evsim.parts.event_loop.cores import Cores
from evsim.parts.event_loop.loops import EventLoop

__all__ = ["build"]


def blocking(compiler, step, position, then, fail):
    return builder("work")(compiler, step, position, then, fail)


build = {"event_loop": EventLoop, "cores": Cores, "blocking": blocking}
