"""A page for each decision of docs/decisions.md, and a list of them for each of its sections."""

import re

__all__ = ["decision_pages"]

HEADING = re.compile(r"^## (.+)\n", re.M)
DECISION = re.compile(r"^\* \*\*(.+?)\*\*(.*?)(?=^\* \*\*|^\S|\Z)", re.M | re.S)
THROWN_OUT = re.compile(r"Thrown out( for now)?: ")


def decision_pages(text):
    """path -> text: ``index.md``, a list a section, a page a decision."""
    _, *parts = HEADING.split(text)
    pages, lists = {}, []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        section = slug(title)
        found = {slug(name): (name, said) for name, said in DECISION.findall(body)}
        rest = DECISION.sub("", body).strip()
        links = "\n".join(f"* [{name.rstrip('.')}]({section}/{its}.md)" for its, (name, _) in found.items())
        pages[f"{section}.md"] = (
            "\n\n".join(filter(None, [f"# Why: {title[:1].lower()}{title[1:]}", links, rest])) + "\n"
        )
        pages |= {f"{section}/{its}.md": _page(*each, title, section) for its, each in found.items()}
        lists.append(section)
    tree = "\n".join(lists)
    pages["index.md"] = (
        "# Why it is as it is\n\nEach page is one decision: what was chosen, why, and what was thrown out.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{tree}\n```\n"
    )
    return pages


def _page(name, said, title, section):
    """A decision: what was chosen, and below it what was not."""
    said = re.sub(r"^ {2}", "", said, flags=re.M)
    if not name.endswith("."):  # the sentence goes on
        said = name + said
    name, (chosen, *thrown) = name.rstrip("."), THROWN_OUT.split(said.strip())[::2]
    parts = ["---\norphan: true\n---", f"# {name}", f"[Why: {title}](../{section}.md)"]
    parts += [chosen.strip()] if chosen.strip() else []
    if thrown:
        parts += ["## Thrown out", "\n\n".join(f"{each[:1].upper()}{each[1:]}".strip() for each in thrown)]
    return "\n\n".join(parts) + "\n"


def slug(title):
    return "-".join(re.findall(r"[a-z0-9]+", title.lower())[:8])
