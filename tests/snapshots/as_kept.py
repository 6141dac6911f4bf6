"""What a test of snapshots asks. The tests are in several files, as one file is run by one process."""

from tests.snapshots.kept import SNAPSHOTS, differences, fingerprints, kept_with, libraries

__all__ = ["assert_said_as_it_was", "names_of"]

MOST = 12  # texts that are named
HOW = """
{number} texts are not what they were when somebody last looked at them, such as: {found}.
Print one before and after the change, and compare:
    python -m tests.snapshots "{name}" --show "{what}"
If every difference is one that is meant, keep what is said now:
    python -m tests.snapshots --keep
They were kept with {before}; here are {now}.
"""


def names_of(*beginnings):
    """The snapshots whose names begin so."""
    return [name for name in SNAPSHOTS if name.startswith(beginnings)]


def assert_said_as_it_was(name):
    found = differences(name, fingerprints(name))
    said = {"number": len(found), "found": ", ".join(found[:MOST]), "before": kept_with(), "now": libraries()}
    assert not found, HOW.format(**said, name=name, what=found[0])
