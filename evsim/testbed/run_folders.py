"""The folder of a live run, which is gone when the run is."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from evsim.whole import is_running

__all__ = ["run_folder"]

PREFIX = "evsim-live-"


@contextmanager
def run_folder():
    """A new folder. One whose owner was killed before any process of it could clear up is taken away, too."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not is_running(int(owner)):
            shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield folder
