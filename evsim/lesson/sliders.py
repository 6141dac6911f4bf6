"""One slider that changes one thing, and a picture that answers."""

import inspect

from evsim.lesson.panel import show_panel, slide
from evsim.lesson.words import Words

__all__ = ["Slider", "slider"]


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
    that is ``shown`` before anything moves, also where there can be no slider.
    """

    def __init__(self, function, name, values):
        self.function, self.name, self.values = function, name, list(values)
        if not self.values:
            raise ValueError(f"{name}: no values to choose from")
        default = inspect.signature(function).parameters[name].default
        self.value = default if default in self.values else self.values[0]
        self.shown = self(self.value)  # an error here is the cell's

    def __call__(self, value):
        """What there is to see at a value."""
        return _picture(self.function(**{self.name: value}))

    def __repr__(self):
        return f"<Slider: {self.name} from {self.values[0]} to {self.values[-1]}, shown at {self.value}>"

    def _ipython_display_(self):
        control = slide(self.name.replace("_", " "), self.values, self.values.index(self.value))
        show_panel([control], self.shown, self._changed, repr(self))

    def _changed(self, changes):
        """What there is to see, and in words, after the control was moved."""
        shown = self.move(self.values[changes[0]])
        return shown, getattr(shown, "alt_text", str(shown))

    def move(self, value):
        """What there is to see at a value, which becomes the slider's own; an error as words."""
        self.value = value
        try:
            self.shown = self(value)
        except Exception as error:  # of a callback: else it would be lost in the kernel's log
            self.shown = Words(f"{self.name}={value!r} can't be shown: {error}")
        return self.shown


def _picture(result):
    """Axes and figures as pictures with alt text; other results as they are."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if isinstance(result, Axes | Figure):
        from evsim.view import show

        return show(result)
    return result
