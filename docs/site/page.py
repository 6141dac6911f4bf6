"""The pages: their words and looks, players and sliders, each in one file."""

import json
import re
from pathlib import Path

from docs.site.machine import machine_parts
from docs.site.story import story, toys
from evsim.view.player.bundle import bundle, styles

__all__ = ["HTML", "LARGEST", "MACHINE", "html", "machine", "without_picture"]

HERE = Path(__file__).parent
HTML, MACHINE = (HERE.parents[1] / "site" / name for name in ("index.html", "machine.html"))
LARGEST = 3e6  # bytes of one of them


def html():
    """The text of the first page, from runs made now."""
    parts = {
        "player-style": styles(),
        "style": _text("page.css"),
        "player": bundle("page").replace("export default", "const page ="),
        "script": _text("page.js"),
        "story": json.dumps(story(), separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/"),
        "still": toys()["two ways"].still(),
    }
    return _filled(_text("page.html"), parts)


def machine():
    """The text of the second page, from runs made now."""
    return _filled(_text("machine.html"), {"style": _text("page.css")} | machine_parts())


def without_picture(page):
    """The page without its still picture, whose lines depend on matplotlib's version; its words stay."""
    return re.sub(r"data:image/svg[^\"]*", "", page)


def _filled(page, parts):
    for name, part in parts.items():
        page = page.replace(f"<!-- {name} -->", part, 1)
    return page


def _text(name):
    return (HERE / name).read_text(encoding="utf-8")
