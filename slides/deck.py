"""The deck of a lesson as one HTML file that needs nothing else: players, sliders, pictures, notes and keys."""

from html import escape
from pathlib import Path

from teaching.copies import HERE, NOTEBOOKS

__all__ = ["LESSONS", "deck"]

LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb") if (HERE / f"{path.stem}.md").exists())


def deck(its):
    """The HTML of the deck of some slides."""
    sections = "\n".join(_section(each, number, len(its)) for number, each in enumerate(its, 1))
    page = _text("deck.html")
    for name, part in {
        "title": escape(its[0].title), "style": _text("deck.css"), "script": _text("deck.js"), "slides": sections,
    }.items():  # fmt: skip
        page = page.replace(f"<!-- {name} -->", part, 1)
    return page


def _section(slide, number, total):
    shown = slide.shown
    if slide.live:
        live, title = escape(slide.live.to_html(), quote=True), escape(repr(slide.live).strip("<>"), quote=True)
        shown = f'<iframe title="{title}" data-page="{live}"></iframe><div class="still">{shown}</div>'
    notes = "".join(f"<dt>{escape(what)}</dt><dd>{_markdown(words)}</dd>" for what, words in slide.notes.items())
    return (
        f'<section id="{number}" class="slide {slide.look}" aria-label="Slide {number} of {total}">\n'
        f'<div class="paper">\n<h1>{escape(slide.title)}</h1>\n<div class="text">{_markdown(slide.text)}</div>\n'
        f'<div class="shown">{shown}</div><footer>{number} / {total}</footer>\n</div>\n'
        f'<dl class="notes" aria-label="Speaker notes">{notes}</dl>\n</section>'
    )


def _markdown(text):
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return markdown2html_mistune(text)


def _text(name):
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
