"""A class's results: votes before and after, normalised gain, exercises passed; a table and a CSV for a gradebook."""

import csv
import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from evsim.counting import places
from evsim.lesson.concept_inventory import INVENTORY
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.tasks import TASKS
from evsim.scenario.errors import Problem, ScenarioError
from evsim.view.words import count

__all__ = ["Row", "Tally", "gain", "read_results", "right_answer"]


def right_answer(question):
    """The one answer without a wrong thought behind it."""
    return next(answer for answer, thought in question.choices.items() if not thought)


def gain(before, after):
    """Normalised gain (Hake 1998): what was won of what could be won, of two shares; None where all were right before.

    >>> gain(0.4, 0.7)
    0.5
    """
    return None if before >= 1 else round((after - before) / (1 - before), 6)


def read_results(paths):
    """The data of result files, one a student, in order of their names."""
    found = {}
    for path in paths:
        data = _read(path)
        if data["name"] in found:
            other = found[data["name"]][0]
            raise _refusal(path, f"has the name of {other}, {data['name']}", "leave one of them out")
        found[data["name"]] = path, data
    return [found[name][1] for name in sorted(found)]


def _read(path):
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _refusal(path, error.strerror, "name the files of your students") from None
    except (ValueError, RecursionError):
        raise _refusal(path, "is no JSON", "ask for the file that hand_in(...) writes") from None
    if not _whole(data):
        raise _refusal(path, "is no file of a student", "ask for the file that hand_in(...) writes")
    return data


def _whole(data):
    """Whether it has a name, and entries (dicts by name) of each part."""
    parts = ("votes", "exercises", "inventory")
    if not isinstance(data, dict) or not all(isinstance(data.get(part), dict) for part in parts):
        return False
    return isinstance(data.get("name"), str) and all(
        isinstance(each, dict) for part in parts for each in data[part].values()
    )


def _refusal(path, what, hint):
    return ScenarioError([Problem(str(path), what, hint=hint)])


@dataclass(frozen=True)
class Row:
    """A question: how many answered it ``before`` and ``after``, the shares that were right, and what misled most."""

    name: str
    before: int
    right_before: float
    after: int
    right_after: float
    mislead: str

    @property
    def gain(self):
        return gain(self.right_before, self.right_after) if self.before and self.after else None


class Tally:
    """The results of a class (:func:`read_results`).

    ``votes`` and ``inventory``: a :class:`Row` for each question; a vote is the first guess before, and the last after.
    Those that were made after the truth was seen are counted in ``late`` and nowhere else.
    """

    def __init__(self, students):
        self.students = students
        self.late = sum(bool(vote.get("late")) for each in students for vote in each["votes"].values())
        self.votes = [_row(name, question, self._votes(name, "first"), self._votes(name, "guess"))
                      for name, question in QUESTIONS.items()]  # fmt: skip
        self.inventory = [_row(name, question, self._answers("before", name), self._answers("after", name))
                          for name, question in INVENTORY.items()]  # fmt: skip

    def _votes(self, name, which):
        votes = (each["votes"].get(name, {}) for each in self.students)
        return [vote[which] for vote in votes if vote.get(which) is not None and not vote.get("late")]

    def _answers(self, part, name):
        return [each["inventory"][part][name] for each in self.students if name in each["inventory"].get(part, {})]

    @property
    def gain(self):
        """The normalised gain of the class over the inventory, of those who answered it twice; None: nobody did."""
        pairs = [(_score(each, "before"), _score(each, "after")) for each in self.students]
        both = [pair for pair in pairs if None not in pair]
        return gain(*(sum(each) / len(both) for each in zip(*both))) if both else None

    def text(self):
        """Tables for a screen."""
        lines = [
            f"{count(len(self.students), 'student')}. Normalised gain over the inventory: {_number(self.gain)}.",
            "",
        ]
        lines += [*_table("votes", self.votes), ""]
        if self.late:
            was, is_ = ("was", "is") if self.late == 1 else ("were", "are")
            votes = f"{count(self.late, 'vote')} {was} made after the truth had been seen, and {is_} not counted."
            lines += [votes, ""]
        lines += _table("inventory", self.inventory)
        lines += ["", f"{'exercise':<28}{'passed':>8}{'tried':>8}{'tries':>8}"]
        for name in TASKS:
            its = [each["exercises"][name] for each in self.students if name in each["exercises"]]
            passed, tries = sum(bool(one.get("passed")) for one in its), sum(one.get("tries", 0) for one in its)
            lines.append(f"{name:<28}{passed:>8}{len(its):>8}{tries:>8}")
        return "\n".join(lines)

    def to_csv(self):
        """A line a student, for a gradebook."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", "exercises passed", "votes", "inventory before", "inventory after", *TASKS])
        for each in self.students:
            tried = [each["exercises"].get(name, {}) for name in TASKS]
            marks = ["" if not one else "passed" if one.get("passed") else "tried" for one in tried]
            scores = [_score(each, part) for part in ("before", "after")]
            writer.writerow([
                _cell(each["name"]), marks.count("passed"), len(each["votes"]),
                *("" if score is None else f"{score:.3f}" for score in scores), *marks,
            ])  # fmt: skip
        return out.getvalue()


def _row(name, question, before, after):
    right = right_answer(question)
    wrong = [answer for answer in after or before if answer != right and answer in question.choices]
    most = max(sorted(set(wrong)), key=wrong.count, default=None)
    share = [sum(answer == right for answer in each) / len(each) if each else 0.0 for each in (before, after)]
    return Row(name, len(before), share[0], len(after), share[1], question.choices[most] if most else "")


def _score(student, part):
    """The share of the inventory that a student answered rightly, what was left out being wrong; None: not answered."""
    answers = student["inventory"].get(part)
    if not answers:
        return None
    return sum(answers.get(name) == right_answer(question) for name, question in INVENTORY.items()) / len(INVENTORY)


def _table(title, rows):
    lines = [f"{title:<28}{'before':>8}{'after':>8}{'gain':>8}  what misled most"]
    for row in rows:
        if row.before or row.after:
            shares = [f"{share:.0%}" if many else "-" for many, share in
                      ((row.before, row.right_before), (row.after, row.right_after))]  # fmt: skip
            lines.append(f"{row.name:<28}{shares[0]:>8}{shares[1]:>8}{_number(row.gain):>8}  {row.mislead}")
    return lines


def _number(value):
    return "-" if value is None else places(value, 2)


def _cell(text):
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text
