"""The page of a report: what was decided, what was measured, and what that rests on."""

from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from typing import Any

from evsim.counting import count, digits, listed
from evsim.experiment.compare import Comparison
from evsim.experiment.judging import unproved, verdict_table
from evsim.experiment.run_text import none_seen
from evsim.experiment.running import its_seeds
from evsim.experiment.sensitivity import inputs_of
from evsim.figures import better_or_worse, label, write, write_estimate
from evsim.reporting.answer import answer
from evsim.reporting.duties import duties
from evsim.scenario.origins import origin_of
from evsim.scenario.paths import words_of
from evsim.version import installed_version
from evsim.view.diagram import scene as diagram_scene
from evsim.view.plan import plans
from evsim.view.svg import inline
from evsim.view.sweep_pictures import load_scene, tornado_scene
from evsim.view.words import short
from evsim.whole import place_for, write_text

__all__ = ["Report"]

SHOWN = (
    "response_p99", "completion_p99", "availability", "told_yes_not_true", "told_yes_never_true",
    "told_error_yet_true", "lost",
)  # fmt: skip
NO_COUNTS = ("response_p99", "completion_p99", "availability")  # of which 0 is a value as others are
COMPARED = (
    "response_mean", "response_p99", "completion_mean", "completion_p99", "availability", "errors",
    "told_yes_never_true", "told_error_yet_true", "lost", "retries",
)  # fmt: skip
CERTAINTY = ("guessed", "not said", "published", "measured")  # of inputs, the least first
WIDE, HIGH, NAME = 5.0, 2.0, 34  # inches of a picture, and letters of a name in it
BARS, LEAST = 8, 3  # of a tornado: those of which an effect is seen


@dataclass(frozen=True)
class Report:
    """What :func:`evsim.report` found; :meth:`save` writes it as one HTML file that needs nothing else."""

    comparison: Comparison
    metric: str
    faults: dict[str, Any]
    loads: dict[str, Any]
    holds: dict[str, Any]
    inputs: dict[str, Any]
    shortened: str = ""  # what is said of runs that were made shorter for faults, loads and inputs
    command: str | None = None
    most: int | None = None  # how many runs of each design the verdict might have taken
    left_out: tuple[str, ...] = ()  # parts that were not measured, or not to their end
    why: str = ""  # they were left out

    def __repr__(self):
        return f"<Report on {listed(self.designs)}>"

    def __str__(self):
        return " ".join(self.answer)

    def _repr_html_(self):
        return self.html

    @property
    def designs(self):
        """label -> scenario."""
        return {name: its.scenario for name, its in self.comparison.designs.items()}

    @cached_property
    def answer(self):
        """Sentences: which designs meet their objectives, as far as that is decided, and what would change it."""
        said = answer(self.comparison.verdicts)
        said += unproved(self.comparison.verdicts)
        for name, its in self.inputs.items():
            if its.flips:
                first = min(its.flips, key=lambda flip: _certainty(self.designs[name], flip.path))
                kind, _ = origin_of(self.designs[name], first.path)
                said.append(f"What flips it: {name}: {first.words} ({kind}).")
        if self.left_out:
            said.append(f"Left out, as {self.why}: {listed(list(self.left_out))}.")
        return said

    @cached_property
    def html(self):
        """The page."""
        from jinja2 import Environment

        pages = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        template = (resources.files("evsim.reporting") / "page.html").read_text(encoding="utf-8")
        return pages.from_string(template).render(
            title=listed(list(self.designs), "or"), answer=self.answer, designs=list(self.designs),
            diagrams=self._diagrams(), plans=self._plans(), verdicts=self._verdicts(),
            differences=self._differences(), faults=self.faults, begin=write("response_mean", self.faults["begin"]),
            lasts=write("response_mean", self.faults["lasts"]), holds=self._holds(), pictures=self._pictures(),
            flips=self._flips(), metric=label(self.metric), inputs=self._inputs(), checks=self._checks(),
            left_out=self.left_out,
            inputs_done=len(self.inputs) == len(self.designs), judged=any(self.comparison.verdicts.values()),
            duties=self._duties(), version=installed_version(),
        )  # fmt: skip

    def save(self, path, overwrite=False):
        """Write the page to a file; return its path."""
        path = place_for(path, overwrite=overwrite)
        write_text(path, self.html)
        return path

    def _verdicts(self):
        """(header, rows): objectives, then figures that matter to every design."""
        header, rows = verdict_table(self.comparison.verdicts)
        summary = self.comparison.summary()
        asked = {metric for design in self.designs.values() for metric in design.objectives}
        for metric in SHOWN:
            if metric not in asked:
                found = [its[metric] for its in summary.values()]
                rows.append([label(metric), *(self._shown(metric, each) for each in found)])
        return header, rows

    def _shown(self, metric, found):
        if found.mean == 0 and metric not in NO_COUNTS:
            return f"none seen in {count(found.n, 'run')}"
        return write_estimate(metric, found) if found.mean == found.mean else "too few customers to tell"

    def _differences(self):
        """(figures in which no difference is seen, rows of those in which one is); None where there is one design."""
        alike, rows = [], []
        for metric in COMPARED:
            its = [apart[metric] for apart in self.comparison.differences.values() if apart[metric].n]
            if any(each.verdict in ("more", "less") for each in its):
                found = (apart[metric] for apart in self.comparison.differences.values())
                rows.append((label(metric), [_apart(metric, each) for each in found]))
            elif its:
                alike.append(label(metric))
        return (listed(alike), rows) if self.comparison.differences else None

    def _diagrams(self):
        """(name, element) of each design: the same boxes at the same places, other lines."""
        for name, design in self.designs.items():
            others = [each for each in self.designs.values() if each is not design]
            yield "" if name == design.name else name, inline(diagram_scene(design, like=others))

    def _plans(self):
        """(kind of box -> numbers and names, (name, element) of each design): diagrams for paper."""
        legend, drawn = plans(self.designs.values())
        return legend, list(zip(self.designs, drawn, strict=True))

    def _holds(self):
        return {name: text.splitlines() for name, text in self.holds.items() if text}

    def _pictures(self):
        """(what it shows, element of the page): load, then the inputs of each design."""
        if self.loads:
            limits = (design.objectives.get(self.metric) for design in self.designs.values())
            limit = next((each for each in limits if each is not None), None)
            yield _small(load_scene(self.loads, self.metric, limit), HIGH)
        for name, its in self.inputs.items():
            seen = [number for number, bar in enumerate(its.bars[:BARS], 1) if bar.seen]
            if seen:
                drawn = tornado_scene(its, name=name, most=max(LEAST, seen[-1]))
                yield _small(drawn, 0.5 + 0.2 * len(drawn.y.ticks), most=3)

    def _flips(self):
        """(design, words, origin) of each change of an input that turns a verdict; guesses come first."""
        found = [
            (name, flip.words, origin_of(self.designs[name], flip.path)[0], flip.path)
            for name, its in self.inputs.items()
            for flip in its.flips
        ]
        return sorted(found, key=lambda each: _certainty(self.designs[each[0]], each[3]))

    def _inputs(self):
        """(kind of origin, source, inputs) with the least certain first; a value that all designs share stands once."""
        inputs = {name: inputs_of(design) for name, design in self.designs.items()}
        words = words_of(path for its in inputs.values() for path in its)
        found: dict = {}
        for path in words:
            origins = {name: origin_of(self.designs[name], path) for name, its in inputs.items() if path in its}
            for origin in dict.fromkeys(origins.values()):
                values = [str(inputs[name][path]) if origins.get(name) == origin else "-" for name in inputs]
                place, _, what = words[path].partition(": ")
                its = found.setdefault(origin, {}).setdefault(place, [])
                its.append(" ".join(filter(None, [what, *_alike(values)])))
        return [
            (*origin, [f"{place}: {', '.join(its)}" for place, its in places.items()])
            for origin, places in sorted(found.items(), key=lambda each: CERTAINTY.index(each[0][0]))
        ]

    def _duties(self):
        """(the designs that ask for it, sentences)."""
        alike: dict = {}
        for name, design in self.designs.items():
            alike.setdefault(tuple(duties(design)), []).append(name)
        return [(listed(names), said) for said, names in alike.items()]

    def _checks(self):
        """Sentences about how all this was measured."""
        seeds, first = self.comparison.seeds, self.comparison.designs[self.comparison.first]
        run = first.scenario.run_settings
        yield f"The books balance in every run: {len(seeds)} of each design, {its_seeds(seeds)}."
        if self.most and self.most > len(seeds):
            yield f"Up to {self.most} were to decide the verdicts: these {len(seeds)} do, and by stricter intervals."
        uncounted = f"; customers of the first {digits(run.warmup)} s are not counted" if run.warmup else ""
        yield f"A run takes {digits(run.duration)} s of arrivals{uncounted}."
        if self.shortened:
            yield self.shortened
        yield none_seen(first.summary()["requests"]).replace("\n", " ")
        for name, design in self.comparison.designs.items():
            _, rows = design.theory().table()
            said = [f"{row[0]} {row[1]} {row[2]} (measured {row[3]})" for row in rows if row[2] != "-"]
            if said:
                yield f"Theory of the mean wait, where a formula applies, of {name}: {'; '.join(said)}."
        yield from self.comparison.warnings
        yield f"To repeat it: {self._repeat()}"

    def _repeat(self):
        """The command that was given, or the call: designs in Python may be other than what has their names."""
        seeds = self.comparison.seeds
        return self.command or f"evsim.report({', '.join(self.designs)}, n={self.most}, seed={seeds[0]})"


def _certainty(design, path):
    return CERTAINTY.index(origin_of(design, path)[0])


def _apart(metric, difference):
    """A difference in words, and whether it is better or worse."""
    if difference.verdict not in ("more", "less"):
        return difference.verdict
    return f"{write_estimate(metric, difference, difference=True)} {better_or_worse(metric, difference.verdict)}"


def _alike(values):
    """One value, or those of all designs with bars between them."""
    return [values[0]] if len(set(values)) == 1 else [" | ".join(values)]


def _small(scene, high, most=7):
    """(words, element) of a scene for half of a sheet's width: its letters have 8 points there; `most`: ticks below."""
    names = tuple((place, short(text, NAME)) for place, text in scene.y.ticks)
    told = f"{scene.title}. Below: {scene.x.label}."
    across = replace(scene.x, label="", ticks=_few(scene.x.ticks, most))
    return told, inline(replace(scene, title="", legend=(), x=across, y=replace(scene.y, ticks=names)), (WIDE, high))


def _few(ticks, most):
    """The ticks, or the ends and 0 where there are more than have room."""
    return ticks if len(ticks) <= most else tuple(dict.fromkeys((ticks[0], *(t for t in ticks if not t[0]), ticks[-1])))
