"""A lesson as a page: its notebook, run now, with toys and sliders that move without Python.

A cell of text stays as it is. A cell of code is shown with what it prints and gives. A toy is a page of its own in a
frame, with a still picture for print. The truth that answers a guess, and a hint, are folded up.
"""

import os
import re
from contextlib import redirect_stderr
from html import escape
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from evsim.lesson.predictions import Prediction
from evsim.lesson.sliders import Slider
from evsim.view.player.widget import Player
from evsim.view.show import Picture, show
from teaching.copies import NOTEBOOKS, student
from teaching.running import run

__all__ = ["lesson_pages"]

GUESSES = "EVSIM_GUESSES"  # where guesses are kept: a page has none
FOLDED = {"compare": "The answer", "hint": "A hint"}  # tag of a cell -> what the fold says
IN_FRAME = Path(__file__).with_name("in_frame.html").read_text(encoding="utf-8")
FRAME = (
    '<div class="frame" tabindex="0" role="group" aria-label="{title}">'
    '<iframe class="toy {kind}" src="{file}" title="{title}" loading="lazy"></iframe></div>'
    '<div class="still">{still}</div>'
)


def lesson_pages(names, repository=None):
    """path -> text or bytes of the pages of some lessons (``lessons/NAME.md``), and of what they show."""
    files = {}
    with TemporaryDirectory() as folder:
        before, os.environ[GUESSES] = os.environ.get(GUESSES), folder
        try:
            for name in names:
                files |= _page(name, repository)
        finally:
            os.environ.pop(GUESSES) if before is None else os.environ.update({GUESSES: before})
    return files


def _page(name, repository):
    notebook = student(NOTEBOOKS / f"{name}.ipynb", hand_in=False)
    with redirect_stderr(StringIO()):  # bars of progress
        gave, printed, _ = run(notebook, name)
    files = {f"extra/lessons/{name}.ipynb": (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")}
    parts, asked = [], None
    for cell in notebook["cells"]:
        source, its = "".join(cell["source"]), cell["id"]
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        value = gave[its]
        asked = value if isinstance(value, Prediction) else asked
        shown = _shown(value, f"lessons/{name}-{its}", files)
        if printed[its].strip():
            shown = _lines(printed[its].strip()) + shown
        fold = next((FOLDED[tag] for tag in cell["metadata"].get("tags", ()) if tag in FOLDED), None)
        if fold and shown:
            thoughts = _thoughts(asked) if fold == "The answer" else ""
            shown = f"<details><summary>{fold}</summary>{shown}{thoughts}</details>"
        parts.append(f"```python\n{source}\n```")
        parts += [_raw(f'<div class="output">{shown}</div>')] if shown else []
    parts.insert(1, _raw(_bar(name, repository)))
    return files | {f"{name}.md": "\n\n".join(parts) + "\n"}


def _bar(name, repository):
    """Where to run the lesson oneself."""
    ways = [
        f"In a checkout: <code>python kit.py lab notebooks/{name}.ipynb</code>",
        f'<a href="{name}.ipynb" download>Download the notebook</a>',
    ]
    if repository:
        _, _, project = repository.rstrip("/").rpartition("//")[2].partition("/")
        link = f"https://mybinder.org/v2/gh/{project}/HEAD?labpath=notebooks/{name}.ipynb"
        ways.insert(1, f'<a href="{link}">Open it on Binder</a>')
    return f'<p class="ways"><strong>Run it yourself.</strong> {". ".join(ways)}.</p>'


def _shown(value, path, files):
    """What a page shows of a value, as HTML; files of its own are added to `files`."""
    if value is None:
        return ""
    if isinstance(value, Player) or (isinstance(value, Slider) and hasattr(value.shown, "scenes")):
        kind = type(value).__name__.lower()
        files[f"extra/{path}.html"] = value.to_html().replace("</body>", IN_FRAME)
        still = value.still() if kind == "player" else _shown(value.shown, path, files)
        title = escape(repr(value).strip("<>"), quote=True)
        return FRAME.format(kind=kind, file=_beside(path, "html"), title=title, still=still)
    if isinstance(value, Prediction):
        return _question(value)
    if hasattr(value, "scenes") or hasattr(value, "marks"):
        value = show(value)
    if isinstance(value, Picture):
        files[f"extra/{path}.png"] = value.png()
        width = round(110 * value.figure.get_figwidth())
        alt = escape(value.alt_text, quote=True)
        return f'<img class="picture" src="{_beside(path, "png")}" alt="{alt}" width="{width}" loading="lazy">'
    if hasattr(value, "_repr_html_"):
        return f'<div class="table" tabindex="0" role="region" aria-label="Table">{_table(value._repr_html_())}</div>'
    return _lines(str(value))


def _beside(path, ending):
    return f"{path.rpartition('/')[2]}.{ending}"


def _table(html):
    """A table of pandas without its looks, which the page has."""
    return re.sub(r"<style.*?</style>|\s+border=\"1\"", "", html, flags=re.S)


def _question(asked):
    """A question with something to choose; nothing is kept of it."""
    name = re.sub(r"\W+", "-", asked.question)
    if asked.number is not None:
        low, high = asked.number
        return f'<p class="question">{escape(asked.question)} ({low:g} to {high:g} {escape(asked.unit)})</p>'
    choices = "".join(f'<label><input type="radio" name="{name}"> {escape(choice)}</label>' for choice in asked.choices)
    return f'<fieldset class="question"><legend>{escape(asked.question)}</legend>{choices}</fieldset>'


def _thoughts(asked):
    """What people think who choose a wrong answer."""
    choices = asked.choices if asked is not None and isinstance(asked.choices, dict) else {}
    said = "".join(f"<li><em>{escape(choice)}</em>: {escape(why)}</li>" for choice, why in choices.items() if why)
    return f"<p>Who chose another answer often thinks:</p><ul>{said}</ul>" if said else ""


def _lines(text):
    text = text.removeprefix("You have not guessed. ")
    return f'<pre tabindex="0">{escape(text)}</pre>'


def _raw(html):
    return f"````{{raw}} html\n{html}\n````"
