"""Sphinx on sources that were gathered, and the links of what it made."""

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx

__all__ = ["broken_links", "build"]

HERE = Path(__file__).resolve().parent


def build(files, folder, said=sys.stdout, warned=sys.stderr):
    """Make the site of some sources in `folder`; exit status 1 if there was a warning or a broken link."""
    with TemporaryDirectory() as temporary:
        sources = Path(temporary, "source")
        for path, content in files.items():
            file = sources / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        settings = {"html_extra_path": [str(sources / "extra")], "exclude_patterns": ["extra"]}
        app = Sphinx(
            sources, HERE, folder, Path(temporary, "doctrees"), "html", confoverrides=settings, freshenv=True,
            warningiserror=True, status=None, warning=warned,
        )  # fmt: skip
        app.build(force_all=True)
    broken = [] if app.statuscode else broken_links(folder)
    for each in broken:
        print(each, file=warned)
    if not (app.statuscode or broken):
        pages = len(list(Path(folder).rglob("*.html")))
        print(f"{Path(folder) / 'index.html'}: {pages} pages", file=said)
    return int(bool(app.statuscode or broken))


def broken_links(folder):
    """ "page: link" of each link, picture and script of the pages of a folder that leads nowhere on this site."""
    folder = Path(folder).resolve()
    pages = {path: _ends(path) for path in folder.rglob("*.html")}
    file = cache(_file)  # the links of a folder's pages are nearly all the same
    return [
        f"{path.relative_to(folder).as_posix()}: {link} leads nowhere"
        for path, (links, _) in pages.items()
        for link in sorted(links)
        if not _leads(path, link, pages, file)
    ]


def _file(folder, path):
    """The file that a path leads to from a folder; None if there is none."""
    target = (folder / unquote(path)).resolve()
    return target if target.is_file() else None


def _leads(path, link, pages, file):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or link == "#":
        return True
    target = file(path.parent, parts.path) if parts.path else path
    if target is None:
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target][1]


def _ends(path):
    """What a page leads to, and where it can be led to."""
    from html.parser import HTMLParser

    links, names = set(), set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            for name, value in attributes:
                if name in ("href", "src") and value and not value.startswith("data:"):
                    links.add(value)
                elif name == "id":
                    names.add(value)

    Reader().feed(path.read_text(encoding="utf-8"))
    return links, names
