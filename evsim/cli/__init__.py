"""The command line: ``evsim new | replay | run | live | compare | find | hunt | sweep | report | fit | ...``.

Exit status: 0; 1, an objective was missed; 2, bad input; 3, a defect of evsim; 130, interrupted.
"""

from evsim.cli import bring, challenges, dealing, hunting, live, open_lessons, what_if
from evsim.cli.commands import app

__all__ = ["app", "bring", "challenges", "dealing", "hunting", "live", "open_lessons", "what_if"]
