"""A panel of sliders, switches and buttons beside a picture: native controls with labels, drawn by ``panel.js``."""

from functools import cache
from pathlib import Path

from evsim.lesson.widgets import show_controls, show_words

__all__ = ["button", "show_panel", "slide", "toggle"]

NEEDS = "controls need anywidget: pip install anywidget"


def slide(label, options, index):
    """A slider over `options` (texts), which begins at one of them."""
    return {"kind": "slider", "label": label, "options": list(map(str, options)), "index": index}


def toggle(label, on):
    """A switch."""
    return {"kind": "toggle", "label": label, "on": on}


def button(label):
    """A button; its value is how often it was pressed."""
    return {"kind": "button", "label": label}


def show_panel(controls, picture, changed, instead):
    """Show controls and, below, `picture`, which `changed` replaces; without anywidget only the picture.

    instead: the words where controls can't be shown. changed: called with {number of a control: its new value};
    returns what there is to see then, and a sentence that is said to those who do not see it.
    """
    from IPython.display import display

    kind = _kind()
    if kind is None:
        show_words(f"{instead} ({NEEDS})")
        display(picture)
        return
    place = None

    def on_change(changes):
        picture, said = changed(changes)
        place.update(picture)
        return said

    show_controls(kind(controls, on_change), instead)
    place = display(picture, display_id=True)


@cache
def _kind():
    """The class of the widget; None where anywidget is not installed."""
    try:
        import anywidget
        from traitlets import List
    except ImportError:
        return None

    class Panel(anywidget.AnyWidget):
        """Controls whose changes a function hears of, one message at a time."""

        _esm = Path(__file__).with_suffix(".js")
        controls = List().tag(sync=True)

        def __init__(self, controls, changed):
            super().__init__(controls=controls)
            self.on_msg(lambda _, message, __: self.send({"said": changed(dict(message["changes"]))}))

    return Panel
