"""What the search of the site knows: every section, table row and Python name, with its words, as a script.

A script is loaded from a file too, where a browser lets no page ask for another one.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

__all__ = ["setup"]

LONGEST = 8000  # letters of a section that are searched
PROMISES = "Held by"  # tests, which answer no question of a reader


def setup(app):
    app.connect("doctree-read", name_places)
    app.connect("html-page-context", note)
    app.connect("html-page-context", with_levels, priority=900)  # after the theme has made it
    app.connect("build-finished", write)
    app.connect("builder-inited", without_another)
    return {"parallel_read_safe": True}


def without_another(app):
    """Sphinx's own search finds only pages that have every word of a question."""
    app.builder.search = False
    app.evsim_entries = []


def name_places(app, doctree):
    """Where one can be led to: a row whose first cell is code and nothing else, and a paragraph that begins in bold."""
    taken = set()

    def name(node, text):
        ours = "at-" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        while ours in taken:
            ours += "-"
        taken.add(ours)
        node["ids"].append(ours)

    for row in doctree.findall(nodes.row):
        first = next(iter(row[0].children), None)
        if isinstance(first, nodes.paragraph) and [type(each) for each in _parts(first)] == [nodes.literal]:
            name(row, first.astext())
    for paragraph in doctree.findall(nodes.paragraph):
        lead = next(iter(_parts(paragraph)), None)
        if isinstance(paragraph.parent, nodes.section) and isinstance(lead, nodes.strong):
            name(paragraph, lead.astext())


def _parts(paragraph):
    return [each for each in paragraph.children if each.astext()]


def note(app, page, template, context, doctree):
    """The entries of a page: [address, page, title, words]."""
    if doctree is None:
        return
    top = next(doctree.findall(nodes.title), None)
    name = top.astext() if top is not None else page
    for section in doctree.findall(nodes.section):
        title = section[0].astext() if isinstance(section[0], nodes.title) else ""
        if title == PROMISES:
            continue
        anchor = "" if section.parent is doctree else f"#{section['ids'][0]}"
        app.evsim_entries.append([f"{page}.html{anchor}", name, title, _words(section)])
    for row in doctree.findall(nodes.row):
        if row["ids"]:
            cells = [" ".join(cell.astext().split()) for cell in row]
            app.evsim_entries.append([f"{page}.html#{row['ids'][0]}", name, cells[0], " · ".join(cells[1:])])
    for paragraph in doctree.findall(nodes.paragraph):
        if paragraph["ids"]:
            title = _parts(paragraph)[0].astext().rstrip(".:")
            words = _text(paragraph).removeprefix(title).lstrip(".: ")
            app.evsim_entries.append([f"{page}.html#{paragraph['ids'][0]}", name, title, words])
    for thing in doctree.findall(addnodes.desc):
        signature = thing[0]
        if signature.get("ids"):
            words = " ".join(thing[-1].astext().split())
            entry = [f"{page}.html#{signature['ids'][0]}", name, signature["ids"][0], words]
            app.evsim_entries.append(entry)


def with_levels(app, page, template, context, doctree):
    """Sphinx says of a caption that it is a heading, and not of which level."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


ELSEWHERE = (nodes.section, nodes.raw, nodes.comment, nodes.literal_block, addnodes.desc, addnodes.toctree)


def _words(section):
    """The text of a section without code, and without that of what in it has an entry of its own."""
    return " ".join(_text(child) for child in section.children[1:] if not _is_told_elsewhere(child))[:LONGEST]


def _is_told_elsewhere(node):
    return isinstance(node, ELSEWHERE) or (isinstance(node, nodes.paragraph) and node["ids"])


def _text(node):
    rows = list(node.findall(nodes.row))
    text = " ".join(row.astext() for row in rows if not row["ids"]) if rows else node.astext()
    return " ".join(text.split())


def write(app, error):
    if error is None:
        entries = json.dumps(app.evsim_entries, ensure_ascii=False, separators=(",", ":"))
        Path(app.outdir, "_static", "entries.js").write_text(f"const ENTRIES = {entries};\n", encoding="utf-8")
