"""What people have, read into a scenario to start from: traces, logs, descriptions of a system. One kind a file.

Each module of a kind has ``read(text, name, sketch)``, which writes down in a :class:`evsim.imports.sketch.Sketch` what
the file says; :mod:`evsim.scenario.foreign_files` says which file is of which kind.
"""

from evsim.imports.draft import Draft, from_file
from evsim.imports.replay import IncidentReplay, replay

__all__ = ["Draft", "IncidentReplay", "from_file", "replay"]
