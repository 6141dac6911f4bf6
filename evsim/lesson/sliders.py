"""One slider that changes one thing, and a picture that answers."""

import inspect
from contextlib import suppress
from math import inf
from time import perf_counter

from evsim.lesson.panel import panel_data, panel_page, show_panel, slide
from evsim.lesson.wording import Words
from evsim.view.scene.scene import hold
from evsim.view.what_changed import all_that_changed

__all__ = ["Slider", "slider"]

LONGEST = 5  # s for what is made ready before the first move


def slider(function, **setting):
    """A :class:`Slider` that calls `function` with one `setting`: its name and the values to choose from.

    >>> def double(number=2):
    ...     return 2 * number
    >>> moved = slider(double, number=range(1, 5))
    >>> moved.shown, moved(4)
    (4, 8)
    """
    if len(setting) != 1:
        raise ValueError(f"a slider changes one thing, not {len(setting)}: {', '.join(setting) or 'none'}")
    ((name, values),) = setting.items()
    return Slider(function, name, values)


class Slider:
    """A function of one setting, called for the value that is chosen.

    ``values`` can be chosen. It begins with the function's own default, or else with the first; the result of
    that is ``shown`` before anything moves, also where there can be no slider. A function that gives scenes
    (``run.plot.scene("flow")``, :func:`~evsim.lesson.stack`) is called for all its values as soon as there is a slider,
    unless that takes long: so the picture moves with the hand, on axes that hold still. Then ``to_html`` writes it as a
    page of its own, too.
    """

    def __init__(self, function, name, values):
        self.function, self.name, self.values = function, name, list(values)
        if not self.values:
            raise ValueError(f"{name}: no values to choose from")
        parameters = inspect.signature(function).parameters
        if name not in parameters:
            raise ValueError(f"{function.__name__} has no setting {name}; it has {', '.join(parameters) or 'none'}")
        default = parameters[name].default
        self.value = default if default in self.values else self.values[0]
        self.shown = self(self.value)  # an error here is the cell's

    def __call__(self, value):
        """What there is to see at a value."""
        return _picture(self.function(**{self.name: value}))

    def __repr__(self):
        return f"<Slider: {self.name} from {self.values[0]} to {self.values[-1]}, shown at {self.value}>"

    def _ipython_display_(self):
        states = States(self) if hasattr(self.shown, "scenes") else None
        show_panel([self._control()], self.shown, self._changed, repr(self), states and states.to_dict())

    def to_html(self):
        """The slider and what there is to see at each value as one HTML page that needs nothing else."""
        return panel_page(self.to_dict(), repr(self).strip("<>"))

    def to_dict(self):
        """The slider and what there is to see at each value as plain data, from which ``panel.js`` draws it."""
        if not hasattr(self.shown, "scenes"):
            raise ValueError(f"a page can draw scenes alone, and {self!r} shows {type(self.shown).__name__}")
        return panel_data([self._control()], self.shown, States(self, inf).to_dict())

    def _control(self):
        return slide(self.name.replace("_", " "), self.values, self.values.index(self.value))

    def _changed(self, changes):
        """What there is to see, and in words, after the control was moved."""
        before, shown = self.shown, self.move(self.values[changes[0]])
        if hasattr(shown, "scenes") and hasattr(before, "scenes"):
            return shown, _said(before, shown)
        return shown, getattr(shown, "alt_text", str(shown))

    def move(self, value):
        """What there is to see at a value, which becomes the slider's own; an error as words."""
        self.value = value
        try:
            self.shown = self(value)
        except Exception as error:  # of a callback: else it would be lost in the kernel's log
            self.shown = Words(f"{self.name}={value!r} can't be shown: {error}")
        return self.shown


class States:
    """The scenes of a slider's values, all on the same axes, and what changes from one to another.

    ``scenes``: number of a value -> its scenes. What can't be shown, or takes longer than `longest` (s), is not there.
    """

    def __init__(self, slider, longest=LONGEST):
        found, end = {slider.values.index(slider.value): slider.shown}, perf_counter() + longest
        for number, value in enumerate(slider.values):
            if number not in found and perf_counter() < end:
                with suppress(Exception):  # it is said when that value is chosen
                    found[number] = slider(value)
        found = {number: shown for number, shown in sorted(found.items()) if hasattr(shown, "scenes")}
        held = iter(hold(scene for shown in found.values() for scene in shown.scenes))
        self.scenes = {number: [next(held) for _ in shown.scenes] for number, shown in found.items()}
        self.shown = found

    def to_dict(self):
        """``scenes`` and ``said``, {number: {number before: what changed}}, for the browser."""
        pairs = self.shown.items()
        return {
            "scenes": {number: [each.to_dict() for each in scenes] for number, scenes in self.scenes.items()},
            "said": {now: {before: _said(one, two) for before, one in pairs if before != now}
                     for now, two in pairs},
        }  # fmt: skip


def _said(before, now):
    """What customers notice of a change, or what the pictures find where they are about none in particular."""
    if not noticed(now):
        return " ".join(f"{scene.title}." for scene in now.scenes)
    return all_that_changed(noticed(before), noticed(now))


def noticed(shown):
    """{name: what is noticed of it} of all that is shown."""
    return {name: each for scene in shown.scenes for name, each in scene.noticed.items()}


def _picture(result):
    """Axes and figures as pictures with alt text; other results as they are."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if isinstance(result, Axes | Figure):
        from evsim.view import show

        return show(result)
    return result
