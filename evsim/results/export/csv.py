"""The frames of a run as CSV files, in a folder or (where the name ends with .zip) in one archive."""

from evsim.results.export.frame_files import frames, write_files

__all__ = ["ONE_FILE", "write"]

ONE_FILE = False


def write(run, chosen, path):
    write_files(path, ".csv", frames(run, chosen), lambda frame: to_csv(frame).encode())


def to_csv(frame):
    """A frame as CSV text, with its index where that has a name."""
    return frame.to_csv(index=frame.index.names != [None], lineterminator="\n")
