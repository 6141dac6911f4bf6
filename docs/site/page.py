"""The page: its words and looks, the players, the story, in one file."""

import json
import re
from pathlib import Path

from docs.site.story import story, toys
from evsim.view.player.bundle import bundle, styles

__all__ = ["HTML", "LARGEST", "html", "without_picture"]

HERE = Path(__file__).parent
HTML = HERE.parents[1] / "site/index.html"
LARGEST = 3e6  # bytes


def html():
    """The text of the page, from runs made now."""
    parts = {
        "player-style": styles(),
        "style": _text("page.css"),
        "player": bundle("page").replace("export default", "const page ="),
        "script": _text("page.js"),
        "story": json.dumps(story(), separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/"),
        "still": toys()["two ways"].still(),
    }
    page = _text("page.html")
    for name, part in parts.items():
        page = page.replace(f"<!-- {name} -->", part, 1)
    return page


def without_picture(page):
    """The page without its still picture, whose lines depend on matplotlib's version; its words stay."""
    return re.sub(r"data:image/svg[^\"]*", "", page)


def _text(name):
    return (HERE / name).read_text(encoding="utf-8")
