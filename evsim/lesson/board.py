"""The board of a challenge: whose design is signed, with how many workers, and where the others fail."""

import csv
from dataclasses import dataclass
from html import escape
from io import StringIO

from evsim.counting import count
from evsim.experiment.judging import MEETS, MISSES, unproved
from evsim.experiment.text_tables import paragraphs, text_table
from evsim.lesson.challenge import AS_GIVEN

__all__ = ["Board", "Standing", "board"]

SIGNED, OPEN, FAILS, REFUSED = "signed", "not decided", "fails", "refused"
HEADER = ("place", "design", "verdict", "workers", "missed", "not decided", "why")
WORDS = tuple(HEADER.index(each) for each in ("design", "verdict", "why"))

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }}
th, td {{ border-bottom: 1px solid #8888; padding: .4rem .7rem; text-align: left; vertical-align: top; }}
tr.signed th, tr.signed td {{ font-weight: bold; }}
</style>
<main>
<h1>{title}</h1>
<p>{about}</p>
<p>{said}</p>
<h2>The board</h2>
<div class="wide" tabindex="0" role="region" aria-label="The board">{places}</div>
{troubles}
</main>
</html>
"""


@dataclass(frozen=True)
class Standing:
    """A design on the board: its ``place`` (None: refused, or the one as given), its ``verdict`` and why it is so."""

    place: int | None
    name: str
    verdict: str
    workers: int
    missed: int
    undecided: int
    why: str

    @property
    def row(self):
        place = "-" if self.place is None else str(self.place)
        counts = [str(self.workers or "-"), str(self.missed), str(self.undecided)]
        return [place, self.name, self.verdict, *counts, self.why]


def board(challenge, entries, verdicts, runs):
    """The :class:`Board` of entries that were judged (:func:`evsim.lesson.challenge.judged`)."""
    ahead = [trouble for trouble in challenge.troubles if trouble not in verdicts]
    found = [_standing(each, verdicts, ahead) for each in entries]
    judged = sorted((each for each in found if each.verdict != REFUSED), key=_worth)
    places, last = [], None
    for number, each in enumerate(judged, 1):
        last = last if last and _worth(last)[:-1] == _worth(each)[:-1] else _at(each, number)
        places.append(_at(each, last.place))
    return Board(challenge, places + [each for each in found if each.verdict == REFUSED], verdicts, runs)


def _worth(standing):
    return (standing.verdict != SIGNED, standing.missed, standing.undecided, standing.workers, standing.name)


def _at(standing, place):
    return Standing(place, *list(vars(standing).values())[1:])


def _standing(entry, verdicts, ahead):
    """What is said of a design; `ahead`: the troubles in which nobody was judged, as somebody interrupted it."""
    if entry.scenario is None:
        return Standing(None, entry.name, REFUSED, entry.workers, 0, 0, entry.refused)
    said = [(trouble, each) for trouble, designs in verdicts.items() for each in designs[entry.name]]
    missed = [(trouble, each) for trouble, each in said if each.verdict == MISSES]
    undecided = [(trouble, each) for trouble, each in said if each.verdict not in (MEETS, MISSES)]
    verdict = FAILS if missed else OPEN if undecided or ahead else SIGNED
    first = next(iter(missed or undecided), None)
    why = f"{first[0]}: {first[1].asked}, found {first[1].measured}" if first else ""
    if ahead and not first:
        why = f"{ahead[0]}: not tried"
    return Standing(None, entry.name, verdict, entry.workers, len(missed), len(undecided) + len(ahead), why)


class Board:
    """The ``standings`` of a challenge, the best first; prints as a table. Signed is who meets each objective in each
    trouble, in an interval of 95 % over the runs; of those the one with fewer workers is better.
    """

    def __init__(self, challenge, standings, verdicts, runs):
        self.challenge, self.standings, self.verdicts, self.runs = challenge, standings, verdicts, runs

    @property
    def signed(self):
        """Names of the designs that are signed."""
        return [each.name for each in self.standings if each.verdict == SIGNED]

    @property
    def said(self):
        """What was asked, in a sentence."""
        asked = f"{self.challenge.goal}; in each of: {', '.join(self.challenge.troubles)}"
        return f"Asked: {asked}. The same customers for all, in {count(self.runs, 'run')} each."

    def __repr__(self):
        rows = [each.row for each in self.standings]
        where = {
            f"{name} ({trouble})": its for trouble, designs in self.verdicts.items() for name, its in designs.items()
        }
        text = f"{self.challenge.name}\n{self.said}\n\n{text_table(list(HEADER), rows, left=WORDS)}"
        return "\n\n".join(filter(None, [text, "\n".join(unproved(where, "case"))]))

    def to_csv(self):
        """A line a design, for a gradebook."""
        text = StringIO()
        write = csv.writer(text, lineterminator="\n")
        write.writerow(HEADER)
        write.writerows(each.row for each in self.standings)
        return text.getvalue()

    def to_html(self):
        """A page that needs nothing else: the board, and each verdict in each trouble."""
        names = [AS_GIVEN, *(each.name for each in self.standings if each.verdict != REFUSED)]
        troubles = []
        for trouble, designs in self.verdicts.items():
            asked = [each.asked for each in designs[AS_GIVEN]]
            rows = [[name, *(f"{each.verdict}: {each.measured}" for each in designs[name])] for name in names]
            table = _table(["design", *asked], rows, self.signed)
            region = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(trouble)}">{table}</div>'
            few = paragraphs(unproved(designs))
            troubles.append(f"<h2>{escape(trouble[:1].upper() + trouble[1:])}</h2>\n{region}{few}")
        title, about, said = map(escape, (f"Challenge: {self.challenge.name}", self.challenge.about, self.said))
        places = _table(list(HEADER), [each.row for each in self.standings], self.signed, 1)
        return PAGE.format(title=title, about=about, said=said, places=places, troubles="\n".join(troubles))


def _table(header, rows, signed, named=0):
    """A table of text as HTML; the column with the names heads the rows."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in header)
    lines = [f"<table>\n<tr>{head}</tr>"]
    for row in rows:
        cells = [f"<td>{escape(each)}</td>" for each in row]
        cells[named] = f'<th scope="row">{escape(row[named])}</th>'
        lines.append(f"<tr{' class=signed' * (row[named] in signed)}>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])
