"""Recount of logs: who reads what, in which order, as whose owner, and what transactions show.

Each of the modules counts one thing again from the records alone.
"""

from evsim.parts.log.audit import isolation, order, owners, polls, readers
from evsim.parts.log.audit.readers import obligations

__all__ = ["CHECKS", "obligations"]

CHECKS = sum((each.CHECKS for each in (readers, order, isolation, owners, polls)), ())
