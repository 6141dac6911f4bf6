"""The command line: ``evsim new | replay | run | live | compare | find | sweep | report | fit | export | list | ...``.

Exit status: 0; 1, an objective was missed; 2, bad input; 3, a defect of evsim; 130, interrupted.
"""

from evsim.cli import bring, live, open_lessons, what_if
from evsim.cli.commands import app

__all__ = ["app", "bring", "live", "open_lessons", "what_if"]
