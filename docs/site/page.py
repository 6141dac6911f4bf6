"""The pages: their words and looks, players and sliders, each in one file."""

import json
import re
from pathlib import Path

from docs.site.dealt import deck
from docs.site.machine import machine_parts
from docs.site.story import story, toys
from evsim.view.player.bundle import bundle, styles

__all__ = ["DECK", "HTML", "LARGEST", "MACHINE", "deck_page", "html", "machine", "without_picture"]

HERE = Path(__file__).parent
HTML, MACHINE, DECK = (HERE.parents[1] / "site" / name for name in ("index.html", "machine.html", "incidents.html"))
LARGEST = 3e6  # bytes of one of them


def html():
    """The text of the first page, from runs made now."""
    parts = {
        "player-style": styles(),
        "style": _text("page.css"),
        "player": bundle("page").replace("export default", "const page ="),
        "script": _text("page.js"),
        "story": _data(story()),
        "still": toys()["two ways"].still(),
    }
    return _filled(_text("page.html"), parts)


def machine():
    """The text of the second page, from runs made now."""
    return _filled(_text("machine.html"), {"style": _text("page.css")} | machine_parts())


def deck_page(cards=None):
    """The text of the page of incidents, from runs made now; or of some that were dealt before."""
    style = _text("page.css") + _text("incidents.css")
    return _filled(
        _text("incidents.html"),
        {"style": style, "deck": _data(cards or deck()), "script": _text("incidents.js")},
    )


def without_picture(page):
    """The page without its still picture, whose lines depend on matplotlib's version; its words stay."""
    return re.sub(r"data:image/svg[^\"]*", "", page)


def _filled(page, parts):
    for name, part in parts.items():
        page = page.replace(f"<!-- {name} -->", part, 1)
    return page


def _data(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def _text(name):
    return (HERE / name).read_text(encoding="utf-8")
