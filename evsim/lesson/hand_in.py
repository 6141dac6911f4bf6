"""What a student hands in: one JSON file with guesses, exercises and answers to the inventory."""

import json
import re
from pathlib import Path

from evsim.lesson.concept_inventory import PARTS, entry_of
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.store import Store
from evsim.lesson.tasks import TASKS
from evsim.lesson.wording import wrapped
from evsim.version import installed_version
from evsim.view.words import count
from evsim.whole import write_text

__all__ = ["hand_in", "handed_in"]

KEPT = ("first", "guess", "late")


def handed_in(name, store=None):
    """What is kept of somebody's work, as :func:`hand_in` writes it.

    ``votes``: question -> the first guess, the last, and whether the truth had been seen; ``exercises``: name -> tries,
    hints, passed; ``inventory``: part -> answers.
    """
    store = store or Store()
    votes = {each: store.get(question.asked) for each, question in QUESTIONS.items()}
    return {
        "evsim": installed_version(),
        "name": name,
        "votes": {
            each: {key: entry.get(key) for key in KEPT}
            for each, entry in votes.items()
            if entry.get("guess") is not None
        },
        "exercises": {each: store.get(each) for each in TASKS if store.get(each)},
        "inventory": {part: store.get(entry_of(part)) for part in PARTS if store.get(entry_of(part))},
    }


def hand_in(name):
    """Write what is kept into a file of that name, beside the notebook, for ``evsim tally``; say where it is."""
    if not isinstance(name, str) or not name.strip():
        return wrapped("Not handed in yet: put your name, in quotes, in the place of the three dots.")
    file = Path(f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'student'}.evsim.json")
    data = handed_in(name.strip())
    write_text(file, json.dumps(data, indent=1, ensure_ascii=False))
    passed = sum(each["passed"] for each in data["exercises"].values())
    votes = len(data["votes"])
    what = f"{count(votes, 'vote')}, {count(passed, 'exercise')} passed"
    return wrapped(f"Written to {file}: {what}. Give this file to your teacher.")
