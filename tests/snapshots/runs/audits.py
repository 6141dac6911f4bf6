"""What the audit says of spoilt books: of runs in which a cell of a column, or what is found at the end, was changed.

Of a run whose books balance an audit says nothing, and what it would have said of another one is not seen. So runs of
small systems are spoilt in many ways (``spoilings.json``), and all that each check has to say is told. The spoilings
are those of a great many drawn ones that together tell the most changed audits from the audit as it is.
"""

import json
from functools import cache, partial
from pathlib import Path

from evsim.results.audit import CHECKS, AuditError, references
from evsim.results.audit.books import Books
from tests.snapshots.runs.spoiling import spoilt, was
from tests.snapshots.runs.systems import scenarios_of, system_called

__all__ = ["SPOILT_BOOKS"]

HERE = Path(__file__).parent
SPOILINGS = json.loads((HERE / "spoilings.json").read_text(encoding="utf-8"))
TOGETHER = 16  # systems


class Complaints(Books):
    """Books that go on when something does not balance, and keep what."""

    def __init__(self, run):
        super().__init__(run)
        self.found = []

    def refuse(self, what):
        try:
            super().refuse(what)
        except AuditError as error:
            self.found.append(str(error))


def complaints(run):
    """All that the audit has to say of a run. Where a reference is wrong, nothing else can be followed."""
    books = Complaints(run)
    for checks in (references.CHECKS, [each for each in CHECKS if each not in references.CHECKS]):
        for check in () if books.found else checks:
            try:
                check(books)
            except (IndexError, KeyError, TypeError, ValueError):
                assert books.found, f"{check.__module__} stops without a word"  # else it would not have come so far
    return books.found


@cache
def _written():
    return {scenario.name: scenario for scenario in scenarios_of(HERE / "books.yaml")}


def _run(name):
    return (_written()[name] if name in _written() else system_called(name)).run()


def _told_of_spoilt(names):
    """(what, text) of what is said of some systems, by what was spoilt."""
    for name in names:
        run, texts = _run(name), {}
        for spoiling in SPOILINGS[name]:
            first = spoiling[0] if isinstance(spoiling[0], list) else spoiling
            said = "\n".join(complaints(spoilt(run, spoiling))) or "balanced"
            texts.setdefault(f"{name}: {first[0]} {first[1]}", []).append(f"{was(run, *first[:3])} {spoiling}: {said}")
        for what, its in texts.items():
            yield what, "\n\n".join(its)


NAMES = list(SPOILINGS)
SPOILT_BOOKS = {
    f"spoilt books of {NAMES[first]} and others": partial(_told_of_spoilt, NAMES[first : first + TOGETHER])
    for first in range(0, len(NAMES), TOGETHER)
}
