"""For jsonschema it would build 38 grammars, two seconds of work, to check addresses that nobody writes.

Imported before whoever imports jsonschema: a plugin of pytest does so before any conftest is read.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

if "PYTEST_XDIST_WORKER" not in os.environ:  # whose processes, and a server of notebooks, start as we are here
    ABSENT = TemporaryDirectory()
    Path(ABSENT.name, "rfc3987_syntax.py").write_text("raise ImportError('the tests do without')\n", encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [ABSENT.name, os.environ.get("PYTHONPATH")]))
    sys.path.insert(0, ABSENT.name)
