"""The sequence diagram of one request: who told whom what, in order and not to scale."""

import re

from evsim.view.sequence_steps import Step, fault_notes, steps_of
from evsim.view.sequence_svg import draw
from evsim.view.story import Story
from evsim.view.style import seconds

__all__ = ["Sequence", "Step"]


class Sequence:
    """The sequence diagram of one request of a run.

    ``steps`` (:class:`Step`, in order) and ``participants`` (name -> customer, service or channel, in the
    order in which they take part) are what :meth:`text`, :meth:`mermaid` and the SVG picture of a notebook
    show. A message stands where it was sent, an answer where it was seen.
    """

    def __init__(self, run, request, workload=None):
        self.story = story = Story(run, request, workload)
        self.run, self.request, self.workload = run, request, story.workload
        steps = steps_of(story)
        named = [name for step in steps for name in (step.source, step.target) if name]
        met = dict.fromkeys([story.workload, *named])
        kinds = dict.fromkeys(run.scenario.workloads, "customer") | dict.fromkeys(
            run.scenario.channels, "channel"
        )
        self.participants = {name: kinds.get(name, "service") for name in met}
        self.steps = tuple(sorted([*fault_notes(story, met), *steps], key=lambda step: step.time))

    @property
    def title(self):
        return f"request {self.request} of {self.workload} ({self.run.scenario.name}, seed {self.run.seed})"

    @property
    def alt_text(self):
        """What the diagram says, in words."""
        story = self.story
        told = f"The customer {story.told}."
        times = {}
        for time, name in story.effects:
            times.setdefault(name, []).append(seconds(time))
        done = "".join(f" {name}: {' and again '.join(each)}." for name, each in times.items())
        missing = f" Never: {', '.join(story.missing)}." if story.missing else ""
        return " ".join((told + done + missing).split())

    def __str__(self):
        return self.text()

    def __repr__(self):
        return f"<Sequence of {self.title}: {len(self.steps)} steps>"

    def text(self):
        """The diagram as plain text, one line a step."""
        lines = [self.title, ""]
        for step in self.steps:
            if step.kind not in ("start", "end"):
                way = f"{step.source} {TEXT_ARROWS[step.kind]} {step.target}" if step.target else step.source
                lines.append(f"{seconds(step.time):>9}  {way}: {' '.join(step.text.split())}")
        return "\n".join([*lines, "", self.alt_text])

    def mermaid(self):
        """The diagram as Mermaid text (``sequenceDiagram``), for Markdown pages."""
        ids = {name: _mermaid_id(name) for name in self.participants}
        lines = [
            "---",
            f"title: {_mermaid_text(self.title)}",
            "---",
            "sequenceDiagram",
            f"accTitle: {_mermaid_text(self.title)}",
            f"accDescr: {_mermaid_text(self.alt_text)}",
        ]
        for name, kind in self.participants.items():
            alias = f" as {name}" if ids[name] != name else ""
            lines.append(f"{'actor' if kind == 'customer' else 'participant'} {ids[name]}{alias}")
        for step in self.steps:
            source, target = ids[step.source], ids.get(step.target)
            text = _mermaid_text(f"{seconds(step.time)}: {step.text}")
            if step.kind in ("start", "end"):
                lines.append(f"{'activate' if step.kind == 'start' else 'deactivate'} {source}")
            elif target is None:
                lines.append(f"Note over {source}: {text}")
            else:
                lines.append(f"{source}{MERMAID_ARROWS[step.kind]}{target}: {text}")
        return "\n    ".join(lines).replace("    ", "", 3) + "\n"

    def svg(self):
        """The diagram as a static SVG picture, in text."""
        return draw(self)

    def _repr_svg_(self):
        return self.svg()

    def _repr_html_(self):
        return f'<figure style="margin: 0; overflow-x: auto">{self.svg()}</figure>'


TEXT_ARROWS = dict.fromkeys(("ask", "answer", "told", "publish", "keep", "deliver", "ack"), "->") | {
    "lost": "-x"
}
MERMAID_ARROWS = {"ask": "->>", "publish": "-)", "deliver": "-)", "lost": "-x"}
MERMAID_ARROWS |= {"answer": "-->>", "told": "-->>", "keep": "--)", "ack": "--)"}
RESERVED = """
accdescr acctitle activate actor alt and as autonumber box break create critical deactivate destroy details
else end left link links loop note opt option over par participant properties rect right sequencediagram title
"""


def _mermaid_id(name):
    """A name as an identifier: `-` is a part of arrows there, and some words have a meaning."""
    plain = name.replace("-", "_")
    return f"_{plain}" if plain in RESERVED.split() else plain


def _mermaid_text(text):
    """Free text as Mermaid takes it: one line, and entities for what has a meaning there."""
    return re.sub(r"[#;%$<>{}&\"\\]", lambda match: f"#{ord(match[0])};", " ".join(text.split()))
