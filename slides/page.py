"""The deck as one HTML file that needs nothing else: pictures, style and keys are inside."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

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
        "slides": "\n".join(sections), "script": (HERE / "page.js").read_text(encoding="utf-8"),
    }  # fmt: skip
    for name, part in parts.items():
        html = html.replace(f"<!-- {name} -->", part)
    stamp = sha256(html.encode()).hexdigest()[:16]

    def picture(field):
        data = b64encode(figures[field[1]].png()).decode()
        return f"data:image/png;base64,{data}"

    html = html.replace("<!-- digest -->", f'<meta name="digest" content="{stamp}">')
    return re.sub(r"\{picture ([\w.-]+)\}", picture, html)


def digest(html):
    """What a page was built from, in a few letters: its text, its style, and the words of its pictures."""
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
    return f'<figure><img alt="{escape(figures[name].alt, quote=True)}" src="{{picture {name}}}"></figure>'
