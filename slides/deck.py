"""The source of the deck, deck.md, read: slides, their notes, and the numbers and pictures they ask for.

A line of ``---`` ends a slide. ``{{name}}`` is a number of slides.numbers, ``{{figure: name}}`` a picture of
slides.figures. A comment ``<!-- class: NAME -->`` sets the look of a
slide. Its notes are a comment of lines ``minutes:``, ``say:``, ``ask:`` and what else a teacher needs.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

__all__ = ["FIELD", "NOTES", "SOURCE", "DeckError", "Slide", "fill", "read"]

SOURCE = Path(__file__).with_name("deck.md")
FIELD = re.compile(r"\{\{\s*(figure:\s*)?([\w.-]+)\s*\}\}")
COMMENT = re.compile(r"<!--(.*?)-->\n*", re.DOTALL)
LOOK = re.compile(r"\s*class:\s*([\w -]+?)\s*")
NOTES = ("minutes", "say", "ask")  # every slide has these


class DeckError(ValueError):
    """deck.md says something that cannot be built; the text names the slide."""


@dataclass(frozen=True)
class Slide:
    """One slide: `number` from 1, `look`, Markdown `text`, `notes` (what -> words), minute it `begins`."""

    number: int
    look: str
    text: str
    notes: dict
    begins: float

    @property
    def title(self):
        return re.search(r"^#+ (.+)$", self.text, re.MULTILINE)[1]


def read(text=None):
    """The slides of deck.md, or of another text of its kind."""
    text = SOURCE.read_text(encoding="utf-8") if text is None else text
    slides, clock = [], 0.0
    for number, part in enumerate(re.split(r"^---\s*$", text, flags=re.MULTILINE), 1):
        look, notes = "", {}
        for comment in COMMENT.findall(part):
            if found := LOOK.fullmatch(comment):
                look = found[1]
            else:
                notes |= _notes(comment)
        missing = [what for what in NOTES if not notes.get(what)]
        if missing:
            raise DeckError(f"{SOURCE.name}, slide {number}: its notes lack {', '.join(missing)}")
        body = COMMENT.sub("", part).strip()
        if not re.search(r"^# ", body, re.MULTILINE):
            raise DeckError(f"{SOURCE.name}, slide {number}: there is no title (a line that begins with #)")
        slides.append(Slide(number, look, body, notes, clock))
        clock += float(notes["minutes"])
    return slides


def _notes(comment):
    found, what = {}, None
    for line in comment.strip().splitlines():
        if begin := re.match(r"([a-z][a-z ]*):\s*(.*)", line):
            what = begin[1]
            found[what] = begin[2]
        elif what and line.strip():
            found[what] += " " + line.strip()
    return found


def fill(text, values, figures):
    """`text` with its numbers put in; pictures stay as they are. Unknown names are refused."""

    def put(field):
        is_figure, name = field.groups()
        known = figures if is_figure else values
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise DeckError(f"{SOURCE.name} asks for {name!r}{hint}")
        return field[0] if is_figure else values[name]

    return FIELD.sub(put, text)
