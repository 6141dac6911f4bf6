"""How a scenario runs: SimPy's clock, and what all parts stand on, one thing a file."""

from evsim.engine.execution import Execution, execute

__all__ = ["Execution", "execute"]
