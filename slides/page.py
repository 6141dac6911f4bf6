"""The deck as one HTML file that needs nothing else: pictures, style and keys are inside.

Pictures are scenes, which ``scene.js`` draws; without a script their words stand there.
"""

import json
import re
from hashlib import sha256
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from evsim.view.player.bundle import bundle
from slides.deck import FIELD, fill

__all__ = ["digest", "page"]

HERE = Path(__file__).parent
PLACE = re.compile(r"<p>\s*\{\{\s*figure:\s*([\w.-]+)\s*\}\}\s*</p>")
STAMP = re.compile(r'<meta name="digest" content="(\w+)">')


def page(slides, values, figures):
    """The HTML of the deck."""
    markdown = MarkdownIt("commonmark").enable("table")
    sections = [_section(each, len(slides), markdown, values, figures) for each in slides]
    html = (HERE / "page.html").read_text(encoding="utf-8")
    parts = {
        "title": escape(slides[0].title), "style": (HERE / "page.css").read_text(encoding="utf-8"),
        "slides": "\n".join(sections), "script": bundle("page", HERE),
    }  # fmt: skip
    scenes = {name: scene.to_dict() for name, scene in figures.items()}
    for name, part in parts.items():
        html = html.replace(f"<!-- {name} -->", part)
    html = html.replace("<!-- scenes -->", json.dumps(scenes, separators=(",", ":")).replace("<", "\\u003c"))
    stamp = sha256(html.encode()).hexdigest()[:16]
    return html.replace("<!-- digest -->", f'<meta name="digest" content="{stamp}">')


def digest(html):
    """What a page was built from, in a few letters."""
    found = STAMP.search(html)
    return found[1] if found else None


def _section(slide, total, markdown, values, figures):
    body = markdown.render(fill(slide.text, values, figures))
    body = PLACE.sub(lambda field: _figure(field[1], figures), body)
    if left := FIELD.search(body):
        raise ValueError(f"slide {slide.number}: {left[0]} must stand alone in its paragraph")
    notes = "".join(
        f"<dt>{escape(what)}</dt><dd>{markdown.renderInline(fill(words, values, figures))}</dd>"
        for what, words in _timed(slide).items()
    )
    look = f"slide {slide.look}".strip()
    return (
        f'<section id="{slide.number}" class="{look}" aria-label="Slide {slide.number} of {total}">\n'
        f'<div class="paper">\n{body}<footer>{slide.number} / {total}</footer>\n</div>\n'
        f'<dl class="notes" aria-label="Speaker notes">{notes}</dl>\n</section>'
    )


def _timed(slide):
    """The notes, with the minute of the lesson in place of how long it takes."""
    ends = slide.begins + float(slide.notes["minutes"])
    rest = {what: words for what, words in slide.notes.items() if what != "minutes"}
    return {"minute": f"{slide.begins:g} to {ends:g}"} | rest


def _figure(name, figures):
    return f'<figure class="evsim-scene" data-scene="{name}"><p class="small">{escape(figures[name].alt)}</p></figure>'
