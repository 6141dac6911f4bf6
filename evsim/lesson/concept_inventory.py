"""The concept inventory: 24 questions over the whole course, asked before and after. None of them is in a lesson.

Each has four answers; each wrong one comes from a thought that many have, and the truth is read off a run.
"""

from functools import partial
from pathlib import Path

import yaml

from evsim.lesson.inventory_truths import TRUTHS
from evsim.lesson.questions import Question
from evsim.lesson.store import Store
from evsim.lesson.widgets import column, controls, show_controls, show_words
from evsim.lesson.wording import wrapped

__all__ = ["INVENTORY", "PARTS", "Inventory", "entry_of", "inventory"]

PARTS = ("before", "after")
LETTERS = "abcd"
ASKED = yaml.safe_load(Path(__file__).with_name("inventory.yaml").read_text(encoding="utf-8"))
INVENTORY = {
    name: Question(its["asked"], its["choices"], partial(TRUTHS[name], list(its["choices"])))
    for name, its in ASKED.items()
}


def entry_of(part):
    """Where the answers of a part are kept."""
    return f"inventory {part}"


def inventory(part):
    """The :class:`Inventory` to answer "before" the course, or "after" it."""
    if part not in PARTS:
        raise ValueError(f"part={part!r} must be 'before' or 'after'")
    return Inventory(part)


class Inventory:
    """The questions and what was answered: name -> the text of an answer. A notebook shows them to choose from."""

    def __init__(self, part):
        self.part, self._store = part, Store()
        kept = self._store.get(entry_of(part))
        self.answers = {name: kept[name] for name in INVENTORY if kept.get(name) in INVENTORY[name].choices}

    def __repr__(self):
        return wrapped(f"{len(self.answers)} of {len(INVENTORY)} questions answered, {self.part} the course.")

    def answered(self, letters):
        """Keep answers given as letters, one a question, as on the printed sheet; - for none. Return the inventory."""
        given = "".join(letters.lower().split()) if isinstance(letters, str) else ""
        if len(given) != len(INVENTORY) or set(given) - set(LETTERS + "-"):
            many = f"{len(given)}: " if len(given) not in (0, len(INVENTORY)) else ""
            raise ValueError(f"give {len(INVENTORY)} letters of a, b, c, d or -, not {many}{letters!r}")
        chosen = zip(INVENTORY.items(), given, strict=True)
        self._keep({name: list(its.choices)[LETTERS.index(letter)] for (name, its), letter in chosen if letter != "-"})
        return self

    def _keep(self, answers):
        self.answers = answers
        self._store.put(entry_of(self.part), answers)

    def _ipython_display_(self):
        widgets = controls()
        offer = f"{self!r} Without buttons, add .answered(...) to the line above: 24 letters, as on the printed sheet."
        if widgets is None:
            show_words(offer)
        else:
            show_controls(self._control(widgets), offer)

    def _control(self, widgets):
        """A choice for each question, and one button; the line beside it says what is kept."""
        parts, chosen = [], {}
        for number, (name, its) in enumerate(INVENTORY.items(), 1):
            wide = {"width": "max-content"}
            chosen[name] = widgets.RadioButtons(options=list(its.choices), value=self.answers.get(name), layout=wide)
            parts += [widgets.HTML(f"<b>{number}.</b> {its.asked.replace('*', '')}"), chosen[name]]
        button, state = widgets.Button(description="Keep my answers"), widgets.Label(repr(self))

        def keep(_):
            self._keep({name: choice.value for name, choice in chosen.items() if choice.value is not None})
            state.value = repr(self)

        button.on_click(keep)
        return column(widgets, [*parts, widgets.HBox([button, state])])
