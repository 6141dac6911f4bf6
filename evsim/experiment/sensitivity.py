"""Which input matters: each number of a scenario a little less and a little more, everything else as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from evsim.counting import digits
from evsim.experiment.judging import MEETS, MISSES, Judgement
from evsim.experiment.running import seeds_from
from evsim.experiment.screening import apart, column, judged, matter
from evsim.experiment.statistics import Difference, Estimate, estimate
from evsim.experiment.sweep import sweep
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import label, write_estimate
from evsim.scenario.arguments import a_count, a_scenario, several
from evsim.scenario.arrivals import Profile
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.model import Scenario
from evsim.scenario.paths import allows, words_of
from evsim.scenario.units import number_of

__all__ = ["Bar", "Flip", "Sensitivity", "inputs_of", "sensitivity"]

SECTIONS = ("workloads", "services", "channels", "network", "faults")  # where the inputs of a model stand


def sensitivity(
    scenario, metric, paths=None, by=0.25, n=10, seed=None, store=None, jobs=None, dask=None, progress=None, screen=None
):  # fmt: skip
    """By how much ``metric`` changes when each input is ``by`` less and more, one at a time, for the same customers.

    paths: the inputs to change (default: every number in the scenario's workloads, services, channels, network and
    faults). A count changes by 1 at least; a value that the scenario does not allow is left out. ``n`` runs each,
    compared in pairs; the other arguments as in :func:`evsim.sweep`. screen: so many runs of each input first, and all
    ``n`` of those that may matter: the widest, and those that may turn a verdict. Returns :class:`Sensitivity`.
    """
    scenario = a_scenario(scenario)
    if not isinstance(by, int | float) or not 0 < by < 1:
        raise ScenarioError([Problem("by", "must be a share between 0 and 1, such as 0.25", str(by))])
    values = _values(scenario, paths)
    sides = [(path, side, value) for path in values for side, value in _sides(scenario, path, values[path], by)]
    seeds = seeds_from(scenario, n, seed)
    first = min(a_count(screen, "screen") or n, n)
    run = partial(sweep, scenario, store=store, jobs=jobs, dask=dask, progress=progress)
    (base,) = _runs(run([dict([next(iter(values.items()))])], n, seeds[0]))
    if metric not in base[0]["summary"]:
        known = list(base[0]["summary"])
        raise ScenarioError([Problem("metric", "is no figure of a run", metric, hint=suggest(metric, known))])
    changes = [{path: value} for path, _, value in sides]
    tried = _runs(run(changes, first, seeds[0])) if sides else []
    if first < n and sides:
        paths = [path for path, *_ in sides]
        kept = matter(scenario.objectives, metric, base, list(zip(paths, tried, strict=True)))
        again = [number for number, path in enumerate(paths) if path in kept]
        more = _runs(run([changes[number] for number in again], n - first, seeds[first])) if again else []
        for number, runs in zip(again, more, strict=True):
            tried[number] = [*tried[number], *runs]
    return _measured(scenario, metric, by, values, base, list(zip(sides, tried, strict=True)))


def _values(scenario, paths):
    """path -> value of the inputs to change, as they are written."""
    inputs = inputs_of(scenario)
    paths = tuple(inputs) if paths is None else tuple(several(paths, "paths", "paths"))
    values = {path: inputs[path] if path in inputs else scenario.value(path) for path in paths}
    for path, value in values.items():
        if number_of(value) is None:
            raise ScenarioError([Problem(path, "is no number", str(value), hint=suggest(path, inputs))])
    if not values:
        raise ScenarioError([Problem("paths", "there is no input to change")])
    return values


def _runs(found):
    """The runs of each point of a sweep."""
    return [its.runs for _, its in found.points]


def _measured(scenario, metric, by, values, base, tried):
    """The :class:`Sensitivity` of the ``base`` runs and those of ((path, side, value), runs)."""
    bars: dict = {path: {} for path in values}
    words = words_of([*inputs_of(scenario), *values])
    flips, before = [], judged(scenario.objectives, base)
    for (path, side, value), runs in tried:
        bars[path][side] = value, apart(metric, base, runs)
        after = judged(scenario.objectives, runs)
        flips += [
            Flip(path, value, one, other, words[path], _like(values[path], value))
            for one, other in zip(before, after, strict=True)
            if {one.verdict, other.verdict} == {MEETS, MISSES}
        ]
    made = [_bar(path, values[path], bars[path], words[path]) for path in values]
    widest = tuple(sorted(made, key=lambda bar: -bar.swing))
    return Sensitivity(scenario, metric, by, estimate(column(metric, base)), widest, tuple(flips))


def inputs_of(scenario):
    """path -> value of every number that is written of the system, and of all workers; not of run or objectives.

    A profile of rates is one input, its ``load``.
    """
    data = scenario.to_dict()
    found = {path: value for section in SECTIONS for path, value in _numbers(data.get(section), section)}
    for name, workload in scenario.workloads.items():
        if isinstance(workload.arrivals, Profile):
            profile = f"workloads.{name}.arrivals.profile."
            others = {path: value for path, value in found.items() if not path.startswith(profile)}
            found = {f"{profile}load": workload.arrivals.load, **others}
    for name, service in scenario.services.items():
        found.setdefault(f"services.{name}.workers", service.workers)
    return {path: value for path, value in found.items() if value is not None}


def _numbers(node, path):
    if isinstance(node, Mapping | list):
        for name, each in node.items() if isinstance(node, Mapping) else enumerate(node):
            yield from _numbers(each, f"{path}.{name}")
    elif number_of(node) is not None:
        yield path, node


def _sides(scenario, path, value, by):
    """("less", value) and ("more", value), as far as the scenario allows them; a count changes by one at least."""
    number, _ = number_of(value)
    for side, sign in (("less", -1), ("more", 1)):
        for changed in (number * (1 + sign * by), round(number) + sign * max(1, round(by * number))):
            if allows(scenario, path, changed):
                yield side, changed
                break


def _like(value, number):
    """A number in the unit in which a value is written: 0.22625 is 226.25ms beside 181ms."""
    _, base = number_of(value)
    unit = re.sub(r".*[\d.]", "", str(value)).strip() if base else ""
    factor, _ = number_of(f"1{unit}") if unit else (1.0, "")
    return f"{digits(number / factor, 4)}{unit}"


def _bar(path, value, found, words):
    """None for what was not allowed."""
    nothing = None, None
    (less, fewer), (more, rather) = found.get("less", nothing), found.get("more", nothing)
    return Bar(path, value, fewer, rather, less, more, words)


@dataclass(frozen=True)
class Bar:
    """One input: its ``path`` and ``value``; the :class:`Difference` of the figure if it is ``less``, and if ``more``.

    ``lower`` and ``higher``: the values that were tried. None for what the scenario does not allow.
    """

    path: str
    value: object
    less: Difference | None
    more: Difference | None
    lower: object = None
    higher: object = None
    words: str = ""

    @property
    def sides(self):
        return [side for side in (self.less, self.more) if side is not None and side.mean == side.mean]

    @property
    def swing(self):
        """How far apart the figure is at both ends."""
        means = [side.mean for side in self.sides]
        return max([0.0, *means]) - min([0.0, *means])

    @property
    def told(self):
        """Whether there are runs enough to say so of any of the two changes."""
        return any(side.verdict != "cannot tell" for side in self.sides)

    @property
    def seen(self):
        """Whether any of the two changes is told from none."""
        return any(side.verdict in ("more", "less") for side in self.sides)

    def sentence(self, metric):
        changes = [
            f"{write_estimate(metric, side, difference=True)} at {_like(self.value, value)}"
            for side, value in ((self.less, self.lower), (self.more, self.higher))
            if side is not None
        ]
        return f"{self.words}: {', '.join(changes)}."


@dataclass(frozen=True)
class Flip:
    """An objective that is decided one way as things are (``before``), and the other way with ``value`` at ``path``."""

    path: str
    value: object
    before: Judgement
    after: Judgement
    input: str = ""
    written: str = ""

    @property
    def words(self):
        return f"with {self.input} at {self.written} it {self.after.verdict} {self.after.asked}"


@dataclass(frozen=True)
class Sensitivity:
    """What :func:`sensitivity` measured: the ``base`` of the ``metric``, and its ``bars``, the widest first.

    ``flips``: a :class:`Flip` for each change that turns the verdict on an objective of the scenario.
    """

    scenario: Scenario
    metric: str
    by: float
    base: Estimate
    bars: tuple
    flips: tuple = ()

    @property
    def finding(self):
        """A sentence: the input that matters most."""
        seen = [bar for bar in self.bars if bar.seen]
        if not any(bar.told for bar in self.bars):
            return f"Whether an input changes {label(self.metric)} cannot be told: that takes two runs that have it"
        if not seen:
            return f"No input changes {label(self.metric)} by more than luck does"
        first = f"{label(self.metric)[:1].upper()}{label(self.metric)[1:]} depends most on {seen[0].words}"
        still = len(self.bars) - len(seen)
        return first + (f"; of {still} of {len(self.bars)} inputs no effect is seen" if still else "")

    @cached_property
    def frame(self):
        import pandas

        rows = []
        for bar in self.bars:
            for side, value, its in (("less", bar.lower, bar.less), ("more", bar.higher, bar.more)):
                if its is not None:
                    rows.append({"path": bar.path, "side": side, "value": value, "difference": its.mean,
                                 "low": its.low, "high": its.high, "verdict": its.verdict})  # fmt: skip
        return pandas.DataFrame(rows)

    def table(self):
        """(header, rows): a row an input."""
        share = f"{digits(100 * self.by)} %"

        def change(side):
            if side is None:
                return "not allowed"
            if side.verdict in ("more", "less"):
                return write_estimate(self.metric, side, difference=True)
            return "not seen" if side.verdict == "no difference seen" else side.verdict

        rows = [[bar.path, str(bar.value), change(bar.less), change(bar.more)] for bar in self.bars]
        return ["input", "value", f"{share} less", f"{share} more"], rows

    def _title(self):
        base = write_estimate(self.metric, self.base)
        return f"{self.finding}.\n{label(self.metric)} of {self.scenario.name}: {base}; one input changed at a time"

    def __str__(self):
        header, rows = self.table()
        flips = "".join(f"\n{each.words}" for each in self.flips)
        return f"{self._title()}\n\n{text_table(header, rows)}" + (f"\n{flips}" if flips else "")

    def _repr_html_(self):
        header, rows = self.table()
        return html_table(header, rows, self._title())

    def plot(self, ax=None):
        """A tornado: the change of the figure for each input, the widest on top."""
        from evsim.view.sweep_pictures import tornado

        return tornado(self, ax)
