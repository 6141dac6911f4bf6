"""The sources of the site: which page stands where, with what is made for it, and links that lead there.

A page of the repository is taken as it is, so that it reads well there too. A link to another one becomes a link on
the site; a link to a file that is no page leads to the repository, where one is named.
"""

import json
import os
import re
import tomllib
from pathlib import Path

from docs.pages.command_pages import command_page
from docs.pages.decision_pages import decision_pages
from docs.pages.figure_tables import figure_tables
from docs.pages.gauge_table import gauge_table
from docs.pages.lesson_pages import lesson_pages
from docs.pages.name_pages import name_page, theory_page
from docs.pages.part_pages import list_of_parts, part_pages
from docs.pages.setting_table import setting_table
from evsim.registry import folders
from slides.deck import LESSONS as TAUGHT
from teaching.copies import NOTEBOOKS
from teaching.printed import page as printed

__all__ = ["LESSONS", "PAGES", "ROOT", "source"]

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
SECTIONS = {  # caption -> page on the site -> its file in the repository, or None of one that is made
    "Start here": {"start": "docs/start.md", "where-to-run": "docs/where-to-run.md", "five-ways": "docs/five-ways.md"},
    "Lessons": {"lessons/index": "docs/lessons.md", "lessons/glossary": "notebooks/glossary.md"},
    "How to": {
        "how-to/signed-page": "docs/signed-page.md",
        "how-to/bring-your-own": "docs/bring-your-own.md",
        "how-to/break-something": "docs/break-something.md",
        "how-to/hunt": "docs/hunt.md",
        "how-to/compare": "docs/compare.md",
        "how-to/handler-in-python": "docs/handler-in-python.md",
        "how-to/with-simpy": "docs/with-simpy.md",
        "how-to/live": "docs/live.md",
        "how-to/add-a-part": "docs/add-a-part.md",
        "how-to/teach": "teaching/README.md",
        "how-to/challenge": "docs/challenge.md",
        "how-to/incidents": "docs/incidents.md",
    },
    "Reference": {
        "reference/parts/index": None,
        "reference/settings": "docs/settings.md",
        "reference/figures": "docs/figures.md",
        "reference/commands": "docs/commands.md",
        "reference/python": None,
        "reference/theory": None,
        "reference/rules": "docs/rules.md",
        "reference/player": "docs/player.md",
        "reference/left-out": "docs/left-out.md",
    },
    "Why": {"why/index": None},
    "The project": {
        "project/contributing": "CONTRIBUTING.md",
        "project/ways": "docs/ways.md",
        "project/tests": "tests/README.md",
        "project/noticed": "tests/noticed.md",
        "project/benchmarks": "benchmarks/README.md",
        "project/changes": "CHANGELOG.md",
    },
}
BELOW = {f"how-to/teach/{name}": f"teaching/{name}.md" for name in [*TAUGHT, "transfer", "incidents"]}
PAGES = {place: file for pages in SECTIONS.values() for place, file in pages.items() if file} | BELOW
PAGES["index"] = "docs/index.md"
PLACES = {file: place for place, file in PAGES.items()}  # and of those that are made or have another form
PLACES |= {f"notebooks/{name}.ipynb": f"lessons/{name}" for name in LESSONS}
PLACES |= {f"evsim/parts/{name}/page.md": f"reference/parts/{name}" for name in folders()}
PLACES |= {
    "evsim/parts": "reference/parts/index",
    "evsim/__init__.py": "reference/python",
    "evsim/theory": "reference/theory",
    "docs/decisions.md": "why/index",
}
COPIED = {
    "site/index.html": "toys.html",
    "site/machine.html": "machine.html",
    "site/incidents.html": "incidents.html",
    "teaching/worksheet.md": "how-to/worksheet.html",
}
LINK = re.compile(r"(!?)\[((?:[^][]|\[[^]]*\])*)\]\(([^)\s#]*)(#[^)\s]*)?((?: \"[^\"]*\")?)\)")
FENCE = re.compile(r"(^ *(`{3,})[^\n]*\n.*?^ *\2`*$)", re.M | re.S)
ONLY_HERE = re.compile(r"^.*<!-- only here -->\n", re.M)  # of a page in the repository: where to find what is made
FILE = re.compile(r"<!-- file (\S+) -->")
LESSON_RANGE = re.compile(r"<!-- lessons (\d+) to (\d+) -->")


def source(repository=None, lessons=LESSONS):
    """path -> text or bytes of all sources of the site; of the lessons, some may do.

    repository: its address, for links to files and to Binder; usually ``Source`` of pyproject.toml, if it is there.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = repository or project.get("urls", {}).get("Source")
    files = {f"{place}.md": (file, _read(file)) for place, file in PAGES.items()}
    for path, text in _made(lessons).items():
        files[path] = text
    for name in TAUGHT:  # else it has the title of its lesson
        file, text = files[f"how-to/teach/{name}.md"]
        files[f"how-to/teach/{name}.md"] = (file, text.replace("# ", "# Teach ", 1))
    places = {path.removesuffix(".md") for path in files} | {f"lessons/{name}" for name in lessons}
    links = Links(repository, places)
    found = {path: links.followed(text, path, file) for path, (file, text) in files.items()}
    for path, text in lesson_pages(lessons, repository).items():
        at = path if path.startswith("extra/") else f"lessons/{path}"
        found[at] = text if at.startswith("extra/") else links.followed(text, at, f"notebooks/{path}")
    copies = {f"extra/{to}": _copy(file) for file, to in COPIED.items()}
    return found | copies | links.pictures


def _made(lessons):
    """path -> (the file whose links it has, text) of pages that are made of code, and of those with tables from it."""
    found = {"index.md": ("docs/index.md", _read("docs/index.md") + "".join(map(_tree, SECTIONS, SECTIONS.values())))}
    found["lessons/index.md"] = ("docs/lessons.md", _with_lessons(_read("docs/lessons.md"), lessons))
    below = "".join(f"teach/{place.rpartition('/')[2]}\n" for place in BELOW)
    found["how-to/teach.md"] = ("teaching/README.md", f"{_read('teaching/README.md')}\n{_hidden(below)}")
    for place, file, mark, made in (
        ("reference/settings", "docs/settings.md", "settings", setting_table),
        ("reference/figures", "docs/figures.md", "figures", figure_tables),
        ("how-to/incidents", "docs/incidents.md", "gauges", gauge_table),
    ):
        found[f"{place}.md"] = (file, _read(file).replace(f"<!-- {mark} -->", made()))
    found["reference/commands.md"] = ("docs/commands.md", command_page(_read("docs/commands.md").rstrip()))
    found["how-to/add-a-part.md"] = ("docs/add-a-part.md", FILE.sub(_code, _read("docs/add-a-part.md")))
    found["reference/python.md"] = ("docs/python.md", name_page())
    found["reference/theory.md"] = ("docs/theory.md", theory_page())
    pages = part_pages()
    tree = _hidden("".join(f"{name}\n" for name in pages))
    found["reference/parts/index.md"] = ("docs/parts/index.md", f"{list_of_parts()}\n{tree}")
    for name, text in pages.items():
        found[f"reference/parts/{name}.md"] = (f"evsim/parts/{name}/page.md", text)
    for path, text in decision_pages(_read("docs/decisions.md")).items():
        found[f"why/{path}"] = ("docs/decisions.md", text)
    return found


def _code(found):
    return f"```python\n{_read(found[1]).rstrip()}\n```"


def _tree(caption, pages):
    return "\n" + _hidden("".join(f"{place}\n" for place in pages), caption)


def _hidden(names, caption=""):
    said = f":caption: {caption}\n" if caption else ""
    return f"```{{toctree}}\n:hidden:\n{said}\n{names}```\n"


def _with_lessons(text, lessons):
    """The list of lessons with the titles and questions of their notebooks."""
    built = [name for name in lessons if name.endswith("build-it")]
    told = [name for name in lessons if name not in built]

    def listed(names):
        return "".join(f"* [{_title(name)}]({name}.md): {_question(name)}\n" for name in names)

    text = LESSON_RANGE.sub(lambda found: listed(n for n in told if int(found[1]) <= int(n[:2]) <= int(found[2])), text)
    return text.replace("<!-- lessons built -->", listed(built)) + "\n" + _hidden("".join(f"{n}\n" for n in lessons))


def _title(name):
    return _opening(name).partition("\n")[0].removeprefix("# ")


def _question(name):
    return re.search(r"\*\*Question\.\*\* (.*)", _opening(name))[1]


def _opening(name):
    """The first cell of a lesson."""
    return "".join(json.loads(_read(f"notebooks/{name}.ipynb"))["cells"][0]["source"])


class Links:
    """Links of pages of the repository, as links of the site."""

    def __init__(self, repository, places):
        self.repository, self.places, self.pictures = repository, places, {}

    def followed(self, text, path, file):
        """The text of a page that stands at `path` on the site, and in `file` in the repository."""
        here, there = os.path.dirname(path), os.path.dirname(file)
        parts = FENCE.split(text)  # text, fence, its ticks, text ...
        plain = (LINK.sub(lambda found: self._link(found, here, there), part) for part in parts[::3])
        return "".join(part for pair in zip(plain, [*parts[1::3], ""], strict=True) for part in pair)

    def _link(self, found, here, there):
        picture, words, target, anchor, title = found.groups(default="")
        if "://" in target or target.startswith("mailto:") or not target:
            return found[0]
        file = os.path.normpath(os.path.join(there, target)).replace(os.sep, "/")
        if picture:
            self.pictures[f"_pictures/{os.path.basename(file)}"] = (ROOT / file).read_bytes()
            return f"![{words}]({_way(here, '_pictures/' + os.path.basename(file))})"
        if file in COPIED:
            return f'<a href="{_way(here, COPIED[file])}">{words}</a>'
        place = PLACES.get(file) or PLACES.get(f"{file}/README.md")
        if place in self.places:
            return f"[{words}]({_way(here, place)}.md{anchor}{title})"
        if os.path.exists(os.path.join(ROOT, file)):
            return f"[{words}]({self.repository.rstrip('/')}/blob/HEAD/{file}{anchor})" if self.repository else words
        return found[0] if os.path.normpath(os.path.join(here, target)).removesuffix(".md") in self.places else words


def _way(here, to):
    return os.path.relpath(to, here or ".").replace(os.sep, "/")


def _copy(file):
    text = _read(file)
    if not file.endswith(".html"):
        return printed(text)
    text = text.replace('href="index.html"', 'href="toys.html"')
    return text.replace('<a href="../README.md">README</a>', '<a href="index.html">manual</a>')


def _read(file):
    return ONLY_HERE.sub("", (ROOT / file).read_text(encoding="utf-8"))
