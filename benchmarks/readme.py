"""The tables in `README.md`, each between its two marks."""

from pathlib import Path

__all__ = ["write"]

README = Path(__file__).with_name("README.md")


def write(table, mark):
    """Put a table in its place."""
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = README.read_text(encoding="utf-8").split(start)
    README.write_text(f"{before}{start}\n{table}\n{end}{rest.split(end)[1]}", encoding="utf-8")
