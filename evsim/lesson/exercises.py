"""Exercises whose checks simulate: what a student built runs with several seeds, and must serve everybody."""

from collections.abc import Callable
from dataclasses import dataclass

from evsim.engine.environment import SimulationError
from evsim.experiment.hunt import hunt
from evsim.lesson.endless import assert_ends
from evsim.lesson.store import Store
from evsim.lesson.widgets import show_words
from evsim.lesson.wording import Words, wrapped
from evsim.scenario import ScenarioError
from evsim.view.words import count

__all__ = ["Exercise", "Refused", "Task", "Grade", "Trials"]

MOST_ATTEMPTS = 10_000  # of a run of a check: ten times what a lesson needs
HUNTED = 30  # runs of a hunt: a second, and three times as many as any wrong answer that we know of needs
TRIES = 2  # answers that did not pass before there are hints


class Refused(ValueError):
    """An answer that can't be tried, and why, in words for a student."""


@dataclass(frozen=True)
class Task:
    """What an exercise asks for.

    ``holds``: what is to hold, as a clause. ``conditions``: a function of the answer that gives a dict: a
    condition in words (may be empty) -> the scenario to run, and the properties it is to have (functions of a
    run that yield :class:`evsim.lesson.properties.Counterexample`). It raises :class:`Refused` or a
    ScenarioError for what can't be run. ``hints``: from vague to plain; none is the answer. ``base``: a function that
    gives the design to begin with, beside which the one of the first condition plays when it has passed.
    ``hunted``: a function of the answer that gives settings of :func:`evsim.experiment.hunt.hunt`, which is to find
    nobody. ``trials``: in the place of conditions, a function of the answer that tries it and gives :class:`Trials`.
    """

    holds: str
    conditions: Callable | None = None
    hints: tuple = ()
    seeds: tuple = (1, 2, 3, 4, 5)
    base: Callable | None = None
    hunted: Callable | None = None
    trials: Callable | None = None


@dataclass(frozen=True)
class Trials:
    """With what an answer was ``tried``, what was ``found`` wrong if anything, and what makes a ``picture`` of that."""

    tried: str
    found: str = ""
    picture: Callable | None = None


class Exercise:
    """An exercise and how far somebody is with it.

    ``check(answer)`` runs the answer. ``design`` is the last one that could be read, or the one to begin with. If it
    fails, ``run`` is the run and ``customer`` the one for whom it failed (of a ``workload``, where there are several);
    ``look()`` shows what happened to them. After two answers that did not pass ``hint()`` has something to say. How
    many tries and hints it took is kept by the ``name`` of the exercise.
    """

    def __init__(self, task, name=""):
        self.task, self.name = task, name
        self.design = task.base and task.base()
        self.run = self.customer = self.workload = self._picture = None
        self._store, self._tries, self._hints = Store(), 0, 0

    def __repr__(self):
        return f"<Exercise: {self.task.holds}; {count(self._tries, 'try', 'tries')} without success>"

    def check(self, answer):
        """Run the answer with several seeds; return the :class:`Grade`, which shows itself."""
        self.run = self.customer = self.workload = self._picture = None
        if answer is ... or (isinstance(answer, str) and answer == "..."):
            return Grade(None, wrapped("Not tried yet: put your answer in the place of the three dots."))
        try:
            grade = self._check(answer)
        except Exception as error:  # also of a handler that the student wrote: a wrong answer, no fault of the check
            grade = Grade(None, self._words(f"This can't be run: {_plain(error)}"))
        self._keep(grade)
        return grade

    def _check(self, answer):
        if self.task.trials:
            return self._after(self.task.trials(answer))
        customers, conditions = 0, self.task.conditions(answer)
        bounded = {words: its.replace({"run.max_rows": MOST_ATTEMPTS}) for words, (its, _) in conditions.items()}
        assert_ends(bounded.values(), self.task.seeds)
        self.design, _ = next(iter(conditions.values()))
        for seed in self.task.seeds:
            for condition, (_, properties) in conditions.items():
                run = bounded[condition].run(seed=seed)
                customers += len(run.tables.requests.row)
                for property_ in properties:
                    found = next(iter(property_(run)), None)
                    if found:
                        return self._fail(run, condition, found)
        found = self.task.hunted and hunt(**self.task.hunted(answer), tries=HUNTED)
        if found:
            return self._fail(found.story.run, found.story.broken, found.story)
        runs = f"{count(len(self.task.seeds), 'seed')}, {count(customers, 'customer')}"
        hunted = f" Faults at other moments, in {HUNTED} more runs, found nobody." if self.task.hunted else ""
        designs = (self.task.base(), self.design) if self.task.base else ()
        return Grade(True, wrapped(f"Yes. Tried with {runs}: {self.task.holds}.{hunted}"), designs)

    def _after(self, trials):
        if not trials.found:
            return Grade(True, wrapped(f"Yes. Tried with {trials.tried}: {self.task.holds}."))
        self._picture = trials.picture
        return Grade(False, self._words(f"Not yet. {trials.found}.", "To see it: task.look()."))

    def _fail(self, run, condition, found):
        self.run, self.customer, self.workload = run, found.customer, found.workload
        whose = repr(found.workload) if found.workload else ""
        where = f"Seed {run.seed}{f', {condition}' if condition else ''}"
        trace = ", ".join(filter(None, [str(found.customer), whose]))
        look = f"To see what happened to them: task.look(), or task.run.trace({trace})."
        customer = f"customer {found.customer}" + (f" of {found.workload}" if found.workload else "")
        return Grade(False, self._words(f"Not yet. {where}: {customer} {found.words}.", look))

    def _words(self, *paragraphs):
        return wrapped(*paragraphs, "There is a hint: task.hint()." if self._tries + 1 >= TRIES else "")

    def _keep(self, grade):
        """Note how many tries and hints it took until the first answer that passed."""
        entry = self._store.get(self.name)
        if not entry.get("passed"):
            tries, hints = entry.get("tries", 0) + 1, max(entry.get("hints", 0), self._hints)  # also of earlier visits
            self._store.put(self.name, {"tries": tries, "hints": hints, "passed": bool(grade)})
        if not grade:
            self._tries += 1

    def look(self):
        """The sequence diagram of the customer for whom the last check failed, or a picture of the trial that did."""
        if self._picture:
            return self._picture()
        if self.run is None:
            return Words("Nothing to look at: no check has failed.")
        return self.run.sequence(self.customer, self.workload)

    def hint(self):
        """The next hint, after two answers that did not pass."""
        if self._tries < TRIES:
            return Words("No hint yet: first try twice. A failure tells you something.")
        self._hints = min(self._hints + 1, len(self.task.hints))
        return wrapped(f"Hint {self._hints} of {len(self.task.hints)}: {self.task.hints[self._hints - 1]}")


@dataclass(frozen=True)
class Grade:
    """Whether an answer ``passed`` (None: it was not run), in ``words``; true if it did.

    ``designs``: of one that passed, the design as it was and the student's; a notebook plays them.
    """

    passed: bool | None
    words: str
    designs: tuple = ()

    def __bool__(self):
        return self.passed is True

    def __repr__(self):
        return str(self.words)

    def player(self):
        """The design as it was and the student's, with the same customers."""
        from evsim.view.player.widget import play

        return play(*(design.run() for design in self.designs), labels=("as it was", "yours"))

    def _ipython_display_(self):
        from IPython.display import display

        show_words(str(self.words))
        if self.designs:
            display(self.player())


def _plain(error):
    """What went wrong, in words for a student."""
    if "run.max_rows" in str(error):
        return "far too many calls are made; is something tried again and again?"
    known = isinstance(error, Refused | ScenarioError | SimulationError)
    return str(error) if known else f"{type(error).__name__}: {error}"
