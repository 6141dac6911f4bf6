"""How a scenario runs: SimPy's clock, and the parts, one a file."""

from evsim.engine.execution import Execution, execute

__all__ = ["Execution", "execute"]
