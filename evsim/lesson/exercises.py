"""Exercises whose checks simulate: what a student built runs with several seeds, and must serve everybody."""

from collections.abc import Callable
from dataclasses import dataclass

from evsim.lesson.wording import Words, wrapped
from evsim.scenario import ScenarioError

__all__ = ["Exercise", "Refused", "Task", "Grade"]

TRIES = 2  # failures before there are hints


class Refused(ValueError):
    """An answer that can't be tried, and why, in words for a student."""


@dataclass(frozen=True)
class Task:
    """What an exercise asks for.

    ``holds``: what is to hold, as a clause. ``conditions``: a function of the answer that gives a dict: a
    condition in words (may be empty) -> the scenario to run, and the properties it is to have (functions of a
    run that yield :class:`evsim.lesson.properties.Counterexample`). It raises :class:`Refused` or a
    ScenarioError for what can't be run. ``hints``: from vague to plain; none is the answer.
    """

    holds: str
    conditions: Callable
    hints: tuple
    seeds: tuple = (1, 2, 3, 4, 5)


class Exercise:
    """An exercise and how far somebody is with it.

    ``check(answer)`` runs the answer. If it fails, ``run`` is the run and ``customer`` the one for whom it
    failed (of a ``workload``, where there are several); ``look()`` shows what happened to them. After two failures
    ``hint()`` has something to say.
    """

    def __init__(self, task):
        self.task = task
        self.run = self.customer = self.workload = None
        self._failed, self._hints = [], 0

    def __repr__(self):
        return f"<Exercise: {self.task.holds}; {len(self._failed)} failures>"

    def check(self, answer):
        """Run the answer with several seeds; return the :class:`Grade`, which shows itself."""
        self.run = self.customer = self.workload = None
        if answer is ...:
            return Grade(None, wrapped("Not tried yet: put your answer in the place of the three dots."))
        try:
            return self._check(answer)
        except (Refused, ScenarioError) as error:
            return Grade(None, Words(f"This can't be run: {error}"))

    def _check(self, answer):
        customers = 0
        for seed in self.task.seeds:
            for condition, (scenario, properties) in self.task.conditions(answer).items():
                run = scenario.run(seed=seed)
                customers += len(run.tables.requests.row)
                for property_ in properties:
                    found = next(iter(property_(run)), None)
                    if found:
                        return self._fail(answer, run, condition, found)
        runs = f"{len(self.task.seeds)} seeds, {customers:,} customers"
        return Grade(True, wrapped(f"Yes. Tried with {runs}: {self.task.holds}."))

    def _fail(self, answer, run, condition, found):
        if answer not in self._failed:
            self._failed.append(answer)
        self.run, self.customer, self.workload = run, found.customer, found.workload
        whose = repr(found.workload) if found.workload else ""
        where = f"Seed {run.seed}{f', {condition}' if condition else ''}"
        trace = ", ".join(filter(None, [str(found.customer), whose]))
        look = f"To see what happened to them: task.look(), or task.run.trace({trace})."
        hint = "There is a hint: task.hint()." if len(self._failed) >= TRIES else ""
        customer = f"customer {found.customer}" + (f" of {found.workload}" if found.workload else "")
        what = f"Not yet. {where}: {customer} {found.words}."
        return Grade(False, wrapped(what, look, hint))

    def look(self):
        """The sequence diagram of the customer for whom the last check failed."""
        if self.run is None:
            return Words("Nothing to look at: no check has failed.")
        return self.run.sequence(self.customer, self.workload)

    def hint(self):
        """The next hint, if two different answers have failed."""
        if len(self._failed) < TRIES:
            return Words("No hint yet: first let two different answers fail. A failure tells you something.")
        self._hints = min(self._hints + 1, len(self.task.hints))
        return wrapped(f"Hint {self._hints} of {len(self.task.hints)}: {self.task.hints[self._hints - 1]}")


@dataclass(frozen=True)
class Grade:
    """Whether an answer ``passed`` (None: it was not run), in ``words``; true if it did."""

    passed: bool | None
    words: str

    def __bool__(self):
        return self.passed is True

    def __repr__(self):
        return str(self.words)
