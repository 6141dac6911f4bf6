"""Explore a scenario: a few sliders, faults to switch on, and what a change does for the same customers."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import product
from time import perf_counter

from evsim.lesson.knobs import knobs, switches
from evsim.lesson.panel import button, show_panel, slide, toggle
from evsim.lesson.wording import Words
from evsim.scenario import ScenarioError
from evsim.scenario.arguments import a_scenario, a_seed, several
from evsim.scenario.errors import Problem, suggest
from evsim.view.flow import scene
from evsim.view.scene.axes import Frame
from evsim.view.show import show
from evsim.view.what_changed import Noticed, carried, what_changed
from evsim.view.words import seconds

__all__ = ["Explorer", "explore"]

LONGEST = 2  # s in which it tries what its sliders can do
KEPT = 50  # runs


def explore(scenario, sliders=(), faults=None):
    """An :class:`Explorer` of a scenario (or of a built-in one, by name); it shows itself where it ends a cell.

    sliders: paths of settings (``"services.mailing-list.workers"``: values around the present one), or mappings
    of paths to the values to choose from. faults: what can be switched on, as in a scenario; by default those of
    the scenario, or an outage of each of its parts.

    Every setting is run with the same seed, so each customer has the same luck in all of them. The setting
    before stands as a ghost behind the picture, and a sentence says what changed.
    """
    return Explorer(a_scenario(scenario), several(sliders, "sliders", "paths of settings"), faults)


@dataclass(frozen=True)
class Setting:
    """What is chosen: the number of a value for each knob, whether each fault is on, how often other luck."""

    values: tuple
    on: tuple
    luck: int = 0


class Explorer:
    """A scenario whose settings can be moved: with :meth:`move`, or with the controls in a notebook.

    ``run`` is the run of the present ``setting``, ``before`` the one of the setting before it (None at the
    beginning); ``shown`` is what there is to see, ``sentence`` says what changed.
    """

    def __init__(self, scenario, sliders=(), faults=None):
        self.scenario = scenario
        self.knobs, self.switches = knobs(scenario, sliders), switches(scenario, faults)
        self.setting = Setting(tuple(each.present for each in self.knobs), tuple(on for *_, on in self.switches))
        self._runs = {}
        self.before, self.run, self.frame = None, self._run(self.setting), None
        self.sentence = "This is where you start. Change something."
        self.shown: Seen | Words = Seen(self)

    def _run(self, setting):
        if setting not in self._runs:
            run = self._simulated(setting)
            self._runs = dict([*self._runs.items()][1 - KEPT :]) | {setting: run}
        return self._runs[setting]

    def _simulated(self, setting):
        chosen = {knob.path: knob.values[each] for knob, each in zip(self.knobs, setting.values, strict=True)}
        on = [fault for (_, fault, _), on in zip(self.switches, setting.on, strict=True) if on]
        scenario = self.scenario.replace({**chosen, "faults": on})
        return scenario.run(seed=scenario.run_settings.seed + setting.luck)

    def reach(self):
        """Try the ends of the sliders together, then each value and each switch alone, as far as there is time.

        So the axes hold still over what the sliders do, and a first move is answered at once.
        """
        values, on, end = self.setting.values, self.setting.on, perf_counter() + LONGEST
        ends = product(*((0, len(knob.values) - 1) for knob in self.knobs))
        alone = ((number, each) for number, knob in enumerate(self.knobs) for each in range(len(knob.values)))
        tried = [*ends, *(_with(values, *which) for which in alone)]
        tried = [replace(self.setting, values=each) for each in tried]
        tried += [replace(self.setting, on=_with(on, number, not each)) for number, each in enumerate(on)]
        for setting in tried:
            if perf_counter() < end:
                with suppress(Exception):  # it is said when that setting is chosen
                    self.framed(self._run(setting))
        self.shown = Seen(self)

    def framed(self, run):
        """Picture D of a run, on axes that reach as far as all that were seen."""
        drawn = scene(run)
        if drawn.again:
            self.frame = Frame.around([drawn.frame, *([self.frame] if self.frame else [])])
        return drawn.again(self.frame) if drawn.again and drawn.frame != self.frame else drawn

    def move(self, changes=(), faults=(), luck=None):
        """Change the setting; return what there is to see, which is words if it can't be run.

        changes: {path: one of its values}. faults: {number of a switch, from 0: on or off}. luck: a number that
        is added to the seed.
        """
        values, on = list(self.setting.values), list(self.setting.on)
        for path, value in dict(changes).items():
            knob, value = self._knob(path), self.scenario.replace({path: value}).value(path)
            if value not in knob.values:
                allowed = ", ".join(map(str, knob.values))
                raise ScenarioError([Problem(path, "is no value of this slider", value, hint=f"one of {allowed}")])
            values[self.knobs.index(knob)] = knob.values.index(value)
        for number, state in dict(faults).items():
            if not isinstance(number, int) or number not in range(len(on)):
                there = "; ".join(f"{place}: {words}" for place, (words, *_) in enumerate(self.switches))
                raise ScenarioError(
                    [Problem("faults", "there is no such switch", number, hint=there or "there is none")]
                )
            on[number] = bool(state)
        luck = self.setting.luck if luck is None else a_seed(luck, "luck")
        return self._go(Setting(tuple(values), tuple(on), luck))

    def _knob(self, path):
        found = [knob for knob in self.knobs if knob.path == path]
        if not found:
            hint = suggest(path, [knob.path for knob in self.knobs])
            raise ScenarioError([Problem(path, "there is no such slider here", hint=hint)])
        return found[0]

    def _go(self, setting):
        if setting == self.setting:
            return self.shown
        try:
            run = self._run(setting)
        except Exception as error:  # of a callback: else it would be lost in the kernel's log
            self.shown = Words(f"This setting can't be run: {error}")
            return self.shown
        luck = "" if setting.luck == self.setting.luck else "The same setting, other luck. "
        self.before, self.run, self.setting = self.run, run, setting
        self.sentence = luck + what_changed(self.before, self.run)
        self.shown = Seen(self)
        return self.shown

    def __repr__(self):
        what = [each.label for each in self.knobs] + [words for words, *_ in self.switches]
        return f"<Explorer of {self.scenario.name}: {'; '.join(what)}>"

    # In a notebook.

    def _ipython_display_(self):
        self.reach()
        values, on = self.setting.values, self.setting.on
        controls = [slide(knob.label, knob.values, each) for knob, each in zip(self.knobs, values, strict=True)]
        controls += [toggle(words, each) for (words, *_), each in zip(self.switches, on, strict=True)]
        show_panel([*controls, button("other luck")], self.shown, self._changed, repr(self))

    def _changed(self, changes):
        """What there is to see, and in words, after controls were moved."""
        many = len(self.knobs)
        moved = {self.knobs[number].path: self.knobs[number].values[value]
                 for number, value in changes.items() if number < many}  # fmt: skip
        faults = {number - many: on for number, on in changes.items()
                  if many <= number < many + len(self.switches)}  # fmt: skip
        shown = self.move(moved, faults, changes.get(many + len(self.switches)))
        return shown, str(shown)


class Seen:
    """What an explorer shows at one setting: a sentence, picture D, a few figures.

    ``scenes`` has the picture; ``rows`` (name, now, before) are the figures in words, `before` empty at the beginning.
    """

    def __init__(self, explorer):
        self.sentence, self.run, self.before = explorer.sentence, explorer.run, explorer.before
        self.scenes = (explorer.framed(self.run),)

    def __str__(self):
        return self.sentence

    def __repr__(self):
        rows = [f"{name}: {now}" + (f" (before: {before})" if self.before else "")
                for name, now, before in self.rows]  # fmt: skip
        return "\n".join([self.sentence, *rows])

    @cached_property
    def rows(self):
        runs = [Noticed(run) for run in (self.run, self.before) if run is not None]
        rows = [(name, *(f"{each.counts[name]:,}" for each in runs)) for name in runs[0].counts]
        for name, (level, *times) in carried(*runs).items():
            rows.append((f"{name} ({level})", *map(seconds, times)))
        return [(*row, "") if self.before is None else row for row in rows if any(each != "0" for each in row[1:])]

    def _repr_html_(self):
        head = "<tr><td></td><th>now</th><th>before</th></tr>" if self.before else ""
        rows = "".join(f"<tr><th scope='row' style='text-align: left; font-weight: normal'>{escape(name)}</th>"
                       + "".join(f"<td>{escape(each)}</td>" for each in values if each) + "</tr>"
                       for name, *values in self.rows)  # fmt: skip
        picture = show(self.scenes[0])._repr_html_()
        return f"<p><strong>{escape(self.sentence)}</strong></p>{picture}<table>{head}{rows}</table>"


def _with(values, number, value):
    """A tuple with another value at one place."""
    return (*values[:number], value, *values[number + 1 :])
