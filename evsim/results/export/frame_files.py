"""The frames of a run, cut to the chosen requests, and how they become files."""

import zipfile

import numpy as np

__all__ = ["frames", "write_files"]

NAMES = ("requests", "spans", "ledger", "effects", "incidents")
FIGURES = ("services", "channels")
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # of files in an archive, so that the same run gives the same bytes


def frames(run, chosen):
    """name -> frame. Where not all requests are chosen: without `services` and `channels`, which are about all."""
    if chosen.all():
        whole = {name: getattr(run, name) for name in NAMES} | {name: getattr(run, name).frame for name in FIGURES}
        return {name: frame for name, frame in whole.items() if len(frame.columns)}  # no channels, no table of them
    of_message = chosen[run.tables.message_requests]
    kept = {
        "requests": chosen,
        "spans": chosen[run.tables.row_requests],
        "ledger": of_message[run.ledger["message"].to_numpy(dtype=int)],
        "effects": chosen[run.tables.row_requests[run.tables.effects["row"]]],
    }
    return {name: getattr(run, name)[np.asarray(mask, dtype=bool)] for name, mask in kept.items()} | {
        "incidents": run.incidents
    }


def write_files(path, ending, tables, as_bytes):
    """Write each table to a file of its own in the folder or archive `path`."""
    files = {f"{name}{ending}": as_bytes(frame) for name, frame in tables.items()}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name, FIRST_DATE), data, zipfile.ZIP_DEFLATED)
        return
    for name, data in files.items():
        (path / name).write_bytes(data)
