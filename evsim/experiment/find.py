"""The value of a setting at which a design begins to meet its objectives, or at which two designs are equal.

Every value has the same seeds: the same customers with the same luck. Both searches assume that the answer turns once
in the range: where that is in doubt, look at the whole range first.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Any

from evsim.counting import count
from evsim.experiment.floor import Floor, floor_of
from evsim.experiment.judging import judge_runs, unproved
from evsim.experiment.resuming import runs_in
from evsim.experiment.run_store import opened
from evsim.experiment.running import audited_run, figures_of
from evsim.experiment.search import NEVER, Search, Tried, candidates
from evsim.experiment.statistics import difference, none_seen_bound
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import label, unit_of, write, write_estimate
from evsim.scenario.arguments import a_mapping, a_path, a_scenario, names_of_designs
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.objectives import objectives as measured
from evsim.scenario.paths import allows

__all__ = ["BreakEven", "Found", "break_even", "find"]


def find(
    scenario, path, between, objectives=None, want="smallest", error=0.05, precision=0.01, max_runs=256, seed=None,
    store=None, jobs=None, progress=None,
):  # fmt: skip
    """The ``"smallest"`` or ``"largest"`` value at ``path`` with which ``scenario`` meets its objectives.

    path: as in :meth:`Scenario.replace`, such as ``services.mailing-list.workers``. between: the first and the last
    value to think of; two whole numbers, or two quantities of one kind (``("10ms", "1s")``), which are searched to a
    relative ``precision``. objectives: metric -> limit as in the YAML file (default: the scenario's own), judged by the
    mean over runs as everywhere. error: the largest probability that the search decides anything wrongly, if the means
    are close to normal. max_runs: at one value; where they do not suffice, the value is not decided. store: a file that
    keeps what is finished, as in :func:`evsim.sweep`. ``seed``, ``jobs`` and ``progress`` as in
    :func:`evsim.replicate`. Returns :class:`Found`.
    """
    scenario = a_scenario(scenario)
    if objectives is not None:
        scenario = scenario.replace(
            {"objectives": dict(a_mapping(objectives, "objectives", '{"response_p99": "200ms"}'))}
        )
    if not scenario.objectives:
        hint = 'give some, such as objectives={"response_p99": "200ms"}'
        raise ScenarioError([Problem("objectives", "there is nothing to meet", hint=hint)])
    if want not in ("smallest", "largest"):
        raise ScenarioError([Problem("want", 'must be "smallest" or "largest"', want)])
    values = list(candidates(between, precision))
    values = values if want == "smallest" else values[::-1]
    designs = {value: scenario.replace({path: value}) for value in (values[0], values[-1])}  # refused before the work
    found = partial(Found, scenario, path, values, want, error)
    with opened(None if store is None else a_path(store, "store")) as store:

        def observed(value):
            design = scenario.replace({path: value})
            return partial(_run, design), runs_in(store, design)

        search = Search(values, observed, partial(_meets, scenario.objectives), scenario, error, max_runs, seed, jobs,
                        progress)  # fmt: skip
        with search.keeping(found):
            search.run()
            last = search.tried[values[-1]]
            end = designs[values[-1]]
            floors = () if last.verdict else floor_of(end, last.why, search.seeds, store, jobs, progress)
    return found(search.tried, floors)


def _run(design, seed):
    return figures_of(audited_run(design, seed))


def _meets(objectives, runs, error):
    """Whether all objectives are met, and the judgements. An error of each is enough for a wrong False."""
    each = error / len(objectives)
    judgements = judge_runs(objectives, runs, 1 - 2 * each, each)
    verdicts = {each.verdict for each in judgements}
    if "MISSES" in verdicts:
        return False, judgements
    if any(math.isnan(each.found.mean) for each in judgements):
        return NEVER, judgements  # a percentile that the customers of a run are too few for
    return (None if "NOT DECIDED" in verdicts else True), judgements


class _Searched(ABC):
    """What a search has tried, as text and HTML: a subclass says the answer and why a value was judged as it was."""

    path: str
    values: list
    error: float
    tried: dict[Any, Tried]

    @property
    @abstractmethod
    def answer(self):
        """What was found, in sentences."""

    @abstractmethod
    def _rows(self):
        """A row of texts for each value tried."""

    @abstractmethod
    def _told(self):
        """What was found, as data."""

    def __str__(self):
        return f"{self.answer}\n\n{text_table(self.header, self._rows(), left=(0, 1, 3))}"

    def _repr_html_(self):
        return html_table(self.header, self._rows(), self.answer)

    @property
    def header(self):
        return [self.path, "", "runs", "why"]

    @property
    def runs(self):
        """How many runs it took of each design."""
        return sum(each.runs for each in self.tried.values())

    @property
    def _ends(self):
        """The verdicts at both ends of the range; None where it is not decided, or was not tried."""
        ends = (self.tried.get(value) for value in (self.values[0], self.values[-1]))
        return tuple(None if end is None else end.verdict for end in ends)

    @property
    def data(self):
        """The answer and what was tried, as plain data for JSON."""
        tried = {
            str(each.value): {"verdict": each.verdict, "runs": each.runs, "why": each.why} for each in self._in_order()
        }
        return {"path": self.path, "answer": self.answer, **self._told(), "error": self.error, "tried": tried}

    def _in_order(self):
        return sorted(self.tried.values(), key=lambda each: self.values.index(each.value))

    def _cost(self):
        few = f"{count(len(self.tried), 'value')} tried, {count(self.runs, 'run')}"
        return f"({few}; such a search is wrong in at most {write('availability', self.error)} of all cases.)"

    def _at(self, verdict, which):
        """The value with this verdict that is ``which`` of them (0: the first, -1: the last); None if there is none."""
        values = [each.value for each in self._in_order() if each.verdict is verdict]
        return values[which] if values else None


@dataclass(frozen=True, repr=False)
class Found(_Searched):
    """What :func:`find` found.

    ``value``: the smallest (largest) value that meets the objectives, None if none does. ``misses``: the nearest value
    that misses one. ``undecided``: values between the two that ``max_runs`` runs could not decide. ``tried``: value ->
    verdict, runs, judgements. ``floors``: why no value meets them (:class:`evsim.experiment.floor.Floor`).
    """

    scenario: Any
    path: str
    values: list
    want: str
    error: float
    tried: dict
    floors: tuple[Floor, ...] = ()

    @property
    def value(self):
        return None if self._ends[1] is False else self._at(True, 0)

    @property
    def misses(self):
        return self._at(False, -1)

    @property
    def undecided(self):
        return tuple(each.value for each in self._in_order() if each.verdict is None)

    def _told(self):
        return {"want": self.want, "value": self.value, "misses": self.misses, "undecided": self.undecided}

    @property
    def answer(self):
        ends = self.values[0], self.values[-1]
        low, high = ends if self.want == "smallest" else ends[::-1]
        first, last = self._ends
        if first and last is False:
            other = {"smallest": "largest", "largest": "smallest"}[self.want]
            text = (
                f"{self.scenario.name} meets its objectives at {ends[0]} and not at {ends[1]}: search for the {other}."
            )
        elif self.value is None:
            text = f"No {self.path} from {low} to {high} is seen to meet the objectives of {self.scenario.name}."
        else:
            text = f"The {self.want} {self.path} with which {self.scenario.name} meets its objectives: {self.value}."
            if self.value == self.values[0] and self._goes_on:
                place = "first" if self.want == "smallest" else "last"
                text += f" It is the {place} value of the range: look beyond it."
        if self.undecided:
            text += f" Not decided: {', '.join(map(str, self.undecided))}."
        lines = [text, *self._too_few(), *map(str, self.floors), *self._none_seen(), self._cost()]
        return "\n".join(lines)

    @property
    def _goes_on(self):
        """Whether there are values beyond the first: of workers there are none below 1."""
        first = self.values[0]
        if not isinstance(first, int):
            return True
        return allows(self.scenario, self.path, first - 1 if self.want == "smallest" else first + 1)

    def _too_few(self):
        """Figures for which a run has too few customers: more runs are no way out. What so many runs do not prove."""
        whys = [one for value in self.undecided for one in self.tried[value].why]
        names = dict.fromkeys(label(one.metric) for one in whys if math.isnan(one.found.mean))
        for name in names:
            yield f"{name.capitalize()}: a run has too few customers for it, and a longer one is needed."
        for value in self.undecided[:1]:
            yield from unproved({f"With {value}": self.tried[value].why})

    def _none_seen(self):
        """A count of 0 in so few runs is not a probability of 0."""
        if self.value is not None:
            tried = self.tried[self.value]
            for each in tried.why:
                bound, name = write("availability", none_seen_bound(tried.runs)), label(each.metric).capitalize()
                if each.found.sd == 0 == each.found.mean:
                    yield f"{name}: 0 in {count(tried.runs, 'run')}; at most {bound} of runs have more."
                elif each.found.sd == 0 and each.found.mean == 1 and each.limit < 1 and unit_of(each.metric) == "share":
                    yield f"{name}: 100 % in {count(tried.runs, 'run')}; at most {bound} of runs have less."

    def _rows(self):
        words = {True: "MEETS", False: "MISSES", None: "NOT DECIDED"}
        for each in self._in_order():
            worst = [one for one in each.why if one.verdict == words[each.verdict]]
            reasons = "; ".join(str(one).partition("  ")[2] for one in worst)
            yield [str(each.value), words[each.verdict], str(each.runs), reasons]


def break_even(
    first, second, path, between, figure, error=0.05, precision=0.01, max_runs=256, seed=None, jobs=None, progress=None
):
    """Where ``second`` stops being below ``first`` in a ``figure`` (or above it), as a setting of both goes up.

    path, between, error, precision, max_runs: as in :func:`find`. figure: a metric of the summary, such as
    ``response_p99``. Designs are compared in pairs of runs with the same seed. Returns :class:`BreakEven`.
    """
    designs = a_scenario(first, "first"), a_scenario(second, "second")
    if figure not in measured():
        raise ScenarioError([Problem("figure", "is not measured", figure, hint=suggest(figure, measured()))])
    values = list(candidates(between, precision))
    for value in (values[0], values[-1]):
        for design in designs:
            design.replace({path: value})  # refused before the work

    def observed(value):
        return partial(_pair, [design.replace({path: value}) for design in designs], figure), None

    search = Search(values, observed, _above, designs[0], error, max_runs, seed, jobs, progress)
    found = partial(BreakEven, designs, path, values, figure, error)
    with search.keeping(found):
        search.run()
    return found(search.tried)


def _pair(designs, figure, seed):
    return tuple(audited_run(design, seed).summary()[figure] for design in designs)


def _above(pairs, error):
    """Whether the second is above the first in the mean, and the difference."""
    first, second = zip(*pairs, strict=True)
    apart = difference(first, second, 1 - 2 * error)
    return (True if apart.low > 0 else False if apart.high < 0 else None), apart


@dataclass(frozen=True, repr=False)
class BreakEven(_Searched):
    """What :func:`break_even` found.

    ``last`` and ``first``: between these neighbours the sign of the second design's difference turns; both None if it
    does not turn in the range. ``tried``: value -> whether the second is above, runs, the difference.
    """

    designs: tuple[Any, ...]
    path: str
    values: list
    figure: str
    error: float
    tried: dict

    @property
    def _turn(self):
        ends = self._ends
        if None in ends or ends[0] == ends[1]:
            return None, None
        return self._at(ends[0], -1), self._at(ends[1], 0)

    @property
    def last(self):
        return self._turn[0]

    @property
    def first(self):
        return self._turn[1]

    def _told(self):
        return {"figure": self.figure, "last": self.last, "first": self.first}

    @property
    def answer(self):
        one, two = names_of_designs(self.designs, None)
        word = {True: "above", False: "below", None: "not decided against"}
        begin, end = self._ends
        if self.first is None:
            text = (f"{label(self.figure)}: {two} is {word[begin]} {one} at {self.path} {self.values[0]}, and "
                    f"{word[end]} it at {self.values[-1]}.")  # fmt: skip
        else:
            text = (f"{label(self.figure)}: {two} is {word[begin]} {one} up to {self.path} {self.last}, and "
                    f"{word[end]} it from {self.first}.")  # fmt: skip
        return f"{text}\n{self._cost()}"

    def _rows(self):
        words = {True: "above", False: "below", None: "NOT DECIDED"}
        for each in self._in_order():
            yield [str(each.value), words[each.verdict], str(each.runs), write_estimate(self.figure, each.why, True)]
