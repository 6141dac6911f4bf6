"""The frames of a run as Parquet files, in a folder or (where the name ends with .zip) in one archive."""

from io import BytesIO

from evsim.results.export.frame_files import frames, write_files
from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["ONE_FILE", "write"]

ONE_FILE = False


def write(run, chosen, path):
    write_files(path, ".parquet", frames(run, chosen), to_parquet)


def to_parquet(frame):
    """A frame as the bytes of a Parquet file."""
    buffer = BytesIO()
    try:
        frame.to_parquet(buffer)
    except ImportError:
        rule, hint = "Parquet files need pyarrow, which is not installed", 'pip install "evsim[parquet]"'
        raise ScenarioError([Problem("format", rule, hint=hint)]) from None
    return buffer.getvalue()
