"""SVG as text: elements, and scenes as elements of a page."""

import re
from dataclasses import replace
from io import StringIO
from xml.sax.saxutils import escape, quoteattr

from matplotlib import rc_context

from evsim.view.style import BAD, FILL, INK, MIDDLE, PAPER, SOFT

__all__ = ["inline", "tag", "themed"]

THEME = {INK: "ink", PAPER: "paper", SOFT: "soft", FILL: "fill", MIDDLE: "middle", BAD: "bad", "#e9e9ee": "fault"}


def tag(name, content=None, inner=False, **attributes):
    """An element; `content` is text, or elements if it is `inner`."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(f'{value:.1f}' if isinstance(value, float) else str(value))}"
        for key, value in attributes.items()
    )
    if content is None:
        return f"<{name}{written}/>"
    return f"<{name}{written}>{content if inner else escape(content)}</{name}>"


def themed(text):
    """SVG whose colours of paper and ink are the page's, where it has them (``--evsim-ink`` ...)."""
    return re.sub("|".join(THEME), lambda found: f"var(--evsim-{THEME[found[0]]}, {found[0]})", text)


def inline(scene, size=None):
    """A scene (of `size` inches) as an element of a page, which needs no script: its letters are text."""
    file = StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": scene.name}):
        drawn = replace(scene, size=size or scene.size).draw()
        drawn.figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    whole = file.getvalue()
    inside = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", whole.partition(">\n")[2], flags=re.S)
    inside = inside[inside.index("<defs") : inside.rindex("</svg>")]
    used = set(re.findall(r'#([\w.-]+)[")]', inside))
    inside = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", inside)
    inside = re.sub(r">\s+<", "><", re.sub(r"<g>\s*</g>", "", inside))
    box = re.findall(r'viewBox="([^"]+)"', whole)[0]
    return themed(
        tag("svg", inside, inner=True, viewBox=box, role="img", aria_label=scene.alt, stroke_linejoin="round")
    )
