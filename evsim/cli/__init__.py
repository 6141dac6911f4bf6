"""The command line: ``evsim run | compare | export | list | show | validate | schema | lab``.

Exit status: 0; 1, an objective was missed; 2, bad input; 3, a defect of evsim; 130, interrupted.
"""

from evsim.cli.commands import app

__all__ = ["app"]
