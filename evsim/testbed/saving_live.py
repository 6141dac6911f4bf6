"""What is kept of a live run beside its records: the machine, the prediction, the calibrated scenario, the mails."""

import platform
import sys
from dataclasses import asdict
from os import cpu_count

from evsim.experiment.saving import as_json, save_run

__all__ = ["described", "save_live"]


def described(run, prediction=None):
    """What ``live.json`` says: where a run took place, what was measured of machine and outages, and the prediction."""
    columns = ("figure", "measured", "predicted", "low", "high")
    return {
        "broker": run.broker,
        "database": run.database,
        "system": f"{platform.system()} {platform.machine()}, {cpu_count()} processors",
        "python": sys.version.split()[0],
        "calibration": asdict(run.calibration),
        "outages": [
            {"kind": fault.kind, "place": fault.target, "at": fault.at, "for": fault.duration}
            for fault in run.scenario.faults
        ],
        "prediction": None if prediction is None else [dict(zip(columns, row, strict=True)) for row in prediction.rows],
    }


def save_live(path, data, run):
    """A folder as that of :func:`evsim.experiment.saving.save_run`, with what is known of a live run beside it."""
    calibrated = run.calibrated.to_yaml()
    beside = {"live.json": as_json(data["live"]), "calibrated.yaml": calibrated, "mails.mbox": run.mailbox}
    save_run(path, data, run, beside)
