"""The slides of a lesson, from its notebook: the surprises on the slide, the prose in the notes of who speaks.

There is a slide for each cell that shows something. Above it stands what the text before asks and claims; the whole of
that text, and the row of the teacher's page that clicks there, are its notes. What comes after the exercise is shown
as it is when the exercise is solved.
"""

import re
from dataclasses import dataclass, field
from html import escape

from evsim.lesson.concept_inventory import LETTERS
from evsim.lesson.predictions import Prediction
from evsim.lesson.sliders import Slider
from evsim.view.player.widget import Player
from evsim.view.show import show
from teaching.copies import HERE, NOTEBOOKS, solved
from teaching.running import run

__all__ = ["ROW", "Slide", "slides"]

ROW = re.compile(r"^\| (\d+) \| (.*?) \| (.*?) \| (.*?) \|$", re.M)  # minute, say, click, expect
KEPT_BACK = {"check", "hint"}  # what passes between a student and the kit
PLAIN = str.maketrans("", "", "*`")
LINKS = re.compile(r"\[([^\]]+)\]\([^)]*\)")


@dataclass
class Slide:
    """One slide: ``title``, Markdown ``text``, ``shown`` as HTML, ``notes`` (what -> words).

    live: a player or a slider that moves in the place of what is shown.
    look: "first", "ask", "ask vote", "live" or none.
    """

    title: str
    text: str = ""
    shown: str = ""
    live: Player | Slider | None = None
    notes: dict = field(default_factory=dict)
    look: str = ""


def slides(name):
    """The slides of the lesson of that name, from a run of its notebook made now."""
    notebook = solved(NOTEBOOKS / f"{name}.ipynb", hand_in=False)
    gave, printed, _ = run(notebook, name)
    rows, found, title, before, vote = _rows(name), [], "", [], None
    for cell in notebook["cells"]:
        source, tags = "".join(cell["source"]), set(cell["metadata"].get("tags", ()))
        slide = None
        if cell["cell_type"] == "markdown":
            before.append(LINKS.sub(r"\1", source))
            title = (re.findall(r"^##? (.+)$", before[-1], re.M) or [title])[-1].translate(PLAIN)
            if tags & {"front-matter", "exercise", "key-points"}:
                slide, before = _of_text(before, tags), []
            elif cell["id"] in rows:  # there is nothing but the text to click
                text = re.sub(r"^##? .+\n+", "", before.pop())
                slide, before = Slide(title, text, notes={"text": _plain(before)}, look="ask"), []
        elif not tags & KEPT_BACK and cell["id"] != "exercise-start":
            value = gave[cell["id"]]
            vote = value if isinstance(value, Prediction) else vote
            slide = _answer(vote) if "compare" in tags else _of_cell(value, printed[cell["id"]])
            if slide:
                slide.title = slide.title or title
                asked = filter(None, map(_claimed if slide.text else _asked, before))
                slide.text = "\n\n".join([*asked, slide.text])
                slide.notes["text"] = _plain(before)
                before = []
        if slide:
            found.append(slide)
        if cell["id"] in rows and found:
            found[-1].notes = rows[cell["id"]] | found[-1].notes
    return found


def _rows(name):
    """cell -> what the teacher's page says of it, at the first cell that a row clicks."""
    page = (HERE / f"{name}.md").read_text(encoding="utf-8")
    return {
        re.search(r"`([a-z-]+)`", click)[1]: {"minute": minute, "say": say, "expect": expect}
        for minute, say, click, expect in ROW.findall(page)
    }


def _of_text(before, tags):
    """The slide of a cell of text alone: the front, an exercise, the key points."""
    parts = re.split(r"^##? (.+)\n", before[-1], flags=re.M)
    if "front-matter" in tags:
        asked = re.search(r"^\*\*Question\.\*\* (.+)$", before[-1], re.M)[1]
        aims = before[-1].split("**Afterwards you can**")[1].split("**Before")[0].strip()
        return Slide(parts[1], f"{asked}\n\n{aims}", look="first")
    read = _plain([*before[:-1], parts[0]])
    if "exercise" in tags:
        return Slide(parts[-2].translate(PLAIN), parts[-1].strip(), notes={"text": read} if read else {}, look="ask")
    return Slide("Key points", parts[2].strip(), notes={"left out": _plain([parts[4]])})


def _of_cell(value, printed):
    """The slide of what a cell shows; None if it shows nothing."""
    if isinstance(value, Prediction):
        return _vote(value)
    if isinstance(value, Player | Slider):
        shown = value.still() if isinstance(value, Player) else _html(value.shown)
        return Slide("", shown=shown, live=value, look="live")
    shown = _html(value) if value is not None else ""
    if printed.strip():
        shown = _lines(printed.strip()) + shown
    return Slide("", shown=shown) if shown else None


def _vote(asked):
    choices = "\n".join(f"{number}. {choice}" for number, choice in enumerate(asked.choices, 1))
    notes = {letter: f"*{thought}*" if thought else "**right**" for letter, (_, thought) in _lettered(asked)}
    return Slide("", f"{asked.question}\n\n{choices}", notes=notes, look="ask vote")


def _answer(asked):
    right, wrong = ([(letter, *each) for letter, each in _lettered(asked) if bool(each[1]) == bad] for bad in (0, 1))
    ((letter, answer, _),) = right
    thoughts = "\n".join(f"* {letter}, *{answer}*: {thought}" for letter, answer, thought in wrong)
    return Slide("", f"**{letter}: {answer}**\n\n{thoughts}")


def _lettered(asked):
    return zip(LETTERS.upper(), asked.choices.items())


def _html(value):
    """What a notebook shows of a value where nothing can move."""
    if hasattr(value, "scenes") or hasattr(value, "marks"):
        value = show(value)
    return value._repr_html_() if hasattr(value, "_repr_html_") else _lines(str(value))


def _lines(text):
    """A text as large as its lines allow: so many fit below a title, and so many letters into a line."""
    lines = text.splitlines()
    size = min(28, 480 / (1.3 * len(lines)), 1100 / (0.61 * max(map(len, lines))))
    return f'<pre style="font-size: {size:.1f}px">{escape(text)}</pre>'


def _claimed(text):
    return "\n\n".join(part for part in re.split(r"\n\n+", text) if part.startswith(">"))


def _asked(text):
    """What a text claims and asks: its quotations, and its questions of some length."""
    kept = [_claimed(text)]
    for part in re.split(r"\n\n+", text):
        if not part.startswith((">", "*", "|", "#")) or part.startswith("**"):
            asked = re.findall(r"[^.?!:]*\?", part)
            kept.append(" ".join(each.strip() for each in asked if len(each.split()) > 3))
    return "\n\n".join(filter(None, kept))


def _plain(texts):
    """Texts as one paragraph of notes."""
    return " ".join(" ".join(re.sub(r"^#+ .+$", "", each, flags=re.M).split()) for each in texts).strip()
