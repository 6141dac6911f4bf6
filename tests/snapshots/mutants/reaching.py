"""Which snapshots pass through which lines of evsim, and how long each takes."""

import hashlib
import json
import os
import time
from multiprocessing import get_context
from pathlib import Path

from coverage import Coverage

from tests.snapshots.blind.importing import ROOT, files
from tests.snapshots.kept import SNAPSHOTS, fingerprints

__all__ = ["FILE", "reached"]

FILE = ROOT / "build" / "reached.json"


def reached(beginnings=()):
    """Snapshot -> its seconds, and its lines in each file of evsim; None for those of a file that is another one now.

    What was learned is kept in a file, as it takes minutes. Whoever deletes that asks anew.
    """
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"files": _digests(), "snapshots": {}}
    new = [name for name in SNAPSHOTS if name.startswith(tuple(beginnings) or "") and name not in known["snapshots"]]
    if new:
        with get_context("fork").Pool(maxtasksperchild=1) as pool:
            known["snapshots"] |= dict(zip(new, pool.map(_passed, new, chunksize=1)))
        FILE.parent.mkdir(exist_ok=True)
        beside = FILE.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(FILE)
    now = _digests()
    for its in known["snapshots"].values():
        its["lines"] |= {file: None for file in its["lines"] if known["files"].get(file) != now.get(file)}
    return known["snapshots"]


def _digests():
    return {file: hashlib.sha256((ROOT / file).read_bytes()).hexdigest() for file in files()}


def _passed(name):
    coverage = Coverage(data_file=None, include=[f"{ROOT}/evsim/*"], config_file=False)
    began = time.process_time()
    coverage.start()
    fingerprints(name)
    coverage.stop()
    seconds = time.process_time() - began
    data = coverage.get_data()
    lines = {Path(file).relative_to(ROOT).as_posix(): sorted(data.lines(file)) for file in data.measured_files()}
    return {"seconds": seconds, "lines": {file: its for file, its in lines.items() if its}}
