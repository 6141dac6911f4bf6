"""How a scenario runs: SimPy's clock, and the parts, one a file."""

from evsim.engine.simulation import Simulation, simulate

__all__ = ["Simulation", "simulate"]
