"""The packages from outside are collected where they are there: in the Python that test_foreign_part.py starts."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("evsim_cache") else ["check_*.py", "evsim_*/*"]
