"""A sequence diagram as text that other tools draw: Mermaid and PlantUML."""

import re

from evsim.view.style import seconds

__all__ = ["MERMAID_ARROWS", "RESERVED", "mermaid", "plantuml"]

MERMAID_ARROWS = {"ask": "->>", "publish": "-)", "deliver": "-)", "lost": "-x"}
MERMAID_ARROWS |= {"answer": "-->>", "told": "-->>", "keep": "--)", "ack": "--)"}
PLANTUML_ARROWS = {"ask": "->", "publish": "->>", "deliver": "->>", "lost": "->x"}
PLANTUML_ARROWS |= {"answer": "-->", "told": "-->", "keep": "-->>", "ack": "-->>"}
ACTIVE = {"start": "activate", "end": "deactivate"}
PLANTUML_KINDS = {"customer": "actor", "service": "participant", "channel": "queue"}
RESERVED = """
accdescr acctitle activate actor alt and as autonumber box break create critical deactivate destroy details
else end left link links loop note opt option over par participant properties rect right sequencediagram title
"""


def mermaid(sequence):
    """The text of a :class:`evsim.view.sequence.Sequence` in Mermaid's language (``sequenceDiagram``)."""
    ids = {name: _mermaid_id(name) for name in sequence.participants}
    title, about = _mermaid_text(sequence.title), _mermaid_text(sequence.alt_text)
    lines = ["---", f"title: {title}", "---", "sequenceDiagram", f"accTitle: {title}", f"accDescr: {about}"]
    for name, kind in sequence.participants.items():
        alias = f" as {name}" if ids[name] != name else ""
        lines.append(f"{'actor' if kind == 'customer' else 'participant'} {ids[name]}{alias}")
    lines += _lines(sequence, ids, _mermaid_text, "Note over {}: {}", "{}{}{}: {}", MERMAID_ARROWS)
    return "\n    ".join(lines).replace("    ", "", 3) + "\n"


def plantuml(sequence):
    """The text of a :class:`evsim.view.sequence.Sequence` in PlantUML's language."""
    ids = {name: f"p{number}" for number, name in enumerate(sequence.participants)}
    lines = ["@startuml", f"title {_plantuml_text(sequence.title)}"]
    for name, kind in sequence.participants.items():
        lines.append(f'{PLANTUML_KINDS[kind]} "{name}" as {ids[name]}')
    lines += _lines(sequence, ids, _plantuml_text, "note over {} : {}", "{} {} {} : {}", PLANTUML_ARROWS)
    return "\n".join([*lines, "@enduml"]) + "\n"


def _lines(sequence, ids, plain, note, arrow, arrows):
    """A line for each step; plain(text): the text as the language takes it."""
    for step in sequence.steps:
        source, text = ids[step.source], plain(f"{seconds(step.time)}: {step.words}")
        if step.on_lifeline:
            yield f"{ACTIVE[step.kind]} {source}"
        elif step.target not in ids:
            yield note.format(source, text)
        else:
            yield arrow.format(source, arrows[step.kind], ids[step.target], text)


def _mermaid_id(name):
    """A name as an identifier: `-` and a blank are parts of its grammar, and some words have a meaning."""
    plain = re.sub(r"[- ]", "_", name)
    return f"_{plain}" if plain in RESERVED.split() else plain


def _mermaid_text(text):
    """Free text as Mermaid takes it: one line, and entities for what has a meaning there."""
    return re.sub(r"[#;%$<>{}&\"\\]", lambda match: f"#{ord(match[0])};", " ".join(text.split()))


def _plantuml_text(text):
    """Free text as PlantUML takes it: one line, and its own escapes for what has a meaning there."""
    return re.sub(r"[^\w\s.,:()/+-]", lambda match: f"<U+{ord(match[0]):04X}>", " ".join(text.split()))
