"""A panel of sliders, switches and buttons with a picture: native controls with labels, drawn by ``panel.js``."""

import json
from functools import cache
from html import escape
from pathlib import Path

from evsim.lesson.widgets import show_controls, show_words
from evsim.view.player.bundle import bundle
from evsim.view.show import show

__all__ = ["button", "panel_data", "panel_page", "show_panel", "slide", "toggle"]

HERE = Path(__file__).parent
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


def show_panel(controls, shown, changed, instead, states=None):
    """Show controls and what is `shown`, which `changed` replaces; without anywidget only the latter.

    shown: scenes, which the panel draws itself (with the ``rows`` of a table if they have any), or anything that a
    notebook can display. instead: the words where controls can't be shown. changed: called with {number of a control:
    its new value}; returns what there is to see then, and a sentence. states: what is to be seen at each value of the
    only slider, as far as it is known beforehand (:class:`evsim.lesson.sliders.States`).
    """
    from IPython.display import display

    kind = _kind()
    if kind is None:
        show_words(f"{instead} ({NEEDS})")
        display(_still(shown))
        return

    def on_change(changes):
        shown, said = changed(changes)
        if not hasattr(shown, "scenes"):
            place.update(shown)
            widget.controls = _moved(widget.controls, changes)  # a page that is loaded again finds both as they are now
        return {"said": said, **_drawn(shown)}

    widget = kind(controls, on_change, _drawn(shown), states or {})
    show_controls(widget, instead)
    place = display(_still(shown, widget.still), display_id=True)


def panel_data(controls, shown, states):
    """What ``panel.js`` draws a panel from where there is no kernel: all that can be seen is in `states`."""
    return {"controls": controls, "drawn": _drawn(shown), "states": states, "still": "no-still"}


def panel_page(data, title):
    """A panel as a page that stands alone, as large as its window allows."""
    parts = {
        "title": escape(title),
        "data": json.dumps(data, separators=(",", ":")).replace("</", "<\\/"),
        "panel": bundle("panel", HERE).replace("export default", "const panel ="),
    }
    page = (HERE / "panel.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        page = page.replace(f"<!-- {name} -->", part, 1)
    return page


def _moved(controls, changes):
    """The controls, some of which have another value."""
    where = {"slider": "index", "toggle": "on"}
    return [
        {**each, where[each["kind"]]: changes[number]} if number in changes and each["kind"] in where else each
        for number, each in enumerate(controls)
    ]


def _drawn(shown):
    """What of it the panel draws, for JSON."""
    if not hasattr(shown, "scenes"):
        return {}
    return {"scenes": [each.to_dict() for each in shown.scenes], "rows": getattr(shown, "rows", [])}


def _still(shown, name=""):
    """The same for a page without a kernel; hidden where a panel of that name draws it."""
    return Still(shown, name) if hasattr(shown, "scenes") else shown


class Still:
    """Scenes as a picture."""

    def __init__(self, shown, name):
        self.shown, self.name = shown, name

    def __repr__(self):
        return repr(self.shown)

    def _repr_html_(self):
        html = self.shown._repr_html_() if hasattr(self.shown, "_repr_html_") else show(self.shown)._repr_html_()
        return f"<div class='{self.name}'>{html}</div>"


@cache
def _kind():
    """The class of the widget; None where anywidget is not installed."""
    try:
        import anywidget
        from traitlets import Dict, List, Unicode
    except ImportError:
        return None

    class Panel(anywidget.AnyWidget):
        """Controls whose changes a function hears of, one message at a time, and the scenes that they change."""

        _esm = bundle("panel", HERE)
        controls = List().tag(sync=True)
        drawn = Dict().tag(sync=True)
        states = Dict().tag(sync=True)
        still = Unicode().tag(sync=True)

        def __init__(self, controls, changed, drawn=None, states=None):
            super().__init__(controls=controls, drawn=drawn or {}, states=states or {})
            self.still = f"evsim-still-{self.model_id}"
            self.on_msg(lambda _, message, __: self.send(changed(dict(message["changes"]))))

    return Panel
