"""The sequence diagram of one request or several: who told whom what, in order and not to scale."""

from dataclasses import replace

from evsim.counting import count
from evsim.view.sequence_steps import Step, fault_notes, steps_of
from evsim.view.sequence_svg import draw
from evsim.view.sequence_text import mermaid, plantuml
from evsim.view.story import Story
from evsim.view.style import seconds

__all__ = ["Sequence", "Step"]

ARROWS = dict.fromkeys(("ask", "answer", "told", "publish", "keep", "deliver", "ack"), "->") | {"lost": "-x"}


class Sequence:
    """The sequence diagram of a request of a run, or of several in one.

    ``steps`` (:class:`Step`, in order) and ``participants`` (name -> customer, service or channel, in the
    order in which they take part) are what :meth:`text`, :meth:`mermaid`, :meth:`plantuml` and the SVG picture
    of a notebook show. A message stands where it was sent, an answer where it was seen. Times count from the
    arrival of the first request. ``stories`` (:class:`evsim.view.story.Story`) are what it was made from.
    Of several requests, each has a lifeline of its own, and what is done for them bears their number.
    """

    def __init__(self, run, request, workload=None):
        numbers = list(dict.fromkeys(request)) if isinstance(request, list | tuple | range) else [request]
        if not numbers:
            raise ValueError("name a request, or several")
        stories = sorted((Story(run, number, workload) for number in numbers), key=lambda story: story.arrived)
        self.run, self.stories = run, tuple(stories)
        self.workload, self.begin = stories[0].workload, stories[0].arrived
        steps = [step for story in stories for step in self._steps(story)]
        steps.sort(key=_in_order)
        met = dict.fromkeys(name for step in steps for name in (step.source, step.target) if name)
        customers = dict.fromkeys(map(self._customer, stories), "customer")
        kinds = customers | dict.fromkeys(run.scenario.channels, "channel")
        self.participants = {name: kinds.get(name, "service") for name in customers | met}
        end = max(story.arrived + story.end for story in stories)
        steps = [*fault_notes(run, self.participants, self.begin, end), *steps]
        self.steps = tuple(sorted(steps, key=_in_order))

    def _steps(self, story):
        """The steps of one request, on the common clock."""
        later, customer = story.arrived - self.begin, self._customer(story)
        whose = str(story.request) if len(self.stories) > 1 else ""
        for step in steps_of(story):
            ends = {name: customer for name in ("source", "target") if getattr(step, name) == story.workload}
            yield replace(step, time=step.time + later, whose="" if ends else whose, **ends)

    def _customer(self, story):
        return story.workload if len(self.stories) == 1 else f"{story.workload} {story.request}"

    @property
    def title(self):
        numbers = [str(story.request) for story in self.stories]
        whose = f"request {numbers[0]}" if len(numbers) == 1 else f"requests {', '.join(numbers)}"
        return f"{whose} of {self.workload} ({self.run.scenario.name}, seed {self.run.seed})"

    @property
    def alt_text(self):
        """What the diagram says, in words."""
        return " ".join(" ".join(map(self._words, self.stories)).split())

    def _words(self, story):
        who = "The customer" if len(self.stories) == 1 else f"Customer {story.request}"
        times = {}
        for time, name in story.effects:
            times.setdefault(name, []).append(seconds(time))
        done = "".join(f" {name}: {' and again '.join(each)}." for name, each in times.items())
        undone = [name for name in times if name not in {name for _, name in story.standing}]
        never = [name for name in story.missing if name not in undone]
        lists = "".join(f" {what}: {', '.join(each)}." for what, each in (("Undone", undone), ("Never", never)) if each)
        return f"{who} {story.told}.{done}{lists}"

    def __str__(self):
        return self.text()

    def __repr__(self):
        return f"<Sequence of {self.title}: {count(len(self.steps), 'step')}>"

    def text(self):
        """The diagram as plain text, one line a step."""
        lines = [self.title, ""]
        for step in self.steps:
            if not step.on_lifeline:
                way = f"{step.source} {ARROWS[step.kind]} {step.target}" if step.target else step.source
                lines.append(f"{seconds(step.time):>9}  {way}: {' '.join(step.words.split())}")
        return "\n".join([*lines, "", self.alt_text])

    def mermaid(self):
        """The diagram as Mermaid text (``sequenceDiagram``), for Markdown pages."""
        return mermaid(self)

    def plantuml(self):
        """The diagram as PlantUML text."""
        return plantuml(self)

    def svg(self):
        """The diagram as a static SVG picture, in text."""
        return draw(self)

    def _repr_svg_(self):
        return self.svg()

    def _repr_html_(self):
        return f'<figure style="margin: 0; overflow-x: auto">{self.svg()}</figure>'


def _in_order(step):
    return step.time
